"""The Annotate tab: one room, whose server functions each call one service."""

from typing import Any

from reranker_ui.core.refused import Refused
from reranker_ui.services import (
    agreement,
    annotations,
    disputes,
    guidelines,
    lookback,
    queue,
)
from reranker_ui.services import waiting as counts
from reranker_ui.services.users import User
from reranker_ui.services.workspace import Workspace
from reranker_ui.ui.room import Function, room

Payload = dict[str, Any]


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; the room follows the dataset in hand by itself."""
    room("annotate", [*_stream(workspace), *_looking_back(workspace), *_disputed(workspace)])


def _stream(workspace: Workspace) -> list[Function]:
    def stream(user: User, asked: Payload) -> Any:
        return guidelines.stream_of(workspace, user, asked["dataset"])

    def next_pairs(user: User, asked: Payload) -> Any:
        order, n, have = asked["order"], asked["n"], asked["have"]
        return queue.next_pairs(
            workspace, user, asked["dataset"], order, n, have, bool(asked["imported"])
        )

    def take(user: User, asked: Payload) -> Any:
        return queue.take(workspace, user, asked["pair"])

    def annotate(user: User, asked: Payload) -> Any:
        label, note, seconds = _label(asked), asked.get("note"), asked.get("seconds")
        return annotations.annotate(
            workspace, user, asked["pair"], label, asked["id"], note, seconds
        )

    def undo(user: User, asked: Payload) -> Any:
        return annotations.undo(workspace, user, asked["pair"], asked["id"])

    return [stream, next_pairs, take, annotate, undo]


def _looking_back(workspace: Workspace) -> list[Function]:
    def last_labels(user: User, asked: Payload) -> Any:
        return lookback.last_labels(workspace, user, asked["dataset"])

    def candidates(user: User, asked: Payload) -> Any:
        return lookback.candidates_of(workspace, user, asked["pair"])

    def history(user: User, asked: Payload) -> Any:
        return lookback.history(workspace, user, asked["pair"])

    def progress(user: User, asked: Payload) -> Any:
        since, imported = float(asked["since"]), bool(asked["imported"])
        return counts.progress(workspace, user, asked["dataset"], since, imported)

    def agree(user: User, asked: Payload) -> Any:
        return agreement.agreement_of(workspace, user, asked["dataset"])

    def write_guidelines(user: User, asked: Payload) -> Any:
        return guidelines.edit_guidelines(workspace, user, asked["dataset"], str(asked["text"]))

    def offer_test_pairs(user: User, asked: Payload) -> Any:
        return guidelines.offer_test_pairs(workspace, user, asked["dataset"], bool(asked["offer"]))

    return [
        last_labels,
        candidates,
        history,
        progress,
        agree,
        write_guidelines,
        offer_test_pairs,
    ]


def _disputed(workspace: Workspace) -> list[Function]:
    def disputed(user: User, asked: Payload) -> Any:
        return disputes.disputed_pairs(workspace, user, asked["dataset"])

    def decide(user: User, asked: Payload) -> Any:
        reason = str(asked.get("reason") or "")
        return disputes.decide(workspace, user, asked["pair"], _label(asked), reason)

    def undecide(user: User, asked: Payload) -> Any:
        return disputes.undecide(workspace, user, asked["pair"])

    return [disputed, decide, undecide]


def _label(asked: Payload) -> float | None:
    label = asked["label"]
    if label is None:
        return None
    if isinstance(label, bool) or not isinstance(label, int | float):
        raise Refused(f"{label} is no label: a label is a number.")
    return float(label)
