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

    `mode`: see `identity.sign_in_mode`; `every`: seconds between two polls.
    """

    mode: str
    every: float


def build(workspace: Workspace, mode: str) -> None:
    """Draw the header. mode: see `identity.sign_in_mode`."""
    widget("header", functions(workspace, mode))


def functions(workspace: Workspace, mode: str = "local") -> list[Function]:
    """The server functions of the header; a demo has no panels."""
    polling = PollInterval(per_second=5, shortest=2, longest=10)

    def overview(user: User, *, dataset: Name | None = None, page: Name = "") -> PageOverview:
        every = polling.seconds_for((user, page[:32]))
        return {**operating.overview(workspace, user, dataset), "mode": mode, "every": every}

    return [overview, *([] if mode == "demo" else people.functions(workspace))]
