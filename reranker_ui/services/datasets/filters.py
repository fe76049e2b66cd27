"""The filters of a page of pairs: the walks that find candidates, and what passes them all."""

import itertools
from collections.abc import Sequence
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
from reranker_ui.services.labels.effective_labels import imported_label, pairs_with_labels
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
_AT_ONCE = 20  # pairs whose texts are held while they are searched


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
    wanted: Filters,
) -> list[id_pages.Walk]:
    """The indexes that narrow the pairs most; the whole dataset where none does."""
    walks: list[id_pages.Walk] = []
    if wanted.search:
        words = wanted.search
        walks.append(
            lambda _c, at, down, n: search_index.hits(workspace, dataset, words, at, down, n)
        )
    if wanted.split in SPLITS:
        walks.append(id_pages.of_split(dataset.id, wanted.split))
    if wanted.label:
        labelled = id_pages.of_label(view, wanted.label)
        walks.append(id_pages.within(connection, dataset.id, labelled))
    if wanted.annotator:
        theirs = id_pages.of_annotator(wanted.annotator)
        walks.append(id_pages.within(connection, dataset.id, theirs))
    if wanted.finding:
        walks.append(id_pages.among(rows_behind(workspace, dataset, view, wanted.finding)))
    return walks or [id_pages.all_of(dataset.id)]


def kept(
    connection: sa.Connection, view: Visibility, columns: Shown, ids: Sequence[int],
    wanted: Filters, down: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """Those of `ids` that pass every filter, as rows of a page with the labels of `view`.

    The rows have no texts, only how many `characters` they have: see `with_texts`.
    """
    rows = passing(view, wanted, *_SHOWN, imported_label(view), only=ids)
    ordered = select(rows).order_by(rows.c.id.desc() if down else rows.c.id)
    found = [as_dict(row) for row in connection.execute(ordered).mappings()]
    if wanted.search:
        hits = _found_in_text(connection, wanted.search, columns, [row["id"] for row in found])
        found = [row for row in found if row["id"] in hits]
    if wanted.annotator:
        labelled = _labelled_by(connection, wanted.annotator, [row["id"] for row in found])
        found = [row for row in found if row["id"] in labelled]
    return found


def passing(
    view: Visibility, wanted: Filters, *columns: Any, only: Sequence[int] | None
) -> sa.Subquery:
    """`columns`, `effective` and `state` of the pairs with the wanted split, source and label."""
    query = pairs_with_labels(view, *columns, only=only)
    if wanted.split in SPLITS:
        query = query.where(pairs.c.split == wanted.split)
    if wanted.source:
        query = query.where(pairs.c.source == wanted.source)
    rows = query.subquery()
    return select(rows).where(*_by_label(rows, wanted.label)).subquery()


def with_texts(
    connection: sa.Connection, rows: list[dict[str, Any]], most: int
) -> list[dict[str, Any]]:
    """The first of `rows` with query, passage and extra: at least one, `most` characters in all."""
    taken = itertools.accumulate(row["characters"] for row in rows)
    fitting = [row for row, sum_ in zip(rows, taken, strict=True) if sum_ <= most] or rows[:1]
    texts = select(*_TEXTS)
    chosen = texts.where(pairs.c.id.in_([row["id"] for row in fitting]))
    found = {row["id"]: as_dict(row) for row in connection.execute(chosen).mappings()}
    for row in fitting:
        del row["characters"]
    return [row | found[row["id"]] for row in fitting if row["id"] in found]


def _found_in_text(
    connection: sa.Connection, search: Search, columns: Shown, ids: Sequence[int]
) -> set[int]:
    texts = select(*_TEXTS).where(pairs.c.id.in_(ids))
    rows = connection.execute(texts, execution_options={"yield_per": _AT_ONCE})
    return {
        row.id for row in rows
        if search.finds(row.query, row.passage, *columns.searched(row.extra))
    }  # fmt: skip


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


def _by_label(rows: sa.Subquery, label: str | None) -> list[sa.ColumnElement[bool]]:
    if not label:
        return []
    if label in ("disputed", "left out"):
        return [rows.c.state == label]
    if label == "none":
        return [and_(rows.c.effective.is_(None), rows.c.state == "unlabelled")]
    return [rows.c.effective == number(label)]
