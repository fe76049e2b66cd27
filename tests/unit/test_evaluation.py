"""Ranking metrics: by hand, and against the formulas on whatever grades and scores."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation.metrics import (
    measure_of,
    named_per_query,
    per_query,
    ranking_metrics,
)
from reranker_ui.core.formats.labels.label_scale import with_relevance
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused

NOTHING = {"ndcg@10": None, "mrr@10": None, "map": None, "average_precision": None, "queries": 0}


def test_by_hand():
    # Query a: a wrong passage first, then grade 3, then grade 1. Query b has no negative.
    keys = ["a", "a", "a", "a", "b", "b"]
    grades = [0, 3, 1, None, 1, 1]
    scores = [0.9, 0.5, 0.1, 0.99, 0.2, 0.3]
    found = ranking_metrics(keys, grades, scores)
    assert found["queries"] == 1
    gained, ideal = 3 / math.log2(3) + 1 / math.log2(4), 3 + 1 / math.log2(3)
    assert found["ndcg@10"] == pytest.approx(gained / ideal)
    assert found["mrr@10"] == pytest.approx(1 / 2)
    assert found["map"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    # Pooled, best first: 0 (a), 1 (a), 1 (b), 1 (b), 1 (a): precisions 1/2, 2/3, 3/4, 4/5.
    assert found["average_precision"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 4)


def test_gain_is_linear_in_a_fractional_grade():
    found = ranking_metrics("qqq", [0.25, 0.5, 0], [3, 2, 1])
    assert found["ndcg@10"] == pytest.approx(
        (0.25 + 0.5 / math.log2(3)) / (0.5 + 0.25 / math.log2(3))
    )


def test_the_first_relevant_below_ten_counts_nothing():
    scores = list(range(11, 0, -1))
    found = ranking_metrics("q" * 11, [0] * 10 + [1], scores)
    assert (found["mrr@10"], found["ndcg@10"]) == (0, 0)
    assert found["map"] == pytest.approx(1 / 11)
    assert ranking_metrics("q" * 10, [0] * 9 + [1], scores[:10])["mrr@10"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("keys", "grades"), [("", []), ("aa", [0, 0]), ("aa", [None, None]), ("", [])]
)
def test_nothing_to_score(keys, grades):
    assert ranking_metrics(keys, grades, [0.5] * len(grades)) == NOTHING


def test_only_positives_have_no_average_precision():
    assert ranking_metrics("aa", [1, 1], [1, 2]) == NOTHING


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a finite number"):
        ranking_metrics("ab", [1, 0], [float("nan"), 1])


def test_ties_do_not_follow_the_order_given():
    # All scores equal, the positive always first in the file: a mean far from 1.
    keys = [query for query in range(300) for _ in range(10)]
    grades = ([1] + [0] * 9) * 300
    found = ranking_metrics(keys, grades, [0.5] * 3000)
    assert 0.2 < found["mrr@10"] < 0.4  # the expected value is H(10) / 10 = 0.293
    assert found == ranking_metrics(keys, grades, [0.5] * 3000)
    assert found != ranking_metrics(keys, grades, [0.5] * 3000, seed=1)


candidates = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([0, 1, 2, 3]), st.integers(-50, 50)),
    max_size=40,
    unique_by=lambda row: row[2],  # no ties, so that the order is known
)


@settings(max_examples=40, deadline=None)
@given(candidates)
def test_like_the_formulas(rows):
    found = per_query(*zip(*rows, strict=True)) if rows else per_query([], [], [])
    expected = {}
    for key in {key for key, *_ in rows}:
        mine = sorted((row for row in rows if row[0] == key), key=lambda row: -row[2])
        grades = [grade for _, grade, _ in mine]
        if any(grades) and 0 in grades:
            expected[key] = _formulas(grades)
    assert set(found["query_key"]) == set(expected)
    for row in found.to_dict("records"):
        metrics = (row["ndcg@10"], row["mrr@10"], row["map"])
        assert metrics == pytest.approx(expected[row["query_key"]])


def _formulas(grades):
    def gained(ranked):
        return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ranked[:10], start=1))

    places = [rank for rank, grade in enumerate(grades, start=1) if grade > 0]
    precisions = [count / rank for count, rank in enumerate(places, start=1)]
    first = 1 / places[0] if places[0] <= 10 else 0
    ideal = gained(sorted(grades, reverse=True))
    return gained(grades) / ideal, first, sum(precisions) / len(precisions)


STARS = Scale("graded", 5, min=1, relevant_from=4)


def test_every_query_with_two_different_stars_is_measured():
    found = per_query("aabbcc", [4, 1, 3, 2, 5, 5], [1, 2, 2, 1, 1, 2], scale=STARS)
    assert found["query_key"].tolist() == ["a", "b"]
    # gains 3 and 0 in the wrong order; 2 and 1 in the right one
    assert found["ndcg@10"].tolist() == pytest.approx([1 / math.log2(3), 1])
    assert found["mrr@10"].tolist()[0] == 0.5 and math.isnan(found["mrr@10"].tolist()[1])
    metrics = ranking_metrics("aabbcc", [4, 1, 3, 2, 5, 5], [1, 2, 2, 1, 1, 2], scale=STARS)
    assert (metrics["queries"], metrics["mrr@10"], metrics["map"]) == (2, 0.5, 0.5)


def test_the_lowest_grade_of_a_query_is_no_negative():
    """A scale of 0 to 5 whose test split happens to hold 2, 5 and 3."""
    scale = Scale("graded", 5)
    assert ranking_metrics("aaa", [2, 5, 3], [3, 2, 1], scale=scale)["queries"] == 0
    assert ranking_metrics("aaa", [2, 5, 3], [3, 2, 1]) == NOTHING


def test_scores_without_a_zero_have_negatives_below_the_threshold():
    scale = Scale("score", 1, relevant_from=0.475)
    found = ranking_metrics("aabb", [0.05, 0.9, 0.1, 0.8], [0.1, 0.9, 0.2, 0.8], scale=scale)
    assert (found["queries"], found["ndcg@10"], found["average_precision"]) == (2, 1, 1)


def test_a_threshold_that_was_said_decides_what_is_relevant():
    scale = Scale("graded", 3, relevant_from=2)
    found = ranking_metrics("aabb", [1, 3, 0, 1], [2, 1, 1, 2], scale=scale)
    assert (found["queries"], found["mrr@10"], found["average_precision"]) == (1, 0.5, 0.25)


@pytest.mark.parametrize(
    ("kind", "top", "values", "lowest", "relevant_from"),
    [
        ("graded", 5, [1, 2, 5], 1, 4), ("graded", 3, [1, 2, 3], 1, 3), ("graded", 4, [1, 4], 1, 3),
        ("graded", 5, [2, 5, 3], 1, 4), ("graded", 5, [0, 2, 5], 0, None),
        ("score", 1, [0.2, 0.8], 0, 0.5), ("score", 1, [0, 0.8], 0, None),
        ("binary", 1, [1, 1], 0, None), ("graded", 3, [3, 3], 0, None), ("graded", 3, [], 0, None),
    ],
)  # fmt: skip
def test_what_is_relevant_by_default(kind, top, values, lowest, relevant_from):
    scale = with_relevance(Scale(kind, top), values)
    assert (scale.min, scale.relevant_from) == (lowest, relevant_from)
    assert Scale.from_json(scale.as_json()) == scale
    assert Scale.from_json({"kind": kind, "max": top}) == Scale(kind, top)


@settings(max_examples=15, deadline=None)
@given(candidates, st.floats(0.1, 10), st.floats(-5, 5))
def test_only_the_order_counts(rows, scale, shift):
    if not rows:
        return
    keys, grades, scores = zip(*rows, strict=True)
    moved = [scale * score + shift for score in scores]
    assert ranking_metrics(keys, grades, scores) == ranking_metrics(keys, grades, moved)


def test_metrics_by_name_follow_their_formulas():
    keys, grades, scores = ["q"] * 4, [0, 3, 1, 0], [4.0, 3.0, 2.0, 1.0]  # ranked 0, 3, 1, 0
    log3, log4 = math.log2(3), math.log2(4)

    def value(name, **more):
        return float(named_per_query(name, keys, grades, scores, **more).mean())

    assert value("ndcg@3") == pytest.approx((3 / log3 + 1 / log4) / (3 + 1 / log3), abs=1e-4)
    assert value("NDCG-EXP@3") == pytest.approx((7 / log3 + 1 / log4) / (7 + 1 / log3), abs=1e-4)
    assert value("p@2") == pytest.approx(0.5) and value("recall@2") == pytest.approx(0.5)
    from_two = Scale("graded", 3.0, relevant_from=2.0)
    assert value("recall@2", scale=from_two) == pytest.approx(1.0)
    assert named_per_query("p@2", ["q"], [1.0], [1.0]).empty


@pytest.mark.parametrize("name", ["", "ndcg", "ndcg@0", "p@1001", "map@5", "p@-1", "p@٥"])
def test_unknown_metrics_are_refused(name):
    assert measure_of(" P@5 ") == ("p", 5)
    with pytest.raises(Refused, match="is not a metric"):
        measure_of(name)
