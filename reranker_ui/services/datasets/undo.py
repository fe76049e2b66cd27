"""Undoing edits of pairs: pairs that have changed since are not touched."""

import time
from collections.abc import Sequence
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import pair_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.edits import Ids, check_free, retire
from reranker_ui.services.datasets.text_edits import undo_text
from reranker_ui.services.labels.scale_change import WHAT, check_scale_since, undo_scale
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, decisions, journal, pairs
from reranker_ui.services.store.workspace import Workspace, record

LATER = "All of these pairs have changed since. Undo the later change first."


class Undone(TypedDict):
    """What was undone. `newer` pairs have changed since and stay as they are."""

    undone: str
    newer: int


def undo(workspace: Workspace, user: User, edit: int) -> Undone:
    """Undo an edit by the id that it returned."""
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        row = connection.execute(select(journal).where(journal.c.id == edit)).first()
        if row is None or row.what not in _UNDO:
            raise Refused("This edit cannot be undone.")
        again = select(journal.c.id).where(
            journal.c.what == "undo", journal.c.subject == f"edit:{edit}"
        )
        if connection.scalar(again):
            raise Refused("This edit was undone before.")
        dataset_id = int(row.subject.removeprefix("dataset:"))
        if row.what == "set label":  # what it brings back is not mapped by a change of the scale
            check_scale_since(connection, dataset_id, row.at)
        newer = _UNDO[row.what](connection, row)
        changed = datasets.update().where(datasets.c.id == dataset_id)
        connection.execute(changed.values(updated_at=now))
        record(connection, user, "undo", f"edit:{edit}", at=now)
    return {"undone": row.what, "newer": newer}


def _undo_label(connection: sa.Connection, line: sa.Row[Any]) -> int:
    ids = line.after[0]
    still = decisions.c.pair_id.in_(ids), decisions.c.decided_at == line.at
    unchanged = set(connection.scalars(select(decisions.c.pair_id).where(*still)))
    if not unchanged:
        raise Refused(LATER)
    connection.execute(decisions.delete().where(*still))
    names = ("pair_id", "label", "decided_by", "reason", "decided_at")
    back = [dict(zip(names, row, strict=True)) for row in line.before if row[0] in unchanged]
    if back:
        connection.execute(decisions.insert(), back)
    return len(ids) - len(unchanged)


def _undo_split(connection: sa.Connection, line: sa.Row[Any]) -> int:
    return _move_back(connection, [(pair, before, line.after[1]) for pair, before in line.before])


def _undo_join(connection: sa.Connection, line: sa.Row[Any]) -> int:
    if any(len(moved) != 3 for moved in line.before):
        raise Refused("An earlier version merged these splits; this cannot be undone.")
    return _move_back(connection, line.before)


def _move_back(connection: sa.Connection, moved: Sequence[Sequence[Any]]) -> int:
    """Move pairs back to the split they had; returns how many were moved again since."""
    groups: dict[tuple[str | None, str], list[int]] = {}
    for pair, before, after in moved:
        groups.setdefault((before, after), []).append(pair)
    back = 0
    for (before, after), ids in groups.items():
        unmoved = pairs.c.id.in_(ids), pairs.c.split == after
        back += connection.execute(pairs.update().where(*unmoved).values(split=before)).rowcount
    if moved and not back:
        raise Refused(LATER)
    return len(moved) - back


def _undo_delete(connection: sa.Connection, line: sa.Row[Any]) -> int:
    return _bring_back(connection, line.before)


def _bring_back(connection: sa.Connection, ids: Ids) -> int:
    for row in connection.execute(select(pairs).where(pairs.c.id.in_(ids))).all():
        key = pair_key(row.query, row.passage)
        check_free(connection, row.dataset_id, key, "The same pair was added again.")
        connection.execute(
            pairs.update().where(pairs.c.id == row.id).values(retired_at=None, pair_key=key)
        )
    return 0


def _undo_replace(connection: sa.Connection, line: sa.Row[Any]) -> int:
    dataset_id = int(line.subject.removeprefix("dataset:"))
    retire(connection, sa.and_(pairs.c.import_id == line.after["import"],
                               pairs.c.retired_at.is_(None)), time.time())  # fmt: skip
    back = pairs.c.dataset_id == dataset_id, pairs.c.retired_at == line.at
    key = sa.func.substr(pairs.c.pair_key, 1, len(pair_key("", "")))
    live = pairs.alias()
    again = select(live.c.id).where(live.c.dataset_id == dataset_id, live.c.pair_key == key)
    if connection.scalar(select(pairs.c.id).where(*back, again.exists()).limit(1)):
        raise Refused("Some of the replaced pairs have been added again. Delete those first.")
    connection.execute(pairs.update().where(*back).values(retired_at=None, pair_key=key))
    return 0


def _undo_text(connection: sa.Connection, line: sa.Row[Any]) -> int:
    if all(isinstance(value, int) for value in line.before):  # by version 0.1: a pair in its place
        retire(connection, pairs.c.id.in_(line.after), time.time())
        return _bring_back(connection, line.before)
    newer = undo_text(connection, line)
    if newer == len(line.before):
        raise Refused(LATER)
    return newer


_UNDO = {
    "set label": _undo_label,
    "move split": _undo_split,
    "join sides": _undo_join,
    "delete pairs": _undo_delete,
    "replace pairs": _undo_replace,
    "edit text": _undo_text,
    WHAT: undo_scale,
}
UNDOABLE = tuple(_UNDO)
