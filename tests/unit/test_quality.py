"""Findings about labelled pairs: each one is found where it is, and only there."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation.near_duplicates import similar_pairs
from reranker_ui.core.evaluation.quality import (
    close_meanings,
    close_passages,
    label_checks,
    leakage,
)
from reranker_ui.core.evaluation.quality.checks import label_findings, similarity_findings
from reranker_ui.core.evaluation.quality.collected_rows import CollectedRows
from reranker_ui.core.evaluation.quality.readability import histogram_of_lengths
from reranker_ui.core.evaluation.quality.table import Table
from reranker_ui.core.values.labels import GRADES

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


def test_collected_rows_are_the_columns_of_a_table():
    collected = CollectedRows.of_count(2)
    keys = {"query_key": f"{1:016x}{2:016x}", "passage_key": f"{3:016x}{4:016x}"}
    texts = {"query": "Why?", "passage": "Ice."}
    collected.add(SimpleNamespace(
        id=7, **keys, **texts, split="test", effective=2.0, state="decided"))  # fmt: skip
    collected.add(SimpleNamespace(
        id=9, **keys, **texts, split=None, effective=None, state="disputed"))  # fmt: skip
    found = collected.table(GRADES)
    assert [found.ids.tolist(), found.near.tolist(), found.query.tolist()] == [
        [7, 9],
        [1, 1],
        [2, 2],
    ]
    assert found.passage.tolist() == [3, 3] and found.folded[0] == found.folded[1]
    assert found.grade[0] == 2 and np.isnan(found.grade[1])
    assert found.split.tolist() == [2, -1] and found.disputed.tolist() == [False, True]
    assert [places.tolist() for places in collected.places_of_passages(found)] == [[0, 1]]
    assert [*collected.query_texts, *collected.passage_texts] == ["Why?", "Ice."]


def test_queries_close_in_meaning_across_splits(monkeypatch):
    # One query each, by number: 0 and 1 are of train, 2 to 5 of test; 2 means what 0 does.
    rows = [(n, n, n, n, 1.0, 0 if n < 2 else 2, False) for n in range(6)]
    angles = {"q0": 0.0, "q1": 1.5, "q2": 0.05, "q3": 0.7, "q4": 0.9, "q5": 0.8}
    seen = []

    def embed(texts):
        return np.array([[0.9, *np.sqrt(0.19) * np.array([np.cos(a), np.sin(a)])]
                         for a in map(angles.get, texts)])  # fmt: skip

    monkeypatch.setattr(close_meanings, "BATCH", 4)
    queries = range(6), [f"q{n}" for n in range(6)]
    close, compared = close_meanings.close_across_splits(table(rows), *queries, embed, seen.append)
    assert (close, compared) == ([(2, 0)], 4)
    assert seen == [0.0, pytest.approx(4 / 6)]
    monkeypatch.setattr(close_meanings, "MOST_HELD_OUT", 2)
    assert close_meanings.close_across_splits(table(rows), *queries, embed, seen.append)[1] == 2
    line = leakage.close_split_queries(table(rows), close)
    assert line.rows.tolist() == [1, 3] and line.fact.startswith("1 dev or test query means")
    train = [(*row[:5], 0, False) for row in rows]
    nothing = close_meanings.close_across_splits(table(train), *queries, embed, seen.append)
    assert nothing == ([], 0)


def test_passages_of_one_query_that_are_close_in_meaning(monkeypatch):
    # Query 1 has passages 0 to 2, query 2 has 3 to 5. 1 means what 0 does, as does 3 of the other.
    rows = [(q, q, n, n, 1.0, 0, False) for n, q in enumerate((1, 1, 1, 2, 2, 2))]
    angles = [0.0, 0.05, 1.5, 0.02, 2.5, 0.8]
    vectors = np.array([[0.9, *np.sqrt(0.19) * np.array([np.cos(a), np.sin(a)])] for a in angles])
    passages = [np.array([n]) for n in range(6)], [f"p{n}" for n in range(6)]
    asked, embedded = [], []

    def stored(keys):
        asked.append(keys)
        return {key: vectors[key] for key in keys if key != 1}

    def embed(texts):
        embedded.extend(texts)
        return vectors[[int(text[1:]) for text in texts]]

    given = table(rows), *passages, stored, embed, lambda _part: None
    close, compared = close_passages.close_within_queries(*given)
    assert (close, compared, asked, embedded) == ([(0, 1)], 6, [[0, 1, 2, 3, 4, 5]], ["p1"])
    line = label_checks.close_passages(table(rows), close, [])
    assert line.rows.tolist() == [1, 2] and line.fact.startswith("1 passage means nearly the same")
    assert label_checks.close_passages(table(rows), close, [(1, 0)]) is None  # known by its words
    monkeypatch.setattr(close_passages, "MOST_EMBEDDED", 0)  # query 1 is left out as a whole
    assert close_passages.close_within_queries(*given) == ([], 3)
    alone = [(n, n, *row[2:]) for n, row in enumerate(rows)]
    nothing = close_passages.close_within_queries(table(alone), *given[1:])
    assert nothing == ([], 0)


def found(rows) -> dict[str, list[int]]:
    return {one.key: one.rows.tolist() for one in label_findings(table(rows))}


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


def test_a_query_on_two_sides_is_not_reported_twice():
    assert "near_sides" not in found([*CLEAN, (1, 1, 5, 5, 0.0, 2, False)])


def test_one_label_alone_blocks():
    rows = [(q, q, q, q, 0.0, 0, False) for q in range(9)]
    by_key = {one.key: one for one in label_findings(table(rows))}
    assert by_key["balance"].severity == "blocks"
    assert by_key["balance"].fact == "No pair is relevant"


def test_similar_texts_count_only_where_they_matter():
    pairs = table(CLEAN)
    by_key = {
        one.key: one.rows.tolist() for one in similarity_findings(pairs, [(0, 2)], [(0, 1), (1, 2)])
    }
    assert by_key == {"similar_sides": [1, 2, 3, 4], "similar_passages": [1, 2]}


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
    assert similar_pairs(["the sea is deep", "deep is the sea"]) == []  # pairs of words differ
    assert similar_pairs(["alone"]) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8, unique=True))
def test_any_texts_can_be_compared(texts):
    assert all(0 <= i < j < len(texts) for i, j in similar_pairs(texts))


@given(st.lists(st.integers(3, 9000), min_size=1, max_size=50))
def test_a_histogram_counts_every_pair(lengths):
    grades = np.array([np.nan, 0.0, 1.0] * len(lengths))[: len(lengths)]
    histogram = histogram_of_lengths(np.array(lengths), grades, 256)
    assert sum(sum(counts) for _, counts, _ in histogram["labels"]) == len(lengths)
    assert histogram["cut"] == sum(n > 256 for n in lengths) / len(lengths)
