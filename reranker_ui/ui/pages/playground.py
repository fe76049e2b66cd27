"""The Playground tab: one query, its candidates, up to three rankers side by side."""

from collections.abc import Sequence
from typing import Any

from reranker_ui.core.evaluation.metrics import ranking_metrics
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.services.annotating import result_labels
from reranker_ui.services.ranking import candidates, cutoffs, gains, onnx_download
from reranker_ui.services.ranking import compare as rankings
from reranker_ui.services.ranking import explain as explaining
from reranker_ui.services.ranking import rankers as models
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.api import gradio_api
from reranker_ui.ui.component import Function, room

Payload = dict[str, Any]


def build(workspace: Workspace, _shell: Any) -> None:
    """Draw the tab; the room reads the dataset in hand from the address."""
    functions = [*_rankings(workspace), *_labels(workspace), *_about_models(workspace)]
    room("playground", functions)
    gradio_api.offer(workspace)


def _rankings(workspace: Workspace) -> Sequence[Function]:
    def rankers(user: User, _payload: Payload) -> Any:
        return models.choices(workspace, user) | {
            "role": user.role,
            "demo": workspace.settings.demo,
        }

    def compare(user: User, payload: Payload) -> Any:
        return rankings.compare(
            workspace, user, _names(payload), _candidates(workspace, user, payload)
        )

    def queries(user: User, payload: Payload) -> Any:
        return candidates.labelled_queries(workspace, user, _text(payload, "dataset"))

    def compare_queries(user: User, payload: Payload) -> Any:
        return gains.gains(workspace, user, _text(payload, "dataset"), *_names(payload)[:2])

    return [rankers, compare, queries, compare_queries]


def _labels(workspace: Workspace) -> Sequence[Function]:
    def label_result(user: User, payload: Payload) -> Any:
        return result_labels.label_result(
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
        return result_labels.undo_result(
            workspace,
            user,
            _text(payload, "dataset"),
            _text(payload, "query"),
            int(payload.get("pair_id") or 0),
            _text(payload, "client_id"),
        )

    def score_again(_user: User, payload: Payload) -> Any:
        grades = payload["grades"]
        scale = Scale.from_json(payload["scale"]) if payload.get("scale") else GRADES
        keys = [0] * len(grades)
        return [ranking_metrics(keys, grades, side, scale=scale) for side in payload["scores"]]

    def send_to_annotate(user: User, payload: Payload) -> Any:
        dataset, query = _text(payload, "dataset"), _text(payload, "query")
        return result_labels.send_to_annotate(workspace, user, dataset, query, _texts(payload))

    return [label_result, undo_result, score_again, send_to_annotate]


def _about_models(workspace: Workspace) -> Sequence[Function]:
    def explain(user: User, payload: Payload) -> Any:
        texts = _text(payload, "query"), _text(payload, "passage")
        return explaining.explain(workspace, user, _text(payload, "model"), *texts)

    def score_wording(user: User, payload: Payload) -> Any:
        texts = _text(payload, "query"), _text(payload, "passage")
        return explaining.score_wording(workspace, user, _names(payload), *texts)

    def look_for_cutoff(user: User, payload: Payload) -> Any:
        told = _text(payload, "run"), _text(payload, "goal")
        return cutoffs.look_for_cutoff(workspace, user, *told)

    def keep_cutoff(user: User, payload: Payload) -> Any:
        told = _text(payload, "run"), _text(payload, "goal")
        return cutoffs.keep_cutoff(workspace, user, *told)

    def drop_cutoff(user: User, payload: Payload) -> Any:
        return cutoffs.drop_cutoff(workspace, user, _text(payload, "run"))

    def onnx_state(user: User, payload: Payload) -> Any:
        return onnx_download.onnx_state(workspace, user, _text(payload, "run"))

    def make_onnx(user: User, payload: Payload) -> Any:
        return onnx_download.make_onnx(workspace, user, _text(payload, "run"))

    wording = [explain, score_wording]
    return [*wording, look_for_cutoff, keep_cutoff, drop_cutoff, onnx_state, make_onnx]


def _candidates(workspace: Workspace, user: User, payload: Payload) -> candidates.Candidates:
    query, dataset = _text(payload, "query"), _text(payload, "dataset")
    if payload.get("source") == "labelled":
        return candidates.labelled(workspace, user, query, dataset)
    if payload.get("source") == "dataset":
        return candidates.found(workspace, user, query, dataset, int(payload.get("k") or 50))
    return candidates.pasted(workspace, user, query, _text(payload, "passages"), dataset or None)


def _names(payload: Payload) -> list[str]:
    return [str(name) for name in payload.get("models") or []]


def _texts(payload: Payload) -> list[str]:
    return [str(passage) for passage in payload.get("passages") or []]


def _text(payload: Payload, name: str) -> str:
    return str(payload.get(name) or "")
