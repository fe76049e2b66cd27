"""Runs: start, continue, run again, resume, stop, wait for; `listing` only reads them."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.model_scores import forget_scores
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.allowed_models import pinned
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.runs.listing import find_run, list_runs
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import Run, folder_of, is_overdue
from reranker_ui.services.runs.watching import changed_rows, current, events, follow, shared_current
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.services.training import create
from reranker_ui.services.training.checks import check_place, check_resume, resumable, run_price
from reranker_ui.services.training.deletion import delete
from reranker_ui.services.training.frozen_files import freeze
from reranker_ui.services.training.recipes import changed
from reranker_ui.services.training.run_places import placement_of_run, resume_places

__all__ = [
    "Run",
    "changed_rows",
    "check_resume",
    "continuation",
    "continue_run",
    "current",
    "delete",
    "events",
    "find_run",
    "folder_of",
    "follow",
    "list_runs",
    "placement_of_run",
    "resume",
    "resume_places",
    "run_again",
    "run_price",
    "shared_current",
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
    placement: Placement | None = None,
) -> Run:
    """Freeze the labels of `dataset` into a new run folder and submit it; returns the run.

    A base "run 12" continues that run's model. A recipe of several passes makes as many runs,
    each continuing the last; the first is returned, `later` are the numbers of the others.
    `placement` is where they train, by the settings if None.
    Refused: an unknown dataset, one without labels, one whose labels are all the same, a base
    that is not there, a place that cannot train it, a full disk.
    """
    require(user, "admin")
    recipe, parent = create.continued(workspace, user, recipe, parent)
    recipe = pinned(workspace, recipe)
    placement = placement or executors.placement(workspace)
    check_place(workspace, placement, len(recipe.passes))
    executors.check_price(workspace, placement)
    numbers: list[int] = []
    with tempfile.TemporaryDirectory(prefix=".new-", dir=workspace.runs) as draft:
        data = freeze(workspace, user, dataset, Path(draft))
        passes = [data.drawn(size, recipe.seed) for size in recipe.passes]  # refused at once
        for size, drawn in zip(recipe.passes, passes, strict=True):
            pass_recipe = recipe.model_copy(update={"passes": (size,)})
            if numbers:
                parent, model = numbers[-1], folder_of(workspace, numbers[-1]).model
                changes = {"base": str(model), "revision": None, "warm_start": "off"}
                pass_recipe = pass_recipe.model_copy(update=changes)
            chain = create.Chain(numbers[0] if numbers else None) if len(passes) > 1 else None
            entered = (workspace, user, str(dataset), pass_recipe, drawn, parent, chain, placement)
            numbers.append(create.create_run(*entered))
            _submit(workspace, numbers[-1])
    return find_run(workspace, user, numbers[0]) | {"later": numbers[1:]}


def continue_run(
    workspace: Workspace,
    user: User,
    run: int | str,
    dataset: str | None = None,
    placement: Placement | None = None,
    **changes: Any,
) -> Run:
    """Continue training the model of `run`: its recipe, a fresh optimizer, the current labels.

    `dataset` may be another one; `placement` is as in `start`, `changes` are fields of the recipe.
    """
    require(user, "admin")
    run_dataset, recipe = continuation(workspace, user, run)
    recipe = changed(recipe.model_dump(), **changes)
    return start(workspace, user, dataset or run_dataset, recipe, placement=placement)


def continuation(workspace: Workspace, user: User, run: int | str) -> tuple[str, Recipe]:
    """The dataset of `run`, and the recipe that trains its model on: its own, from "run 12"."""
    row = find_run(workspace, user, run)
    values = row["recipe"] | {"base": f"run {row['id']}", "revision": None, "warm_start": "off"}
    return row["dataset"], changed(values | {"passes": (0,)})


def _submit(workspace: Workspace, number: int) -> None:
    with run_jobs.handling(workspace, number):
        run_jobs.submit(workspace, folder_of(workspace, number))


def run_again(
    workspace: Workspace, user: User, run: int | str, placement: Placement | None = None
) -> Run:
    """Start a new run with the recipe of `run` and the current labels of its dataset.

    A run of a chain starts the whole chain again, if its first run is still there. `placement` is
    where; as in `placement_of_run` if None.
    """
    require(user, "admin")
    dataset, recipe, parent = create.repeated(workspace, user, run)
    placed = placement or placement_of_run(workspace, user, run)
    return start(workspace, user, dataset, recipe, parent, placed)


def resume(
    workspace: Workspace, user: User, run: int | str, placement: Placement | None = None
) -> Run:
    """Submit a lost, stopped or failed run again; it continues from its last complete checkpoint.

    `placement` is where; as in `placement_of_run` if None. A lost run without a checkpoint starts
    again, and so does one that failed before its first step, as when its job was refused.
    Refused: a run in another state, any other without a checkpoint, a full disk.
    """
    require(user, "admin")
    number = find_run(workspace, user, run)["id"]  # with the state of its job as of now
    with run_jobs.handling(workspace, number):
        resumable(workspace, user, number)
        placed = placement or placement_of_run(workspace, user, number)
        check_place(workspace, placed)
        executors.check_price(workspace, placed)
        forget_scores(workspace, number)
        folder = folder_of(workspace, number)
        folder.stop_file.unlink(missing_ok=True)
        placed.save(folder.path)
        folder.emit("queued")  # else it would be as it ended, or running before its worker is
        with workspace.writing() as connection:
            record(connection, user, "run.resume", f"run:{number}", at=time.time())
        run_jobs.submit(workspace, folder)
    return find_run(workspace, user, number)


def stop(workspace: Workspace, user: User, run: int | str, how: Literal["keep", "cancel"]) -> Run:
    """Ask a run to stop after this step and keep its model, or to cancel.

    A worker that is overdue after a "cancel" is ended by the next one. A job that waits for its
    executor is taken from the queue, see `run_jobs.end`, unless its checkpoint is to be saved.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    if row["status"] not in LIVE:
        raise Refused(f"{row['name']} is not running: {row['sentence'].rstrip('.')}.")
    folder = folder_of(workspace, row["id"])
    if (how == "cancel" and is_overdue(folder)) or run_jobs.ends_now(folder, how):
        run_jobs.end(workspace, folder)
    elif folder.stop_requested() != "cancel":
        # First where it may fail: a request that is in the folder is not passed on again.
        run_jobs.pass_stop(workspace, folder, how)
        folder.request_stop(how)
    with workspace.writing() as connection:
        record(connection, user, f"run.{how}", f"run:{row['id']}", at=time.time())
    return find_run(workspace, user, row["id"])


def wait(
    workspace: Workspace,
    user: User,
    run: int | str,
    every: float = 0.5,
    seen: Callable[[Run], object] = lambda _: None,
) -> Run:
    """Block until `run` is neither queued nor running; returns it. `seen` gets it until then."""
    while (row := find_run(workspace, user, run))["status"] in LIVE:
        seen(row)
        time.sleep(every)
    return row
