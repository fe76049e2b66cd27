"""Runs: start, run again, stop, wait for, delete; the reading verbs are in run_list."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from reranker_ui.core.recipe import Recipe
from reranker_ui.core.refused import Refused
from reranker_ui.core.run_folder import RunFolder
from reranker_ui.executors.base import Executor
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.services import datasets
from reranker_ui.services.database import journal, runs
from reranker_ui.services.freezing import data_hash, frozen_splits, notices
from reranker_ui.services.progress import LIVE
from reranker_ui.services.run_list import (
    CONTRACT,
    Run,
    changed_rows,
    current,
    events,
    find_run,
    folder_of,
    follow,
    list_runs,
)
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace, record
from reranker_ui.settings import worker_environment

__all__ = [
    "CONTRACT",
    "Run",
    "changed_rows",
    "current",
    "delete",
    "events",
    "find_run",
    "folder_of",
    "follow",
    "list_runs",
    "resume",
    "run_again",
    "start",
    "stop",
    "wait",
]
PATIENCE = 20.0  # seconds after which a second "cancel" ends a worker that does not listen


def start(
    workspace: Workspace,
    user: User,
    dataset: str | None,
    recipe: Recipe,
    parent: int | None = None,
) -> Run:
    """Freeze the labels of `dataset` into a new run folder and submit it; returns the run.

    Refused: an unknown dataset, one without labels, one whose labels are all the same.
    """
    require(user, "admin")
    splits = frozen_splits(workspace, user, dataset)
    dataset = str(dataset)
    counts = {split: len(pairs) for split, pairs in splits.items()}
    lineage = {
        "dataset": dataset,
        "scale": datasets.scale_of(workspace, user, dataset),
        "counts": counts,
        "hash": data_hash(splits),
        "notices": notices(counts),
        "parent_run": parent,
    }
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=workspace.runs))
    try:
        RunFolder(aside).write_inputs(recipe, splits, lineage)
        number = _enter(workspace, user, aside, dataset, recipe, counts, parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _submit(workspace, number)
    return find_run(workspace, user, number)


def _enter(
    workspace: Workspace,
    user: User,
    aside: Path,
    dataset: str,
    recipe: Recipe,
    counts: dict[str, int],
    parent: int | None,
) -> int:
    # The folder takes its name inside the transaction: row and folder appear together, and a
    # folder left without a row by a crash in between is skipped.
    now = time.time()
    with workspace.writing() as connection:
        number = _next_number(workspace, connection)
        values = {
            "id": number,
            "dataset_id": datasets.find_dataset(connection, dataset).id,
            "dataset_name": dataset,
            "parent_run_id": parent,
            "name": f"run {number}",
            "recipe": recipe.model_dump(mode="json"),
            "executor": LocalExecutor.name,
            "counts": counts,
            "created_by": user.name,
            "created_at": now,
        }
        connection.execute(runs.insert().values(values))
        aside.rename(folder_of(workspace, number).path)
        record(connection, user, "run.start", f"run:{number}", at=now, after=values["recipe"])
    return number


def _next_number(workspace: Workspace, connection: sa.Connection) -> int:
    # The journal remembers deleted runs: "run 7" never comes to mean another run.
    last = connection.execute(
        sa.select(journal.c.subject)
        .where(journal.c.what == "run.start")
        .order_by(journal.c.id.desc())
        .limit(1)
    ).scalar()
    taken = [int(path.name) for path in workspace.runs.iterdir() if path.name.isdecimal()]
    newest = connection.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0
    return max([newest, *taken, int(last.partition(":")[2]) if last else 0]) + 1


def executor_of(_workspace: Workspace) -> Executor:
    """Where the runs of this workspace are submitted."""
    return LocalExecutor(worker_environment())


def _submit(workspace: Workspace, number: int) -> None:
    folder = folder_of(workspace, number)
    try:
        handle = executor_of(workspace).submit(folder)
    except OSError as error:
        folder.emit("failed", error=f"The worker could not be started: {error}.", traceback="")
        return
    with workspace.writing() as connection:
        connection.execute(runs.update().where(runs.c.id == number).values(handle=handle))


def run_again(workspace: Workspace, user: User, run: int | str) -> Run:
    """Start a new run with the recipe of `run` on its dataset's labels of today."""
    row = find_run(workspace, user, run)
    return start(workspace, user, row["dataset"], Recipe.model_validate(row["recipe"]))


def resume(workspace: Workspace, user: User, run: int | str) -> Run:
    """Submit a lost run again; it goes on from its last whole checkpoint."""
    require(user, "admin")
    row = find_run(workspace, user, run)
    if row["status"] != "lost":
        raise Refused(f"{row['name']} is {row['status']}. Only a lost run can be resumed.")
    folder = folder_of(workspace, row["id"])
    for left in (folder.stop_file, folder.alive_file):
        left.unlink(missing_ok=True)
    with workspace.writing() as connection:
        record(connection, user, "run.resume", f"run:{row['id']}", at=time.time())
    _submit(workspace, row["id"])
    return find_run(workspace, user, row["id"])


def stop(workspace: Workspace, user: User, run: int | str, how: Literal["keep", "cancel"]) -> Run:
    """Ask a run to stop after this step and keep its model, or to cancel.

    A worker that has not obeyed a "cancel" for PATIENCE seconds is ended by the next one.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    if row["status"] not in LIVE:
        raise Refused(f"{row['name']} is not running: {row['sentence'].rstrip('.')}.")
    folder = folder_of(workspace, row["id"])
    if how == "cancel" and _deaf(folder):
        _end(workspace, row["id"])
    elif folder.stop_requested() != "cancel":
        folder.request_stop(how)
    with workspace.writing() as connection:
        record(connection, user, f"run.{how}", f"run:{row['id']}", at=time.time())
    return find_run(workspace, user, row["id"])


def _deaf(folder: RunFolder) -> bool:
    asked = folder.stop_requested() == "cancel"
    return asked and time.time() - folder.stop_file.stat().st_mtime > PATIENCE


def _end(workspace: Workspace, number: int) -> None:
    with workspace.reading() as connection:
        handle = connection.execute(sa.select(runs.c.handle).where(runs.c.id == number)).scalar()
    if handle:
        executor_of(workspace).end(handle, patience=0)
    folder = folder_of(workspace, number)
    if folder.status() == "lost":
        folder.emit("cancelled")


def wait(workspace: Workspace, user: User, run: int | str, every: float = 0.5) -> Run:
    """Block until `run` is neither queued nor running; returns it."""
    while (row := find_run(workspace, user, run))["status"] in LIVE:
        time.sleep(every)
    return row


def delete(workspace: Workspace, user: User, run: int | str) -> None:
    """Delete a run that has ended, with its folder: model, checkpoints, frozen pairs, events."""
    require(user, "admin")
    row = find_run(workspace, user, run)
    if row["status"] in LIVE:
        raise Refused(f"{row['name']} is {row['status']}. Cancel it before deleting it.")
    folder = folder_of(workspace, row["id"]).path
    aside = workspace.runs / f".deleted-{folder.name}"
    with workspace.writing() as connection:
        connection.execute(runs.delete().where(runs.c.id == row["id"]))
        record(
            connection,
            user,
            "run.delete",
            f"run:{row['id']}",
            at=time.time(),
            before={name: row[name] for name in CONTRACT},
        )
        if folder.exists():
            folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
