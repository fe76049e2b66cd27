"""Quality of labelled pairs: problems for training or evaluation, and the affected pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.splits import SPLITS

Severity = Literal["blocks", "look", "note"]
FEW = 0.02  # share of positives, or of negatives, below which labels are imbalanced
Array = Any  # a numpy array with one value a pair


@dataclass(frozen=True)
class Table:
    """Pairs as arrays of one length. Keys are 64-bit hashes: equal texts have equal keys."""

    ids: Array
    query: Array
    near: Array  # of the query without case, punctuation and spaces
    passage: Array
    folded: Array  # of the passage without case, punctuation and spaces
    grade: Array  # the effective label, NaN where there is none
    split: Array  # position in SPLITS, -1 for none
    disputed: Array  # whether labels differ
    scale: Scale = GRADES

    @property
    def good(self) -> Array:
        """Which pairs are labelled relevant."""
        return self.scale.relevant(self.grade)

    @property
    def bad(self) -> Array:
        """Which pairs are labelled, and not relevant."""
        return ~np.isnan(self.grade) & ~self.good


@dataclass(frozen=True)
class Finding:
    """One line of the report: the fact with its number, cause and fix, and the affected pairs."""

    key: str
    severity: Severity
    fact: str
    fix: str
    rows: Array = field(repr=False)
    act: str | None = None  # what the page offers: "join sides", "choose a base"
    examples: tuple[Any, ...] = ()


# The checks in the order of the report, and their names where nothing is found.
CLEAN = {
    "sides": "queries in two splits",
    "near_sides": "near-duplicate queries in two splits",
    "similar_sides": "similar queries in two splits",
    "passage_sides": "relevant passages shared by two splits",
    "conflicts": "pairs with two labels",
    "near_conflicts": "near-duplicate pairs with two labels",
    "duplicates": "near-duplicate pairs",
    "similar_passages": "similar passages of one query",
    "no_positive": "queries without a relevant passage",
    "no_negative": "queries with relevant passages only",
    "balance": "one label missing or rare",
    "unknown": "tokens unknown to the base",
    "merged": "texts with the same token ids",
    "dense": "a script the tokenizer splits into characters",
    "cut": "pairs truncated at max length",
}


def balance(table: Table) -> dict[str, Any]:
    """Counts of pairs by label and split, of queries by split, and of pairs per query."""
    labels, counts = np.unique(table.grade[~np.isnan(table.grade)], return_counts=True)
    _, sizes = np.unique(table.query, return_counts=True)
    return {
        "labels": [[float(label), int(n)] for label, n in zip(labels, counts, strict=True)],
        "disputed": int(table.disputed.sum()),
        "unlabelled": int((np.isnan(table.grade) & ~table.disputed).sum()),
        "per_query": _histogram(sizes),
        "median_per_query": float(np.median(sizes)) if len(sizes) else 0.0,
        "splits": {name: _split(table, table.split == at) for at, name in enumerate(SPLITS)},
    }


def structure(table: Table) -> list[Finding]:
    """Findings from labels, splits and keys, without the texts."""
    findings = [
        _sides(table), _near_sides(table), _passage_sides(table), _conflicts(table),
        *_near_duplicates(table), *_one_sided(table), _uneven(table),
    ]  # fmt: skip
    return [finding for finding in findings if finding is not None]


def alike(
    table: Table, queries: Sequence[tuple[int, int]], passages: Sequence[tuple[int, int]]
) -> list[Finding]:
    """Findings from similar texts: pairs of positions of similar queries and passages."""
    findings = [_similar_sides(table, queries), _similar_passages(table, passages)]
    return [finding for finding in findings if finding is not None]


def _split(table: Table, rows: Array) -> dict[str, int]:
    return {
        "pairs": int(rows.sum()),
        "queries": len(np.unique(table.query[rows])),
        "positives": int(table.good[rows].sum()),
    }


def _histogram(sizes: Array, longest: int = 12) -> list[list[Any]]:
    counts = np.bincount(np.minimum(sizes, longest).astype(int), minlength=longest + 1)[1:]
    return [[str(at) if at < longest else f"{longest}+", int(n)] for at, n in enumerate(counts, 1)]


def _sides(table: Table) -> Finding | None:
    rows = _in_several_splits(table, table.query, table.split >= 0)
    n = len(np.unique(table.query[rows]))
    return _finding(
        "sides", "blocks", n, rows, table,
        f"{_many(n, 'query is', 'queries are')} in more than one split",
        "Leakage: test queries also appear in train. Move each query to the split that has most of"
        " its pairs; labels do not change.",
        act="join sides",
    )  # fmt: skip


def _near_sides(table: Table) -> Finding | None:
    rows = _in_several_splits(table, table.near, table.split >= 0)
    alone = _in_several_splits(table, table.query, table.split >= 0)
    rows &= ~np.isin(table.near, table.near[alone])
    n = len(np.unique(table.near[rows]))
    return _finding(
        "near_sides", "blocks", n, rows, table,
        f"{_many(n, 'query differs', 'queries differ')} only in case, punctuation or spaces"
        " from one in another split",
        "A model reads them as the same query. Move them to one split.",
        act="join sides",
    )  # fmt: skip


def _similar_sides(table: Table, queries: Sequence[tuple[int, int]]) -> Finding | None:
    apart = [
        (i, j) for i, j in queries
        if table.split[i] != table.split[j] and table.near[i] != table.near[j]
    ]  # fmt: skip
    keys = {int(table.query[at]) for pair in apart for at in pair}
    rows = np.isin(table.query, np.array(sorted(keys), dtype=table.query.dtype))
    return _finding(
        "similar_sides", "look", len(apart), rows, table,
        f"{_many(len(apart), 'query is', 'queries are')} very similar to one in another split",
        "They share four of five words and word pairs. If they ask the same, move them to one"
        " split.",
    )  # fmt: skip


def _passage_sides(table: Table) -> Finding | None:
    good = table.good & (table.split >= 0)
    test = (table.split > 0).astype(np.int8)
    rows = np.zeros(len(good), dtype=bool)
    rows[good] = _mixed(table.passage[good], test[good])
    n = len(np.unique(table.passage[rows]))
    whole = len(np.unique(table.passage[good & (table.split > 0)]))
    return _finding(
        "passage_sides", "look", n, rows, table,
        f"{_many(n, 'passage is', 'passages are')} relevant in train and in dev or test,"
        f" of {whole:,} there",
        "A model may learn that these passages are relevant to any query. This is expected where"
        " queries share few answers, such as a list of topics.",
    )  # fmt: skip


def _conflicts(table: Table) -> Finding | None:
    n = int(table.disputed.sum())
    return _finding(
        "conflicts", "look", n, table.disputed, table,
        f"{_many(n, 'pair has', 'pairs have')} labels that differ",
        "Disputed pairs are excluded from training until they are adjudicated.",
        act="decide",
    )  # fmt: skip


def _near_duplicates(table: Table) -> list[Finding | None]:
    together = _hashed(table.near, table.folded)
    _, group, sizes = np.unique(together, return_inverse=True, return_counts=True)
    rows = sizes[group] > 1
    known = rows & ~np.isnan(table.grade)
    apart = np.zeros(len(rows), dtype=bool)
    apart[known] = _mixed(together[known], table.grade[known])
    extra = int((sizes - 1).sum())
    n = len(np.unique(together[apart]))
    return [
        _finding(
            "near_conflicts", "look", n, apart, table,
            f"{_many(n, 'pair has', 'pairs have')} a near-duplicate with another label",
            "The texts differ only in case, punctuation or spaces. Choose one label for each.",
        ),
        _finding(
            "duplicates", "note", extra, rows, table,
            f"{_many(extra, 'pair repeats', 'pairs repeat')} another one",
            "The texts differ only in case, punctuation or spaces. Each counts as one more"
            " example of the same.",
        ),
    ]  # fmt: skip


def _similar_passages(table: Table, passages: Sequence[tuple[int, int]]) -> Finding | None:
    near = [
        (i, j) for i, j in passages
        if table.near[i] == table.near[j] and table.folded[i] != table.folded[j]
    ]  # fmt: skip
    rows = np.zeros(len(table.ids), dtype=bool)
    rows[[at for pair in near for at in pair]] = True
    return _finding(
        "similar_passages", "note", len(near), rows, table,
        f"{_many(len(near), 'passage is', 'passages are')} very similar to another one of"
        " the same query",
        "They share nine of ten words and word pairs. Check that their labels agree.",
    )  # fmt: skip


def _one_sided(table: Table) -> list[Finding | None]:
    labelled = ~np.isnan(table.grade)
    good, bad = _has(table, table.good), _has(table, table.bad)
    without_good, without_bad = labelled & bad & ~good, labelled & good & ~bad
    whole = len(np.unique(table.query[labelled]))
    n, m = (len(np.unique(table.query[rows])) for rows in (without_good, without_bad))
    return [
        _finding(
            "no_positive", "note", n, without_good, table,
            f"{n:,} of {whole:,} labelled queries have no relevant passage",
            "Ranking cannot be evaluated on them; a pairwise loss skips them.",
        ),
        _finding(
            "no_negative", "look" if m > whole / 2 else "note", m, without_bad, table,
            f"{m:,} of {whole:,} labelled queries have relevant passages only",
            "Any order of their passages is correct. Add irrelevant passages, or let a run mine"
            " hard negatives.",
        ),
    ]  # fmt: skip


def _uneven(table: Table) -> Finding | None:
    labelled = ~np.isnan(table.grade)
    good, n = int(table.good.sum()), int(labelled.sum())
    rare = min(good, n - good)
    if not n or rare / n >= FEW:
        return None
    rows = labelled & (table.good == (good <= n - good))
    word = "relevant" if good <= n - good else "not relevant"
    fact = f"Only {rare:,} of {n:,} labelled pairs are {word}" if rare else f"No pair is {word}"
    fix = "A model learns from the difference: label more pairs of the rare kind, or import some."
    return Finding("balance", "look" if rare else "blocks", fact, fix, table.ids[rows])


def _finding(
    key: str, severity: Severity, n: int, rows: Array, table: Table, fact: str, fix: str,
    act: str | None = None,
) -> Finding | None:  # fmt: skip
    return Finding(key, severity, fact, fix, table.ids[rows], act) if n else None


def _in_several_splits(table: Table, keys: Array, assigned: Array) -> Array:
    rows = np.zeros(len(keys), dtype=bool)
    rows[assigned] = _mixed(keys[assigned], table.split[assigned])
    return rows


def _mixed(keys: Array, values: Array) -> Array:
    """Which elements belong to a key that has more than one value."""
    if not len(keys):
        return np.zeros(0, dtype=bool)
    _, group = np.unique(keys, return_inverse=True)
    low = np.full(group.max() + 1, np.inf)
    high = np.full(group.max() + 1, -np.inf)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    return (low != high)[group]


def _has(table: Table, rows: Array) -> Array:
    """Which pairs belong to a query that has a pair among `rows`."""
    return np.isin(table.query, np.unique(table.query[rows]))


def _hashed(left: Array, right: Array) -> Array:
    mixed = left.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(29))) + right.astype(np.uint64)


def _many(n: int, singular: str, plural: str) -> str:
    return f"{n:,} {singular if n == 1 else plural}"
