"""Storing what was read: in short transactions, unseen until the last one is through."""

import time
from collections.abc import Callable
from typing import Any

from filelock import FileLock
from sqlalchemy import select

from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.batch_writer import Writer, settle
from reranker_ui.services.imports.read_state import folder_of, reading_in
from reranker_ui.services.imports.split_assignment import assign_splits
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.imports.sweep import beginning, lock_path, remove_import, sweep_imports
from reranker_ui.services.imports.target import begin_import, check_name
from reranker_ui.services.labels.datasets import scale as scale_of_row
from reranker_ui.services.labels.effective_labels import seen
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.workspace import Workspace, record

Said = Callable[[int], None]
STORED = 4  # bytes in the database and its journal for each byte of the stage
_BATCH = 1000  # pairs in the first transaction; later ones as many as take a moment
_LARGEST = 5000
_MOMENT = 0.15  # seconds that a label may wait for a transaction
_GAP = 0.01  # seconds between transactions, in which a label that waits for the lock goes first
_COUNTED = ("kept", "positives", "conflicts")


def store_reading(
    workspace: Workspace, user: User, token: str, dataset_name: str, *,
    result: dict[str, Any] | None = None, source: str = "", said: Said = lambda _n: None,
) -> dict[str, Any]:  # fmt: skip
    """Store a finished reading; `said` hears how many pairs are through. Returns the report."""
    require(user, "admin")
    check_name(dataset_name)
    job = reading_in(folder_of(workspace, token))
    result = result or job.state().result or {}
    if "report" not in result:
        raise Refused(_what_is_missing(result))
    check_space(
        workspace.home, STORED * (job.path / "stage.db").stat().st_size, "storing the pairs"
    )
    stage = Stage(job.path / "stage.db")
    sweep_imports(workspace)  # pairs of a dead import would count as known, and then go with it
    with beginning(workspace):
        import_id, new = begin_import(workspace, user, dataset_name, result["scale"], source)
        alive = FileLock(lock_path(workspace, import_id))
        alive.acquire()
    try:
        report = _store(workspace, user, stage, import_id, result, source, said)
    except BaseException:
        remove_import(workspace, import_id)
        raise
    finally:
        stage.close()
        alive.release()
        lock_path(workspace, import_id).unlink(missing_ok=True)
    more = {"scale": result["scale"], "new": new, "mojibake": result.get("mojibake"),
            "unread": result.get("unread", [])}  # fmt: skip
    return {"dataset": dataset_name, **report, **more}


def _what_is_missing(result: dict[str, Any]) -> str:
    if result.get("asks") == "labels":
        classes = ", ".join(f"{name} ({n:,})" for name, n in result["labels"][:8])
        return (
            f"The labels are names, not numbers: {classes}. Say what each one means, such as"
            f" --map-label {result['labels'][0][0]}=1."
        )
    return str(result.get("refused", "The file is not read yet."))


def _store(
    workspace: Workspace, user: User, stage: Stage, import_id: int, result: dict[str, Any],
    source: str, said: Said,
) -> dict[str, Any]:  # fmt: skip
    with workspace.reading() as connection:
        row = connection.execute(select(imports).where(imports.c.id == import_id)).one()
        dataset_id = row.dataset_id
        grown = bool(
            connection.scalar(
                select(pairs.c.id).where(pairs.c.dataset_id == dataset_id, seen()).limit(1)
            )
        )
        dataset = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).one()
        scale = scale_of_row(dataset)
        notes = result["notes"] + assign_splits(
            connection, stage, dataset_id if grown else None, scale
        )
    counts = {name: 0 if grown else result["report"][name] for name in _COUNTED}
    last, size = 0, _BATCH
    settled: list[dict[str, Any]] = []
    while batch := stage.pairs_after(last, size):
        votes = stage.votes_of(batch)
        with workspace.writing() as connection:
            begun = time.perf_counter()
            writer = Writer(
                connection, dataset_id, import_id, source, user.name, time.time(), scale
            )
            if grown:
                for name, n in writer.append(batch, votes).items():
                    counts[name] += n
                settled += writer.settled
            else:
                writer.write(batch, votes)
        size = _next_size(size, time.perf_counter() - begun)
        last = batch[-1].id
        said(last)
        time.sleep(_GAP)
    report = {**result["report"], **counts}
    report["duplicate"] = report["pairs"] - report["kept"]
    report = {**report, "notes": notes}
    _finish(workspace, user, import_id, dataset_id, result["scale"], report, settled)
    return report


def _next_size(size: int, took: float) -> int:
    """How many pairs the next transaction writes: as many as make a label wait for a moment."""
    if took < _MOMENT / 2:
        return min(2 * size, _LARGEST)
    return max(size // 2, 1) if took > _MOMENT else size


def _finish(
    workspace: Workspace, user: User, import_id: int, dataset_id: int, scale: dict[str, Any],
    report: dict[str, Any], settled: list[dict[str, Any]],
) -> None:  # fmt: skip
    now = time.time()
    with workspace.writing() as connection:
        settle(connection, settled, user.name, now)  # here, as seen pairs show a decision at once
        done = imports.update().where(imports.c.id == import_id)
        connection.execute(done.values(state="done", report=report))
        row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).one()
        top = max(row.max_grade, scale["max"]) if row.scale == "graded" else row.max_grade
        low = 0.0 if scale.get("has_zero") else row.min_grade
        changed = datasets.update().where(datasets.c.id == dataset_id)
        connection.execute(changed.values(updated_at=now, max_grade=top, min_grade=low))
        told = {k: v for k, v in report.items() if k not in ("rejects", "notes")}
        record(connection, user, "import", f"dataset:{dataset_id}", at=now, after=told)
