"""Checks a dataset: `python -m reranker_ui.services.datasets.quality_job FOLDER`.

The request has dataset, base and max_length. At the end the folder around the job's has the report
in result.json and, for each finding, rows-KEY.npy with pair ids.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.bases.coverage import coverage_of, tokens_seen
from reranker_ui.core.evaluation.near_duplicates import similar_pairs
from reranker_ui.core.evaluation.quality import readability
from reranker_ui.core.evaluation.quality.checks import CLEAN, alike, in_order, structure
from reranker_ui.core.evaluation.quality.finding import Finding
from reranker_ui.core.evaluation.quality.report import (
    QualityReport,
    ReadByBase,
    SeenText,
    balance,
)
from reranker_ui.core.evaluation.quality.table import Table
from reranker_ui.core.models.model_folder import token_limit
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.json_files import save
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.pairs import fold
from reranker_ui.core.values.recipe import PRESETS
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import journal, pairs
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace

OnProgress = Callable[[str, float], None]
SAMPLE = 20_000  # pairs that are tokenized, evenly from all
_QUERIES, _PASSAGES = 200_000, 100_000  # distinct texts that are compared with each other
_EXAMPLES = 3


@dataclass
class _Read:
    """What is kept of the rows while they stream by."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    queries: dict[int, tuple[int, str]] = field(default_factory=dict)  # near -> position, text
    passages: dict[int, tuple[list[int], str]] = field(default_factory=dict)
    sampled: list[int] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def assess(
    workspace: Workspace,
    dataset_name: str,
    base: str,
    max_length: int | None,
    report_progress: OnProgress,
) -> tuple[QualityReport, dict[str, Any]]:
    """The report on a dataset as `base` would read it, and the pair ids behind each finding.

    Nothing is loaded of the base but its tokenizer. `report_progress` gets the phase and its part,
    0 to 1.
    """
    at = time.time()
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        version = connection.scalar(select(func.max(journal.c.id))) or 0
        count = connection.scalar(select(func.count()).where(pairs.c.dataset_id == dataset.id))
        read = _read(connection, Visibility(dataset.id), count or 0, report_progress)
    if not read.rows:
        raise Refused(f"{dataset_name} has no pairs to check. Import some first.")
    table = _table(read.rows, scale(dataset))
    report_progress("comparing texts", 0.0)
    queries = _similar_queries(read)
    report_progress("comparing texts", 0.5)
    found = structure(table) + alike(table, queries, _similar_passages(read))
    report_progress("tokenizing", 0.0)
    readable, more = _reading(workspace, table, read, base, max_length)
    found += more
    report: QualityReport = {
        "dataset": dataset_name,
        "version": version,
        "checked_at": at,
        "pairs": len(table.ids),
        "scale": table.scale.as_json(),
        "balance": balance(table),
        "findings": [finding.as_json() for finding in in_order(found)],
        "clean": [word for key, word in CLEAN.items()
                  if key not in {finding.key for finding in found}
                  and (readable["coverage"] or key not in _OF_BASE)],
        "compared": {"queries": min(len(read.queries), _QUERIES),
                     "passages": min(len(read.passages), _PASSAGES)},
        **readable,
    }  # fmt: skip
    return report, {finding.key: finding.rows for finding in found}


_OF_BASE = ("unknown", "merged", "dense", "cut")


