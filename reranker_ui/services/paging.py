"""A page of ids that pass several filters, found by walking indexes instead of the dataset."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.labels import number
from reranker_ui.services.database import annotations, decisions, imported_labels, pairs

# Gives ids of pairs past an id (None: from the end) in order, from high to low where `down`: at
# most as many as asked, fewer only where there are no more. It may give too many, never too few.
Walk = Callable[[sa.Connection, int | None, bool, int], list[int]]
Check = Callable[[Sequence[int]], list[Any]]
_FIRST, _MOST = 200, 2_000  # ids that are looked at in one step


def find(
    connection: sa.Connection, walks: Sequence[Walk], check: Check, at: int | None, down: bool,
    wanted: int,
) -> list[Any]:  # fmt: skip
    """The first `wanted` rows past `at` that all walks give and `check` keeps, in order of id.

    In each step the walk that reaches farthest, the rarest one there, names the candidates, and
    `check` tests them against all filters: so a rare label is found among a million hits of a
    word, and a rare word among a million labels, in a few steps.
    """
    found: list[Any] = []
    size = _FIRST
    while len(found) < wanted:
        steps = [walk(connection, at, down, size) for walk in walks]
        ended = [ids for ids in steps if len(ids) < size]
        ids = min(ended, key=len) if ended else (min if down else max)(steps, key=lambda s: s[-1])
        found += check(ids) if ids else []
        if ended:
            break
        at, size = ids[-1], min(2 * size, _MOST)
    return found[:wanted]


def all_of(dataset_id: int) -> Walk:
    """Every pair of a dataset."""
    return _walk(pairs.c.id, [pairs.c.dataset_id == dataset_id])


def of_split(dataset_id: int, split: str) -> Walk:
    """The pairs of a split."""
    return _walk(pairs.c.id, [pairs.c.dataset_id == dataset_id, pairs.c.split == split])


def of_label(dataset_id: int, label: str) -> Walk:
    """Pairs whose effective label may be `label`: a number, "none", "disputed" or "left out"."""
    mine = pairs.c.dataset_id == dataset_id
    if label == "left out":
        return _walk(decisions.c.pair_id, [mine, decisions.c.label.is_(None)], decisions)
    several = _walk(imported_labels.c.pair_id, [mine], imported_labels)
    voted = _walk(pairs.c.id, [mine, pairs.c.votes > sa.literal_column("0")])
    if label == "disputed":
        return _either(several, voted)
    value = None if label == "none" else number(label)
    imported = _walk(pairs.c.id, [mine, pairs.c.label == value])
    if label == "none":
        return imported
    decided = _walk(decisions.c.pair_id, [mine, decisions.c.label == value], decisions)
    return _either(imported, several, voted, decided)


def of_annotator(dataset_id: int, name: str) -> Walk:
    """Pairs that `name` labelled, here or in an imported file, or decided."""
    mine = pairs.c.dataset_id == dataset_id
    labelled = [mine, annotations.c.annotator == name, annotations.c.label.is_not(None)]
    return _either(
        _walk(annotations.c.pair_id, labelled, annotations),
        _walk(decisions.c.pair_id, [mine, decisions.c.decided_by == name], decisions),
        _walk(imported_labels.c.pair_id, [mine, imported_labels.c.annotator == name],
              imported_labels),
    )  # fmt: skip


def among(ids: Sequence[int]) -> Walk:
    """Those of `ids`, which are in order."""
    from bisect import bisect_left, bisect_right

    def walk(_connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        if down:
            end = len(ids) if at is None else bisect_left(ids, at)
            return [int(one) for one in ids[max(0, end - size) : end]][::-1]
        begin = 0 if at is None else bisect_right(ids, at)
        return [int(one) for one in ids[begin : begin + size]]

    return walk


def _walk(
    column: "sa.Column[int]", told: list[sa.ColumnElement[bool]], table: sa.Table | None = None
) -> Walk:
    chosen = select(column).distinct() if table is imported_labels else select(column)
    if table is not None:
        chosen = chosen.join(pairs, pairs.c.id == column)

    def walk(connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        query = chosen.where(*told).order_by(column.desc() if down else column).limit(size)
        if at is not None:
            query = query.where(column < at if down else column > at)
        return list(connection.scalars(query))

    return walk


def _either(*walks: Walk) -> Walk:
    def walk(connection: sa.Connection, at: int | None, down: bool, size: int) -> list[int]:
        ids = {one for each in walks for one in each(connection, at, down, size)}
        return sorted(ids, reverse=down)[:size]

    return walk
