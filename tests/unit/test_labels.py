"""Labels are read as a person means them, and the label that counts follows one rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.values.labels import LabelReader, Scale, guess_scale, resolve_labels
from reranker_ui.core.values.pairs import Left

UNIT = LabelReader(Scale("score", 1.0))


@pytest.mark.parametrize(
    ("raw", "label"),
    [("0", 0), ("1", 1), ("0.0", 0), (" 1 ", 1), ("1e0", 1), ("-0", 0), ("0,25", 0.25), (".5", 0.5),
     ("TRUE", 1), ("false", 0), (True, 1), (0.5, 0.5), ("not_relevant", 0), ("Relevant", 1)],
)  # fmt: skip
def test_read(raw, label):
    assert UNIT.read(raw) == label
    assert math.copysign(1, UNIT.read(raw)) == 1


@pytest.mark.parametrize("raw", ["", "   ", None, "\u00a0"])
def test_empty_is_no_label(raw):
    assert UNIT.read(raw) is None


@pytest.mark.parametrize(
    "raw",
    ["NaN", "inf", "-inf", "1e999", "-1", "2", "9999", "NULL", "None", "N/A", "maybe", "0x1", "1_0",
     "１", "1,0,0", "0/1", math.nan, math.inf, [1], {"a": 1}, 10**400],
)  # fmt: skip
def test_what_is_no_label_is_left_out(raw):
    with pytest.raises(Left) as left:
        UNIT.read(raw)
    assert left.value.reason == "bad_label"
    assert len(left.value.why) < 100


def test_a_person_maps_words_and_grades():
    reader = LabelReader(Scale("graded", 3), {"exact": 3, "1": 0})
    assert reader.read(" Exact ") == 3
    assert reader.read("1") == 0
    assert reader.read(1) == 0


def test_the_lowest_code_can_be_the_best():
    reader = LabelReader(highest_code=4.0)
    assert [reader.read(code) for code in ("1", "2", "3", "4")] == [4, 3, 2, 1]
    with pytest.raises(Left):
        reader.read("-1")


@pytest.mark.parametrize(
    ("values", "scale"),
    [([0, 1], Scale("binary")), ([0, 1, 2, 3], Scale("graded", 3)), ([], Scale("binary")),
     ([0, 0.5, 1], Scale("score", 1)), ([0, 2.5, 4.8], Scale("score", 5)), ([1], Scale("binary")),
     ([0.5, 1, 2.5, 3, 4, 5, 99], Scale("score", 5)), ([0, 86.3, 100, 9999], Scale("score", 100)),
     ([0, 1, 9999], Scale("binary")), ([0, 0.5, 2, 9999, 1e308], Scale("score", 1))],
)  # fmt: skip
def test_the_scale_is_guessed_from_the_values(values, scale):
    assert guess_scale(values) == scale


@given(st.text() | st.floats() | st.integers() | st.booleans() | st.none())
def test_anything_is_a_finite_label_or_none_or_left_out(raw):
    try:
        label = UNIT.read(raw)
    except Left:
        return
    assert label is None or 0 <= label <= 1


@pytest.mark.parametrize(
    ("imported", "votes", "decision", "label", "state"),
    [
        ([1], [], None, 1, "imported"),
        ([], [], None, None, "unlabelled"),
        ([1, 0], [], None, None, "disputed"),
        ([1, 1], [], None, 1, "imported"),
        ([1], [0], None, 0, "annotated"),
        ([1, 0], [0], None, 0, "annotated"),
        ([1], [None], None, 1, "imported"),
        ([1], [0, 1], None, None, "disputed"),
        ([1], [0, 1, 0], None, 0, "annotated"),
        ([1], [0, 1], (1,), 1, "decided"),
        ([1], [1], (None,), None, "left out"),
    ],
)
def test_the_label_that_counts(imported, votes, decision, label, state):
    resolved = resolve_labels(imported, votes, decision)
    assert (resolved.label, resolved.state) == (label, state)
