"""Pairs of a dataset: a page of them, the candidates of a query, and their votes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, select

from reranker_ui.core.labels import number
from reranker_ui.core.pairs import query_key
from reranker_ui.core.search_words import Search, read_search
from reranker_ui.core.splits import SPLITS
from reranker_ui.services import paging, searching
from reranker_ui.services.database import (
    annotations,
    as_dict,
    decisions,
    imported_labels,
    imports,
    pairs,
)
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.effective import pairs_with_labels
from reranker_ui.services.findings import rows_behind
from reranker_ui.services.seeing import HIDDEN, hide, sees_others
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
    finding: str | None = None,
    size: int = PAGE,
) -> dict[str, Any]:
    """One page by id: the pairs after, or before, a pair's id (keyset paging).

    `search`: words and "phrases" (core/search_words.py). `label`: a number, "none", "disputed" or
    "left out". `finding`: a line of the quality report, as `rows_behind` takes it.
    Returns `{"pairs": [...], "first", "last", "more_before", "more_after",
    "not_searched"}`; a pair has id, query, passage, label (as imported), effective, state, split,
    by (names), source, line, query_key, updated_at. "not_searched" counts pairs that the search
    does not know yet. Labels that `user` may not see have the state "hidden".
    """
    require(user, "viewer")
    wanted = _Filters(
        read_search(search), bool(search.strip()), split, label, annotator, source, finding
    )
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    missing = searching.prepare(workspace, dataset) if wanted.search else 0
    # Who labels blind finds own labels only: the label that counts must not tell.
    own = bool(wanted.label) and not sees_others(dataset, user)
    looked = replace(wanted, label=None, annotator=user.name) if own else wanted
    nothing = wanted.nothing or (own and wanted.annotator not in (None, "", user.name))
    down = before is not None
    with workspace.reading() as connection:
        found = [] if nothing else paging.find(
            connection,
            _walks(workspace, connection, dataset, looked),
            lambda ids: _seen(
                connection, dataset, user, wanted, _kept(connection, dataset.id, ids, looked, down)
            ),
            before if down else after,
            down,
            size + 1,
        )  # fmt: skip
        more, found = len(found) > size, found[:size]
        shown = _with_people(connection, found[::-1] if down else found)
    return {
        "pairs": shown,
        "first": shown[0]["id"] if shown else None,
        "last": shown[-1]["id"] if shown else None,
        "more_before": more if down else bool(after),
        "more_after": True if down else more,
        "not_searched": missing,
    }


def filter_choices(workspace: Workspace, user: User, dataset_name: str) -> dict[str, Any]:
    """What pairs can be filtered by: `{"annotators": [names], "sources": [names]}`."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        mine = pairs.c.dataset_id == dataset.id
        people = sa.union(
            select(annotations.c.annotator).join(pairs).where(mine),
            select(decisions.c.decided_by).join(pairs).where(mine),
            select(imported_labels.c.annotator)
            .join(pairs)
            .where(mine, imported_labels.c.annotator.is_not(None)),
        )
        names = connection.scalars(people).all()
        files = connection.scalars(
            select(imports.c.source)
            .distinct()
            .where(imports.c.dataset_id == dataset.id, imports.c.state == "done")
        ).all()
        added = connection.scalars(
            select(pairs.c.source).distinct().where(mine, pairs.c.import_id.is_(None))
        ).all()
    return {"annotators": sorted(names), "sources": sorted({*files, *added} - {""})}


@dataclass(frozen=True)
class _Filters:
    search: Search | None
    searched: bool
    split: str | None
    label: str | None
    annotator: str | None
    source: str | None
    finding: str | None

    @property
    def nothing(self) -> bool:
        """Whether no pair can pass, since what is searched for holds no word."""
        return self.searched and self.search is None


def _walks(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any], wanted: _Filters
) -> list[paging.Walk]:
    """The walks that give few pairs; all of the dataset where there is none."""
    walks: list[paging.Walk] = []
    if wanted.search:
        words = wanted.search
        walks.append(lambda _c, at, down, n: searching.hits(workspace, dataset, words, at, down, n))
    if wanted.split in SPLITS:
        walks.append(paging.of_split(dataset.id, wanted.split))
    if wanted.label:
        labelled = paging.of_label(dataset.id, wanted.label)
        walks.append(paging.within(connection, dataset.id, labelled))
    if wanted.annotator:
        theirs = paging.of_annotator(wanted.annotator)
        walks.append(paging.within(connection, dataset.id, theirs))
    if wanted.finding:
        walks.append(paging.among(rows_behind(workspace, dataset, wanted.finding)))
    return walks or [paging.all_of(dataset.id)]


def _kept(
    connection: sa.Connection, dataset_id: int, ids: Sequence[int], wanted: _Filters, down: bool
) -> list[dict[str, Any]]:
    """Those of `ids` that pass every filter, as rows of a page."""
    told = pairs_with_labels(dataset_id, *_SHOWN, only=ids)
    if wanted.split in SPLITS:
        told = told.where(pairs.c.split == wanted.split)
    if wanted.source:
        told = told.where(pairs.c.source == wanted.source)
    rows = told.subquery()
    order = rows.c.id.desc() if down else rows.c.id
    passing = select(rows).where(*_by_label(rows, wanted.label)).order_by(order)
    found = [as_dict(row) for row in connection.execute(passing).mappings()]
    if wanted.search:
        found = [row for row in found if wanted.search.finds(row["query"], row["passage"])]
    if wanted.annotator:
        mine = _labelled_by(connection, wanted.annotator, [row["id"] for row in found])
        found = [row for row in found if row["id"] in mine]
    return found


def _seen(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, wanted: _Filters,
    rows: list[dict[str, Any]],
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows as `user` may see them; which pass a filter by label must not tell it either."""
    shown = hide(connection, dataset, user, rows)
    if wanted.label and shown is not rows:
        shown = [row for row in shown if row["state"] != HIDDEN and _fits(row, wanted.label)]
    return shown


def _fits(row: dict[str, Any], label: str) -> bool:
    if label in ("none", "disputed", "left out"):
        return bool(row["state"] == {"none": "unlabelled"}.get(label, label))
    return bool(row["effective"] == number(label))


def _labelled_by(connection: sa.Connection, name: str, ids: Sequence[int]) -> set[int]:
    by = (
        select(annotations.c.pair_id).where(
            annotations.c.pair_id.in_(ids), annotations.c.annotator == name,
            annotations.c.label.is_not(None),
        ),
        select(decisions.c.pair_id).where(
            decisions.c.pair_id.in_(ids), decisions.c.decided_by == name
        ),
        select(imported_labels.c.pair_id).where(
            imported_labels.c.pair_id.in_(ids), imported_labels.c.annotator == name
        ),
    )  # fmt: skip
    return set(connection.scalars(sa.union(*by)))


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
