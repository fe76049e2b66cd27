"""Labelling progress of a dataset: pairs left, pairs done and pace."""

import time
from functools import lru_cache
from statistics import median
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, or_, select

from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import importing
from reranker_ui.services.labels.guidelines import rules
from reranker_ui.services.labels.open_pairs import (
    OpenPairs,
    disputed_ids,
    found_otherwise,
    imported_unlabelled,
    in_scope,
    kind,
    leases_of_others,
    not_test,
    offered,
)
from reranker_ui.services.labels.visibility import (
    Visibility,
    labels_here,
    sealed_for,
    visibility_of,
)
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, decisions, leases, pairs
from reranker_ui.services.store.workspace import Workspace

_RECENT = 50  # labels that the pace is taken from
_VERY_LARGE = 100_000  # pairs


class ReservedPairs(TypedDict):
    """Waiting pairs that others have reserved, and when the first is free (Unix seconds)."""

    pairs: int
    until: float | None


class OwnLabels(TypedDict):
    """The user's labels, in all and today; `pace`: median seconds a pair."""

    labelled: int
    today: int
    pace: float | None


class LabellingProgress(OwnLabels):
    """How far the user is in a dataset.

    `total`: pairs that may be offered; `waiting`: of those, for this user; `skipped`: own skips of
    pairs that still need labels; `done`: the rest; `sealed`: test pairs; `disputed`: as far as the
    user may know; `rules`: a mark that changes with the owner's settings, as in `stream_of`.
    """

    total: int
    waiting: int
    skipped: int
    done: int
    reserved: ReservedPairs
    sealed: int
    disputed: int
    rules: str


def progress(
    workspace: Workspace, user: User, dataset_name: str, since: float, imported: bool = False
) -> LabellingProgress:
    """How far `user` is in a dataset.

    `since`: when today began, in Unix seconds. `imported`: pairs that came with a label count, too.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        total = _count_all(connection, dataset, user, imported)
        left = _count_waiting(connection, dataset, user, imported)
        skipped = _count_skipped(connection, dataset, user, imported)
        return {
            "total": total,
            "waiting": left,
            "skipped": skipped,
            "done": max(0, total - left - skipped),
            "reserved": _reserved(connection, dataset, user, imported),
            **_own(connection, dataset, user, since),
            "sealed": _count_kept(connection, dataset, imported, "test"),
            "disputed": _known_disputed(workspace, connection, visibility_of(dataset, user), total),
            "rules": rules(dataset),
        }


def waiting(workspace: Workspace, user: User, dataset_name: str) -> int:
    """How many pairs `user` has left, none for those who do not label the dataset.

    Imported labels count only where every pair has one.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        if not labels_here(dataset, user):
            return 0
        imported = not has_unlabelled(connection, dataset, user)
        return _count_waiting(connection, dataset, user, imported)


def has_unlabelled(connection: sa.Connection, dataset: sa.Row[Any], user: User) -> bool:
    """Whether the dataset has pairs without an imported label that may be offered."""
    where = [*imported_unlabelled(), pairs.c.dataset_id == dataset.id, *offered(dataset, user)]
    return bool(connection.scalar(select(sa.exists().where(*where))))


def _known_disputed(
    workspace: Workspace, connection: sa.Connection, view: Visibility, total: int
) -> int:
    """Disputed pairs; of a very large dataset they are counted once a minute."""
    if total < _VERY_LARGE:
        return len(disputed_ids(connection, view))
    return workspace.memory.get(
        ("disputed", view), lambda: len(disputed_ids(connection, view)), seconds=60
    )


