"""An import accounts for every text and every label it saw, whatever the shape of the file."""

import csv
import io
import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read

WORDS = ["slate", "rock", "heron", "pond", "mill", "corn", "train", "late", "sea", "boat"]
texts = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(" ".join)
names = st.sampled_from([
    "query", "question", "anchor", "prompt", "passage", "answer", "document", "positive",
    "negative", "negative_1", "negative_2", "chosen", "rejected", "title", "summary", "other",
    "best", "wrong", "text_a", "text_b", "context", "reference", "comment",
])  # fmt: skip
grades = st.sampled_from([0, 1])


@st.composite
def records(draw):
    """Records of one shape: texts, and labels parallel, inside, or one for each record."""
    columns = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    nested = draw(st.sets(st.sampled_from(columns[1:]), max_size=2))
    shape = draw(st.sampled_from(["plain", "label", "labels", "objects", "rows"]))
    count = draw(st.integers(2, 4))
    return [_record(draw, columns, nested, shape, at) for at in range(count)]


def _record(draw, columns, nested, shape, at):
    value = {}
    for column in columns:
        held = [f"{draw(texts)} {column} {at} {n}" for n in range(draw(st.integers(1, 3)))]
        labels = [draw(grades) for _ in held]
        if column not in nested:
            value[column] = held[0]
        elif shape == "objects":
            pairs = zip(held, labels, strict=True)
            value[column] = [{"text": text, "label": label} for text, label in pairs]
        elif shape == "rows":
            value[column] = [list(pair) for pair in zip(held, labels, strict=True)]
        else:
            value[column] = held
            if shape == "labels":
                value["labels"] = labels
    if shape == "label":
        value["label"] = draw(grades)
    return value


def texts_in(value):
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []


def accounted(content: str, value: list[dict]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "input.bin"
        path.write_text(content)
        try:
            result = read(folder, path, ReadOptions())
        except Refused as refused:
            assert "--" in str(refused) or "Say" in str(refused)
            return
        if "asks" in result:
            return
        stage = sqlite3.connect(folder / "stage.db")
        kept = " ".join(
            text for row in stage.execute("SELECT query, passage FROM staged") for text in row
        )
        kept += " ".join(row for (row,) in stage.execute("SELECT row FROM left_out"))
        stage.close()
    unread = {column["column"].split(".")[0] for column in result["unread"]}
    for record in value:
        for column, cell in record.items():
            lost = [text for text in texts_in(cell) if text not in kept]
            place = str(list(record).index(column))  # where no header was found, a number
            known = column in unread or place in unread
            assert not lost or known, (column, result["plan"], result["notes"])
    _labels_are_accounted(value, result)


def _labels_are_accounted(value, result):
    """Labels are read, or a column that holds them is named."""
    given = [record["label"] for record in value if "label" in record]
    report = result["report"]
    read_ = report["pairs"] + report["bad_label"] + report["unreadable"] + report["blank"]
    named = " ".join([*result["notes"], *(column["column"] for column in result["unread"])])
    assert not given or read_ >= len(given) or "label" in named
    if any("labels" in record for record in value):
        assert report["pairs"] or "labels" in named


@settings(max_examples=40, deadline=None)
@given(records())
def test_every_text_and_label_of_json_lines(value):
    accounted("\n".join(map(json.dumps, value)), value)


@settings(max_examples=25, deadline=None)
@given(records())
def test_every_text_and_label_of_a_table(value):
    flat = [
        {name: cell for name, cell in record.items() if not isinstance(cell, list)}
        for record in value
    ]
    if any(len(record) < 2 for record in flat):
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, list(flat[0]))
    writer.writeheader()
    writer.writerows(flat)
    accounted(out.getvalue(), flat)


def test_a_column_that_begins_late_is_seen(tmp_path):
    rows = [{"query": f"how is slate {n}", "passage": f"a rock {n}", "label": n % 2}
            for n in range(450)]  # fmt: skip
    rows[-1]["rejected"] = "a text of the last record alone"
    path = tmp_path / "input.bin"
    path.write_text("\n".join(map(json.dumps, rows)))
    (column,) = read(tmp_path, path, ReadOptions())["unread"]
    assert (column["column"], column["cells"]) == ("rejected", 1)


@pytest.mark.parametrize("labels", [{"relevance": 1, "confidence": 0.5}, {"confidence": 1}])
def test_numbers_that_could_be_labels_are_named(tmp_path, labels):
    rows = [{"query": f"slate {n}", "passage": f"rock {n}", **labels} for n in range(4)]
    path = tmp_path / "input.bin"
    path.write_text("\n".join(map(json.dumps, rows)))
    result = read(tmp_path, path, ReadOptions())
    assert (result["report"]["pairs"] == 4) == ("relevance" in labels)
