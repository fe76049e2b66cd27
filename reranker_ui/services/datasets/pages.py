"""Pairs of a dataset: a page of them, the candidates of a query, and their votes."""

from typing import Any, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.search_terms import read_search
from reranker_ui.core.values.splits import Split
from reranker_ui.services.datasets.filters import Filters, finder, first_ids, with_texts
from reranker_ui.services.datasets.sorting import Order, ids_to_sort, sorted_page
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import State
from reranker_ui.services.labels.further_columns import FurtherCell, Shown, column_names
from reranker_ui.services.labels.visibility import Visibility, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    decisions,
    imported_labels,
    imports,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace

PAGE = 50
_LARGEST_PAGE, _MOST_CHARACTERS = 1_000, 4_000_000
MOST_IDS = 20_000  # pairs that are selected at once


class Pair(TypedDict):
    """A pair in a page of them.

    `label`: as imported; `effective`: the label that counts; `by`: who gave it; `line`: of the
    file `source`; `further`: as of `Shown.cells`; `updated_at`: Unix seconds of the last label.
    """

    id: int
    query: str
    passage: str
    label: float | None
    effective: float | None
    state: State
    split: Split
    by: list[str]
    source: str
    line: int | None
    query_key: str
    further: list[FurtherCell]
    updated_at: float


class PairPage(TypedDict):
    """A page of pairs.

    `first` with `first_at` (of an order, else None) is where the page before ends, `last` with
    `last_at` where the next begins. `not_searched`: pairs that the search does not know yet.
    """

    pairs: list[Pair]
    first: int | None
    last: int | None
    first_at: list[str | float] | None
    last_at: list[str | float] | None
    more_before: bool
    more_after: bool
    not_searched: int


class SelectedIds(TypedDict):
    """Ids of pairs. `more`: whether others pass the filters as well."""

    ids: list[int]
    more: bool


class FilterChoices(TypedDict):
    """What pairs can be filtered and sorted by.

    `columns`: how many further columns the pairs have; 0 for annotators. `further`: those that
    pairs can be sorted by.
    """

    annotators: list[str]
    sources: list[str]
    columns: int
    further: list[str]


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
    order: Order | None = None,
) -> PairPage:
    """One page: the pairs after, or before, a pair's id (keyset paging), by id or by `order`.

    `search`: words and "phrases" (core/values/search_terms.py). `label`: a number, "none",
    "disputed" or "left out". `finding`: a line of the quality report, as `rows_behind` takes it.
    Labels that `user` may not see have the state "hidden". A page has at most 1,000 pairs and,
    where it has several, 4,000,000 characters of text.
    """
    require(user, "viewer")
    size = max(1, min(int(size), _LARGEST_PAGE))
    filters = Filters(
        read_search(search), bool(search.strip()), split, label, annotator, source, finding
    )
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    missing = search_index.prepare(workspace, dataset) if filters.search else 0
    view, down = visibility_of(dataset, user), before is not None
    columns = Shown(workspace, dataset, user)
    with workspace.reading() as connection:
        query_context = workspace, connection, dataset, view, columns, filters
        start = before if down else after
        if order is None:
            rows = finder(*query_context)(start, down, size + 1)
        else:
            ids = ids_to_sort(*query_context) if filters.looks_at_each else None
            rows = sorted_page(
                connection, view, columns, filters, order, ids, start, down, size + 1
            )  # fmt: skip
        page = with_texts(connection, rows[:size], _MOST_CHARACTERS)
        more = len(rows) > len(page)
        shown = _with_people(connection, view, page[::-1] if down else page)
        places = [row.pop("place", None) for row in shown] or [None]
        for row in shown:
            row["further"] = columns.cells(row.pop("extra"))
    return {
        "pairs": cast("list[Pair]", shown),
        "first_at": places[0],
        "last_at": places[-1],
        "first": shown[0]["id"] if shown else None,
        "last": shown[-1]["id"] if shown else None,
        "more_before": more if down else bool(after),
        "more_after": True if down else more,
        "not_searched": missing,
    }


def ids_of_pairs(
    workspace: Workspace, user: User, dataset_name: str, *, search: str = "",
    split: str | None = None, label: str | None = None, annotator: str | None = None,
    source: str | None = None, finding: str | None = None, limit: int = MOST_IDS,
) -> SelectedIds:  # fmt: skip
    """The ids of all pairs that pass the filters of `page_of_pairs`, at most `limit`."""
    require(user, "viewer")
    filters = Filters(
        read_search(search), bool(search.strip()), split, label, annotator, source, finding
    )
    limit = max(1, min(int(limit), MOST_IDS))
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    if filters.search:
        search_index.prepare(workspace, dataset)
    view, columns = visibility_of(dataset, user), Shown(workspace, dataset, user)
    with workspace.reading() as connection:
        ids = first_ids(workspace, connection, dataset, view, columns, filters, limit + 1)
    return {"ids": ids[:limit], "more": len(ids) > limit}


def filter_choices(workspace: Workspace, user: User, dataset_name: str) -> FilterChoices:
    """The values that occur in a dataset."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        of_dataset = pairs.c.dataset_id == dataset.id
        people = sa.union(
            select(annotations.c.annotator).join(pairs).where(of_dataset),
            select(decisions.c.decided_by).join(pairs).where(of_dataset),
            select(imported_labels.c.annotator)
            .join(pairs)
            .where(of_dataset, imported_labels.c.annotator.is_not(None)),
        )
        names = connection.scalars(people).all()
        done = select(imports.c.source, imports.c.report).where(
            imports.c.dataset_id == dataset.id, imports.c.state == "done"
        )
        files = [
            name
            for source, report in connection.execute(done)
            for name in (report or {}).get("sources") or [source]
        ]
        added = connection.scalars(
            select(pairs.c.source).distinct().where(of_dataset, pairs.c.import_id.is_(None))
        ).all()
        columns = column_names(workspace, connection, dataset)
    return {
        "annotators": sorted(names),
        "sources": sorted({*files, *added} - {""}),
        "columns": 0 if user.role == "annotator" else len(columns),
        "further": Shown(workspace, dataset, user).sortable(columns),
    }


def _with_people(
    connection: sa.Connection, view: Visibility, shown: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add the annotators of each label and when it last changed, without hidden decisions."""
    ids = [row["id"] for row in shown]
    votes = connection.execute(
        select(annotations.c.pair_id, annotations.c.annotator, annotations.c.updated_at)
        .where(annotations.c.pair_id.in_(ids), annotations.c.label.is_not(None))
        .order_by(annotations.c.updated_at)
    ).all()
    decided = connection.execute(
        select(decisions.c.pair_id, decisions.c.decided_by, decisions.c.decided_at)
        .join(pairs, pairs.c.id == decisions.c.pair_id)
        .where(decisions.c.pair_id.in_(ids), *view.shown())
    ).all()
    for row in shown:
        final = [(name, at) for pair, name, at in decided if pair == row["id"]]
        by = final or [(name, at) for pair, name, at in votes if pair == row["id"]]
        row["by"] = [name for name, _ in by]
        row["updated_at"] = max((at for _, at in by), default=row.pop("created_at"))
        row.pop("created_at", None)
    return shown
