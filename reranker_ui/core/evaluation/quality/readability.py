"""How a base model reads a dataset's texts: findings, and the token lengths of pairs."""

import numpy as np

from reranker_ui.core.bases.coverage import (
    DENSE_WARNS,
    MERGED_WARNS,
    MULTILINGUAL_VOCABULARY,
    UNKNOWN_BLOCKS,
    UNKNOWN_WARNS,
    Coverage,
)
from reranker_ui.core.evaluation.quality.finding import Finding
from reranker_ui.core.evaluation.quality.report import Lengths
from reranker_ui.core.evaluation.quality.table import Array, Table

MULTILINGUAL = "the embedded E5"  # also offline; the advisor names those of the Hub
CUT_WARNS = 0.05


def reading_findings(
    table: Table, sampled: Array, coverage: Coverage, base: str, limit: int
) -> list[Finding]:
    """Findings about how `base` reads the texts at positions `sampled`, cut at `limit` tokens."""
    lengths = np.array(coverage.lengths)
    cut = sampled[lengths > limit] if len(lengths) else sampled[:0]

    def rows(positions: list[int]) -> Array:
        return table.ids[sampled[np.array(positions, dtype=int)]]

    findings = [
        _unknown(coverage, rows(coverage.unknown_pairs), base),
        _merged(coverage, rows(coverage.merged_pairs), base),
        _dense(coverage, rows(coverage.dense_pairs), base),
        _cut(len(cut), len(lengths), table.ids[cut], limit),
    ]
    return [finding for finding in findings if finding is not None]


def histogram_of_lengths(lengths: Array, grade: Array, limit: int, bins: int = 24) -> Lengths:
    """Pairs by tokens and label, cut at `limit` tokens."""
    if not len(lengths):
        return {"edges": [], "labels": [], "median": 0, "cut": 0.0, "max_length": limit}
    high = max(int(np.quantile(lengths, 0.995)), 16)
    width = next(w for w in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1 << 20) if w * bins >= high)
    edges = np.arange(0, high + width, width)
    labels = np.where(np.isnan(grade), -1.0, grade)
    rows: list[tuple[float | None, list[int], float]] = []
    for label in np.unique(labels):
        label_lengths = lengths[labels == label]
        counts, _ = np.histogram(np.minimum(label_lengths, edges[-1] - 1), edges)
        shown = None if label < 0 else float(label)
        rows.append((shown, counts.tolist(), float((label_lengths > limit).mean())))
    cut, median = float((lengths > limit).mean()), float(np.median(lengths))
    return {"edges": edges.tolist(), "labels": rows, "median": median, "cut": cut,
            "max_length": limit}  # fmt: skip


def _unknown(coverage: Coverage, rows: Array, base: str) -> Finding | None:
    if coverage.unknown <= UNKNOWN_WARNS:
        return None
    return Finding(
        "unknown", "blocks" if coverage.unknown > UNKNOWN_BLOCKS else "look",
        f"{100 * coverage.unknown:.0f}% of tokens are unknown to the base model",
        f"{base} was trained on another script and reads each of them as [UNK]. Choose a"
        f" multilingual base, such as {MULTILINGUAL}.",
        rows, "choose a base",
    )  # fmt: skip


def _merged(coverage: Coverage, rows: Array, base: str) -> Finding | None:
    if coverage.merged_words <= MERGED_WARNS and coverage.merged_texts <= MERGED_WARNS:
        return None
    shown = " = ".join(coverage.merged_examples[0][:4]) if coverage.merged_examples else ""
    example = f", such as {shown}" if shown else ""
    return Finding(
        "merged", "look",
        f"{100 * coverage.merged_words:.0f}% of words have the same token ids as another{example}",
        f"{base} drops accents, tones or whole characters; {100 * coverage.merged_texts:.1f}% of"
        f" texts become the same as another. Choose a multilingual base, such as {MULTILINGUAL}.",
        rows, "choose a base", tuple(coverage.merged_examples),
    )  # fmt: skip


def _dense(coverage: Coverage, rows: Array, base: str) -> Finding | None:
    if (
        coverage.tokens_per_character <= DENSE_WARNS
        or coverage.vocabulary >= MULTILINGUAL_VOCABULARY
    ):
        return None
    return Finding(
        "dense", "look",
        f"The base model needs {coverage.tokens_per_character:.2f} tokens per character",
        f"English takes 0.2. {base} splits these texts into characters, which is slow and reaches"
        f" the limit early. A multilingual base, such as {MULTILINGUAL}, reads words.",
        rows, "choose a base",
    )  # fmt: skip


def _cut(n: int, of: int, rows: Array, limit: int) -> Finding | None:
    if not n:
        return None
    share = n / of
    shown = f"{100 * share:.0f}%" if share >= 0.01 else f"{100 * share:.1f}%"
    return Finding(
        "cut", "look" if share > CUT_WARNS else "note",
        f"{shown} of pairs are cut at {limit} tokens",
        "The end of long passages is not read. A higher max length reads more and takes longer.",
        rows,
    )  # fmt: skip
