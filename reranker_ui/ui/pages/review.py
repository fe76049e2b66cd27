"""The second view of the Annotate tab: disputes, agreement, annotators, pairs by hand."""

from typing import Any

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import activity, added_pairs, agreement, disputes, revert
from reranker_ui.services.datasets import edits
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function

Payload = dict[str, Any]


def functions(workspace: Workspace) -> list[Function]:
    """Everything that only an owner or adjudicator asks for."""
    return [*_disputed(workspace), *_people(workspace), *_adding(workspace)]


def _disputed(workspace: Workspace) -> list[Function]:
    def disputed(user: User, asked: Payload) -> Any:
        return disputes.disputed_pairs(workspace, user, asked["dataset"])

    def decide(user: User, asked: Payload) -> Any:
        reason = str(asked.get("reason") or "")
        return disputes.decide(workspace, user, asked["pair"], label_in(asked), reason)

    def undecide(user: User, asked: Payload) -> Any:
        return disputes.undecide(workspace, user, asked["pair"])

    return [disputed, decide, undecide]


def _people(workspace: Workspace) -> list[Function]:
    def agree_in_detail(user: User, asked: Payload) -> Any:
        return agreement.agreement_in_detail(workspace, user, asked["dataset"])

    def people(user: User, asked: Payload) -> Any:
        return activity.annotators(workspace, user, asked["dataset"], float(asked["midnight"]))

    def labels_since(user: User, asked: Payload) -> Any:
        name, since = str(asked["annotator"]), float(asked["since"])
        return revert.labels_since(workspace, user, asked["dataset"], name, since)

    def take_back(user: User, asked: Payload) -> Any:
        name, since = str(asked["annotator"]), float(asked["since"])
        return revert.take_back(workspace, user, asked["dataset"], name, since)

    def give_back(user: User, asked: Payload) -> Any:
        return revert.give_back(workspace, user, int(asked["edit"]))

    def takings(user: User, asked: Payload) -> Any:
        return revert.takings(workspace, user, asked["dataset"])

    return [agree_in_detail, people, labels_since, take_back, give_back, takings]


def _adding(workspace: Workspace) -> list[Function]:
    def unjudged(user: User, asked: Payload) -> Any:
        return added_pairs.unjudged_passages(workspace, user, asked["dataset"], str(asked["query"]))

    def add_pairs(user: User, asked: Payload) -> Any:
        passages = [str(passage) for passage in asked["passages"]]
        return added_pairs.add_pairs(
            workspace, user, asked["dataset"], str(asked["query"]), passages
        )

    def remove_pairs(user: User, asked: Payload) -> Any:
        return edits.delete_pairs(workspace, user, asked["dataset"], asked["pairs"])

    return [unjudged, add_pairs, remove_pairs]


def label_in(asked: Payload) -> float | None:
    """The label of what the page sent; Refused unless it is a number or None."""
    label = asked["label"]
    if label is None:
        return None
    if isinstance(label, bool) or not isinstance(label, int | float):
        raise Refused(f"{label} is no label: a label is a number.")
    return float(label)
