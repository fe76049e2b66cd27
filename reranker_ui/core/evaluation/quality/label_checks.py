"""Labels that contradict each other, are repeated, or are missing on one side."""

from collections.abc import Sequence

import numpy as np

from reranker_ui.core.evaluation.quality.finding import Finding, count_of, finding
from reranker_ui.core.evaluation.quality.table import Array, Table, mixed, repeated

FEW = 0.02  # share of positives, or of negatives, below which labels are imbalanced
_ODD = np.uint64(0x9E3779B97F4A7C15)


def conflicting_labels(table: Table) -> Finding | None:
    """Disputed pairs."""
    n = int(table.disputed.sum())
    return finding(
        "conflicts", "look", n, table.disputed, table,
        f"{count_of(n, 'pair has', 'pairs have')} labels that differ",
        "Disputed pairs are excluded from training until they are adjudicated.",
        act="decide",
    )  # fmt: skip


def near_duplicate_pairs(table: Table) -> list[Finding | None]:
    """Pairs that differ in case, punctuation or spaces alone: with different labels, and all."""
    keys = table.near * _ODD ^ table.folded  # 64 bits of both hashes, which are random already
    rows = repeated(keys)
    labelled = np.flatnonzero(rows & ~np.isnan(table.grade))
    differs = np.zeros(len(rows), dtype=bool)
    differs[labelled] = mixed(keys[labelled], table.grade[labelled])
    extra = int(rows.sum()) - len(np.unique(keys[rows]))
    n = len(np.unique(keys[differs]))
    return [
        finding(
            "near_conflicts", "look", n, differs, table,
            f"{count_of(n, 'pair has', 'pairs have')} a near-duplicate with another label",
            "The texts differ only in case, punctuation or spaces. Choose one label for each.",
        ),
        finding(
            "duplicates", "note", extra, rows, table,
            f"{count_of(extra, 'pair repeats', 'pairs repeat')} another one",
            "The texts differ only in case, punctuation or spaces. Each counts as one more"
            " example of the same.",
        ),
    ]  # fmt: skip


def similar_passages(table: Table, passages: Sequence[tuple[int, int]]) -> Finding | None:
    """`passages`: positions of pairs whose passages share most words, see `near_duplicates`."""
    near = [
        (i, j) for i, j in passages
        if table.near[i] == table.near[j] and table.folded[i] != table.folded[j]
    ]  # fmt: skip
    rows = np.zeros(len(table.ids), dtype=bool)
    rows[[at for pair in near for at in pair]] = True
    return finding(
        "similar_passages", "note", len(near), rows, table,
        f"{count_of(len(near), 'passage is', 'passages are')} very similar to another one of"
        " the same query",
        "They share nine of ten words and word pairs. Check that their labels agree.",
    )  # fmt: skip


def close_passages(
    table: Table, passages: Sequence[tuple[int, int]], similar: Sequence[tuple[int, int]]
) -> Finding | None:
    """`passages`: pairs of positions that are close in meaning; those `similar` are left out."""
    already_similar = {frozenset(table.folded[[i, j]].tolist()) for i, j in similar}
    close = [
        (i, j)
        for i, j in passages
        if frozenset(table.folded[[i, j]].tolist()) not in already_similar
    ]
    rows = np.zeros(len(table.ids), dtype=bool)
    rows[[at for pair in close for at in pair]] = True
    n = len(close)
    return finding(
        "close_passages", "note", n, rows, table,
        f"{count_of(n, 'passage means', 'passages mean')} nearly the same as another one of the"
        " same query",
        "Their embeddings are close for this dataset, whatever their words. Check that their labels"
        " agree.",
    )  # fmt: skip


def one_sided_queries(table: Table) -> list[Finding | None]:
    """Labelled queries without a relevant passage, and those without an irrelevant one."""
    labelled = ~np.isnan(table.grade)
    good, bad = _has(table, table.good), _has(table, table.bad)
    without_good, without_bad = labelled & bad & ~good, labelled & good & ~bad
    whole = len(np.unique(table.query[labelled]))
    n, m = (len(np.unique(table.query[rows])) for rows in (without_good, without_bad))
    return [
        finding(
            "no_positive", "note", n, without_good, table,
            f"{n:,} of {whole:,} labelled queries have no relevant passage",
            "Ranking cannot be evaluated on them; a pairwise loss skips them.",
        ),
        finding(
            "no_negative", "look" if m > whole / 2 else "note", m, without_bad, table,
            f"{m:,} of {whole:,} labelled queries have relevant passages only",
            "Any order of their passages is correct. Add irrelevant passages, or let a run mine"
            " hard negatives.",
        ),
    ]  # fmt: skip


def imbalance(table: Table) -> Finding | None:
    """Labels of which one kind is missing or rarer than FEW."""
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


def _has(table: Table, rows: Array) -> Array:
    """Which pairs belong to a query that has a pair among `rows`."""
    return np.isin(table.query, np.unique(table.query[rows]))
