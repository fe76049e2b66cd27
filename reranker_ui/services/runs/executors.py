"""The executors of a workspace: which are set up, and what they say of their jobs."""

from typing import TypedDict

import sqlalchemy as sa

from reranker_ui.core.values.execution.placement import (
    LOCAL,
    Phase,
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


class RunPlace(TypedDict):
    """Where a run trains; the job and its state are those of an executor with a queue."""

    executor: str
    processes: int
    gpus: int
    title: str
    job: str | None
    state: str | None
    phase: Phase | None


def place_of(folder: RunFolder) -> RunPlace:
    """Where a run trains."""
    placed, job = placement_of(folder.path), job_of(folder.path)
    return {
        "executor": placed.executor,
        "processes": placed.processes,
        "gpus": placed.gpus,
        "title": TITLES.get(placed.executor, placed.executor),
        "job": job.id if job else None,
        "state": job.state if job else None,
        "phase": job.phase if job else None,
    }


def sentence(place: RunPlace, status: str, default: str) -> str:
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
