"""Where runs can train, with how many processes; where one trains when it is started again."""

from typing import Literal, TypedDict

from reranker_ui.core.values.execution.placement import (
    LOCAL,
    MOST_RANKS,
    Placement,
    placement_of,
)
from reranker_ui.core.values.machine import usable_processors, visible_gpus
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.listing import find_handle
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

REMEMBERED = 60.0  # seconds for which the number of GPUs of a place is remembered


class OfferedPlace(TypedDict):
    """An executor that a run can train on: its name, and the word for it.

    `unit`: what a run may have several of there, `number` by default and at most `limit`.
    """

    value: str
    word: str
    unit: Literal["GPUs", "Processes"]
    number: int
    limit: int


def offered_places(workspace: Workspace) -> list[OfferedPlace]:
    """The executors that a new run can train on; the first is the default."""
    gpus = workspace.settings.run_gpus
    return [_offered(workspace, Placement(name, gpus=gpus)) for name in executors.set_up(workspace)]


def _offered(workspace: Workspace, placed: Placement) -> OfferedPlace:
    """The place of `placed`, whose numbers are the default."""
    name = placed.executor
    there = workspace.memory.get(
        f"GPUs of {name}", lambda: _gpus_of(workspace, name), seconds=REMEMBERED
    )
    place: OfferedPlace = {
        "value": name,
        "word": executors.title_of(name),
        "unit": "Processes",
        "number": placed.processes,
        "limit": usable_processors() if name == LOCAL else MOST_RANKS,
    }
    on_gpus = placed.gpus > 0 if there is None else there > 0 and placed.processes == 1
    if on_gpus:
        place |= {"unit": "GPUs", "number": placed.gpus or 1, "limit": there or MOST_RANKS}
    return place


def _gpus_of(workspace: Workspace, name: str) -> int | None:
    """The number of GPUs of this machine or of paid hardware; None for a cluster."""
    if name == LOCAL:
        return visible_gpus()
    try:
        price = executors.price_of(workspace, Placement(name))
    except Refused:  # as the plan will say
        return 1
    return price.gpus if price else None


def placement_of_run(
    workspace: Workspace,
    user: User,
    run: int | str,
    executor: str | None = None,
    processes: int | None = None,
    gpus: int | None = None,
) -> Placement:
    """Where a run trains or trained; by the settings where that executor is not set up now.

    With `executor` there; with `processes` or `gpus` on so many, else on as many as before, on
    another executor by the settings. Refused as `executors.placement`.
    """
    require(user, "admin")
    placed = placement_of(find_handle(workspace, user, run).folder.path)
    is_set_up = placed.executor in workspace.settings.executor_names()
    if is_set_up and executor in (None, placed.executor):
        if (processes, gpus) == (None, None):
            return placed
        executor = placed.executor
    return executors.placement(workspace, executor, processes, gpus)


def resume_places(workspace: Workspace, user: User, run: int | str) -> list[OfferedPlace]:
    """The executors that a run can be resumed on; the first is where it would be by default."""
    require(user, "admin")
    placed = placement_of_run(workspace, user, run)
    others = [place for place in offered_places(workspace) if place["value"] != placed.executor]
    return [_offered(workspace, placed), *others]