def _read(
    connection: sa.Connection, view: Visibility, count: int, report_progress: OnProgress
) -> _Read:
    every = max(1, -(-count // SAMPLE))
    query = pairs_with_labels(
        view, pairs.c.id, pairs.c.query_key, pairs.c.passage_key, pairs.c.query,
        pairs.c.passage, pairs.c.split,
    )  # fmt: skip
    rows = connection.execution_options(yield_per=5_000).execute(query.order_by(pairs.c.id))
    read, splits = _Read(), {name: at for at, name in enumerate(SPLITS)}
    for position, row in enumerate(rows):
        folded = int.from_bytes(blake2b(fold(row.passage).encode(), digest_size=8).digest())
        near = int(row.query_key[:16], 16)
        read.rows.append((
            row.id, int(row.query_key[16:], 16), near, int(row.passage_key[:16], 16), folded,
            row.effective, splits.get(row.split, -1), row.state == "disputed",
        ))  # fmt: skip
        if near not in read.queries and len(read.queries) < _QUERIES:
            read.queries[near] = (position, row.query)
        if folded in read.passages:
            read.passages[folded][0].append(position)
        elif len(read.passages) < _PASSAGES:
            read.passages[folded] = ([position], row.passage)
        if position % every == 0:
            read.sampled.append(position)
            read.texts.append((row.query, row.passage))
        if position % 5_000 == 0:
            report_progress("reading", position / max(count, 1))
    return read


def _table(rows: list[tuple[Any, ...]], scale: Scale) -> Table:
    kinds = (np.int64, *[np.uint64] * 4, np.float64, np.int8, np.bool_)
    columns = zip(*rows, strict=True)
    table = Table(
        *(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True))  # type: ignore[arg-type]
    )
    return replace(table, scale=scale)


def _similar_queries(read: _Read) -> list[tuple[int, int]]:
    places = [position for position, _ in read.queries.values()]
    found = similar_pairs([text for _, text in read.queries.values()])
    return [(places[i], places[j]) for i, j in found]


def _similar_passages(read: _Read) -> list[tuple[int, int]]:
    """Positions of near-duplicate passages of one query."""
    groups = [positions for positions, _ in read.passages.values()]
    near_of = [row[2] for row in read.rows]
    similar = []
    for i, j in similar_pairs([text for _, text in read.passages.values()], overlap=0.9):
        there = {near_of[at]: at for at in groups[j]}
        similar += [(at, there[near_of[at]]) for at in groups[i] if near_of[at] in there]
    return similar


def _reading(
    workspace: Workspace, table: Table, read: _Read, base: str, max_length: int | None
) -> tuple[ReadByBase, list[Finding]]:
    """What the base makes of the sampled texts; without it, why there is nothing to say."""
    report: ReadByBase = {"base": base, "sampled": len(read.texts), "notice": None,
                          "coverage": None, "lengths": None, "seen": []}  # fmt: skip
    try:
        found = resolve_base(base, workspace.cache, texts=read.texts)
    except Refused as refused:
        return {**report, "notice": str(refused)}, []
    file = found.path / "tokenizer.json"
    if not file.is_file():
        notice = f"{found.used} has no tokenizer.json, which is what is read."
        return {**report, "notice": notice}, []
    limit = max_length or PRESETS["quick"].max_length
    limit = min(limit, token_limit(found.path) or limit)
    seen = coverage_of(file, read.texts)
    sampled = np.array(read.sampled)
    name = found.used.rpartition("/")[2]
    lengths = np.array(seen.lengths)
    findings = readability.reading(table, sampled, seen, name, limit)
    return {
        **report,
        "base": found.used,
        "notice": found.notice,
        "coverage": {
            "unknown": seen.unknown, "tokens_per_character": seen.tokens_per_character,
            "merged_texts": seen.merged_texts, "merged_words": seen.merged_words,
        },
        "lengths": readability.histogram_of_lengths(lengths, table.grade[sampled], limit),
        "seen": _examples(found, read, seen.unknown_pairs),
    }, findings  # fmt: skip


def _examples(base: ResolvedBase, read: _Read, unknown: list[int]) -> list[SeenText]:
    file = base.path / "tokenizer.json"
    texts = dict.fromkeys(read.texts[at][0] for at in unknown[:50])
    return [{"text": text, "tokens": tokens_seen(file, text)} for text in list(texts)[:_EXAMPLES]]


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
        workspace, request["dataset"], request["base"], request["max_length"], report_progress
    )
    keep(job.path.parent, report, rows)
    return {}


def keep(folder: Path, report: QualityReport, rows: dict[str, Any]) -> None:
    """Write a report and the ids behind its findings; the report last, as it leads to them."""
    for key, ids in rows.items():
        aside = folder / f"rows-{key}.part.npy"
        np.save(aside, np.sort(ids))
        aside.replace(folder / f"rows-{key}.npy")
    save(folder / "result.json", report)


if __name__ == "__main__":
    sys.exit(run_on(check))
