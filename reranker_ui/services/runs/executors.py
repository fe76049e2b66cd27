"""The executors of a workspace: which are set up, and what they say of their jobs."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.execution.placement import (
    LOCAL,
    Placement,
    checked,
    has_live_job,
    job_of,
    placement_of,
)
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.base import Executor
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.executors.slurm import SlurmExecutor, SlurmOptions
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import worker_environment

TITLES = {LOCAL: "This machine", SlurmExecutor.name: "Slurm"}
REFRESHED = 3.0  # seconds between two questions to an executor


def executor_of(workspace: Workspace, name: str) -> Executor:
    """The executor with this name. Refused where there is none."""
    settings = workspace.settings
    if name == LOCAL:
        return LocalExecutor(worker_environment())
    if name == SlurmExecutor.name:
        options = SlurmOptions(
            settings.slurm_partition,
            settings.slurm_time,
            settings.slurm_lines,
            settings.slurm_requeue,
        )
        return SlurmExecutor(worker_environment(), options)
    raise Refused(f"There is no executor {name}. Choose {' or '.join(TITLES)}.")


def placement(
    workspace: Workspace,
    executor: str | None = None,
    processes: int | None = None,
    gpus: int | None = None,
) -> Placement:
    """Where a new run trains: as asked for, else by the settings.

    Refused: an executor that is not set up, both processes and GPUs, a number out of range.
    """
    names = workspace.settings.executor_names()
    name = executor or names[0]
    if name not in names:
        raise Refused(
            f"The executor {name} is not set up here. Add it to RERANKER_UI_EXECUTORS, which is"
            f" {','.join(names)} now."
        )
    executor_of(workspace, name)
    if gpus is None:
        gpus = 0 if processes else workspace.settings.run_gpus
    return checked(name, processes or 1, gpus)


def place_of(folder: RunFolder) -> dict[str, Any]:
    """Where a run trains: executor, its title, processes, gpus, and job and state or None."""
    placed, job = placement_of(folder.path), job_of(folder.path)
    return {
        **asdict(placed),
        "title": TITLES.get(placed.executor, placed.executor),
        "job": job and job.id,
        "state": job and job.state,
        "phase": job and job.phase,
    }


def sentence(place: dict[str, Any], status: str, default: str) -> str:
    """The sentence of a run with this status, with what its executor says of its job."""
    if place["job"] is None:
        return default
    if status in LIVE and place["phase"] == "waiting":  # running, where it was queued again
        return f"Waiting in {place['title']}: job {place['job']}, {place['state']}"
    if status == "lost" and place["state"]:
        return (
            f"{default.rstrip('.')}. {place['title']} says of job {place['job']}: {place['state']}."
        )
    return default


def refresh(workspace: Workspace) -> None:
    """Ask the executors for the jobs that wait or run; for all callers at once."""
    workspace.memory.get("jobs of runs", lambda: _refresh(workspace), seconds=REFRESHED)


def _refresh(workspace: Workspace) -> None:
    with workspace.reading() as connection:
        elsewhere = sa.select(runs.c.id, runs.c.executor).where(runs.c.executor != LOCAL)
        rows = connection.execute(elsewhere).all()
    folders: dict[str, list[RunFolder]] = {}
    for number, name in rows:
        folder = RunFolder(workspace.home.resolve() / "runs" / f"{number:05d}")
        if has_live_job(folder.path) and placement_of(folder.path).executor == name:
            folders.setdefault(name, []).append(folder)
    for name, jobs in folders.items():
        executor_of(workspace, name).refresh(jobs)
