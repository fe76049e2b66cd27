"""The pairs that a run is to score, read and stored batch by batch."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.labels.effective_labels import importing
from reranker_ui.services.labels.open_pairs import disputed_ids, imported_unlabelled, not_test
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import pairs, scores
from reranker_ui.services.store.workspace import Workspace

BATCH = 256  # pairs read at once
_TEXTS: tuple[sa.Column[Any], ...] = pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.pair_key


def unchecked_pairs(
    connection: sa.Connection, dataset: sa.Row[Any]
) -> list[sa.ColumnElement[bool]]:
    """Unlabelled pairs; where every pair has an imported label, those no annotator has checked."""
    conditions = [pairs.c.dataset_id == dataset.id, pairs.c.votes < dataset.overlap]
    conditions.append(sa.or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(importing())))
    if not dataset.test_annotators:
        conditions.append(not_test())
    if connection.scalar(
        select(select(pairs.c.id).where(*conditions, *imported_unlabelled()).exists())
    ):
        return [*conditions, *imported_unlabelled()]
    return [*conditions, pairs.c.retired_at.is_(None)]


def disputed_and_labelled(
    connection: sa.Connection, dataset: sa.Row[Any], unchecked: list[sa.ColumnElement[bool]]
) -> list[int]:
    """Disputed pairs that need no label any more: they wait for a decision.

    Other disputed pairs are not preferred, as the order of the queue would show them.
    """
    disputed = disputed_ids(connection, Visibility(dataset.id))
    waiting: set[int] = set()
    for start in range(0, len(disputed), BATCH):
        in_batch = pairs.c.id.in_(disputed[start : start + BATCH])
        waiting |= set(connection.scalars(select(pairs.c.id).where(in_batch, *unchecked)))
    return [pair for pair in disputed if pair not in waiting]


def without_score(
    workspace: Workspace, run_id: int, unchecked: list[sa.ColumnElement[bool]], first: list[int]
) -> Iterator[Sequence[sa.Row[Any]]]:
    """Batches of id, query and passage: the pairs `first`, then the others that have no score."""
    missing = ~sa.exists().where(scores.c.run_id == run_id, scores.c.pair_id == pairs.c.id)
    for start in range(0, len(first), BATCH):
        with workspace.reading() as connection:
            in_batch = pairs.c.id.in_(first[start : start + BATCH])
            rows = connection.execute(select(*_TEXTS).where(in_batch, missing)).all()
        if rows:
            yield rows
    after = ""  # keys are hashes: their order says nothing about the pairs
    while True:
        with workspace.reading() as connection:
            query = select(*_TEXTS).where(*unchecked, missing, pairs.c.pair_key > after)
            rows = connection.execute(query.order_by(pairs.c.pair_key).limit(BATCH)).all()
        if not rows:
            return
        after = rows[-1].pair_key
        yield rows


def store_scores(
    workspace: Workspace, run_id: int, rows: Sequence[sa.Row[Any]], values: Sequence[float]
) -> set[int]:
    """Store the probability of each of `rows`; returns the ids of those that still exist."""
    scored = [
        {"run_id": run_id, "pair_id": row.id, "score": score, "distance": abs(score - 0.5)}
        for row, score in zip(rows, values, strict=True)
    ]
    with workspace.writing() as connection:
        ids = pairs.c.id.in_([row.id for row in rows])
        existing = set(connection.scalars(select(pairs.c.id).where(ids)))
        # Some may have been deleted with their dataset.
        scored = [row for row in scored if row["pair_id"] in existing]
        if scored:
            connection.execute(scores.insert(), scored)
    return existing
