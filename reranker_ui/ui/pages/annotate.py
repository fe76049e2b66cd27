"""The Annotate tab: one room, whose server functions each call one service."""

from typing import Any

from reranker_ui.services.annotating import (
    agreement,
    annotations,
    model_scores,
    queue,
    recent_labels,
)
from reranker_ui.services.annotating import labelling_progress as counts
from reranker_ui.services.annotating import settings as owner
from reranker_ui.services.datasets import pair_history
from reranker_ui.services.labels import guidelines
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function, room
from reranker_ui.ui.pages import review
from reranker_ui.ui.pages.review import label_in

Payload = dict[str, Any]


def build(workspace: Workspace, shell: Any) -> None:
    """Draw the tab; the room follows the dataset in hand by itself."""
    functions = [*_stream(workspace), *_looking_back(workspace), *_owner(workspace)]
    room("annotate", [*functions, *review.functions(workspace)])


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
        pair, label, drawn = asked["pair"], label_in(asked), asked.get("drawn")
        note, seconds = asked.get("note"), asked.get("seconds")
        read = asked.get("guidelines")
        return annotations.annotate(
            workspace, user, pair, label, asked["id"], note, seconds, drawn=drawn, guidelines=read
        )

    def undo(user: User, asked: Payload) -> Any:
        return annotations.undo(workspace, user, asked["pair"], asked["id"])

    return [stream, next_pairs, take, annotate, undo]


def _looking_back(workspace: Workspace) -> list[Function]:
    def last_labels(user: User, asked: Payload) -> Any:
        return recent_labels.last_labels(workspace, user, asked["dataset"])

    def candidates(user: User, asked: Payload) -> Any:
        return recent_labels.candidates_of(workspace, user, asked["pair"])

    def history(user: User, asked: Payload) -> Any:
        return pair_history.history(workspace, user, asked["pair"])

    def progress(user: User, asked: Payload) -> Any:
        since, imported = float(asked["since"]), bool(asked["imported"])
        return counts.progress(workspace, user, asked["dataset"], since, imported)

    def agree(user: User, asked: Payload) -> Any:
        return agreement.agreement_of(workspace, user, asked["dataset"])

    return [last_labels, candidates, history, progress, agree]


def _owner(workspace: Workspace) -> list[Function]:
    def write_guidelines(user: User, asked: Payload) -> Any:
        return guidelines.edit_guidelines(workspace, user, asked["dataset"], str(asked["text"]))

    def guideline_versions(user: User, asked: Payload) -> Any:
        return guidelines.guideline_versions(workspace, user, asked["dataset"])

    def offer_test_pairs(user: User, asked: Payload) -> Any:
        return owner.offer_test_pairs(workspace, user, asked["dataset"], bool(asked["offer"]))

    def stream_settings(user: User, asked: Payload) -> Any:
        return owner.stream_settings(workspace, user, asked["dataset"])

    def set_stream(user: User, asked: Payload) -> Any:
        names = ("overlap", "order", "run", "blind", "adjudicators", "test_annotators")
        chosen = {name: asked[name] for name in names if name in asked}
        return owner.set_stream(workspace, user, asked["dataset"], **chosen)

    def score_pairs(user: User, asked: Payload) -> Any:
        return model_scores.score_pairs(workspace, user, asked["dataset"], asked.get("run"))

    def scoring(user: User, asked: Payload) -> Any:
        return model_scores.scoring(workspace, user, asked["dataset"], asked.get("run"))

    texts = [write_guidelines, guideline_versions]
    return [*texts, offer_test_pairs, stream_settings, set_stream, score_pairs, scoring]
