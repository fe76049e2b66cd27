"""Labels are read as a person means them, and the label that counts follows one rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.formats.labels.label_scale import guess_scale, histogram, scale_for
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.labels import LabelReader, Scale
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused
from tests.support.label_rule import resolve_labels

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
    with pytest.raises(LeftOut) as left:
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
    with pytest.raises(LeftOut):
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


SHOP = {0: 101, 1: 201, 2: 200, 3: 101}


@pytest.mark.parametrize(
    ("counts", "scale"),
    [
        (SHOP | {7: 1}, Scale("graded", 3)),
        (SHOP | {7: 1, 2.5: 1}, Scale("graded", 3)),
        (SHOP | {7: 1, 8: 1, 33: 1}, Scale("graded", 3)),
        (SHOP | {4: 1}, Scale("graded", 3)),
        (SHOP | {4: 4}, Scale("graded", 4)),  # too many for typos
        ({0: 25, 1: 25, 2: 25, 3: 25, 4: 1}, Scale("graded", 3)),
        ({0: 10, 1: 20, 2: 20, 3: 20, 4: 1}, Scale("graded", 4)),  # too few labels to tell
        ({0: 60, 1: 25, 2: 8, 3: 1}, Scale("graded", 3)),  # each grade is rarer than the last
        ({0: 300, 1: 300, 2: 1}, Scale("binary")),
        (SHOP | {7: 9}, Scale("graded", 7)),
        ({0: 300, 1: 300, 5: 1}, Scale("binary")),
        ({0: 990, 2: 2, 3: 2}, Scale("graded", 3)),  # what is left would be no scale
        ({0: 990, 1: 2, 0.5: 3}, Scale("score")),
        ({0: 90, 1: 90, 0.5: 30}, Scale("score")),
    ],
)
def test_a_few_values_that_do_not_fit_do_not_widen_the_scale(counts, scale):
    assert guess_scale(counts) == scale


def test_the_chosen_scale_is_kept_and_what_is_missing_is_guessed():
    def scale(counts=SHOP, names=(), **chosen):
        return scale_for(ReadOptions(**chosen), counts, dict(names), all_relevant=False)

    assert scale(scale="graded", max_grade=3) == Scale("graded", 3)
    assert scale({}, scale="graded", max_grade=3) == Scale("graded", 3)
    assert scale({1: 9, 3: 9}, max_grade=3) == Scale("graded", 3)  # a part without a 0
    assert scale(SHOP | {7: 1}, scale="graded") == Scale("graded", 3)
    assert scale({0: 300, 1: 300, 2: 1}, scale="graded") == Scale("graded", 2)
    assert scale(SHOP | {7: 1}, scale="score") == Scale("score", 3)
    assert scale({}, min_grade=1, max_grade=5) == Scale("graded", 5, 1, 4)
    stars = dict.fromkeys(range(1, 6), 60)
    assert scale(stars | {0: 1, 7: 1}) == Scale("graded", 5, 1, 4)  # two typos among stars
    assert scale(stars | {0: 60}) == Scale("graded", 5)
    named = scale({}, grade_names=["bad", "good", "best"], relevant_from=2)
    assert named == Scale("graded", 2, 0, 2, ("bad", "good", "best"))
    assert scale(names={0: "No", 3: "Exact"}).names == ("No", "", "", "Exact")
    assert scale(names={0: "Same", 3: "same"}).names == ()
    for wrong in ({"max_grade": 2.5}, {"max_grade": 3, "relevant_from": 0},
                  {"max_grade": 3, "relevant_from": 4}, {"min_grade": 3, "max_grade": 3},
                  {"max_grade": 3, "grade_names": ["a", "b"]}, {"max_grade": 101},
                  {"scale": "score", "grade_names": ["a", "b"]},
                  {"grade_names": ["a", "A"]}, {"grade_names": ["a" * 41, "b"]}):  # fmt: skip
        with pytest.raises(Refused):
            scale(**wrong)


def test_the_histogram_has_each_label_and_what_is_rejected():
    rows = histogram({0: 5, 3: 2, 7: 1, -1: 1}, Scale("graded", 3))
    bins = [(row["from"], row["count"], row["outside"]) for row in rows]
    assert bins == [(0, 5, False), (1, 0, False), (2, 0, False), (3, 2, False),
                    (-1, 1, True), (7, 1, True)]  # fmt: skip
    parts = histogram({0.05: 1, 0.5: 2, 1: 4}, Scale("score"))
    assert [row["count"] for row in parts] == [1, 0, 0, 0, 0, 2, 0, 0, 0, 4]


def test_a_label_is_read_as_number_and_name():
    scale = Scale("graded", 5, 1, names=("bad", "", "", "", "best"))
    assert [scale.word_of(label) for label in (1, 2, 5, 6)] == ["1 bad", "2", "5 best", "6"]
    assert Scale.from_json(scale.as_json()) == scale
    assert "names" not in Scale("graded", 3).as_json()


@given(st.text() | st.floats() | st.integers() | st.booleans() | st.none())
def test_anything_is_a_finite_label_or_none_or_left_out(raw):
    try:
        label = UNIT.read(raw)
    except LeftOut:
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
