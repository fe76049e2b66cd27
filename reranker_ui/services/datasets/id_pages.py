"""A page of ids that pass several filters, found by walking indexes instead of the dataset."""

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import number
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.database import annotations, decisions, imported_labels, pairs

# Gives ids of pairs past an id (None: from the end) in order, from high to low where `down`: at
# most as many as asked, fewer only where there are no more. It may give too many, never too few.
Walk = Callable[[sa.Connection, int | None, bool, int], list[int]]
Condition = sa.ColumnElement[bool] | sa.TextClause
Check = Callable[[Sequence[int]], Sequence[Any]]
_FIRST, _MOST = 200, 2_000  # ids that are looked at in one step


def find(
    connection: sa.Connection, walks: Sequence[Walk], check: Check, at: int | None, down: bool,
    count: int,
) -> list[Any]:  # fmt: skip
    """The first `count` rows past `at` that all walks contain and `check` accepts, in order of id.

    In each step the walk that reaches farthest, the rarest one there, gives the candidates; those
    that another walk skips are dropped, and `check` tests the rest against all filters. So a rare
    label among a million hits of a word, or a rare word among a million labels, is found in a few
    steps.
    """
    matches: list[Any] = []
    size = min(_FIRST, 2 * count)
    while len(matches) < count:
        steps = [walk(connection, at, down, size) for walk in walks]
        ended = [ids for ids in steps if len(ids) < size]
        ids = min(ended, key=len) if ended else (min if down else max)(steps, key=lambda s: s[-1])
        shared = _in_all(ids, steps, down, size)
        matches += check(shared) if shared else []
        if ended:
            break
        at, size = ids[-1], min(2 * size, _MOST)
    return matches[:count]


def _in_all(ids: list[int], steps: Sequence[list[int]], down: bool, size: int) -> list[int]:
    """Those of `ids` that no step of a walk passes over, as far as it reaches."""
    beyond = operator.lt if down else operator.gt
    for step in steps:
        in_step, whole = set(step), len(step) < size
        end = step[-1] if step else 0
        ids = [
            pair_id for pair_id in ids if pair_id in in_step or (not whole and beyond(pair_id, end))
        ]
    return ids


def all_of(dataset_id: int) -> Walk:
    """Every pair of a dataset."""
    return _walk(pairs.c.id, [pairs.c.dataset_id == dataset_id])


def of_split(dataset_id: int, split: str) -> Walk:
    """The pairs of a split."""
    return _walk(pairs.c.id, [pairs.c.dataset_id == dataset_id, pairs.c.split == split])


def of_source(dataset_id: int, source: str) -> Walk:
    """The pairs of a file."""
    return _walk(pairs.c.id, [pairs.c.dataset_id == dataset_id, pairs.c.source == source])


def of_label(view: Visibility, label: str) -> Walk:
    """Pairs whose effective label may be `label`: a number, "none", "disputed" or "left out"."""
    of_dataset = pairs.c.dataset_id == view.dataset_id
    if view.blind and label != "none":  # only own labels are known
        value = None if label in ("disputed", "left out") else number(label)
        own = annotations.c.annotator == view.user, annotations.c.label == value
        return _walk(annotations.c.pair_id, [*own, annotations.c.label.is_not(None)])
    if label == "left out":
        return _walk(decisions.c.pair_id, [decisions.c.label.is_(None)])
    several = _walk(imported_labels.c.pair_id, [])
    if label == "disputed":
        voted: list[Condition] = [of_dataset, sa.text("pairs.votes > 0"), pairs.c.votes > 1]
        return _union(several, _walk(pairs.c.id, voted))  # the middle one names the index
    if label == "none":
        return _walk(pairs.c.id, [of_dataset, pairs.c.label.is_(None)], pairs.c.label)
    value = number(label)
    return _union(
        _walk(pairs.c.id, [of_dataset, pairs.c.label == value]),
        several,
        _walk(annotations.c.pair_id, [annotations.c.label == value]),
        _walk(decisions.c.pair_id, [decisions.c.label == value]),
    )


def of_annotator(name: str) -> Walk:
    """Pairs that `name` labelled, here or in an imported file, or decided; of any dataset."""
    return _union(
        _walk(annotations.c.pair_id,
              [annotations.c.annotator == name, annotations.c.label.is_not(None)]),
        _walk(decisions.c.pair_id, [decisions.c.decided_by == name]),
        _walk(imported_labels.c.pair_id, [imported_labels.c.annotator == name]),
    )  # fmt: skip


def within(connection: sa.Connection, dataset_id: int, walk: Walk) -> Walk:
    """`walk` from the first to the last pair of a dataset: its labels are not joined to pairs."""
    of_dataset = pairs.c.dataset_id == dataset_id
    low = connection.scalar(select(sa.func.min(pairs.c.id)).where(of_dataset)) or 0
    high = connection.scalar(select(sa.func.max(pairs.c.id)).where(of_dataset)) or 0

    def bounded(connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        if down:
            at = min(at, high + 1) if at is not None else high + 1
            return [pair_id for pair_id in walk(connection, at, down, size) if pair_id >= low]
        at = max(at or 0, low - 1)
        return [pair_id for pair_id in walk(connection, at, down, size) if pair_id <= high]

    return bounded


def among(ids: Sequence[int]) -> Walk:
    """Those of `ids`, which are in order."""

    def walk(_connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        if down:
            end = len(ids) if at is None else bisect_left(ids, at)
            return [int(pair_id) for pair_id in ids[max(0, end - size) : end]][::-1]
        begin = 0 if at is None else bisect_right(ids, at)
        return [int(pair_id) for pair_id in ids[begin : begin + size]]

    return walk


def shared(ids: Sequence[int], others: Sequence[int] | None) -> Sequence[int]:
    """Those of `ids` that are among `others`, which are in order; all where there are none."""
    if others is None:
        return ids
    places = ((pair_id, bisect_left(others, pair_id)) for pair_id in ids)
    return [
        pair_id for pair_id, place in places if place < len(others) and others[place] == pair_id
    ]


def _walk(
    column: "sa.Column[int]", conditions: list[Condition], empty: "sa.Column[float] | None" = None
) -> Walk:
    # `empty`: a column that is NULL in all rows found. Ordered by it too, PostgreSQL walks its
    # index, and does not read the dataset up to where such rows begin.
    columns: list[sa.ColumnElement[Any]] = [column] if empty is None else [empty, column]
    chosen = select(column) if column.table is pairs else select(column).distinct()

    def walk(connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        order = [key.desc() if down else key.asc() for key in columns]
        query = chosen.where(*conditions).order_by(*order).limit(size)
        if at is not None:
            query = query.where(column < at if down else column > at)
        return list(connection.scalars(query).all())  # at once: a third of the time of one by one

    return walk


def _union(*walks: Walk) -> Walk:
    def walk(connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        ids = {pair_id for each in walks for pair_id in each(connection, at, down, size)}
        return sorted(ids, reverse=down)[:size]

    return walk
