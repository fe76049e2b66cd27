"""The second view of the Annotate tab: disputed pairs, agreement, people, pairs by hand."""

from typing import Any

from reranker_ui.core.refused import Refused
from reranker_ui.services import disputes
from reranker_ui.services.users import User
from reranker_ui.services.workspace import Workspace
from reranker_ui.ui.room import Function

Payload = dict[str, Any]


def functions(workspace: Workspace) -> list[Function]:
    """Everything that only an owner or adjudicator asks for."""
    return [*_disputed(workspace)]


def _disputed(workspace: Workspace) -> list[Function]:
    def disputed(user: User, asked: Payload) -> Any:
        return disputes.disputed_pairs(workspace, user, asked["dataset"])

    def decide(user: User, asked: Payload) -> Any:
        reason = str(asked.get("reason") or "")
        return disputes.decide(workspace, user, asked["pair"], label_in(asked), reason)

    def undecide(user: User, asked: Payload) -> Any:
        return disputes.undecide(workspace, user, asked["pair"])

    return [disputed, decide, undecide]


def label_in(asked: Payload) -> float | None:
    """The label of what the page sent; Refused unless it is a number or None."""
    label = asked["label"]
    if label is None:
        return None
    if isinstance(label, bool) or not isinstance(label, int | float):
        raise Refused(f"{label} is no label: a label is a number.")
    return float(label)
