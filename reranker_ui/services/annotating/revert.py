"""Taking back one person's labels from a moment on, and giving them back."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.scale_change import check_scale_since
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, as_dict, journal, pairs
from reranker_ui.services.store.workspace import Workspace, record

_CHUNK = 500  # ids a statement is given
_KEPT = ("pair_id", "label", "note", "model_score", "source", "seconds", "guidelines_version",
         "drawn", "cannot_tell", "created_at", "updated_at")  # fmt: skip
_BEFORE_THAT = ("label", "note", "seconds", "source", "drawn", "guidelines_version", "created_at",
                "updated_at")  # fmt: skip
Row = dict[str, Any]


def labels_since(
    workspace: Workspace, user: User, dataset_name: str, annotator: str, since: float
) -> dict[str, int]:
    """What `take_back` would take: labels and skips that changed from `since` on."""
    require(user, "admin")
    with workspace.reading() as connection:
        rows = _changed(connection, find_dataset(connection, dataset_name), annotator, since)
    labels = sum(row["label"] is not None for row in rows)
    return {"labels": labels, "skips": len(rows) - labels}


def take_back(
    workspace: Workspace, user: User, dataset_name: str, annotator: str, since: float
) -> dict[str, int]:
    """Take back everything `annotator` did in a dataset from `since` (Unix seconds) on.

    A pair labelled before and changed after goes back to its former label. Each pair's journal
    says so. Returns {"edit": for `give_back`, "pairs": n}; Refused where there is nothing.
    """
    require(user, "admin")
    with workspace.writing() as connection:
        dataset, now = find_dataset(connection, dataset_name), time.time()
        rows = _changed(connection, dataset, annotator, since)
        if not rows:
            raise Refused(f"{annotator} has labelled nothing in {dataset_name} since then.")
        former = _former(connection, rows, annotator, since)
        if former:
            check_scale_since(connection, dataset.id, since)
        _remove(connection, annotator, [row["pair_id"] for row in rows])
        kept = [{**former[p], "pair_id": p, "annotator": annotator} for p in former]
        _insert(connection, kept)
        _count_votes(connection, [row["pair_id"] for row in rows])
        lines = [
            (f"pair:{row['pair_id']}", row["label"], former.get(row["pair_id"], {}).get("label"))
            for row in rows
        ]
        _tell(connection, user, "take back", annotator, now, lines)
        details = {"annotator": annotator, "since": since, "pairs": len(rows)}
        record(
            connection, user, "take back labels", f"dataset:{dataset.id}", at=now,
            before=rows, after=details,
        )  # fmt: skip
        edit = connection.scalar(select(func.max(journal.c.id)))
    return {"edit": int(edit or 0), "pairs": len(rows)}


def give_back(workspace: Workspace, user: User, edit: int) -> dict[str, int]:
    """Undo `take_back`: what was taken returns, unless the annotator labelled the pair again.

    Returns {"pairs": given back, "newer": left as they are}. Refused if it was given back before.
    """
    require(user, "admin")
    with workspace.writing() as connection:
        line = connection.execute(select(journal).where(journal.c.id == edit)).first()
        if line is None or line.what != "take back labels":
            raise Refused("There is nothing to give back. Load the page again.")
        subject, now = f"edit:{edit}", time.time()
        if connection.scalar(select(journal.c.id).where(journal.c.subject == subject)):
            raise Refused("These labels were given back before.")
        check_scale_since(connection, int(line.subject.removeprefix("dataset:")), line.at)
        name = line.after["annotator"]
        there = _there(connection, [row["pair_id"] for row in line.before])
        labelled_since = _own(connection, name, there, line.at)
        back = [row for row in line.before if row["pair_id"] in there - labelled_since]
        ids = [row["pair_id"] for row in back]
        _remove(connection, name, ids)
        _insert(connection, [{**row, "annotator": name} for row in back])
        _count_votes(connection, ids)
        lines = [(f"pair:{row['pair_id']}", None, row["label"]) for row in back]
        _tell(connection, user, "give back", name, now, lines)
        record(connection, user, "undo", subject, at=now, after={"pairs": len(back)})
    return {"pairs": len(back), "newer": len(line.before) - len(back)}


def takings(workspace: Workspace, user: User, dataset_name: str) -> list[Row]:
    """Reverted labels, newest first: edit, at, who, annotator, since, pairs, undone."""
    require(user, "admin")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        of_dataset = (
            journal.c.subject == f"dataset:{dataset.id}",
            journal.c.what == "take back labels",
        )
        shown = select(journal.c.id, journal.c.at, journal.c.who, journal.c.after).where(
            *of_dataset
        )
        lines = connection.execute(shown.order_by(journal.c.id.desc()).limit(20)).all()
        undone = set(
            connection.scalars(
                select(journal.c.subject).where(
                    journal.c.subject.in_([f"edit:{line.id}" for line in lines])
                )
            )
        )
    return [
        {
            "edit": line.id,
            "at": line.at,
            "who": line.who,
            **line.after,
            "undone": f"edit:{line.id}" in undone,
        }
        for line in lines
    ]


def _changed(
    connection: sa.Connection, dataset: sa.Row[Any], annotator: str, since: float
) -> list[Row]:
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


def _former(
    connection: sa.Connection, rows: list[Row], annotator: str, since: float
) -> dict[int, Row]:
    """What the annotator's labels were at `since`, as their first change after it tells."""
    older = [row["pair_id"] for row in rows if row["created_at"] < since]
    found: dict[int, Row] = {}
    for some in _chunks(older):
        query = (
            select(journal.c.subject, journal.c.before)
            .where(
                journal.c.subject.in_([f"pair:{pair}" for pair in some]),
                journal.c.who == annotator,
                journal.c.what == "annotate",
                journal.c.at >= since,
            )
            .order_by(journal.c.id)
        )
        for subject, before in connection.execute(query):
            pair = int(subject.partition(":")[2])
            if before:
                kept = {name: before.get(name) for name in _BEFORE_THAT}
                found.setdefault(pair, kept | {"cannot_tell": before.get("cannot_tell") or 0})
    return found


