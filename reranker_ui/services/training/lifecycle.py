"""Runs: start, continue, run again, resume, stop, wait for, delete; run_list only reads."""

import shutil
import time
from pathlib import Path
from typing import Any, Literal

from reranker_ui.core.values.filesystems import DiskFull
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.executors.base import Executor
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.services.annotating.model_scores import forget_scores
from reranker_ui.services.ranking import engines
from reranker_ui.services.runs.allowed_models import pinned
from reranker_ui.services.runs.listing import (
    CONTRACT,
    Run,
    find_run,
    folder_of,
    is_overdue,
    list_runs,
)
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.watching import changed_rows, current, events, follow, glance
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.services.training import create
from reranker_ui.services.training.freeze import first_pairs, frozen_splits
from reranker_ui.services.training.recipes import changed
from reranker_ui.settings import worker_environment

__all__ = [
    "CONTRACT",
    "Run",
    "changed_rows",
    "continue_run",
    "current",
    "delete",
    "events",
    "find_run",
    "folder_of",
    "follow",
    "glance",
    "list_runs",
    "onward",
    "resume",
    "run_again",
    "start",
    "stop",
    "wait",
]


def start(
    workspace: Workspace,
    user: User,
    dataset: str | None,
    recipe: Recipe,
    parent: int | None = None,
) -> Run:
    """Freeze the labels of `dataset` into a new run folder and submit it; returns the run.

    A base "run 12" continues that run's model. A recipe of several passes makes as many runs,
    each continuing the last; the first is returned, `later` are the numbers of the others.
    Refused: an unknown dataset, one without labels, one whose labels are all the same, a full
    disk.
    """
    require(user, "admin")
    recipe, parent = create.continued(workspace, user, recipe, parent)
    recipe = pinned(workspace, recipe)
    create.check_disk(workspace)
    splits = frozen_splits(workspace, user, dataset)
    numbers: list[int] = []
    passes = [first_pairs(splits, size, recipe.seed) for size in recipe.passes]  # refused at once
    for size, drawn in zip(recipe.passes, passes, strict=True):
        one = recipe.model_copy(update={"passes": (size,)})
        if numbers:
            parent, model = numbers[-1], folder_of(workspace, numbers[-1]).model
            one = one.model_copy(update={"base": str(model), "revision": None, "warm_start": "off"})
        chain = create.Chain(first=numbers[0] if numbers else None) if len(passes) > 1 else None
        numbers.append(create.enter(workspace, user, str(dataset), one, drawn, parent, chain))
        _submit(workspace, numbers[-1])
    return find_run(workspace, user, numbers[0]) | {"later": numbers[1:]}


def continue_run(
    workspace: Workspace,
    user: User,
    run: int | str,
    dataset: str | None = None,
    **changes: Any,
) -> Run:
    """Train the model of `run` on, with its recipe and a fresh optimizer, on the labels of today.

    `dataset` may be another one; `changes` are fields of the recipe.
    """
    require(user, "admin")
    known, recipe = onward(workspace, user, run)
    recipe = changed(recipe.model_dump(), **changes)
    return start(workspace, user, dataset or known, recipe)


def onward(workspace: Workspace, user: User, run: int | str) -> tuple[str, Recipe]:
    """The dataset of `run`, and the recipe that trains its model on: its own, from "run 12"."""
    row = find_run(workspace, user, run)
    values = row["recipe"] | {"base": f"run {row['id']}", "revision": None, "warm_start": "off"}
    return row["dataset"], changed(values | {"passes": (0,)})


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
    """Start a new run with the recipe of `run` and the current labels of its dataset."""
    require(user, "admin")
    row = find_run(workspace, user, run)
    recipe = Recipe.model_validate(row["recipe"])
    return start(workspace, user, row["dataset"], recipe, row["parent"])


def resume(workspace: Workspace, user: User, run: int | str) -> Run:
    """Submit a lost, stopped or failed run again; it continues from its last complete checkpoint.

    A lost run without one starts again. Refused: a run in another state, a stopped or failed one
    that left no checkpoint, a full disk.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if row["status"] not in ("lost", "stopped", "failed"):
        raise Refused(
            f"{row['name']} is {row['status']}. Only a lost, stopped or failed run is resumed."
        )
    if row["damage"]:
        raise Refused(f"{row['name']} cannot be resumed. {row['damage']}")
    if row["status"] != "lost" and not folder.last_checkpoint():
        advice = "Run it again" if row["status"] == "failed" else "Continue training from its model"
        raise Refused(f"{row['name']} left no checkpoint. {advice}.")
    create.check_disk(workspace)
    forget_scores(workspace, row["id"])
    folder.stop_file.unlink(missing_ok=True)
    if row["status"] != "lost":
        folder.emit("queued")  # else what it ended as would still stand
    with workspace.writing() as connection:
        record(connection, user, "run.resume", f"run:{row['id']}", at=time.time())
    _submit(workspace, row["id"])
    return find_run(workspace, user, row["id"])


def stop(workspace: Workspace, user: User, run: int | str, how: Literal["keep", "cancel"]) -> Run:
    """Ask a run to stop after this step and keep its model, or to cancel.

    A worker that is overdue after a "cancel" is ended by the next one.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    if row["status"] not in LIVE:
        raise Refused(f"{row['name']} is not running: {row['sentence'].rstrip('.')}.")
    folder = folder_of(workspace, row["id"])
    if how == "cancel" and is_overdue(folder):
        _end(workspace, row["id"])
    elif folder.stop_requested() != "cancel":
        folder.request_stop(how)
    with workspace.writing() as connection:
        record(connection, user, f"run.{how}", f"run:{row['id']}", at=time.time())
    return find_run(workspace, user, row["id"])


def _end(workspace: Workspace, number: int) -> None:
    folder = folder_of(workspace, number)
    executor_of(workspace).end(folder)
    if folder.status() == "lost":
        folder.emit("cancelled")


def wait(workspace: Workspace, user: User, run: int | str, every: float = 0.5) -> Run:
    """Block until `run` is neither queued nor running; returns it."""
    while (row := find_run(workspace, user, run))["status"] in LIVE:
        time.sleep(every)
    return row


def check_deletable(workspace: Workspace, user: User, row: Run) -> None:
    """Refuse to delete a run that waits or runs, or from which a live one continues."""
    require(user, "admin")
    if row["status"] in LIVE:
        raise Refused(f"{row['name']} is {row['status']}. Cancel it before deleting it.")
    for other in list_runs(workspace, user):
        if other["parent"] == row["id"] and other["status"] in LIVE:
            raise Refused(f"{other['name']} continues {row['name']}. Cancel it first.")


def delete(workspace: Workspace, user: User, run: int | str) -> None:
    """Delete a run that has ended, with its folder: model, checkpoints, frozen pairs, events."""
    require(user, "admin")
    row = find_run(workspace, user, run)
    check_deletable(workspace, user, row)
    folder = folder_of(workspace, row["id"]).path
    engines.delete_engine(workspace, folder / "model")
    try:
        _delete_row(workspace, user, row)
    except DiskFull:  # deleting runs is how a disk gets its space back
        _remove(folder)
        _delete_row(workspace, user, row)
    forget_scores(workspace, row["id"])
    for left in workspace.cache.glob(f"conversions/onnx-{row['id']}-*"):
        JobFolder(left).remove()
    for left in [folder, *workspace.cache.glob(f"onnx/{row['id']}-*")]:
        _remove(left)


def _remove(path: Path) -> None:
    path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)


def _delete_row(workspace: Workspace, user: User, row: Run) -> None:
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
