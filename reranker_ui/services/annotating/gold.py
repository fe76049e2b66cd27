"""Gold pairs: their label is known, and every annotator is given them among the others."""

import time
from collections.abc import Sequence
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.open_pairs import offered
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, gold_pairs, pairs
from reranker_ui.services.store.workspace import Workspace, record

EVERY = 10  # pairs among which one gold pair is mixed
TOLERANCE = 1e-9  # labels that differ by less are equal


class GoldReport(TypedDict):
    """Gold pairs that an annotator labelled, and how many of them with the known label."""

    of: int
    right: int


class GoldMarks(TypedDict):
    """How many pairs changed, and how many have no label and were left as they are."""

    pairs: int
    unlabelled: int


def mark_gold(
    workspace: Workspace, user: User, dataset_name: str, ids: Sequence[int], gold: bool
) -> GoldMarks:
    """Make pairs gold by the label that they have now, or ordinary again.

    Refused where none of them has a label.
    """
    require(user, "admin")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        view = visibility_of(dataset, user)
        rows = connection.execute(pairs_with_labels(view, pairs.c.id, only=list(ids))).all()
        label_of = {row.id: row.effective for row in rows if row.effective is not None}
        chosen = list(label_of) if gold else [row.id for row in rows]
        if not chosen:
            raise Refused("None of these pairs has a label. Label them, then mark them as gold.")
        connection.execute(gold_pairs.delete().where(gold_pairs.c.pair_id.in_(chosen)))
        if gold:
            labelled = [{"pair_id": pair, "label": label_of[pair]} for pair in chosen]
            connection.execute(gold_pairs.insert(), labelled)
        what = "mark gold" if gold else "unmark gold"
        subject, now = f"dataset:{dataset.id}", time.time()
        record(connection, user, what, subject, at=now, after={"pairs": len(chosen)})
    return {"pairs": len(chosen), "unlabelled": len(rows) - len(chosen)}


def next_gold(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, have: Sequence[int], n: int
) -> list[int]:
    """Up to `n` gold pairs that `user` has not answered, beside those of `have`."""
    query = _open_gold(dataset, user).where(pairs.c.id.not_in(have))
    return list(connection.scalars(query.order_by(pairs.c.pair_key).limit(n))) if n else []


def open_gold(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, ids: Sequence[int]
) -> set[int]:
    """Those of `ids` that are gold and that `user` has not answered."""
    return set(connection.scalars(_open_gold(dataset, user).where(pairs.c.id.in_(ids))))


def gold_report(connection: sa.Connection, dataset: sa.Row[Any]) -> dict[str, GoldReport]:
    """How each annotator labelled the gold pairs."""
    right = sa.case((func.abs(annotations.c.label - gold_pairs.c.label) < TOLERANCE, 1), else_=0)
    query = (
        select(annotations.c.annotator, func.count(), func.sum(right))
        .join(gold_pairs, gold_pairs.c.pair_id == annotations.c.pair_id)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(pairs.c.dataset_id == dataset.id, annotations.c.label.is_not(None))
        .group_by(annotations.c.annotator)
    )
    rows = connection.execute(query)
    return {name: {"of": of, "right": int(correct or 0)} for name, of, correct in rows}


def _open_gold(dataset: sa.Row[Any], user: User) -> sa.Select[Any]:
    has_answered = sa.exists().where(
        annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name
    )
    return (
        select(pairs.c.id)
        .join(gold_pairs, gold_pairs.c.pair_id == pairs.c.id)
        .where(pairs.c.dataset_id == dataset.id, pairs.c.retired_at.is_(None), ~has_answered)
        .where(*offered(dataset, user))
    )
