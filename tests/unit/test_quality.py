"""Findings about labelled pairs: each one is found where it is, and only there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation.near_duplicates import similar_pairs
from reranker_ui.core.evaluation.quality.checks import alike, structure
from reranker_ui.core.evaluation.quality.readability import histogram_of_lengths
from reranker_ui.core.evaluation.quality.table import Table

CLEAN = [  # query, near, passage, folded, grade, split, disputed
    (1, 1, 1, 1, 1.0, 0, False),
    (1, 1, 2, 2, 0.0, 0, False),
    (2, 2, 3, 3, 1.0, 1, False),
    (2, 2, 4, 4, 0.0, 1, False),
]


def table(rows) -> Table:
    kinds = (*[np.uint64] * 4, np.float64, np.int8, np.bool_)
    columns = [np.array(c, dtype=k) for c, k in zip(zip(*rows, strict=True), kinds, strict=True)]
    return Table(np.arange(1, len(rows) + 1), *columns)


def found(rows) -> dict[str, list[int]]:
    return {one.key: one.rows.tolist() for one in structure(table(rows))}


def test_nothing_is_found_in_clean_pairs():
    assert found(CLEAN) == {}


@pytest.mark.parametrize(
    ("more", "key", "rows"),
    [
        ((1, 1, 5, 5, 0.0, 2, False), "sides", [1, 2, 5]),
        ((9, 1, 5, 5, 0.0, 2, False), "near_sides", [1, 2, 5]),
        ((2, 2, 1, 1, 1.0, 1, False), "passage_sides", [1, 5]),
        ((2, 2, 5, 5, np.nan, 1, True), "conflicts", [5]),
        ((2, 2, 9, 3, 0.0, 1, False), "near_conflicts", [3, 5]),
        ((2, 2, 9, 3, 1.0, 1, False), "duplicates", [3, 5]),
        ((3, 3, 5, 5, 0.0, 0, False), "no_positive", [5]),
        ((3, 3, 5, 5, 1.0, 0, False), "no_negative", [5]),
    ],
)
def test_what_is_wrong_is_found_with_its_rows(more, key, rows):
    assert found([*CLEAN, more])[key] == rows


def test_a_query_on_two_sides_is_not_told_twice():
    assert "near_sides" not in found([*CLEAN, (1, 1, 5, 5, 0.0, 2, False)])


def test_one_label_alone_blocks():
    rows = [(q, q, q, q, 0.0, 0, False) for q in range(9)]
    told = {one.key: one for one in structure(table(rows))}
    assert told["balance"].severity == "blocks"
    assert told["balance"].fact == "No pair is relevant"


def test_similar_texts_count_only_where_they_matter():
    pairs = table(CLEAN)
    told = {one.key: one.rows.tolist() for one in alike(pairs, [(0, 2)], [(0, 1), (1, 2)])}
    assert told == {"similar_sides": [1, 2, 3, 4], "similar_passages": [1, 2]}


def test_similar_pairs():
    texts = [
        "how are glacier caves formed under the ice of a mountain",
        "what is the capital of france",
        "how are glacier caves formed under the ice of the mountain",
        "蚂蚁花呗可以提前还款吗还款以后还能用吗",
        "蚂蚁花呗可以提前还款吗还款以后还能用嘛",
        "",
        "?",
    ]
    assert similar_pairs(texts, 0.6) == [(0, 2), (3, 4)]
    assert similar_pairs(["", ""]) == []
    assert similar_pairs(["alone"]) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8, unique=True))
def test_any_texts_can_be_compared(texts):
    assert all(0 <= i < j < len(texts) for i, j in similar_pairs(texts))


@given(st.lists(st.integers(3, 9000), min_size=1, max_size=50))
def test_a_histogram_counts_every_pair(lengths):
    grades = np.array([np.nan, 0.0, 1.0] * len(lengths))[: len(lengths)]
    told = histogram_of_lengths(np.array(lengths), grades, 256)
    assert sum(sum(counts) for _, counts, _ in told["labels"]) == len(lengths)
    assert told["cut"] == sum(n > 256 for n in lengths) / len(lengths)
