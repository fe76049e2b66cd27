"""The second view of the Annotate tab: disputes, agreement, annotators, pairs by hand."""

from reranker_ui.services.annotating import activity, added_pairs, agreement, disputes, revert
from reranker_ui.services.datasets import edits
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.payload import Id, Ids, Name, Number, Text, Texts


def functions(workspace: Workspace) -> list[Function]:
    """Everything that only an owner or adjudicator asks for."""
    return [*_disputed(workspace), *_people(workspace), *_adding(workspace)]


def _disputed(workspace: Workspace) -> list[Function]:
    def disputed(user: User, *, dataset: Name) -> disputes.Disputed:
        return disputes.disputed_pairs(workspace, user, dataset)

    def decide(user: User, *, pair: Id, label: Number | None, reason: Text | None = None) -> None:
        disputes.decide(workspace, user, pair, label, reason or "")

    def undecide(user: User, *, pair: Id) -> None:
        disputes.undecide(workspace, user, pair)

    return [disputed, decide, undecide]


def _people(workspace: Workspace) -> list[Function]:
    def agree_in_detail(user: User, *, dataset: Name) -> agreement.AgreementDetail:
        return agreement.agreement_in_detail(workspace, user, dataset)

    def people(user: User, *, dataset: Name, midnight: Number) -> activity.Activity:
        return activity.annotators(workspace, user, dataset, midnight)

    def labels_since(
        user: User, *, dataset: Name, annotator: Name, since: Number
    ) -> revert.LabelsSince:
        return revert.labels_since(workspace, user, dataset, annotator, since)

    def revert_labels(
        user: User, *, dataset: Name, annotator: Name, since: Number
    ) -> revert.RevertedPairs:
        return revert.revert_labels(workspace, user, dataset, annotator, since)

    def restore_labels(user: User, *, edit: Id) -> revert.RestoredPairs:
        return revert.restore_labels(workspace, user, edit)

    def reverted_labels(user: User, *, dataset: Name) -> list[revert.Reverted]:
        return revert.reverted_labels(workspace, user, dataset)

    return [agree_in_detail, people, labels_since, revert_labels, restore_labels, reverted_labels]


def _adding(workspace: Workspace) -> list[Function]:
    def unjudged(user: User, *, dataset: Name, query: Text) -> added_pairs.Unjudged:
        return added_pairs.unjudged_passages(workspace, user, dataset, query)

    def add_pairs(
        user: User, *, dataset: Name, query: Text, passages: Texts
    ) -> added_pairs.AddedPairs:
        return added_pairs.add_pairs(workspace, user, dataset, query, passages)

    def remove_pairs(user: User, *, dataset: Name, pairs: Ids) -> edits.Edit:
        return edits.delete_pairs(workspace, user, dataset, pairs)

    return [unjudged, add_pairs, remove_pairs]
