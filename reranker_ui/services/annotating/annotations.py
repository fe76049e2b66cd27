"""Annotations: one row per pair and annotator; labelling, skipping and undoing."""

import time
from dataclasses import dataclass
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.queue import StreamPair, lease, pairs_for
from reranker_ui.services.labels.datasets import check_label
from reranker_ui.services.labels.scale_change import check_scale_since
from reranker_ui.services.labels.visibility import check_open, may_label, withheld
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    as_dict,
    datasets,
    journal,
    leases,
    pairs,
    receipts,
)
from reranker_ui.services.store.workspace import Workspace, record

_KEPT = (
    *("label", "cannot_tell", "note", "seconds", "source", "drawn", "guidelines_version"),
    *("created_at", "updated_at"),
)
_LONGEST_NOTE = 2_000  # characters
_LONGEST_PAUSE = 600.0  # seconds; who is away for longer is not reading the pair


class OwnLabel(TypedDict):
    """A label as stored."""

    pair_id: int
    label: float | None


class UndoneLabel(TypedDict):
    """The pair as the page shows it; None where nothing was undone or the pair is sealed."""

    pair: StreamPair | None


def annotate(
    workspace: Workspace,
    user: User,
    pair_id: int,
    label: float | None,
    client_id: str,
    note: str | None = None,
    seconds: float | None = None,
    *,
    source: str = "annotate",
    drawn: str | None = None,
    model_score: float | None = None,
    guidelines: int | None = None,
    cannot_tell: bool = False,
) -> OwnLabel:
    """Give `user`'s label to a pair (None: skipped); again with another one changes it.

    cannot_tell: the answer without a label; unlike a skip it is not asked for again.

    client_id: made by the browser, different for every change; a change that is in already is
    not made twice. note: None keeps the former one. drawn: how the queue chose the pair, so that
    random labels can be distinguished from those a run was uncertain about. guidelines: the version
    that was shown, where it is not the newest.
    Refused for a label off the dataset's scale, an unknown pair and the sealed test split.
    """
    require(user, "annotator")
    new_label = NewLabel(
        label, client_id, note, seconds, source, drawn, model_score, guidelines, cannot_tell
    )
    with workspace.writing() as connection:
        return save_label(connection, user, pair_id, new_label)


@dataclass(frozen=True)
class NewLabel:
    """A label as it is given to a pair; the fields are those of `annotate`."""

    label: float | None
    client_id: str
    note: str | None = None
    seconds: float | None = None
    source: str = "annotate"
    drawn: str | None = None
    model_score: float | None = None
    guidelines: int | None = None
    cannot_tell: bool = False


def save_label(
    connection: sa.Connection, user: User, pair_id: int, new_label: NewLabel
) -> OwnLabel:
    """As `annotate`, inside a transaction of the caller."""
    require(user, "annotator")
    now, label = time.time(), new_label.label
    if not _is_new_change(connection, user, new_label.client_id, now):
        return {"pair_id": pair_id, "label": _own_label(connection, user, pair_id).get("label")}
    dataset = _dataset_of(connection, user, pair_id)
    check_label(dataset, label)
    before = _own_label(connection, user, pair_id)
    after = _after(new_label, before, now, dataset.guidelines_version)
    extra: dict[str, Any] = {"client_id": new_label.client_id}
    if new_label.model_score is not None:
        extra["model_score"] = new_label.model_score
    _put(connection, user, pair_id, after | extra)
    _recount_and_release(connection, user, pair_id)
    subject = f"pair:{pair_id}"
    record(connection, user, "annotate", subject, at=now, before=before or None, after=after)
    return {"pair_id": pair_id, "label": label}


def _after(new_label: NewLabel, before: dict[str, Any], now: float, newest: int) -> dict[str, Any]:
    """The annotation's new values; newest: version of the guidelines."""
    note, seconds, shown = new_label.note, new_label.seconds, new_label.guidelines
    return {
        "label": new_label.label,
        "cannot_tell": int(new_label.cannot_tell and new_label.label is None),
        "note": (before.get("note") if note is None else note.strip()[:_LONGEST_NOTE]) or None,
        "seconds": None if seconds is None else max(0.0, min(float(seconds), _LONGEST_PAUSE)),
        "source": new_label.source,
        "drawn": new_label.drawn
        if new_label.drawn in ("random", "uncertain")
        else before.get("drawn"),
        "guidelines_version": max(1, min(newest if shown is None else shown, newest)),
        "created_at": before.get("created_at", now),
        "updated_at": now,
    }


