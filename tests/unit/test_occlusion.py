"""Occlusion: parts join to the passage, and each has what it adds."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.models.occlusion import MOST, occlude


def counted(pairs):
    """A score that is known: 2 for "ice", 1 for "cave"."""
    return [2.0 * ("ice" in passage) + ("cave" in passage) for _, passage in pairs]


def test_each_word_has_its_effect():
    parts = occlude(counted, "q", "An ice-free cave, or ice.")
    effects = {part["text"]: part["effect"] for part in parts["parts"] if part["effect"]}
    assert parts["score"] == 3
    assert effects == {"cave": 1}  # "ice" stands twice: leaving one out changes nothing
    parts = occlude(counted, "q", "冰川 ice 洞穴的形成")
    effects = {part["text"]: part["effect"] for part in parts["parts"]}
    assert effects["ice"] == 2
    assert {"冰川", "洞穴", "的形", "成"} <= set(effects)


@given(st.text(max_size=200))
def test_the_parts_join_to_the_passage(passage):
    parts = occlude(counted, "q", passage)
    assert "".join(part["text"] for part in parts["parts"]) == passage


@pytest.mark.parametrize("words", [1, MOST, MOST + 1, 5000])
def test_a_long_passage_is_one_batch_of_a_bounded_size(words):
    calls = []
    parts = occlude(lambda pairs: calls.append(len(pairs)) or [0.0] * len(pairs), "q", "w " * words)
    assert len(calls) == 1
    assert calls[0] <= MOST + 1
    assert sum(part["effect"] is not None for part in parts["parts"]) == calls[0] - 1


def test_a_part_does_not_begin_with_a_mark_of_the_part_before():
    parts = occlude(counted, "q", "ผู้ป่วยควรเลือก")["parts"]
    assert not [part["text"] for part in parts if category(part["text"][0]) == "Mn"]
    assert "".join(part["text"] for part in parts) == "ผู้ป่วยควรเลือก"
