"""The Playground tab: one query, its candidates, up to three rankers side by side."""

from collections.abc import Sequence

from reranker_ui.core.evaluation.metrics import Metrics
from reranker_ui.services.annotating import result_labels
from reranker_ui.services.ranking import candidates, cutoffs, demo, gains, onnx_download
from reranker_ui.services.ranking import compare as rankings
from reranker_ui.services.ranking import explain as explaining
from reranker_ui.services.ranking.ranker_choices import RankerChoices, choices
from reranker_ui.services.ranking.retrieval import meaning
from reranker_ui.services.store.access import Role, User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.api import gradio_api
from reranker_ui.ui.component import Function, widget
from reranker_ui.ui.payload import (
    Count,
    Grades,
    Id,
    Name,
    Names,
    Number,
    Numbers,
    RunName,
    ScaleSent,
    Text,
    Texts,
    TwoNames,
)  # fmt: skip


class Rankers(RankerChoices):
    """The rankers to choose from, the user's role, and what a demo is drawn with."""

    role: Role
    demo: demo.DemoPage | None


def build(workspace: Workspace) -> None:
    """Draw the tab; the widget reads the current dataset from the address."""
    widget("playground", functions(workspace))
    gradio_api.offer(workspace)


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the tab."""
    return [*_rankings(workspace), *_labels(workspace), *_about_models(workspace)]


def _rankings(workspace: Workspace) -> Sequence[Function]:
    def rankers(user: User, *, dataset: Name | None = None) -> Rankers:
        return {
            **choices(workspace, user, dataset),
            "role": user.role,
            "demo": demo.demo_page(workspace, user),
        }

    def compare(
        user: User,
        *,
        models: Names,
        query: Text,
        source: Name | None = None,
        dataset: Name | None = None,
        k: Count | None = None,
        passages: Text | None = None,
        cascade: bool = False,
    ) -> rankings.Comparison:
        chosen = candidates.chosen(
            workspace, user, query, source, dataset or "", k or 50, passages or ""
        )
        return rankings.compare(workspace, user, models, chosen, cascade)

    def embedding_state(user: User, *, dataset: Name) -> meaning.EmbeddingState:
        return meaning.embedding_state(workspace, user, dataset)

    def embed_passages(user: User, *, dataset: Name) -> meaning.EmbeddingState:
        return meaning.embed_passages(workspace, user, dataset)

    def queries(user: User, *, dataset: Name) -> list[candidates.LabelledQuery]:
        return candidates.labelled_queries(workspace, user, dataset)

    def compare_queries(user: User, *, dataset: Name, models: TwoNames) -> gains.QueryGains:
        return gains.gains(workspace, user, dataset, *models)

    return [rankers, compare, embedding_state, embed_passages, queries, compare_queries]


def _labels(workspace: Workspace) -> Sequence[Function]:
    def label_result(
        user: User,
        *,
        dataset: Name,
        query: Text,
        passage: Text,
        label: Number | None,
        client_id: Name,
        score: Number | None = None,
    ) -> result_labels.ResultLabel:
        return result_labels.label_result(
            workspace, user, dataset, query, passage, label, client_id, score
        )

    def undo_result(
        user: User, *, dataset: Name, query: Text, pair_id: Id, client_id: Name
    ) -> result_labels.ResultLabel:
        return result_labels.undo_result(workspace, user, dataset, query, pair_id, client_id)

    def score_again(
        user: User, *, grades: Grades, scores: list[Numbers], scale: ScaleSent | None = None
    ) -> list[Metrics]:
        return rankings.score_again(workspace, user, grades, scores, scale)

    def send_to_annotate(
        user: User, *, dataset: Name, query: Text, passages: Texts
    ) -> result_labels.SentPairs:
        return result_labels.send_to_annotate(workspace, user, dataset, query, passages)

    return [label_result, undo_result, score_again, send_to_annotate]


def _about_models(workspace: Workspace) -> Sequence[Function]:
    def explain(user: User, *, model: Name, query: Text, passage: Text) -> explaining.Explanation:
        return explaining.explain(workspace, user, model, query, passage)

    def score_wording(
        user: User, *, models: Names, query: Text, passage: Text
    ) -> list[explaining.WordingScore | None]:
        return explaining.score_wording(workspace, user, models, query, passage)

    def find_cutoff(user: User, *, run: RunName, goal: Name) -> cutoffs.Cutoff:
        return cutoffs.find_cutoff(workspace, user, run, goal)

    def save_cutoff(user: User, *, run: RunName, goal: Name) -> None:
        cutoffs.save_cutoff(workspace, user, run, goal)

    def delete_cutoff(user: User, *, run: RunName) -> None:
        cutoffs.delete_cutoff(workspace, user, run)

    def onnx_state(user: User, *, run: RunName) -> onnx_download.OnnxState:
        return onnx_download.onnx_state(workspace, user, run)

    def make_onnx(user: User, *, run: RunName) -> onnx_download.OnnxState:
        return onnx_download.make_onnx(workspace, user, run)

    return [
        explain, score_wording, find_cutoff, save_cutoff, delete_cutoff, onnx_state, make_onnx
    ]  # fmt: skip
