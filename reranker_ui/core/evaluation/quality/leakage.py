"""Leakage: texts of the test or dev split that the train split has, too."""

from collections.abc import Sequence

import numpy as np

from reranker_ui.core.evaluation.quality.finding import Finding, count_of, finding
from reranker_ui.core.evaluation.quality.table import Table, in_several_splits, mixed


def split_queries(table: Table) -> Finding | None:
    """Queries with pairs in more than one split."""
    rows = in_several_splits(table, table.query, table.split >= 0)
    n = len(np.unique(table.query[rows]))
    return finding(
        "sides", "blocks", n, rows, table,
        f"{count_of(n, 'query is', 'queries are')} in more than one split",
        "Leakage: test queries also appear in train. Move each query to the split that has most of"
        " its pairs; labels do not change.",
        act="join sides",
    )  # fmt: skip


def near_split_queries(table: Table) -> Finding | None:
    """Queries in different splits that differ in case, punctuation or spaces alone."""
    rows = in_several_splits(table, table.near, table.split >= 0)
    in_other_splits = in_several_splits(table, table.query, table.split >= 0)
    rows &= ~np.isin(table.near, table.near[in_other_splits])
    n = len(np.unique(table.near[rows]))
    return finding(
        "near_sides", "blocks", n, rows, table,
        f"{count_of(n, 'query differs', 'queries differ')} only in case, punctuation or spaces"
        " from one in another split",
        "A model reads them as the same query. Move them to one split.",
        act="join sides",
    )  # fmt: skip


def similar_split_queries(table: Table, queries: Sequence[tuple[int, int]]) -> Finding | None:
    """`queries`: positions of pairs whose queries share most words, see `near_duplicates`."""
    in_two_splits = [
        (i, j) for i, j in queries
        if table.split[i] != table.split[j] and table.near[i] != table.near[j]
    ]  # fmt: skip
    keys = {int(table.query[at]) for pair in in_two_splits for at in pair}
    rows = np.isin(table.query, np.array(sorted(keys), dtype=table.query.dtype))
    return finding(
        "similar_sides", "look", len(in_two_splits), rows, table,
        f"{count_of(len(in_two_splits), 'query is', 'queries are')}"
        " very similar to one in another split",
        "They share four of five words and word pairs. If they ask the same, move them to one"
        " split.",
    )  # fmt: skip


def close_split_queries(table: Table, queries: Sequence[tuple[int, int]]) -> Finding | None:
    """`queries`: positions of a dev or test query and of the train query that is closest to it."""
    keys = {int(table.query[at]) for pair in queries for at in pair}
    rows = np.isin(table.query, np.array(sorted(keys), dtype=table.query.dtype))
    n = len(queries)
    return finding(
        "meaning_sides", "look", n, rows, table,
        f"{count_of(n, 'dev or test query means', 'dev or test queries mean')} nearly the same as"
        " one of train",
        "Their embeddings are close for this dataset, whatever their words. If they ask the same,"
        " move them to one split.",
    )  # fmt: skip


def shared_passages(table: Table) -> Finding | None:
    """Passages that are relevant both in train and in dev or test."""
    good = table.good & (table.split >= 0)
    test = (table.split > 0).astype(np.int8)
    rows = np.zeros(len(good), dtype=bool)
    rows[good] = mixed(table.passage[good], test[good])
    n = len(np.unique(table.passage[rows]))
    whole = len(np.unique(table.passage[good & (table.split > 0)]))
    return finding(
        "passage_sides", "look", n, rows, table,
        f"{count_of(n, 'passage is', 'passages are')} relevant in train and in dev or test,"
        f" of {whole:,} there",
        "A model may learn that these passages are relevant to any query. This is expected where"
        " queries share few answers, such as a list of topics.",
    )  # fmt: skip
