"""The labels of one annotator as rows: read, deleted, inserted and recorded in the journal."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import annotations, as_dict, journal, pairs

_CHUNK = 500  # ids in one statement
_KEPT = ("pair_id", "label", "note", "model_score", "source", "seconds", "guidelines_version",
         "drawn", "cannot_tell", "created_at", "updated_at")  # fmt: skip
_BEFORE_THAT = ("label", "note", "seconds", "source", "drawn", "guidelines_version", "created_at",
                "updated_at")  # fmt: skip
Row = dict[str, Any]


def changed_since(
    connection: sa.Connection, dataset: sa.Row[Any], annotator: str, since: float
) -> list[Row]:
    """An annotator's rows in a dataset that changed from `since` on."""
    query = (
        select(*(annotations.c[name] for name in _KEPT))
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(
            annotations.c.annotator == annotator,
            annotations.c.updated_at >= since,
            pairs.c.dataset_id == dataset.id,
            pairs.c.retired_at.is_(None),
        )
        .order_by(annotations.c.pair_id)
    )
    return [as_dict(row) for row in connection.execute(query).mappings()]


def former_labels(
    connection: sa.Connection, rows: list[Row], annotator: str, since: float
) -> dict[int, Row]:
    """What the annotator's labels were at `since`, as recorded by their first change after it."""
    older = [row["pair_id"] for row in rows if row["created_at"] < since]
    former: dict[int, Row] = {}
    for chunk in _chunks(older):
        query = (
            select(journal.c.subject, journal.c.before)
            .where(
                journal.c.subject.in_([f"pair:{pair}" for pair in chunk]),
                journal.c.who == annotator,
                journal.c.what == "annotate",
                journal.c.at >= since,
            )
            .order_by(journal.c.id)
        )
        for subject, before in connection.execute(query):
            pair = int(subject.partition(":")[2])
            if before:
                former_values = {name: before.get(name) for name in _BEFORE_THAT}
                former.setdefault(
                    pair, former_values | {"cannot_tell": before.get("cannot_tell") or 0}
                )
    return former


def remove(connection: sa.Connection, annotator: str, ids: list[int]) -> None:
    """Delete the annotator's rows of these pairs."""
    for chunk in _chunks(ids):
        selected = annotations.c.annotator == annotator, annotations.c.pair_id.in_(chunk)
        connection.execute(annotations.delete().where(*selected))


def insert(connection: sa.Connection, rows: list[Row]) -> None:
    """Insert rows of annotations."""
    if rows:  # those of a version before 0.2 do not know the answer "can't tell"
        connection.execute(annotations.insert(), [{"cannot_tell": 0, **row} for row in rows])


def count_votes(connection: sa.Connection, ids: list[int]) -> None:
    """Count the votes of these pairs again."""
    votes = (
        select(func.count())
        .where(annotations.c.pair_id == pairs.c.id, annotations.c.label.is_not(None))
        .scalar_subquery()
    )
    for chunk in _chunks(ids):
        connection.execute(pairs.update().where(pairs.c.id.in_(chunk)).values(votes=votes))


def record_pairs(
    connection: sa.Connection, user: User, what: str, annotator: str, now: float,
    lines: Sequence[tuple[str, float | None, float | None]],
) -> None:  # fmt: skip
    """Write a line of the journal for each pair: its subject, and its label before and after."""
    rows = [
        {
            "at": now,
            "who": user.name,
            "what": what,
            "subject": subject,
            "before": {"label": before, "annotator": annotator},
            "after": {"label": after, "annotator": annotator},
        }
        for subject, before, after in lines
    ]
    if rows:
        connection.execute(journal.insert(), rows)


def existing(connection: sa.Connection, ids: list[int]) -> set[int]:
    """Those of the pairs that were not deleted."""
    visible: set[int] = set()
    for chunk in _chunks(ids):
        visible |= set(connection.scalars(select(pairs.c.id).where(pairs.c.id.in_(chunk))))
    return visible


def labelled_after(
    connection: sa.Connection, annotator: str, ids: set[int], after: float
) -> set[int]:
    """Those of the pairs that the annotator labelled after a moment."""
    labelled: set[int] = set()
    for chunk in _chunks(sorted(ids)):
        newer = annotations.c.annotator == annotator, annotations.c.updated_at > after
        query = select(annotations.c.pair_id).where(*newer, annotations.c.pair_id.in_(chunk))
        labelled |= set(connection.scalars(query))
    return labelled


def _chunks(ids: list[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
