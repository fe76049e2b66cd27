"""How queries are split, and moving a query that is in two splits to one."""

import time
from collections import Counter
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.datasets.edits import NEAR, PART, Edit, finish_edit
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace


class SplitSize(TypedDict):
    """Pairs and queries of a split; near-duplicates count as one query."""

    pairs: int
    queries: int


class SplitReport(TypedDict):
    """The size of each split, and how many queries are in more than one."""

    splits: dict[str, SplitSize]
    on_two_sides: int


def split_receipt(workspace: Workspace, user: User, dataset_name: str) -> SplitReport:
    """How the queries of a dataset are split."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        return workspace.memory.get(
            ("sides", dataset.id), lambda: _receipt(connection, dataset.id), dataset.updated_at
        )


def join_sides(workspace: Workspace, user: User, dataset_name: str) -> Edit:
    """Move each query that is in two splits to the one that has most of its pairs.

    Near-duplicates count as one query.
    """
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        homes = _majority_splits(connection, dataset.id)
        before: list[list[Any]] = []
        for split in SPLITS:
            groups = [group for group, home in homes.items() if home == split]
            for at in range(0, len(groups), PART):
                elsewhere = _elsewhere(dataset.id, groups[at : at + PART], split)
                rows = connection.execute(select(pairs.c.id, pairs.c.split).where(elsewhere)).all()
                before += [[row.id, row.split, split] for row in rows]
                connection.execute(pairs.update().where(elsewhere).values(split=split))
        if not before:
            return {"edit": None, "pairs": 0}
        return finish_edit(connection, user, "join sides", dataset.id, now, before, len(homes))


def _receipt(connection: sa.Connection, dataset_id: int) -> SplitReport:
    rows = connection.execute(_by_side(dataset_id)).all()
    sides = Counter(group for group, *_ in rows)
    return {
        "splits": {
            name: {
                "pairs": sum(n for _, split, n in rows if split == name),
                "queries": sum(split == name for _, split, _ in rows),
            }
            for name in SPLITS
        },
        "on_two_sides": sum(n > 1 for n in sides.values()),
    }


def _majority_splits(connection: sa.Connection, dataset_id: int) -> dict[str, str]:
    """For each query on two sides the split that has most of it; train wins a draw."""
    counted: dict[str, dict[str, int]] = {}
    for group, split, n in connection.execute(_by_side(dataset_id)):
        counted.setdefault(group, {})[split] = n
    return {
        group: max(SPLITS, key=lambda split: sizes.get(split, 0))
        for group, sizes in counted.items()
        if len(sizes) > 1
    }


def _by_side(dataset_id: int) -> sa.Select[Any]:
    conditions = pairs.c.dataset_id == dataset_id, pairs.c.split.is_not(None), is_visible()
    return (
        select(NEAR, pairs.c.split, func.count()).where(*conditions).group_by(NEAR, pairs.c.split)
    )


def _elsewhere(dataset_id: int, groups: list[str], split: str) -> sa.ColumnElement[bool]:
    conditions = pairs.c.dataset_id == dataset_id, pairs.c.split.is_not(None)
    return sa.and_(*conditions, pairs.c.split != split, NEAR.in_(groups))
