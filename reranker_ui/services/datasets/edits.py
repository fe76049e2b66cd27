"""Edits of pairs in the Data tab: label, split, delete. `undo` reverts each of them."""

import time
from collections.abc import Sequence
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import near
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import check_split
from reranker_ui.services.labels.datasets import check_label, find_dataset
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, decisions, journal, pairs
from reranker_ui.services.store.workspace import Workspace, record

Ids = Sequence[int]
NEAR = sa.func.substr(pairs.c.query_key, 1, len(near("0" * 64)))  # the same for near-duplicates
PART = 1_000  # groups of near-duplicates in one statement
_DECISION = (decisions.c.label, decisions.c.decided_by, decisions.c.reason, decisions.c.decided_at)


class Edit(TypedDict):
    """An edit: its number for `undo`, None where nothing changed, and how many pairs it changed."""

    edit: int | None
    pairs: int


def set_label(
    workspace: Workspace, user: User, dataset_name: str, ids: Ids, label: float | None
) -> Edit:
    """Decide the label of pairs (None: leave them out)."""
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        check_label(dataset, label)
        ids = visible_ids(connection, dataset.id, ids)
        before = [
            [row.pair_id, *row[1:]]
            for row in connection.execute(
                select(decisions.c.pair_id, *_DECISION).where(decisions.c.pair_id.in_(ids))
            )
        ]
        connection.execute(decisions.delete().where(decisions.c.pair_id.in_(ids)))
        decision = {"label": label, "decided_by": user.name, "reason": "", "decided_at": now}
        connection.execute(decisions.insert(), [{"pair_id": i, **decision} for i in ids])
        return finish_edit(connection, user, "set label", dataset.id, now, before, [ids, label])


def move_split(workspace: Workspace, user: User, dataset_name: str, ids: Ids, split: str) -> Edit:
    """Move pairs, and all others of their queries (near-duplicates too), to a split."""
    require(user, "admin")
    check_split(split)
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        ids = visible_ids(connection, dataset.id, ids)
        keys = connection.scalars(select(pairs.c.query_key).where(pairs.c.id.in_(ids)).distinct())
        groups = sorted({near(key) for key in keys})
        before: list[list[Any]] = []
        for at in range(0, len(groups), PART):
            together = pairs.c.dataset_id == dataset.id, NEAR.in_(groups[at : at + PART])
            rows = connection.execute(select(pairs.c.id, pairs.c.split).where(*together))
            before += [list(row) for row in rows]
            connection.execute(pairs.update().where(*together).values(split=split))
        return finish_edit(connection, user, "move split", dataset.id, now, before, [ids, split])


def delete_pairs(workspace: Workspace, user: User, dataset_name: str, ids: Ids) -> Edit:
    """Retire pairs: they are hidden until the edit is undone."""
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        ids = visible_ids(connection, dataset.id, ids)
        retire(connection, pairs.c.id.in_(ids), now)
        return finish_edit(connection, user, "delete pairs", dataset.id, now, ids, None)


def visible_ids(connection: sa.Connection, dataset_id: int, ids: Ids) -> list[int]:
    """Those of `ids` that are visible pairs of the dataset; Refused if there are none."""
    query = select(pairs.c.id).where(
        pairs.c.dataset_id == dataset_id, pairs.c.retired_at.is_(None), pairs.c.id.in_(list(ids))
    )
    existing = list(connection.scalars(query))
    if not existing:
        raise Refused("These pairs are not in the dataset any more. Reload the page.")
    return existing


def retire(connection: sa.Connection, which: sa.ColumnElement[bool], now: float) -> int:
    """Hide pairs; returns how many. Their keys become free for an import of the same pairs."""
    key = pairs.c.pair_key + "#" + sa.cast(pairs.c.id, sa.Text)
    retired = pairs.update().where(which).values(retired_at=now, pair_key=key)
    return connection.execute(retired).rowcount


def check_free(connection: sa.Connection, dataset_id: int, key: str, otherwise: str) -> None:
    """Refused with `otherwise` if a pair of the dataset has this key."""
    duplicate = connection.scalar(
        select(pairs.c.id).where(pairs.c.dataset_id == dataset_id, pairs.c.pair_key == key)
    )
    if duplicate:
        raise Refused(f"{otherwise} It is pair {duplicate}.")


def finish_edit(
    connection: sa.Connection, user: User, what: str, dataset_id: int, now: float,
    before: Any, after: Any,
) -> Edit:  # fmt: skip
    """Record an edit in the journal."""
    connection.execute(datasets.update().where(datasets.c.id == dataset_id).values(updated_at=now))
    record(connection, user, what, f"dataset:{dataset_id}", at=now, before=before, after=after)
    edit = connection.scalar(select(sa.func.max(journal.c.id)))
    changed = after[0] if what == "set label" else before
    return {"edit": edit, "pairs": len(changed)}
