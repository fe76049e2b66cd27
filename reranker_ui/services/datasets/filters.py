"""The filters of a page of pairs: the walks that find candidates, and what passes them all."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, select

from reranker_ui.core.values.labels import number
from reranker_ui.core.values.search_terms import Search
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.datasets import id_pages
from reranker_ui.services.datasets.findings import rows_behind
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.effective_labels import (
    imported_label,
    is_visible,
    pairs_with_labels,
)
from reranker_ui.services.labels.further_columns import Shown
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import (
    annotations,
    as_dict,
    decisions,
    imported_labels,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace

_SHOWN = (
    pairs.c.id, pairs.c.split, pairs.c.source, pairs.c.line, pairs.c.query_key,
    pairs.c.created_at,
    (
        sa.func.length(pairs.c.query) + sa.func.length(pairs.c.passage)
        + sa.func.coalesce(sa.func.length(sa.cast(pairs.c.extra, sa.Text)), 0)
    ).label("characters"),
)  # fmt: skip
_TEXTS = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.extra)
_TEXT = 50  # ids read from the search index in the time of one text
_AT_ONCE = 20  # pairs whose texts are held while they are searched
# The rows, in order of id, behind a start, downwards or not, and how many.
Find = Callable[[int | None, bool, int], list[dict[str, Any]]]


@dataclass(frozen=True)
class Filters:
    """What a page is asked for; None filters nothing."""

    search: Search | None
    searched: bool
    split: str | None
    label: str | None
    annotator: str | None
    source: str | None
    finding: str | None

    @property
    def looks_at_each(self) -> bool:
        """Whether it takes more than `passing` to find the pairs."""
        return bool(self.searched or self.annotator or self.finding)

    @property
    def nothing(self) -> bool:
        """Whether no pair can pass, because the search has no words."""
        return self.searched and self.search is None


def walks_of(
    workspace: Workspace,
    connection: sa.Connection,
    dataset: sa.Row[Any],
    view: Visibility,
    columns: Shown,
    filters: Filters,
    behind: Any,
) -> list[id_pages.Walk]:
    """The indexes that narrow the pairs most; the whole dataset where none does.

    behind: ids of the pairs behind the finding, in order.
    """
    walks: list[id_pages.Walk] = []
    if filters.search:
        words, further = filters.search, columns.searches
        walks.append(
            lambda _c, at, down, n: search_index.hits(
                workspace, dataset, words, further, at, down, n
            )
        )
    if filters.split in SPLITS:
        walks.append(id_pages.of_split(dataset.id, filters.split))
    if filters.source:
        walks.append(id_pages.of_source(dataset.id, filters.source))
    if filters.label:
        labelled = id_pages.of_label(view, filters.label)
        walks.append(id_pages.within(connection, dataset.id, labelled))
    if filters.annotator:
        by_annotator = id_pages.of_annotator(filters.annotator)
        walks.append(id_pages.within(connection, dataset.id, by_annotator))
    if behind is not None:
        walks.append(id_pages.among(behind))
    return walks or [id_pages.all_of(dataset.id)]


def finder(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any], view: Visibility,
    columns: Shown, filters: Filters,
) -> Find:  # fmt: skip
    """A function that gives the first `count` rows behind `start` that pass the filters."""
    behind = _behind_finding(workspace, dataset, view, filters)
    walks = walks_of(workspace, connection, dataset, view, columns, filters, behind)

    def find(start: int | None, down: bool, count: int) -> list[dict[str, Any]]:
        if filters.nothing:
            return []

        def check(ids: Sequence[int]) -> list[dict[str, Any]]:
            ids = id_pages.shared(ids, behind)
            return filtered_rows(connection, view, columns, ids, filters, down)

        return id_pages.find(connection, walks, check, start, down, count)

    return find


def first_ids(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any], view: Visibility,
    columns: Shown, filters: Filters, count: int, sorting: bool = False,
) -> list[int]:  # fmt: skip
    """The first `count` ids of pairs that pass the filters, in order, without reading most texts.

    sorting: for `sorted_page`, which tests what SQL can test.
    """
    if filters.nothing:
        return []
    behind = _behind_finding(workspace, dataset, view, filters)
    walks = walks_of(workspace, connection, dataset, view, columns, filters, behind)
    untested = len(walks) > 1 or columns.searches_some  # whether a walk may not have the words

    def check(ids: Sequence[int]) -> Sequence[int]:
        ids = id_pages.shared(ids, behind)
        if filters.search and untested:
            hits = _with_words(workspace, connection, dataset, columns, filters.search, ids)
            ids = [pair_id for pair_id in ids if pair_id in hits]
        if filters.annotator:
            labelled = _labelled_by(connection, view, filters.annotator, ids)
            ids = [pair_id for pair_id in ids if pair_id in labelled]
        return ids if sorting else _passing_ids(connection, view, filters, ids)

    return id_pages.find(connection, walks, check, None, False, count)


def _behind_finding(
    workspace: Workspace, dataset: sa.Row[Any], view: Visibility, filters: Filters
) -> Any:
    return rows_behind(workspace, dataset, view, filters.finding) if filters.finding else None


def filtered_rows(
    connection: sa.Connection, view: Visibility, columns: Shown, ids: Sequence[int],
    filters: Filters, down: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """Those of `ids` that pass every filter, as rows of a page with the labels of `view`.

    The rows have no texts, only how many `characters` they have: see `with_texts`.
    """
    rows = passing(view, filters, *_SHOWN, imported_label(view), only=ids)
    ordered = select(rows).order_by(rows.c.id.desc() if down else rows.c.id)
    matches = [as_dict(row) for row in connection.execute(ordered).mappings()]
    if filters.search:
        hits = _found_in_text(connection, filters.search, columns, [row["id"] for row in matches])
        matches = [row for row in matches if row["id"] in hits]
    if filters.annotator:
        ids = [row["id"] for row in matches]
        labelled = _labelled_by(connection, view, filters.annotator, ids)
        matches = [row for row in matches if row["id"] in labelled]
    return matches


def passing(
    view: Visibility, filters: Filters, *columns: Any, only: Sequence[int] | None
) -> sa.Subquery:
    """`columns`, `effective` and `state` of the pairs with the wanted split, source and label."""
    rows = pairs_with_labels(view, *columns, only=only).where(*_of_pairs(filters)).subquery()
    return select(rows).where(*_by_label(rows, filters.label)).subquery()


def _passing_ids(
    connection: sa.Connection, view: Visibility, filters: Filters, ids: Sequence[int]
) -> list[int]:
    """The same for ids alone; labels are computed only where they are filtered by."""
    if filters.label:
        rows = passing(view, filters, pairs.c.id, only=ids)
        return list(connection.scalars(select(rows.c.id).order_by(rows.c.id)).all())
    conditions = pairs.c.dataset_id == view.dataset_id, is_visible(), *_of_pairs(filters)
    query = select(pairs.c.id).where(pairs.c.id.in_(ids), *conditions)
    return list(connection.scalars(query.order_by(pairs.c.id)).all())


def _of_pairs(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if filters.split in SPLITS:
        conditions.append(pairs.c.split == filters.split)
    if filters.source:
        conditions.append(pairs.c.source == filters.source)
    return conditions


def with_texts(
    connection: sa.Connection, rows: list[dict[str, Any]], limit: int
) -> list[dict[str, Any]]:
    """The first of `rows` with their texts: at least one, at most `limit` characters in total."""
    totals = itertools.accumulate(row["characters"] for row in rows)
    fitting = [row for row, total in zip(rows, totals, strict=True) if total <= limit] or rows[:1]
    texts = select(*_TEXTS)
    chosen = texts.where(pairs.c.id.in_([row["id"] for row in fitting]))
    by_id = {row["id"]: as_dict(row) for row in connection.execute(chosen).mappings()}
    for row in fitting:
        del row["characters"]
    return [row | by_id[row["id"]] for row in fitting if row["id"] in by_id]


def _with_words(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any], columns: Shown,
    search: Search, ids: Sequence[int],
) -> set[int]:  # fmt: skip
    """Those of `ids`, and perhaps others, that a search finds: by the index, where that is cheaper
    than their texts and knows what the user may find in them."""
    if not ids or columns.searches_some or ids[-1] - ids[0] > _TEXT * len(ids):
        return _found_in_text(connection, search, columns, ids)
    span = ids[-1] - ids[0] + 1
    return set(
        search_index.hits(workspace, dataset, search, columns.searches, ids[0] - 1, False, span)
    )


def _found_in_text(
    connection: sa.Connection, search: Search, columns: Shown, ids: Sequence[int]
) -> set[int]:
    texts = select(*_TEXTS).where(pairs.c.id.in_(ids))
    rows = connection.execute(texts, execution_options={"yield_per": _AT_ONCE})
    return {
        row.id for row in rows
        if search.finds(row.query, row.passage, *columns.searched(row.extra))
    }  # fmt: skip


def _labelled_by(
    connection: sa.Connection, view: Visibility, name: str, ids: Sequence[int]
) -> set[int]:
    # Only disputed pairs are decided, so a hidden decision would tell that labels differ.
    by = (
        select(annotations.c.pair_id).where(
            annotations.c.pair_id.in_(ids), annotations.c.annotator == name,
            annotations.c.label.is_not(None),
        ),
        select(decisions.c.pair_id)
        .join(pairs, pairs.c.id == decisions.c.pair_id)
        .where(decisions.c.pair_id.in_(ids), decisions.c.decided_by == name, *view.shown()),
        select(imported_labels.c.pair_id).where(
            imported_labels.c.pair_id.in_(ids), imported_labels.c.annotator == name
        ),
    )  # fmt: skip
    return set(connection.scalars(sa.union(*by)))


def _by_label(rows: sa.Subquery, label: str | None) -> list[sa.ColumnElement[bool]]:
    if not label:
        return []
    if label in ("disputed", "left out"):
        return [rows.c.state == label]
    if label == "none":
        return [and_(rows.c.effective.is_(None), rows.c.state == "unlabelled")]
    return [rows.c.effective == number(label)]
