"""The quality report for users who may not see every label."""

from reranker_ui.core.evaluation.quality.checks import CLEAN
from reranker_ui.core.evaluation.quality.report import (
    Balance,
    Lengths,
    QualityReport,
    SplitBalance,
)

# The findings that come from texts and splits alone.
WITHOUT_LABELS = (
    *("sides", "near_sides", "similar_sides", "meaning_sides", "duplicates", "similar_passages"),
    *("close_passages", "unknown", "merged", "dense", "cut"),
)


def without_labels(report: QualityReport) -> QualityReport:
    """The part of a quality report that comes from texts and splits alone.

    `balance` lists no labels, and its counts of labels are None; `lengths` counts all pairs
    under the label None.
    """
    clean = {CLEAN[key] for key in WITHOUT_LABELS}
    return {
        **report,
        "balance": _balance(report["balance"]),
        "lengths": report["lengths"] and _lengths(report["lengths"]),
        "findings": [finding for finding in report["findings"] if finding["key"] in WITHOUT_LABELS],
        "clean": [word for word in report["clean"] if word in clean],
    }


def _balance(balance: Balance) -> Balance:
    splits: dict[str, SplitBalance] = {
        name: {**split, "positives": None} for name, split in balance["splits"].items()
    }
    return {**balance, "labels": [], "disputed": None, "unlabelled": None, "splits": splits}


def _lengths(lengths: Lengths) -> Lengths:
    columns = zip(*(counts for _, counts, _ in lengths["labels"]), strict=True)
    together = (None, [sum(column) for column in columns], lengths["cut"])
    return {**lengths, "labels": [together]}
