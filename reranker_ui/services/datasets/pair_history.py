"""The history of one pair from the journal: its origin and every change."""

from collections.abc import Iterator
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.labels.datasets import find_pair
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, imports, journal, pairs
from reranker_ui.services.store.workspace import Workspace

_EDITS = ("set label", "move split", "delete pairs", "edit text")
_MOST_EDITS = 500  # of the dataset, the newest, that are searched for the pair


class PairEventValue(TypedDict, total=False):
    """What was set or changed; texts and other parts of an edit are left out."""

    label: float | None
    cannot_tell: int | None
    split: str | None
    source: str | None
    line: int | None
    annotator: str
    note: str | None
    reason: str
    guidelines_version: int | None


class PairEvent(TypedDict):
    """One event. `before` and `after` hold what changed, or are None; `at` in Unix seconds."""

    at: float
    who: str | None
    what: str
    before: PairEventValue | None
    after: PairEventValue | None


def history(workspace: Workspace, user: User, pair_id: int) -> list[PairEvent]:
    """What happened to a pair, oldest first; the first event says where it came from.

    Where the dataset is blind, others' events and the label that the pair came with are for admins
    and adjudicators only; those of the sealed test split for those to whom it is open.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        pair = find_pair(connection, pair_id, pairs)
        of = select(datasets).where(datasets.c.id == pair.dataset_id)
        view = visibility_of(connection.execute(of).one(), user)
        sees_all = not view.hides(pair.split)
        lines = [_origin(connection, pair, sees_all), *_own_lines(connection, pair_id)]
        lines += _edits(connection, pair)
    lines.sort(key=lambda line: line["at"])
    return [line for line in lines if sees_all or _may_see(line, user)]


def _may_see(line: PairEvent, user: User) -> bool:
    is_own = (line["after"] or line["before"] or {}).get("annotator") == user.name
    return is_own or line["who"] == user.name or line["what"] == "came"


def _origin(connection: sa.Connection, pair: sa.Row[Any], sees_all: bool) -> PairEvent:
    importer = connection.scalar(select(imports.c.created_by).where(imports.c.id == pair.import_id))
    after: PairEventValue = {"source": pair.source, "line": pair.line}
    if sees_all:
        after["label"] = pair.label
    return {"at": pair.created_at, "who": importer, "what": "came", "before": None, "after": after}


def _own_lines(connection: sa.Connection, pair_id: int) -> Iterator[PairEvent]:
    query = select(journal).where(journal.c.subject == f"pair:{pair_id}").order_by(journal.c.id)
    for row in connection.execute(query):
        yield _line(row, row.before, row.after)


def _edits(connection: sa.Connection, pair: sa.Row[Any]) -> Iterator[PairEvent]:
    """Edits of the Data tab: one line of the journal holds them for many pairs."""
    query = (
        select(journal)
        .where(journal.c.subject == f"dataset:{pair.dataset_id}", journal.c.what.in_(_EDITS))
        .order_by(journal.c.id.desc())
        .limit(_MOST_EDITS)
    )
    edits = {row.id: row for row in connection.execute(query) if pair.id in _ids(row)}
    for row in edits.values():
        yield _line(row, *_change(row, pair.id))
    subjects = [f"edit:{number}" for number in edits]
    undone = select(journal).where(journal.c.subject.in_(subjects), journal.c.what == "undo")
    for row in connection.execute(undone):
        edit = edits[int(row.subject.partition(":")[2])]
        before, after = _change(edit, pair.id)
        yield _line(row, after, before, f"undo {edit.what}")


def _ids(row: sa.Row[Any]) -> set[int]:
    if row.what == "set label":
        return set(row.after[0])
    if row.what == "move split":
        return {pair for pair, _ in row.before}
    if row.what == "edit text" and isinstance(row.after, dict):
        return {pair for old in row.before for pair in (old[0], old[-1])}
    return {*row.before, *(row.after or [])}  # a text edited by version 0.1: the old and the new


def _change(row: sa.Row[Any], pair_id: int) -> tuple[PairEventValue | None, PairEventValue | None]:
    if row.what == "set label":
        was = next((old for old in row.before if old[0] == pair_id), None)
        return ({"label": was[1]} if was else None), {"label": row.after[1]}
    if row.what == "move split":
        was = next(split for pair, split in row.before if pair == pair_id)
        return {"split": was}, {"split": row.after[1]}
    return None, None


def _line(row: sa.Row[Any], before: Any, after: Any, what: str | None = None) -> PairEvent:
    return {"at": row.at, "who": row.who, "what": what or row.what,
            "before": before, "after": after}  # fmt: skip
