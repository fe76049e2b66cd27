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
from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.base import Executor
from reranker_ui.executors.hf_jobs import HubJobOptions, HubJobsExecutor
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.executors.slurm import SlurmExecutor, SlurmOptions
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import hub_token, worker_environment

TITLES = {
    LOCAL: "This machine",
    SlurmExecutor.name: "Slurm",
    HubJobsExecutor.name: "Hugging Face Jobs",
}
PRICES = 600.0  # seconds that a price is remembered
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
    if name == HubJobsExecutor.name:
        return _hub_jobs(workspace)
    raise Refused(f"There is no executor {name}. Choose {' or '.join(TITLES)}.")


def _hub_jobs(workspace: Workspace) -> Executor:
    from huggingface_hub import HfApi

    settings = workspace.settings
    options = HubJobOptions(
        settings.hf_jobs_flavor,
        settings.hf_jobs_timeout,
        settings.hf_jobs_image,
        settings.hf_jobs_namespace,
    )
    return HubJobsExecutor(HfApi(token=hub_token()), options)


def price_of(workspace: Workspace, placement: Placement) -> Price | None:
    """What a job with this placement costs; None where none is charged.

    Refused where the price cannot be found out.
    """
    if placement.executor == LOCAL:
        return None
    executor = executor_of(workspace, placement.executor)
    return workspace.memory.get(f"price of {executor.name}", executor.price, seconds=PRICES)


def check_price(workspace: Workspace, placement: Placement) -> None:
    """Refuse a job whose price as of now the user has not agreed to."""
    price = price_of(workspace, placement)
    if price and placement.agreed != price.hourly:
        raise Refused(
            f"A job on {price.hardware} costs {price.text}. Agree to the price first: in the page,"
            " or with --yes."
        )


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


def check_passes(placement: Placement, passes: int) -> None:
    """Refuse a recipe of several passes as Hugging Face Jobs.

    Each pass trains the model of the one before, which is not here yet when its job is submitted.
    """
    if passes > 1 and placement.executor == HubJobsExecutor.name:
        raise Refused(
            f"A recipe of {passes} passes cannot train as Hugging Face Jobs: each pass needs the"
            " model of the one before. Choose another executor, or a recipe of one pass."
        )


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


def is_at(place: RunPlace, placement: Placement) -> bool:
    """Whether a run trained where this placement puts one."""
    found = place["executor"], place["processes"], place["gpus"]
    return found == (placement.executor, placement.processes, placement.gpus)


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
