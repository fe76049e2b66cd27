"""The checks of labelled pairs, in the order of the report."""

from collections.abc import Sequence
from typing import get_args

from reranker_ui.core.evaluation.quality import label_checks, leakage
from reranker_ui.core.evaluation.quality.finding import Finding, Severity
from reranker_ui.core.evaluation.quality.table import Table

# The checks in the order of the report, and their names where nothing is found.
CLEAN = {
    "sides": "queries in two splits",
    "near_sides": "near-duplicate queries in two splits",
    "similar_sides": "similar queries in two splits",
    "meaning_sides": "test queries that mean the same as one of train",
    "passage_sides": "relevant passages shared by two splits",
    "conflicts": "pairs with two labels",
    "near_conflicts": "near-duplicate pairs with two labels",
    "duplicates": "near-duplicate pairs",
    "similar_passages": "similar passages of one query",
    "close_passages": "passages of one query that mean the same",
    "no_positive": "queries without a relevant passage",
    "no_negative": "queries with relevant passages only",
    "balance": "one label missing or rare",
    "unknown": "tokens unknown to the base",
    "merged": "texts with the same token ids",
    "dense": "a script the tokenizer splits into characters",
    "cut": "pairs truncated at max length",
}


def in_order(findings: list[Finding]) -> list[Finding]:
    """The findings as the report lists them: the severe ones first, then by check."""
    severities, order = get_args(Severity), list(CLEAN)
    return sorted(
        findings, key=lambda finding: (severities.index(finding.severity), order.index(finding.key))
    )


def label_findings(table: Table) -> list[Finding]:
    """Findings from labels, splits and keys, without the texts."""
    findings = [
        leakage.split_queries(table), leakage.near_split_queries(table),
        leakage.shared_passages(table), label_checks.conflicting_labels(table),
        *label_checks.near_duplicate_pairs(table),
        *label_checks.one_sided_queries(table), label_checks.imbalance(table),
    ]  # fmt: skip
    return [finding for finding in findings if finding is not None]


def similarity_findings(
    table: Table, queries: Sequence[tuple[int, int]], passages: Sequence[tuple[int, int]]
) -> list[Finding]:
    """Findings from similar texts: pairs of positions of similar queries and passages."""
    findings = [
        leakage.similar_split_queries(table, queries),
        label_checks.similar_passages(table, passages),
    ]
    return [finding for finding in findings if finding is not None]
