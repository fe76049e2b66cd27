"""Storing what was read: in short transactions, unseen until the last one is through."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from shlex import quote
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.formats.structure.file_reading import StoredReport
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.pairs import import_sentence
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import check_split
from reranker_ui.services.imports.batch_writer import Writer, settle
from reranker_ui.services.imports.read_state import folder_of, reading_in
from reranker_ui.services.imports.split_assignment import assign_splits
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.imports.sweep import import_at_work, sweep_imports
from reranker_ui.services.imports.target import Into, RunningImport, begin_import, replace_pairs
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.labels.datasets import scale as scale_of_row
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.labels.further_columns import MOST_SHOWN, set_shown
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.statistics import refresh_statistics
from reranker_ui.services.store.workspace import Workspace, record

OnProgress = Callable[[int], None]
MANY = 10_000  # pairs of an import after which PostgreSQL updates its statistics
_INDEXED = 20_000  # pairs of an import that go into the search index while they are stored
STORED = 4  # bytes in the database and its journal for each byte of the stage
_BATCH = 1000  # pairs in the first transaction; later ones as many as take a moment
_LARGEST = 5000
_TRANSACTION_SECONDS = 0.15  # seconds that a label may wait for a transaction
_GAP = 0.01  # seconds between transactions, in which a label that waits for the lock goes first
_COUNTED = ("kept", "positives", "conflicts")
_LONG = ("rejects", "notes", "split_notes", "sources")  # parts of a report
_MERGED = ("added", "new_labels", "already_there", "replaced")


def store_reading(
    workspace: Workspace, user: User, token: str, dataset_name: str, *,
    into: Into | None = None, split: str | None = None, result: Mapping[str, Any] | None = None,
    source: str = "", grade_names: Sequence[str] | None = None,
    shown: Sequence[str] | None = None, on_progress: OnProgress = lambda _n: None,
) -> StoredReport:  # fmt: skip
    """Store a finished reading; `on_progress` hears how many pairs are stored.

    into: a new dataset, add to one that is there, or replace its pairs; None: add to the dataset
    of that name, or make it. split: where every pair goes; None: as the file says, else by query.
    grade_names: of the labels of a new dataset, in place of those of the reading. shown: further
    columns to show beside the pairs, with those that are shown already.
    """
    require(user, "admin")
    check_name(dataset_name)
    if split is not None:
        check_split(split)
    job = reading_in(folder_of(workspace, token))
    result = result or job.state().result or {}
    if "report" not in result:
        raise Refused(_labels_to_map(result))
    if grade_names is not None:
        result["scale"]["names"] = list(grade_names)
    check_space(
        workspace.home, STORED * (job.path / "stage.db").stat().st_size, "storing the pairs"
    )
    sweep_imports(workspace)  # pairs of a dead import would count as known, and then go with it
    begin = partial(begin_import, workspace, user, dataset_name, result, source, into)
    with import_at_work(workspace, begin) as running:
        stage = Stage(job.path / "stage.db")
        try:
            storing = _Storing(workspace, user, stage, running, result, source, shown)
            report = storing.run(split, on_progress)
        finally:
            stage.close()
    if report["pairs"] >= MANY:
        refresh_statistics(workspace)
    more = {"scale": result["scale"], "new": running.new, "mojibake": result.get("mojibake"),
            "unread": result.get("unread", []), "further": result.get("further", [])}  # fmt: skip
    stored = {"dataset": dataset_name, **report, **more, "summary": import_sentence(report)}
    return cast(StoredReport, stored)


def _labels_to_map(result: Mapping[str, Any]) -> str:
    if result.get("asks") == "labels":
        first = quote(f"{result['labels'][0][0]}=1")
        classes = ", ".join(f"{name} ({n:,})" for name, n in result["labels"][:8])
        return (
            f"Labels are names, not numbers: {classes}. Say what each one means, such as"
            f" --map-label {first}; those without a meaning are rejected."
        )
    return str(result.get("refused", "The file is not read yet."))


@dataclass
class _Storing:
    """One import that copies staged pairs into the database."""

    workspace: Workspace
    user: User
    stage: Stage
    running: RunningImport
    result: Mapping[str, Any]
    source: str
    shown: Sequence[str] | None

    def run(self, split: str | None, on_progress: OnProgress) -> dict[str, Any]:
        """Store every staged pair and finish the import; returns the report."""
        with self.workspace.reading() as connection:
            query = select(datasets).where(datasets.c.id == self.running.joins)
            row = connection.execute(query).one()
            self.scale = scale_of_row(row)
            grown = _has_pairs(connection, self.running.joins)
            joined = self.running.joins if grown else None
            notes = assign_splits(connection, self.stage, joined, self.scale, split)
        merges = grown and self.running.replaces is None
        start = dict.fromkeys(_COUNTED, 0) if merges else self.result["report"]
        self.counts = {name: start.get(name, 0) for name in (*_COUNTED, *_MERGED)}
        self.settled: list[dict[str, Any]] = []
        if self.running.new and self.result["report"]["distinct"] >= _INDEXED:
            search_index.follow_import(self.workspace, row, self.running.import_id)
        self._write_all(merges, on_progress)
        report = {**self.result["report"], **self.counts}
        report["duplicate"] = report["pairs"] - report["kept"]
        report["notes"] = self.result["notes"] + notes
        report["split_notes"] = notes
        report["sources"] = self.result.get("sources", [])
        return self._finish(report)

    def _write_all(self, merges: bool, on_progress: OnProgress) -> None:
        last, size, ended = 0, _BATCH, 0.0
        while batch := self.stage.pairs_after(last, size):
            votes = self.stage.votes_of(batch)
            time.sleep(max(0.0, ended + _GAP - time.perf_counter()))
            with self.workspace.writing() as connection:
                started = time.perf_counter()
                writer = Writer(
                    connection, self.running.dataset_id, self.running.import_id, self.source,
                    self.user.name, time.time(), self.scale,
                )  # fmt: skip
                write = writer.append if merges else writer.write
                for name, n in write(batch, votes).items():
                    self.counts[name] += n
                self.settled += writer.settled
            ended = time.perf_counter()
            size = _next_size(size, ended - started)
            last = batch[-1].id
            on_progress(last)

    def _finish(self, report: dict[str, Any]) -> dict[str, Any]:
        now, dataset_id = time.time(), self.running.joins
        with self.workspace.writing() as connection:
            settle(connection, self.settled, self.user.name, now)  # a seen pair shows it at once
            report["replaced"] = replace_pairs(connection, self.running, now)
            done = imports.update().where(imports.c.id == self.running.import_id)
            connection.execute(done.values(state="done", report=report))
            changed = datasets.update().where(datasets.c.id == dataset_id)
            connection.execute(changed.values(updated_at=now))
            self._show_columns(connection)
            after = {k: v for k, v in report.items() if k not in _LONG}
            after |= {"import": self.running.import_id, "source": self.source}
            what = "import" if self.running.replaces is None else "replace pairs"
            record(connection, self.user, what, f"dataset:{dataset_id}", at=now, after=after)
        return report

    def _show_columns(self, connection: sa.Connection) -> None:
        if self.shown is None:
            return
        query = select(datasets).where(datasets.c.id == self.running.joins)
        dataset = connection.execute(query).one()
        chosen = dict.fromkeys([*(dataset.shown_columns or []), *self.shown])
        set_shown(connection, self.user, dataset, list(chosen)[:MOST_SHOWN])


def _has_pairs(connection: sa.Connection, dataset_id: int) -> bool:
    query = select(pairs.c.id).where(pairs.c.dataset_id == dataset_id, is_visible())
    return connection.scalar(query.limit(1)) is not None


def _next_size(size: int, took: float) -> int:
    """How many pairs the next transaction writes: as many as make a label wait for a moment."""
    if took < _TRANSACTION_SECONDS / 2:
        return min(2 * size, _LARGEST)
    return max(size // 2, 1) if took > _TRANSACTION_SECONDS else size
