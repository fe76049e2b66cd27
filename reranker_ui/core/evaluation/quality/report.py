"""The quality report as plain values, and the counts in it."""

from typing import NotRequired, TypedDict

import numpy as np

from reranker_ui.core.evaluation.quality.finding import QualityFinding
from reranker_ui.core.evaluation.quality.table import Array, Table
from reranker_ui.core.values.labels import ScaleJson
from reranker_ui.core.values.splits import SPLITS


class SplitBalance(TypedDict):
    """Pairs, queries and relevant pairs of a split; None where labels are hidden."""

    pairs: int
    queries: int
    positives: int | None


class Balance(TypedDict):
    """Counts of pairs by label and split, of queries by split, and of pairs per query."""

    labels: list[tuple[float, int]]
    disputed: int | None
    unlabelled: int | None
    per_query: list[tuple[str, int]]
    median_per_query: float
    splits: dict[str, SplitBalance]


class Lengths(TypedDict):
    """Pairs by tokens: for each label its counts between `edges`, and the share that is cut.

    The label None counts pairs without a label, or all pairs where labels are hidden.
    """

    edges: list[int]
    labels: list[tuple[float | None, list[int], float]]
    median: float
    cut: float
    max_length: int


class CoverageShares(TypedDict):
    """How a base model reads the texts; shares from 0 to 1."""

    unknown: float
    tokens_per_character: float
    merged_texts: float
    merged_words: float


class SeenText(TypedDict):
    """The first tokens of a text, and whether each is unknown to the base model."""

    text: str
    tokens: list[tuple[str, bool]]


class Compared(TypedDict):
    """How many distinct texts were compared with each other.

    `meaning`: queries of dev and test whose meaning was compared with those of train;
    `meaning_passages`: passages whose meaning was compared with others of their query.
    """

    queries: int
    passages: int
    meaning: NotRequired[int | None]
    meaning_passages: NotRequired[int | None]


class ReadByBase(TypedDict):
    """How a base model reads `sampled` pairs; `notice`: why it could not, or what to know of it."""

    base: str
    sampled: int
    notice: str | None
    coverage: CoverageShares | None
    lengths: Lengths | None
    seen: list[SeenText]


class QualityReport(ReadByBase):
    """The quality report. `checked_at`: Unix seconds.

    `clean`: what was checked and not found; `version`: the last line of the journal before it.
    Reports of older versions have no `scale`.
    """

    dataset: str
    version: int
    checked_at: float
    pairs: int
    scale: NotRequired[ScaleJson]
    balance: Balance
    findings: list[QualityFinding]
    clean: list[str]
    compared: Compared


def balance(table: Table) -> Balance:
    """Counts of pairs by label and split, of queries by split, and of pairs per query."""
    labels, counts = np.unique(table.grade[~np.isnan(table.grade)], return_counts=True)
    _, sizes = np.unique(table.query, return_counts=True)
    return {
        "labels": [(float(label), int(n)) for label, n in zip(labels, counts, strict=True)],
        "disputed": int(table.disputed.sum()),
        "unlabelled": int((np.isnan(table.grade) & ~table.disputed).sum()),
        "per_query": _histogram(sizes),
        "median_per_query": float(np.median(sizes)) if len(sizes) else 0.0,
        "splits": {name: _split(table, table.split == at) for at, name in enumerate(SPLITS)},
    }


def _split(table: Table, rows: Array) -> SplitBalance:
    return {
        "pairs": int(rows.sum()),
        "queries": len(np.unique(table.query[rows])),
        "positives": int(table.good[rows].sum()),
    }


def _histogram(sizes: Array, longest: int = 12) -> list[tuple[str, int]]:
    counts = np.bincount(np.minimum(sizes, longest).astype(int), minlength=longest + 1)[1:]
    return [(str(at) if at < longest else f"{longest}+", int(n)) for at, n in enumerate(counts, 1)]
