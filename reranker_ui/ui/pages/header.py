"""The header of the page: what it polls, and the panels about people and keys."""

from reranker_ui.core.values.rate_limits import PollInterval
from reranker_ui.services.operating import overview as operating
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function, widget
from reranker_ui.ui.pages import people
from reranker_ui.ui.payload import Name


class PageOverview(operating.Overview):
    """What the header polls.

    `way`: how people are known, see `identity.sign_in_mode`; `every`: seconds between two polls.
    """

    way: str
    every: float


def build(workspace: Workspace, way: str) -> None:
    """Draw the header. way: how people are known, see `identity.sign_in_mode`."""
    widget("header", functions(workspace, way))


def functions(workspace: Workspace, way: str = "local") -> list[Function]:
    """The server functions of the header; a demo has no panels."""
    polling = PollInterval(per_second=5, shortest=2, longest=10)

    def overview(user: User, *, dataset: Name | None = None, page: Name = "") -> PageOverview:
        every = polling.seconds_for((user, page[:32]))
        return {**operating.overview(workspace, user, dataset), "way": way, "every": every}

    return [overview, *([] if way == "demo" else people.functions(workspace))]
