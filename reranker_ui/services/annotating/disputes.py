"""Disputed pairs: every vote beside the pair, and the decision that ends the dispute."""

import time
from typing import Any, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.annotating.model_scores import newest_scored_run, scores_of
from reranker_ui.services.labels.datasets import check_label, find_dataset, find_pair
from reranker_ui.services.labels.guidelines import NamedRun
from reranker_ui.services.labels.open_pairs import disputed_ids
from reranker_ui.services.labels.visibility import check_open, may_decide, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    as_dict,
    datasets,
    decisions,
    imported_labels,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace, record


class Vote(TypedDict):
    """A label of a disputed pair; `model_score`: what a model gave it when it was labelled."""

    annotator: str
    label: float
    note: str | None
    at: float
    model_score: float | None


class DisputedPair(TypedDict):
    """A disputed pair with its votes and the labels that it came with.

    `score`: of the run, 0 to 1; `label`: the first imported label.
    """

    id: int
    query: str
    passage: str
    source: str
    label: float | None
    votes: list[Vote]
    imported: list[float]
    score: float | None


class Disputed(TypedDict):
    """Disputed pairs, how many there are in all, and the run whose scores are given."""

    total: int
    pairs: list[DisputedPair]
    run: NamedRun | None


def disputed_pairs(workspace: Workspace, user: User, dataset_name: str, n: int = 50) -> Disputed:
    """The dataset's disputed pairs, most votes first, for admins and adjudicators."""
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        may_decide(dataset, user)
        ids = disputed_ids(connection, visibility_of(dataset, user))
        shown = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.source, pairs.c.label)
        query = select(*shown).where(pairs.c.id.in_(ids[:n]))
        rows = connection.execute(query.order_by(pairs.c.votes.desc(), pairs.c.id))
        by_id = {row["id"]: {**as_dict(row), "votes": []} for row in rows.mappings()}
        _add_votes(connection, by_id)
        _add_imported(connection, by_id)
        run = newest_scored_run(connection, dataset)
        scored = scores_of(connection, run["id"], list(by_id)) if run else {}
        for pair in by_id.values():
            pair["score"] = scored.get(pair["id"])
    pairs_found = cast("list[DisputedPair]", list(by_id.values()))
    return {"total": len(ids), "pairs": pairs_found, "run": run}


def decide(
    workspace: Workspace, user: User, pair_id: int, label: float | None, reason: str = ""
) -> None:
    """End a dispute: `label` counts from now on (None: the pair is left out of training)."""
    require(user, "annotator")
    with workspace.writing() as connection:
        dataset, before = _decided(connection, user, pair_id)
        check_label(dataset, label)
        now = time.time()
        connection.execute(decisions.delete().where(decisions.c.pair_id == pair_id))
        connection.execute(
            decisions.insert().values(
                pair_id=pair_id, label=label, decided_by=user.name, reason=reason, decided_at=now
            )
        )
        after = {"label": label, "reason": reason}
        record(connection, user, "decide", f"pair:{pair_id}", at=now, before=before, after=after)


def undecide(workspace: Workspace, user: User, pair_id: int) -> None:
    """Take a decision back: the votes count again."""
    require(user, "annotator")
    with workspace.writing() as connection:
        _, before = _decided(connection, user, pair_id)
        connection.execute(decisions.delete().where(decisions.c.pair_id == pair_id))
        now, subject = time.time(), f"pair:{pair_id}"
        record(connection, user, "undo decide", subject, at=now, before=before)


def _decided(
    connection: sa.Connection, user: User, pair_id: int
) -> tuple[sa.Row[Any], dict[str, Any] | None]:
    dataset = find_pair(connection, pair_id, datasets, pairs.c.split)
    may_decide(dataset, user)
    check_open(dataset, user)
    former = select(decisions.c.label, decisions.c.reason).where(decisions.c.pair_id == pair_id)
    before = connection.execute(former).mappings().first()
    return dataset, as_dict(before) if before else None


def _add_votes(connection: sa.Connection, by_id: dict[int, dict[str, Any]]) -> None:
    query = (
        select(annotations)
        .where(annotations.c.pair_id.in_(by_id), annotations.c.label.is_not(None))
        .order_by(annotations.c.created_at)
    )
    for row in connection.execute(query):
        by_id[row.pair_id]["votes"].append(
            {
                "annotator": row.annotator,
                "label": row.label,
                "note": row.note,
                "at": row.updated_at,
                "model_score": row.model_score,
            }
        )


def _add_imported(connection: sa.Connection, by_id: dict[int, dict[str, Any]]) -> None:
    for pair in by_id.values():
        pair["imported"] = [] if pair["label"] is None else [pair["label"]]
    query = select(imported_labels).where(imported_labels.c.pair_id.in_(by_id))
    for row in connection.execute(query):
        imported_labels_of_pair = by_id[row.pair_id]["imported"]
        if row.value not in imported_labels_of_pair:
            imported_labels_of_pair.append(row.value)
