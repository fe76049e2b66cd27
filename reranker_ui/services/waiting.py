"""How far the labelling of a dataset is: what waits, what is done, how fast it goes."""

from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.services.database import annotations, decisions, pairs
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.open_pairs import came_unlabelled, disputed_ids, in_scope, offered
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace

_RECENT = 50  # labels that the pace is taken from


def progress(
    workspace: Workspace, user: User, dataset_name: str, since: float, imported: bool = False
) -> dict[str, Any]:
    """How far `user` is in a dataset.

    Returns total (pairs that may be offered), waiting (of those, for this user), done (the
    rest), today (own labels from `since` on, Unix seconds), pace (median seconds a pair, or
    None), skipped (own skips), sealed (test pairs withheld), disputed.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        total = _count_all(connection, dataset, user, imported)
        left = _count_waiting(connection, dataset, user, imported)
        return {
            "total": total,
            "waiting": left,
            "done": total - left,
            **_own(connection, dataset, user, since),
            "sealed": _count_sealed(connection, dataset),
            "disputed": count_disputed(connection, dataset),
        }


def waiting(workspace: Workspace, user: User, dataset_name: str) -> int:
    """How many pairs wait for a label by `user`; those that came with one only if all did."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        imported = not has_unlabelled(connection, dataset, user)
        return _count_waiting(connection, dataset, user, imported)


def has_unlabelled(connection: sa.Connection, dataset: sa.Row[Any], user: User) -> bool:
    """Whether the dataset holds pairs that came without a label and may be offered."""
    where = [*came_unlabelled(), pairs.c.dataset_id == dataset.id, *offered(dataset, user)]
    return bool(connection.scalar(select(sa.exists().where(*where))))


def _count_waiting(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool
) -> int:
    """Open pairs of the dataset less those that `user` labelled or skipped."""
    where = [*in_scope(dataset, user, imported), pairs.c.votes < dataset.overlap]
    seen = sa.union(
        select(annotations.c.pair_id).where(annotations.c.annotator == user.name),
        select(decisions.c.pair_id),
    ).subquery()
    out = select(func.count()).select_from(seen.join(pairs, pairs.c.id == seen.c.pair_id))
    total = connection.scalar(select(func.count()).select_from(pairs).where(*where)) or 0
    return int(total) - int(connection.scalar(out.where(*where)) or 0)


def _count_all(connection: sa.Connection, dataset: sa.Row[Any], user: User, imported: bool) -> int:
    """Pairs of the dataset that `user` can be offered, labelled or not."""
    where = in_scope(dataset, user, imported)
    return int(connection.scalar(select(func.count()).select_from(pairs).where(*where)) or 0)


def _count_sealed(connection: sa.Connection, dataset: sa.Row[Any]) -> int:
    """Open test pairs that came without a label."""
    where = [*came_unlabelled(), pairs.c.dataset_id == dataset.id, pairs.c.split == "test"]
    return int(connection.scalar(select(func.count()).select_from(pairs).where(*where)) or 0)


def count_disputed(connection: sa.Connection, dataset: sa.Row[Any]) -> int:
    """Pairs whose label people, or the files they came from, do not agree on."""
    disputed = disputed_ids(dataset).subquery()
    return int(connection.scalar(select(func.count()).select_from(disputed)) or 0)


def _own(
    connection: sa.Connection, dataset: sa.Row[Any], user: User, since: float
) -> dict[str, Any]:
    mine = (
        select(annotations.c.label, annotations.c.seconds)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(annotations.c.annotator == user.name, pairs.c.dataset_id == dataset.id)
    )
    labelled = mine.where(annotations.c.label.is_not(None)).order_by(
        annotations.c.updated_at.desc()
    )
    recent = connection.execute(labelled.limit(_RECENT)).all()
    seconds = [row.seconds for row in recent if row.seconds is not None]
    today = labelled.where(annotations.c.updated_at >= since).order_by(None).subquery()
    skips = mine.where(annotations.c.label.is_(None)).subquery()
    return {
        "today": connection.scalar(select(func.count()).select_from(today)) or 0,
        "skipped": connection.scalar(select(func.count()).select_from(skips)) or 0,
        "pace": median(seconds) if seconds else None,
    }
