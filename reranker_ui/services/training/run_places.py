"""Where a run trains when it is started again, which executors it may be resumed on, the price."""

from typing import TypedDict

from reranker_ui.core.values.execution.placement import Placement, placement_of
from reranker_ui.core.values.execution.price import RunPrice
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.listing import find_handle
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class ResumePlace(TypedDict):
    """An executor that a run can be resumed on: its name, and the word for it."""

    value: str
    word: str


def placement_of_run(
    workspace: Workspace, user: User, run: int | str, executor: str | None = None
) -> Placement:
    """Where a run trains or trained; by the settings where that executor is not set up now.

    With `executor` there; on another one than the run's with processes and GPUs by the settings.
    """
    require(user, "viewer")
    placed = placement_of(find_handle(workspace, user, run).folder.path)
    is_set_up = placed.executor in workspace.settings.executor_names()
    if is_set_up and executor in (None, placed.executor):
        return placed
    return executors.placement(workspace, executor)


def run_price(
    workspace: Workspace, user: User, run: int | str, executor: str | None = None
) -> RunPrice | None:
    """What it costs to start a run again, as `placement_of_run`; None where nothing is charged."""
    require(user, "admin")
    price = executors.price_of(workspace, placement_of_run(workspace, user, run, executor))
    return price.shown() if price else None


def resume_places(workspace: Workspace, user: User, run: int | str) -> list[ResumePlace]:
    """The executors that a run can be resumed on; the first is where it would be by default."""
    require(user, "admin")
    default = placement_of_run(workspace, user, run).executor
    others = [name for name in executors.set_up(workspace) if name != default]
    return [{"value": name, "word": executors.title_of(name)} for name in (default, *others)]
