"""The Annotate tab: one widget, whose server functions each call one service."""

from reranker_ui.core.evaluation.agreement import Agreement
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
from reranker_ui.ui.component import Function, widget
from reranker_ui.ui.pages import one_pair, review
from reranker_ui.ui.payload import Count, Flag, Id, Ids, Name, Names, Number, Text


def build(workspace: Workspace) -> None:
    """Draw the tab; the widget follows the current dataset by itself."""
    widget("annotate", functions(workspace))


def functions(workspace: Workspace) -> list[Function]:
    """The server functions of the tab."""
    return [
        *_stream(workspace),
        *_past_labels(workspace),
        *_owner(workspace),
        *review.functions(workspace),
    ]


def _stream(workspace: Workspace) -> list[Function]:
    def stream(user: User, *, dataset: Name) -> guidelines.StreamSettings:
        return guidelines.stream_of(workspace, user, dataset)

    def next_pairs(
        user: User, *, dataset: Name, order: Name, n: Count, have: Ids, imported: Flag = False
    ) -> queue.NextPairs:
        return queue.next_pairs(workspace, user, dataset, order, n, have, imported)

    def take(user: User, *, pair: Id) -> queue.StreamPair | None:
        return queue.take(workspace, user, pair)

    def release(user: User, *, dataset: Name) -> int:
        return queue.release(workspace, user, dataset)

    def annotate(
        user: User,
        *,
        pair: Id,
        label: Number | None,
        id: Name,
        note: Text | None = None,
        seconds: Number | None = None,
        drawn: Name | None = None,
        guidelines: Count | None = None,
        cannot_tell: Flag = False,
    ) -> annotations.OwnLabel:
        return annotations.annotate(
            workspace, user, pair, label, id, note, seconds, drawn=drawn, guidelines=guidelines,
            cannot_tell=cannot_tell,
        )  # fmt: skip

    def undo(user: User, *, pair: Id, id: Name) -> annotations.UndoneLabel:
        return annotations.undo(workspace, user, pair, id)

    return [stream, next_pairs, take, release, annotate, undo]


def _past_labels(workspace: Workspace) -> list[Function]:
    def last_labels(user: User, *, dataset: Name) -> list[recent_labels.LabelledPair]:
        return recent_labels.last_labels(workspace, user, dataset)

    def candidates(user: User, *, pair: Id) -> recent_labels.QueryCandidates:
        return recent_labels.candidates_of(workspace, user, pair)

    def history(user: User, *, pair: Id) -> list[pair_history.PairEvent]:
        return pair_history.history(workspace, user, pair)

    def progress(
        user: User, *, dataset: Name, since: Number, imported: Flag = False
    ) -> counts.LabellingProgress:
        return counts.progress(workspace, user, dataset, since, imported)

    def agree(user: User, *, dataset: Name) -> Agreement:
        return agreement.agreement_of(workspace, user, dataset)

    return [last_labels, candidates, history, progress, agree, *one_pair.commenting(workspace)]


def _owner(workspace: Workspace) -> list[Function]:
    def write_guidelines(user: User, *, dataset: Name, text: Text) -> guidelines.Guidelines:
        return guidelines.edit_guidelines(workspace, user, dataset, text)

    def guideline_versions(user: User, *, dataset: Name) -> list[guidelines.GuidelineVersion]:
        return guidelines.guideline_versions(workspace, user, dataset)

    def offer_test_pairs(user: User, *, dataset: Name, offer: Flag) -> owner.OfferedTestPairs:
        return owner.offer_test_pairs(workspace, user, dataset, offer)

    def stream_settings(user: User, *, dataset: Name) -> owner.LabellingSettings:
        return owner.stream_settings(workspace, user, dataset)

    def set_stream(
        user: User,
        *,
        dataset: Name,
        overlap: Count | None = None,
        order: Name | None = None,
        run: Id | None = None,
        blind: Flag | None = None,
        adjudicators: Names | None = None,
        test_annotators: Names | None = None,
        annotators: Names | None = None,
    ) -> None:
        owner.set_stream(
            workspace, user, dataset, overlap=overlap, order=order, run=run, blind=blind,
            adjudicators=adjudicators, test_annotators=test_annotators, annotators=annotators,
        )  # fmt: skip

    def score_pairs(
        user: User, *, dataset: Name, run: Id | None = None
    ) -> model_scores.ScoringState:
        return model_scores.score_pairs(workspace, user, dataset, run)

    def scoring(user: User, *, dataset: Name, run: Id | None = None) -> model_scores.ScoringState:
        return model_scores.scoring(workspace, user, dataset, run)

    return [
        write_guidelines, guideline_versions, offer_test_pairs, stream_settings, set_stream,
        score_pairs, scoring,
    ]  # fmt: skip
