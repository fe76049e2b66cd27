"""The Playground tab: one query, its candidates, two rankers side by side."""

from collections.abc import Sequence
from typing import Any

from reranker_ui.core.evaluation import ranking_metrics
from reranker_ui.services import candidates, gains, models, rankings, results
from reranker_ui.services.users import User
from reranker_ui.services.workspace import Workspace
from reranker_ui.ui.room import Function, room

Payload = dict[str, Any]


def build(workspace: Workspace, _shell: Any) -> None:
    """Draw the tab; the room reads the dataset in hand from the address."""
    room("playground", _functions(workspace))


def _functions(workspace: Workspace) -> Sequence[Function]:
    def rankers(user: User, _payload: Payload) -> Any:
        return models.choices(workspace, user)

    def compare(user: User, payload: Payload) -> Any:
        return rankings.compare(
            workspace, user, _names(payload), _candidates(workspace, user, payload)
        )

    def queries(user: User, payload: Payload) -> Any:
        return candidates.labelled_queries(workspace, user, _text(payload, "dataset"))

    def compare_queries(user: User, payload: Payload) -> Any:
        return gains.gains(workspace, user, _text(payload, "dataset"), *_names(payload)[:2])

    def label_result(user: User, payload: Payload) -> Any:
        return results.label_result(
            workspace,
            user,
            _text(payload, "dataset"),
            _text(payload, "query"),
            _text(payload, "passage"),
            payload.get("label"),
            _text(payload, "client_id"),
            payload.get("score"),
        )

    def undo_result(user: User, payload: Payload) -> Any:
        return results.undo_result(
            workspace,
            user,
            _text(payload, "dataset"),
            _text(payload, "query"),
            int(payload.get("pair_id") or 0),
            _text(payload, "client_id"),
        )

    def score_again(_user: User, payload: Payload) -> Any:
        grades = payload["grades"]
        return [ranking_metrics([0] * len(grades), grades, side) for side in payload["scores"]]

    return [rankers, compare, queries, compare_queries, label_result, undo_result, score_again]


def _candidates(workspace: Workspace, user: User, payload: Payload) -> candidates.Candidates:
    query, dataset = _text(payload, "query"), _text(payload, "dataset")
    if payload.get("source") == "labelled":
        return candidates.labelled(workspace, user, query, dataset)
    if payload.get("source") == "dataset":
        return candidates.found(workspace, user, query, dataset, int(payload.get("k") or 50))
    return candidates.pasted(workspace, user, query, _text(payload, "passages"), dataset or None)


def _names(payload: Payload) -> list[str]:
    return [str(name) for name in payload.get("models") or []]


def _text(payload: Payload, name: str) -> str:
    return str(payload.get(name) or "")
