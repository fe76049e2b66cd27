"""Payloads of page functions are read by the types of their parameters, or refused."""

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.ui.payload import (
    Answers,
    Count,
    Flag,
    Id,
    Ids,
    Name,
    Number,
    RunName,
    Text,
    reader_of,
)


def function(
    user,
    *,
    dataset: Name,
    pair: Id = 0,
    ids: Ids = (),
    label: Number | None = None,
    note: Text | None = None,
    run: RunName | None = None,
    size: Count = 50,
    safe: Flag = True,
    said: Answers | None = None,
):
    return None


read = reader_of(function)


def test_a_payload_becomes_the_arguments_with_their_defaults():
    found = read({"dataset": "a", "label": 1, "run": 3, "unknown": [1]})
    assert found["dataset"] == "a" and found["label"] == 1.0 and found["run"] == "3"
    assert found["size"] == 50 and found["safe"] is True and "unknown" not in found


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "text",
        {},
        {"dataset": None},
        {"dataset": 3},
        {"dataset": "a" * 1_001},
        {"dataset": "a", "pair": 2**70},
        {"dataset": "a", "pair": -1},
        {"dataset": "a", "pair": 1e30},
        {"dataset": "a", "pair": True},
        {"dataset": "a", "label": True},
        {"dataset": "a", "label": "1"},
        {"dataset": "a", "label": float("nan")},
        {"dataset": "a", "ids": "1"},
        {"dataset": "a", "ids": ["1"]},
        {"dataset": "a", "ids": [1] * 20_001},
        {"dataset": "a", "run": True},
        {"dataset": "a", "safe": 1},
        {"dataset": "a", "said": {"header": "yes"}},
        {"dataset": "a", "said": {"map_label": {"yes": "one"}}},
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(wrong):
    with pytest.raises(Refused, match="Reload the page"):
        read(wrong)


def test_text_is_made_storable():
    note = read({"dataset": "a", "note": "half \ud83d of a pair, \0 and 😀"})["note"]
    assert note == "half \N{REPLACEMENT CHARACTER} of a pair, \N{REPLACEMENT CHARACTER} and 😀"


def test_choices_of_a_reading_keep_what_was_sent():
    said = {"header": True, "query": 2, "map_label": {"yes": 1}, "nonsense": 1}
    assert read({"dataset": "a", "said": said})["said"] == {
        "header": True, "query": 2, "map_label": {"yes": 1.0},
    }  # fmt: skip
