"""Ranking metrics: by hand, and against the formulas on whatever grades and scores."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation.baselines import metrics_of
from reranker_ui.core.evaluation.metrics import from_zero, per_query, ranking_metrics

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
        told = (row["ndcg@10"], row["mrr@10"], row["map"])
        assert told == pytest.approx(expected[row["query_key"]])


def _formulas(grades):
    def gained(ranked):
        return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ranked[:10], start=1))

    places = [rank for rank, grade in enumerate(grades, start=1) if grade > 0]
    precisions = [count / rank for count, rank in enumerate(places, start=1)]
    first = 1 / places[0] if places[0] <= 10 else 0
    ideal = gained(sorted(grades, reverse=True))
    return gained(grades) / ideal, first, sum(precisions) / len(precisions)


def test_stars_from_one_and_scores_without_a_zero_have_negatives():
    def told(grades):
        frame = pd.DataFrame({"query_key": [1, 1, 2, 2], "grade": grades})
        return metrics_of(frame, [0.1, 0.9, 0.2, 0.8])

    assert told([1, 5, 2, 1]) == told([0, 4, 1, 0]) and told([1, 5, 2, 1])["queries"] == 2
    found = told([0.05, 0.9, 0.1, 0.8])
    assert (found["queries"], found["ndcg@10"], found["average_precision"]) == (2, 1, 1)
    assert from_zero(pd.Series([2.0, 2.0])).tolist() == [2, 2]
    assert from_zero(pd.Series([0.0, 0.2])).tolist() == [0, 0.2]


@settings(max_examples=15, deadline=None)
@given(candidates, st.floats(0.1, 10), st.floats(-5, 5))
def test_only_the_order_counts(rows, scale, shift):
    if not rows:
        return
    keys, grades, scores = zip(*rows, strict=True)
    moved = [scale * score + shift for score in scores]
    assert ranking_metrics(keys, grades, scores) == ranking_metrics(keys, grades, moved)
