"""Where a run may train: executors that are set up, their prices, what they say of a job."""

from typing import TypedDict

from reranker_ui.core.values.execution.placement import (
    LOCAL,
    MOST_RANKS,
    Phase,
    Placement,
    checked,
    job_of,
    placement_of,
)
from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.machine import check_gpus
from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.execution.known_executors import KINDS, KNOWN, executor_of, kind_of
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.store.workspace import Workspace

PRICES = 600.0  # seconds that a price is remembered


def title_of(name: str) -> str:
    """The name of an executor as the page shows it."""
    return KINDS[name].title if name in KINDS else name


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

    Refused: an executor that is unknown or not set up, both processes and GPUs, a number out of
    range.
    """
    name = _chosen(workspace, executor)
    executor_of(workspace, name)
    if gpus is None:
        gpus = _default_gpus(workspace) if processes is None else 0
    return checked(name, 1 if processes is None else processes, gpus)


def _chosen(workspace: Workspace, executor: str | None) -> str:
    """The name of an executor that is set up: as asked for, else the default one."""
    names = workspace.settings.executor_names()
    name = (executor or "").strip().lower() or names[0]
    if name not in KINDS:
        where = "" if executor else ", the first in RERANKER_UI_EXECUTORS"
        raise Refused(f"Unknown executor: {excerpt(name)}{where}. {KNOWN}")
    if name not in names:
        raise Refused(
            f"The executor {name} is not set up here. Add it to RERANKER_UI_EXECUTORS, which is"
            f" {','.join(names)} now."
        )
    return name


def _default_gpus(workspace: Workspace) -> int:
    gpus = workspace.settings.run_gpus
    if not 0 <= gpus <= MOST_RANKS:
        raise Refused(
            f"RERANKER_UI_RUN_GPUS is {gpus}. Set it to a number of GPUs from 1 to {MOST_RANKS}, or"
            " to 0 for one if there is one."
        )
    return gpus


def set_up(workspace: Workspace) -> list[str]:
    """The known executors in the settings; the first is the default where it is the first there."""
    return [name for name in workspace.settings.executor_names() if name in KINDS]


def unknown_notice(workspace: Workspace) -> str | None:
    """A sentence on names in the settings that no executor has; None where all are known."""
    names = [name for name in workspace.settings.executor_names() if name not in KINDS]
    if not names:
        return None
    return f"RERANKER_UI_EXECUTORS names unknown executors, left out: {', '.join(names)}. {KNOWN}"


def check_placement(placement: Placement, passes: int = 1) -> None:
    """Refuse a run that cannot train where it is placed.

    On this machine it may have too few GPUs; elsewhere `passes` may need an order that the
    executor does not keep.
    """
    if placement.executor == LOCAL:
        check_gpus(placement.gpus)
    kind = kind_of(placement.executor)
    if passes > 1 and not kind.in_order:
        raise Refused(
            f"A recipe of {passes} passes cannot train with {kind.title}: each pass needs the"
            " model of the one before. Choose another executor, or a recipe of one pass."
        )


def check_hardware(workspace: Workspace, placement: Placement) -> None:
    """Refuse a paid job that needs more GPUs than the hardware in the settings has."""
    price = price_of(workspace, placement)
    if price and placement.gpus > price.gpus:
        raise Refused(
            f"The run needs {counted(placement.gpus)}, and {price.hardware} has"
            f" {counted(price.gpus)}. Choose fewer GPUs, or set RERANKER_UI_HF_JOBS_FLAVOR to"
            " hardware with more."
        )


def counted(gpus: int) -> str:
    """A number of GPUs in words."""
    return f"{gpus or 'no'} GPU{'s' if gpus > 1 else ''}"


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
        "title": title_of(placed.executor),
        "job": job.id if job else None,
        "state": job.state if job else None,
        "phase": job.phase if job else None,
    }


def is_at(place: RunPlace, placement: Placement) -> bool:
    """Whether a run trained where this placement puts one."""
    chosen = place["executor"], place["processes"], place["gpus"]
    return chosen == (placement.executor, placement.processes, placement.gpus)


def sentence(place: RunPlace, status: str, default: str) -> str:
    """The sentence of a run with this status, with what its executor says of its job."""
    if place["job"] is None:
        return default
    if status in LIVE and not place["job"]:
        return f"Being submitted to {place['title']}"
    if status in LIVE and place["phase"] == "waiting":  # running, where it was queued again
        return f"Waiting in {place['title']}: job {place['job']}, {place['state']}"
    if status == "lost" and place["state"]:
        return (
            f"{default.rstrip('.')}. {place['title']} reports job {place['job']}: {place['state']}."
        )
    return default
