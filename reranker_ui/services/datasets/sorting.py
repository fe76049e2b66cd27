"""Pairs in the order of a column, page by page: after the values of the last row and its id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import case, func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.filters import Filters, filtered_rows, first_ids, passing
from reranker_ui.services.labels.further_columns import Shown
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import annotations, decisions, pairs
from reranker_ui.services.store.workspace import Workspace

FURTHER = "further:"  # before the name of a further column
MOST = 20_000  # pairs that are sorted after a search
_CHARACTERS = 200  # of a text: what follows does not count
_LATER = 1e300  # of a cell that is not a number: behind all numbers
_NUMBER = r"^-?[0-9]{1,15}([.,][0-9]{1,15})?$"
_OTHER = ("*[^0-9.,-]*", "*[.,]*[.,]*", "?*-*")  # patterns of cells that are not numbers

Value = float | str


@dataclass(frozen=True)
class Order:
    """A column to sort by, and the values of the row that the page begins behind.

    column: query, passage, label, split, source, updated, or `further:` and a name. Pairs without
    a label come before the lowest label. Texts are compared as the database does, without case.
    """

    column: str
    descending: bool = False
    at: Sequence[Value] | None = None


def ids_to_sort(
    workspace: Workspace, connection: sa.Connection, dataset: sa.Row[Any], view: Visibility,
    columns: Shown, filters: Filters,
) -> list[int]:  # fmt: skip
    """The ids of all pairs that pass a search; Refused for more than can be sorted at once."""
    ids = first_ids(
        workspace, connection, dataset, view, columns, filters, MOST + 1, sorting=True
    )  # fmt: skip
    if len(ids) > MOST:
        raise Refused(
            f"More than {MOST:,} pairs match, which are too many to sort. Narrow the search, or"
            " show them in the order of import."
        )
    return ids


def sorted_page(
    connection: sa.Connection, view: Visibility, columns: Shown, filters: Filters, order: Order,
    only: Sequence[int] | None, start: int | None, down: bool, count: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """The first `count` rows behind the pair `start` and `order.at`; `down`: before them.

    Rows as of `filtered_rows`, each with its `place`: the values to continue behind. only: ids that
    pass a search, which SQL does not test; None where there is none.
    """
    values = _values(connection, order.column, view, columns)
    extra = [value.label(f"key{at}") for at, value in enumerate(values)]
    rows = passing(view, filters, pairs.c.id, *extra, only=only)
    keys = [rows.c[value.name] for value in extra] or [func.coalesce(rows.c.effective, -1.0)]
    falls = order.descending != down
    query = select(rows.c.id, *keys)
    if start is not None:
        row_key, start_key = sa.tuple_(*keys, rows.c.id), sa.tuple_(*_place(keys, order.at), start)
        query = query.where(row_key < start_key if falls else row_key > start_key)
    by = [key.desc() if falls else key for key in (*keys, rows.c.id)]
    places = {row[0]: list(row[1:]) for row in connection.execute(query.order_by(*by).limit(count))}
    full = {
        row["id"]: row
        for row in filtered_rows(connection, view, columns, [*places], filters, down=False)
    }
    return [
        full[pair_id] | {"place": place} for pair_id, place in places.items() if pair_id in full
    ]


def _place(keys: Sequence[Any], at: Sequence[Value] | None) -> list[Any]:
    """The values of the row that the page begins behind, as the database compares them."""
    texts = [isinstance(key.type, sa.Text) for key in keys]
    if at is None or [isinstance(value, str) for value in at] != texts:
        raise Refused("This page of sorted pairs has expired. Sort the pairs again.")
    return [sa.literal(value, key.type) for key, value in zip(keys, at, strict=True)]


def _values(connection: sa.Connection, column: str, view: Visibility, columns: Shown) -> list[Any]:
    """What a column is sorted by, of `pairs`; nothing for the label, which depends on the view."""
    if column.startswith(FURTHER):
        return _cell(connection, column.removeprefix(FURTHER), columns)
    values: dict[str, list[Any]] = {
        "label": [],
        "query": [_folded(pairs.c.query)],
        "passage": [_folded(pairs.c.passage)],
        "source": [_folded(pairs.c.source)],
        "split": [case({"train": 0.0, "dev": 1.0, "test": 2.0}, value=pairs.c.split, else_=3.0)],
        "updated": [_updated(view)],
    }
    if column not in values:
        raise Refused(f"Pairs cannot be sorted by {column}. Choose one of {', '.join(values)}.")
    return values[column]


def _folded(text: Any) -> Any:
    return func.lower(func.substr(text, 1, _CHARACTERS), type_=sa.Text)


def _updated(view: Visibility) -> Any:
    """When the label that counts was given, else when the pair came; as `_with_people` shows."""
    labelled = select(func.max(annotations.c.updated_at)).where(
        annotations.c.pair_id == pairs.c.id, annotations.c.label.is_not(None)
    )
    decided = select(decisions.c.decided_at).where(decisions.c.pair_id == pairs.c.id, *view.shown())
    times = [query.correlate(pairs).scalar_subquery() for query in (decided, labelled)]
    return func.coalesce(*times, pairs.c.created_at, type_=sa.Float)


def _cell(connection: sa.Connection, name: str, columns: Shown) -> list[Any]:
    """A further column by number, where its cells are numbers, then by text."""
    if not columns.may_sort(name):
        raise Refused(f"There is no column called {name} to sort by.")
    cell = func.coalesce(sa.cast(pairs.c.extra[name].as_string(), sa.Text), "", type_=sa.Text)
    if connection.dialect.name == "postgresql":
        is_number = cell.regexp_match(_NUMBER)
    else:
        others = [cell.bool_op("NOT GLOB")(pattern) for pattern in _OTHER]
        is_number = sa.and_(cell.bool_op("GLOB")("*[0-9]*"), func.length(cell) <= 32, *others)
    number = sa.cast(func.replace(cell, ",", "."), sa.Float)
    return [case((is_number, number), else_=_LATER), _folded(cell)]
