"""Pairs of a dataset: a page of them, the candidates of a query, and their votes."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_, select

from reranker_ui.core.labels import number
from reranker_ui.core.pairs import query_key
from reranker_ui.core.splits import SPLITS
from reranker_ui.services.database import annotations, decisions, pairs
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.effective import pairs_with_labels
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace

PAGE = 50
_SHOWN = (
    pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.label, pairs.c.split, pairs.c.source,
    pairs.c.line, pairs.c.query_key, pairs.c.created_at,
)  # fmt: skip


def page_of_pairs(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    *,
    after: int | None = None,
    before: int | None = None,
    search: str = "",
    split: str | None = None,
    label: str | None = None,
    annotator: str | None = None,
    source: str | None = None,
    size: int = PAGE,
) -> dict[str, Any]:
    """One page by id: the pairs after, or before, a pair's id (keyset paging).

    `label`: a number, "none", "disputed" or "left out". Returns `{"pairs": [...], "first",
    "last", "more_before", "more_after"}`; a pair has id, query, passage, label (as imported),
    effective, state, split, by (names), source, line, query_key, updated_at.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        told = pairs_with_labels(dataset.id, *_SHOWN).where(
            *_filters(search, split, annotator, source)
        )
        rows = told.subquery()
        query = select(rows).where(*_by_label(rows, label))
        if before is not None:
            query = query.where(rows.c.id < before).order_by(rows.c.id.desc())
        else:
            query = query.where(rows.c.id > (after or 0)).order_by(rows.c.id)
        found = connection.execute(query.limit(size + 1)).mappings().all()
        more, found = len(found) > size, found[:size]
        if before is not None:
            found = found[::-1]
        shown = _with_people(connection, [_plain(row) for row in found])
    return {
        "pairs": shown,
        "first": shown[0]["id"] if shown else None,
        "last": shown[-1]["id"] if shown else None,
        "more_before": more if before is not None else bool(after),
        "more_after": bool(before) if before is not None else more,
    }


def candidates_of_query(
    workspace: Workspace, user: User, dataset_name: str, query: str
) -> list[dict[str, Any]]:
    """The passages paired with this query: pair_id, passage, grade or None, state, split."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        told = pairs_with_labels(
            dataset.id, pairs.c.id.label("pair_id"), pairs.c.passage, pairs.c.split
        ).where(pairs.c.query_key == query_key(query.strip()))
        rows = connection.execute(told.order_by(pairs.c.id)).mappings()
        return [
            {**{k: row[k] for k in ("pair_id", "passage", "state", "split")},
             "grade": row["effective"]}
            for row in rows
        ]  # fmt: skip


def _plain(row: sa.RowMapping) -> dict[str, Any]:
    # SQLAlchemy's names are a kind of str that JSON writers do not take as keys.
    return {str(name): value for name, value in row.items()}


def _filters(
    search: str, split: str | None, annotator: str | None, source: str | None
) -> list[sa.ColumnElement[bool]]:
    told: list[sa.ColumnElement[bool]] = []
    for word in search.split():
        told.append(
            or_(
                pairs.c.query.icontains(word, autoescape=True),
                pairs.c.passage.icontains(word, autoescape=True),
            )
        )
    if split in SPLITS:
        told.append(pairs.c.split == split)
    if source:
        told.append(pairs.c.source == source)
    if annotator:
        by = select(annotations.c.pair_id).where(annotations.c.annotator == annotator)
        told.append(pairs.c.id.in_(by))
    return told


def _by_label(rows: sa.Subquery, label: str | None) -> list[sa.ColumnElement[bool]]:
    if not label:
        return []
    if label in ("disputed", "left out"):
        return [rows.c.state == label]
    if label == "none":
        return [and_(rows.c.effective.is_(None), rows.c.state == "unlabelled")]
    return [rows.c.effective == number(label)]


def _with_people(connection: sa.Connection, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adds who gave the label and when it last changed."""
    ids = [row["id"] for row in shown]
    votes = connection.execute(
        select(annotations.c.pair_id, annotations.c.annotator, annotations.c.updated_at)
        .where(annotations.c.pair_id.in_(ids), annotations.c.label.is_not(None))
        .order_by(annotations.c.updated_at)
    ).all()
    decided = connection.execute(
        select(decisions.c.pair_id, decisions.c.decided_by, decisions.c.decided_at).where(
            decisions.c.pair_id.in_(ids)
        )
    ).all()
    for row in shown:
        final = [(who, at) for pair, who, at in decided if pair == row["id"]]
        by = final or [(who, at) for pair, who, at in votes if pair == row["id"]]
        row["by"] = [who for who, _ in by]
        row["updated_at"] = max((at for _, at in by), default=row.pop("created_at"))
        row.pop("created_at", None)
    return shown