def _remove(connection: sa.Connection, annotator: str, ids: list[int]) -> None:
    for some in _chunks(ids):
        selected = annotations.c.annotator == annotator, annotations.c.pair_id.in_(some)
        connection.execute(annotations.delete().where(*selected))


def _insert(connection: sa.Connection, rows: list[Row]) -> None:
    if rows:  # those of a version before 0.2 do not know the answer "can't tell"
        connection.execute(annotations.insert(), [{"cannot_tell": 0, **row} for row in rows])


def _count_votes(connection: sa.Connection, ids: list[int]) -> None:
    votes = (
        select(func.count())
        .where(annotations.c.pair_id == pairs.c.id, annotations.c.label.is_not(None))
        .scalar_subquery()
    )
    for some in _chunks(ids):
        connection.execute(pairs.update().where(pairs.c.id.in_(some)).values(votes=votes))


def _tell(
    connection: sa.Connection, user: User, what: str, annotator: str, now: float,
    lines: Sequence[tuple[str, float | None, float | None]],
) -> None:  # fmt: skip
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


def _there(connection: sa.Connection, ids: list[int]) -> set[int]:
    found: set[int] = set()
    for some in _chunks(ids):
        found |= set(connection.scalars(select(pairs.c.id).where(pairs.c.id.in_(some))))
    return found


def _own(connection: sa.Connection, annotator: str, ids: set[int], after: float) -> set[int]:
    """Pairs that the annotator labelled after the moment they were taken back."""
    found: set[int] = set()
    for some in _chunks(sorted(ids)):
        newer = annotations.c.annotator == annotator, annotations.c.updated_at > after
        query = select(annotations.c.pair_id).where(*newer, annotations.c.pair_id.in_(some))
        found |= set(connection.scalars(query))
    return found


def _chunks(ids: list[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
