"""Agreement of a dataset's annotators: a summary for all, details for adjudicators."""

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.evaluation.agreement import Agreement, Vote, agreement
from reranker_ui.core.evaluation.agreement_report import AgreementReport, in_detail
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.visibility import Visibility, may_decide, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, pairs
from reranker_ui.services.store.workspace import Workspace

_MOST = 100_000  # votes that are looked at, the newest pairs first
_MOST_IN_DETAIL = 20_000
_MANY, _MINUTE = 5_000, 60.0  # above so many pairs, agreement is computed once a minute


def agreement_of(workspace: Workspace, user: User, dataset_name: str) -> Agreement:
    """Agreement on pairs that several people labelled; see `core.evaluation.agreement`.

    Only pairs whose labels by others `user` may know are counted.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        view = visibility_of(dataset, user)
        return workspace.memory.get(
            ("agreement", view),
            lambda: agreement(_votes(connection, view, _MOST), dataset.scale),
            # Everyone who labels asks.
            seconds=lambda result: _MINUTE if result["shared"] > _MANY else 0.0,
        )


class AgreementDetail(AgreementReport):
    """All agreement statistics of the newest `votes`, of `all_votes`."""

    votes: int
    all_votes: int


def agreement_in_detail(workspace: Workspace, user: User, dataset_name: str) -> AgreementDetail:
    """All agreement statistics, for admins and adjudicators.

    Cached until a vote is given or taken back.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        may_decide(dataset, user)
        view = visibility_of(dataset, user)
        last = select(func.count(), func.max(annotations.c.updated_at)).where(*_shared(view))
        now = tuple(connection.execute(last.join(pairs)).one())

        def compute() -> AgreementDetail:
            votes = _votes(connection, view, _MOST_IN_DETAIL)
            detail = in_detail(votes, dataset.scale)
            return {**detail, "votes": len(votes), "all_votes": now[0]}

        return workspace.memory.get(("agreement in detail", view), compute, now)


def _votes(connection: sa.Connection, view: Visibility, limit: int) -> list[Vote]:
    query = (
        select(annotations.c.pair_id, annotations.c.annotator, annotations.c.label)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(*_shared(view))
        .order_by(pairs.c.id.desc())
        .limit(limit)
    )
    return [(pair, annotator, label) for pair, annotator, label in connection.execute(query)]


def _shared(view: Visibility) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        pairs.c.dataset_id == view.dataset_id,
        pairs.c.retired_at.is_(None),
        pairs.c.votes >= 2,
        annotations.c.label.is_not(None),
        *view.shown(),
    )
