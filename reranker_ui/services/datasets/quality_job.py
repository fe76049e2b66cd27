"""Checks a dataset: `python -m reranker_ui.services.datasets.quality_job FOLDER`.

The request has dataset, base, max_length and meaning. At the end the folder around the job's has
the report in result.json and, for each finding, rows-KEY.npy with pair ids.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.bases.base_models import encoder_for
from reranker_ui.core.bases.token_lengths import forget_tokenizers
from reranker_ui.core.evaluation.near_duplicates import similar_of_one_query
from reranker_ui.core.evaluation.quality import label_checks, leakage
from reranker_ui.core.evaluation.quality.base_reading import read_by_base
from reranker_ui.core.evaluation.quality.checks import (
    CLEAN,
    in_order,
    label_findings,
    similarity_findings,
)
from reranker_ui.core.evaluation.quality.close_meanings import close_across_splits
from reranker_ui.core.evaluation.quality.close_passages import close_within_queries
from reranker_ui.core.evaluation.quality.collected_rows import CollectedRows
from reranker_ui.core.evaluation.quality.finding import Finding
from reranker_ui.core.evaluation.quality.report import (
    Compared,
    QualityReport,
    ReadByBase,
    balance,
)
from reranker_ui.core.evaluation.quality.table import Table
from reranker_ui.core.evaluation.vector_index import VectorIndex
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.machine import return_memory
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.findings import keep_report
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.search_index import embeddings_folder
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import journal, pairs
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace

OnProgress = Callable[[str, float], None]
# Checks that need the base's tokenizer, and an encoder.
_OF_BASE = ("unknown", "merged", "dense", "cut")
_OF_MEANING = {"meaning_sides": "meaning", "close_passages": "meaning_passages"}


def assess(
    workspace: Workspace,
    dataset_name: str,
    base: str,
    max_length: int | None,
    report_progress: OnProgress,
    meaning: bool = False,
) -> tuple[QualityReport, dict[str, Any]]:
    """The report on a dataset as `base` would read it, and the pair ids behind each finding.

    Nothing is loaded of the base but its tokenizer. meaning: also compare the meanings of queries,
    by an encoder. `report_progress` gets the phase and its part, 0 to 1.
    """
    at = time.time()
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        version = connection.scalar(select(func.max(journal.c.id))) or 0
        collected = _collect(connection, dataset, report_progress)
    if not len(collected):
        raise Refused(f"{dataset_name} has no pairs to check. Import some first.")
    table = collected.table(scale(dataset))
    report_progress("tokenizing", 0.0)
    readable, findings = read_by_base(table, collected, base, workspace.cache, max_length)
    forget_tokenizers()
    compared, similar = _compare(workspace, dataset, collected, table, meaning, report_progress)
    collected.delete_compared()
    findings += similar + label_findings(table)
    report: QualityReport = {
        "dataset": dataset_name,
        "version": version,
        "checked_at": at,
        "pairs": len(table.ids),
        "scale": table.scale.as_json(),
        "balance": balance(table),
        "findings": [finding.as_json() for finding in in_order(findings)],
        "clean": _clean(findings, readable, compared),
        "compared": compared,
        **readable,
    }  # fmt: skip
    return report, {finding.key: finding.rows for finding in findings}


def _clean(findings: list[Finding], readable: ReadByBase, compared: Compared) -> list[str]:
    """What was checked and gave no finding."""
    keys = {finding.key for finding in findings}
    keys |= set() if readable["coverage"] else {*_OF_BASE}
    keys |= {key for key, count in _OF_MEANING.items() if not compared.get(count)}
    return [word for key, word in CLEAN.items() if key not in keys]


def _collect(
    connection: sa.Connection, dataset: sa.Row[Any], report_progress: OnProgress
) -> CollectedRows:
    count = connection.scalar(select(func.count()).where(pairs.c.dataset_id == dataset.id)) or 0
    query = pairs_with_labels(
        Visibility(dataset.id), pairs.c.id, pairs.c.query_key, pairs.c.passage_key, pairs.c.query,
        pairs.c.passage, pairs.c.split,
    )  # fmt: skip
    rows: Any = connection.execution_options(yield_per=5_000).execute(query.order_by(pairs.c.id))
    collected = CollectedRows.of_count(count)
    for position, row in enumerate(rows):
        collected.add(row)
        if position % 5_000 == 0:
            report_progress("reading", position / max(count, 1))
    return collected


def _compare(
    workspace: Workspace, dataset: sa.Row[Any], collected: CollectedRows, table: Table,
    meaning: bool, report_progress: OnProgress,
) -> tuple[Compared, list[Finding]]:  # fmt: skip
    """How many texts were compared, and what was found."""
    report_progress("comparing texts", 0.0)
    queries = collected.similar_queries()
    report_progress("comparing texts", 0.5)
    places = collected.places_of_passages(table)
    similar = similar_of_one_query(places, collected.passage_texts, table.near)
    compared: Compared = {"queries": len(collected.queries), "passages": len(places),
                          "meaning": None, "meaning_passages": None}  # fmt: skip
    findings = similarity_findings(table, queries, similar)
    if meaning:
        counts, close = _meanings(
            workspace, dataset, collected, table, places, similar, report_progress
        )
        compared["meaning"], compared["meaning_passages"] = counts
        findings += close
    return compared, findings


def _meanings(
    workspace: Workspace, dataset: sa.Row[Any], collected: CollectedRows, table: Table,
    places: list[Any], similar: list[tuple[int, int]], report_progress: OnProgress,
) -> tuple[tuple[int, int], list[Finding]]:  # fmt: skip
    """How many queries and passages were compared by meaning, and what was found."""
    path, _ = encoder_for(workspace.settings.default_base, workspace.cache, collected.sample())
    encoder = Encoder(path)
    close, queries = close_across_splits(
        table,
        list(collected.queries.values()),
        collected.query_texts,
        lambda texts: encoder.vectors(texts, "query"),
        lambda part: report_progress("comparing meanings", part),
    )
    near, compared = close_within_queries(
        table,
        places,
        collected.passage_texts,
        VectorIndex(embeddings_folder(workspace, dataset, path)).of_keys,
        lambda texts: encoder.vectors(texts, "document"),
        lambda part: report_progress("comparing passages", part),
    )
    findings = (
        leakage.close_split_queries(table, close),
        label_checks.close_passages(table, near, similar),
    )
    return (queries, compared), [finding for finding in findings if finding]


def job_in(folder: Path) -> JobFolder:
    """The job that writes the report in a folder."""
    return JobFolder(folder / "check", "The check")


def check(job: JobFolder, workspace: Workspace) -> dict[str, Any]:
    """Check as the request says and keep the report in the folder around the job's."""
    request = job.request()

    def report_progress(phase: str, part: float) -> None:
        job.report({"phase": phase, "part": part})

    report_progress("reading", 0.0)
    report, rows = assess(
        workspace, request["dataset"], request["base"], request["max_length"], report_progress,
        request["meaning"],
    )  # fmt: skip
    keep_report(job.path.parent, report, rows)
    return {}


if __name__ == "__main__":
    return_memory()
    sys.exit(run_on(check))