def undo(workspace: Workspace, user: User, pair_id: int, client_id: str) -> UndoneLabel:
    """Take back `user`'s last change of a pair: its former label returns, or the row goes."""
    require(user, "annotator")
    with workspace.writing() as connection:
        now = time.time()
        if _is_new_change(connection, user, client_id, now) and not _undo(
            connection, user, pair_id, now
        ):
            return {"pair": None}
        shown = [] if _sealed(connection, user, pair_id) else [pair_id]
        return {"pair": next(iter(pairs_for(workspace, connection, user, shown)), None)}


def _undo(connection: sa.Connection, user: User, pair_id: int, now: float) -> bool:
    own = _own_label(connection, user, pair_id)
    if not own:
        return False
    subject = f"pair:{pair_id}"
    saved = select(journal.c.before).where(
        journal.c.subject == subject,
        journal.c.who == user.name,
        journal.c.what == "annotate",
        journal.c.at == own["updated_at"],
    )
    former = connection.scalar(saved)
    if former:
        dataset_id = select(pairs.c.dataset_id).where(pairs.c.id == pair_id)
        check_scale_since(connection, connection.scalar(dataset_id) or 0, own["updated_at"])
        # Lines of a version before 0.2 do not know the answer "can't tell".
        values = {name: former.get(name) for name in _KEPT}
        _put(connection, user, pair_id, values | {"cannot_tell": former.get("cannot_tell") or 0})
    else:
        connection.execute(annotations.delete().where(*_by(user, pair_id)))
    _recount_and_release(connection, user, pair_id)
    if not _sealed(connection, user, pair_id):
        lease(connection, user, [pair_id], now)
    record(connection, user, "undo annotate", subject, at=now, before=own, after=former)
    return True


def _is_new_change(connection: sa.Connection, user: User, client_id: str, now: float) -> bool:
    """Whether the change `client_id` is not in yet; it is noted as in."""
    if not client_id or len(client_id) > 64:
        raise Refused("A change needs a client_id of 1 to 64 characters.")
    if connection.scalar(select(receipts.c.client_id).where(receipts.c.client_id == client_id)):
        return False
    connection.execute(receipts.insert().values(client_id=client_id, annotator=user.name, at=now))
    return True


def _dataset_of(connection: sa.Connection, user: User, pair_id: int) -> sa.Row[Any]:
    row = _found(connection, pair_id)
    if row is None:
        raise Refused("This pair was deleted with its dataset. The label cannot be saved.")
    check_open(row, user)
    may_label(row, user)
    return row


def _sealed(connection: sa.Connection, user: User, pair_id: int) -> bool:
    row = _found(connection, pair_id)
    return row is not None and withheld(row, user)


def _found(connection: sa.Connection, pair_id: int) -> sa.Row[Any] | None:
    query = select(datasets, pairs.c.split).join(pairs, pairs.c.dataset_id == datasets.c.id)
    return connection.execute(query.where(pairs.c.id == pair_id)).first()


def _by(user: User, pair_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return annotations.c.pair_id == pair_id, annotations.c.annotator == user.name


def _own_label(connection: sa.Connection, user: User, pair_id: int) -> dict[str, Any]:
    query = select(*(annotations.c[name] for name in _KEPT)).where(*_by(user, pair_id))
    row = connection.execute(query).mappings().first()
    return as_dict(row) if row else {}


def _put(connection: sa.Connection, user: User, pair_id: int, values: dict[str, Any]) -> None:
    changed = connection.execute(annotations.update().where(*_by(user, pair_id)).values(**values))
    if not changed.rowcount:
        connection.execute(
            annotations.insert().values(pair_id=pair_id, annotator=user.name, **values)
        )


def _recount_and_release(connection: sa.Connection, user: User, pair_id: int) -> None:
    """Count the pair's votes again and end the user's lease of it."""
    votes = select(func.count()).where(
        annotations.c.pair_id == pair_id, annotations.c.label.is_not(None)
    )
    connection.execute(
        pairs.update().where(pairs.c.id == pair_id).values(votes=votes.scalar_subquery())
    )
    connection.execute(
        leases.delete().where(leases.c.pair_id == pair_id, leases.c.annotator == user.name)
    )