def _count_waiting(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool
) -> int:
    """Open pairs of the dataset less those that `user` labelled or skipped."""
    inside = in_scope(dataset, user, imported)
    full = select(func.count()).where(*inside, pairs.c.votes >= dataset.overlap)
    skipped = select(annotations.c.pair_id).where(annotations.c.annotator == user.name)
    if dataset.overlap == 1:  # who labelled a pair has filled it
        skipped = skipped.where(annotations.c.label.is_(None))
    out = sa.union(skipped, select(decisions.c.pair_id)).subquery()
    still_open = select(pairs.c.id).where(
        pairs.c.id == out.c.pair_id,
        pairs.c.votes < dataset.overlap,
        *found_otherwise(dataset, user, imported),
    )
    closed = select(func.count()).select_from(out).where(still_open.exists())
    total = _count_all(connection, dataset, user, imported)
    return max(0, total - sum(connection.scalar(query) or 0 for query in (full, closed)))


def _count_skipped(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool
) -> int:
    decided = sa.exists().where(decisions.c.pair_id == pairs.c.id)
    skips = (
        select(func.count())
        .select_from(annotations.join(pairs, pairs.c.id == annotations.c.pair_id))
        .where(annotations.c.annotator == user.name, annotations.c.label.is_(None), ~decided)
        .where(annotations.c.cannot_tell == 0)
        .where(pairs.c.votes < dataset.overlap, *found_otherwise(dataset, user, imported))
    )
    return int(connection.scalar(skips) or 0)


def _reserved(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool
) -> ReservedPairs:
    """Pairs that only the leases of others keep from `user`, and when the first one ends."""
    now = time.time()
    open_pairs = OpenPairs(connection, dataset, user, now, imported)
    first_end = select(func.min(leases.c.until)).where(*leases_of_others(user, now))
    leased_ids = select(leases.c.pair_id).where(leases.c.annotator != user.name)
    leased = (
        select(pairs.c.id, first_end.scalar_subquery().label("until"))
        .where(pairs.c.id.in_(leased_ids), pairs.c.votes < dataset.overlap)
        .where(open_pairs.others + pairs.c.votes >= dataset.overlap)
        .where(*found_otherwise(dataset, user, imported), *open_pairs.for_me)
        .subquery()
    )
    count, until = connection.execute(select(func.count(), func.min(leased.c.until))).one()
    return {"pairs": count, "until": until}


def _count_all(connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool) -> int:
    """Pairs of the dataset that `user` can be offered, labelled or not."""
    splits = "not test" if sealed_for(dataset, user) else "all"
    return _count_kept(connection, dataset, imported, splits)


def _count_kept(
    connection: sa.Connection, dataset: sa.Row[Any], imported: bool, splits: str
) -> int:
    minute = int(time.time() // 60)
    return _count(connection.engine, dataset.id, dataset.updated_at, imported, splits, minute)


@lru_cache(maxsize=64)
def _count(
    engine: sa.Engine, dataset_id: int, _updated: float, imported: bool, splits: str, _minute: int
) -> int:
    # Kept, because every page asks every few seconds and a million pairs take 0.2 s to count.
    of_split = {"not test": [not_test()], "test": [pairs.c.split == "test"]}.get(splits, [])
    where = [pairs.c.dataset_id == dataset_id, *kind(imported), *of_split]
    with engine.connect() as connection:
        hidden = list(connection.scalars(importing()))
        if hidden:
            where.append(or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(hidden)))
        return int(connection.scalar(select(func.count()).select_from(pairs).where(*where)) or 0)


def _own(connection: sa.Connection, dataset: sa.Row[Any], user: User, since: float) -> OwnLabels:
    own_labels = (
        select(annotations.c.label, annotations.c.seconds)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(annotations.c.annotator == user.name, pairs.c.dataset_id == dataset.id)
    )
    labelled = own_labels.where(annotations.c.label.is_not(None)).order_by(
        annotations.c.updated_at.desc()
    )
    recent = connection.execute(labelled.limit(_RECENT)).all()
    seconds = [row.seconds for row in recent if row.seconds is not None]
    today_rows = labelled.where(annotations.c.updated_at >= since).order_by(None).subquery()
    own_rows = labelled.order_by(None).subquery()
    return {
        "labelled": connection.scalar(select(func.count()).select_from(own_rows)) or 0,
        "today": connection.scalar(select(func.count()).select_from(today_rows)) or 0,
        "pace": median(seconds) if seconds else None,
    }
