"""How passages are read from a pasted text and from files on the command line."""

import io
import sys

import pytest

from reranker_ui.commands.rank import read_passages
from reranker_ui.core.models.reranker import ranked, sigmoid
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.candidates import passages_in


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("a long\npassage\n\nanother", ["a long passage", "another"]),
        ("one\n  \n\n\ntwo", ["one", "two"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_pasted(text, passages):
    assert passages_in(text) == passages


def test_lines(tmp_path):
    file = tmp_path / "passages.txt"
    file.write_bytes('\ufeffone \u2028 still one\r\n\r\n{"passage": 2}\n'.encode())
    assert read_passages(str(file)) == ["one \u2028 still one", '{"passage": 2}']


def test_jsonl(tmp_path):
    file = tmp_path / "passages.jsonl"
    file.write_text('"one"\n\n{"passage": "two", "id": 7}\n')
    assert read_passages(str(file)) == ["one", "two"]


@pytest.mark.parametrize("line", ["not json", "7", '{"text": "two"}', "null"])
def test_jsonl_says_which_line_is_wrong(tmp_path, line):
    file = tmp_path / "passages.jsonl"
    file.write_text(f'"one"\n{line}\n')
    with pytest.raises(Refused, match="Line 2"):
        read_passages(str(file))


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("một\nhai\n".encode())))
    assert read_passages("-") == ["một", "hai"]


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(Refused, match="not UTF-8"):
        read_passages(str(tmp_path / "latin.txt"))
    with pytest.raises(Refused, match="cannot be read"):
        read_passages(str(tmp_path / "none.txt"))


def test_ranked_keeps_the_order_of_ties():
    rows = ranked([0.5, 0.9, 0.5], ["a", "b", "c"])
    assert [(row["rank"], row["index"], row["passage"]) for row in rows] == [
        (1, 1, "b"),
        (2, 0, "a"),
        (3, 2, "c"),
    ]


def test_sigmoid_does_not_overflow():
    assert sigmoid([-1000, 0, 1000]).tolist() == [0, 0.5, 1]
