"""Edits of pairs in the Data tab: label, text, split, delete; each one can be undone."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import near, pair_key, passage_key, query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, decisions, journal, pairs
from reranker_ui.services.store.workspace import Workspace, record

Ids = Sequence[int]
NEAR = sa.func.substr(pairs.c.query_key, 1, len(near("0" * 64)))  # the same for near-duplicates
PART = 1_000  # groups of near-duplicates in one statement
_DECISION = (decisions.c.label, decisions.c.decided_by, decisions.c.reason, decisions.c.decided_at)

LATER = "All of these pairs were changed again since. Undo the later change first."


def set_label(
    workspace: Workspace, user: User, dataset_name: str, ids: Ids, label: float | None
) -> dict[str, Any]:
    """Decide the label of pairs (None: leave them out). Returns `{"edit": id, "pairs": n}`."""
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        if label is not None and not scale(dataset).holds(label):
            raise Refused(f"{label:g} is no label of {dataset_name}: it takes {scale(dataset)}.")
        ids = _known(connection, dataset.id, ids)
        before = [
            [row.pair_id, *row[1:]]
            for row in connection.execute(
                select(decisions.c.pair_id, *_DECISION).where(decisions.c.pair_id.in_(ids))
            )
        ]
        connection.execute(decisions.delete().where(decisions.c.pair_id.in_(ids)))
        given = {"label": label, "decided_by": user.name, "reason": "", "decided_at": now}
        connection.execute(decisions.insert(), [{"pair_id": i, **given} for i in ids])
        return finish_edit(connection, user, "set label", dataset.id, now, before, [ids, label])


def move_split(
    workspace: Workspace, user: User, dataset_name: str, ids: Ids, split: str
) -> dict[str, Any]:
    """Move pairs, and all others of their queries (near-duplicates too), to a split."""
    require(user, "admin")
    if split not in SPLITS:
        raise Refused(f"{split} is no split. There are train, dev and test.")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        ids = _known(connection, dataset.id, ids)
        keys = connection.scalars(select(pairs.c.query_key).where(pairs.c.id.in_(ids)).distinct())
        groups = sorted({near(key) for key in keys})
        before: list[list[Any]] = []
        for at in range(0, len(groups), PART):
            together = pairs.c.dataset_id == dataset.id, NEAR.in_(groups[at : at + PART])
            rows = connection.execute(select(pairs.c.id, pairs.c.split).where(*together))
            before += [list(row) for row in rows]
            connection.execute(pairs.update().where(*together).values(split=split))
        return finish_edit(connection, user, "move split", dataset.id, now, before, [ids, split])


def delete_pairs(workspace: Workspace, user: User, dataset_name: str, ids: Ids) -> dict[str, Any]:
    """Retire pairs: they are seen no more, until the edit is undone."""
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        ids = _known(connection, dataset.id, ids)
        _retire(connection, ids, now)
        return finish_edit(connection, user, "delete pairs", dataset.id, now, ids, None)


def edit_text(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    pair_id: int,
    *,
    query: str | None = None,
    passage: str | None = None,
) -> dict[str, Any]:
    """Give a pair another text: a new pair takes its place, the old one retires with its labels.

    Returns `{"edit", "pairs", "pair_id"}` with the id of the new pair.
    """
    require(user, "admin")
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        _known(connection, dataset.id, [pair_id])
        old = connection.execute(select(pairs).where(pairs.c.id == pair_id)).one()
        texts = ((query if query is not None else old.query).strip(),
                 (passage if passage is not None else old.passage).strip())  # fmt: skip
        if not all(texts):
            raise Refused("A query or passage cannot be empty. Delete the pair instead.")
        if texts == (old.query, old.passage):
            return {"edit": None, "pairs": 0, "pair_id": pair_id}
        _retire(connection, [pair_id], now)
        new_id = _replace(connection, old, *texts, now)
        done = finish_edit(connection, user, "edit text", dataset.id, now, [pair_id], [new_id])
        return {**done, "pair_id": new_id}


def undo(workspace: Workspace, user: User, edit: int) -> dict[str, Any]:
    """Take back an edit by its id, as given when it was made.

    Returns `{"undone": what, "newer": n}`: so many pairs were decided or moved anew since, and are
    left as they are.
    """
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
        newer = _UNDO[row.what](connection, row)
        dataset_id = int(row.subject.removeprefix("dataset:"))
        changed = datasets.update().where(datasets.c.id == dataset_id)
        connection.execute(changed.values(updated_at=now))
        record(connection, user, "undo", f"edit:{edit}", at=now)
    return {"undone": row.what, "newer": newer}


def _undo_label(connection: sa.Connection, line: sa.Row[Any]) -> int:
    ids = line.after[0]
    still = decisions.c.pair_id.in_(ids), decisions.c.decided_at == line.at
    mine = set(connection.scalars(select(decisions.c.pair_id).where(*still)))
    if not mine:
        raise Refused(LATER)
    connection.execute(decisions.delete().where(*still))
    names = ("pair_id", "label", "decided_by", "reason", "decided_at")
    back = [dict(zip(names, row, strict=True)) for row in line.before if row[0] in mine]
    if back:
        connection.execute(decisions.insert(), back)
    return len(ids) - len(mine)


def _undo_split(connection: sa.Connection, line: sa.Row[Any]) -> int:
    return _move_back(connection, [(pair, was, line.after[1]) for pair, was in line.before])


def _undo_join(connection: sa.Connection, line: sa.Row[Any]) -> int:
    if any(len(moved) != 3 for moved in line.before):
        raise Refused("This was brought together by an earlier version, which cannot take it back.")
    return _move_back(connection, line.before)


def _move_back(connection: sa.Connection, moved: Sequence[Sequence[Any]]) -> int:
    """Moves pairs from where an edit set them to where they were; returns how many had gone on."""
    groups: dict[tuple[str | None, str], list[int]] = {}
    for pair, was, there in moved:
        groups.setdefault((was, there), []).append(pair)
    back = 0
    for (was, there), ids in groups.items():
        still = pairs.c.id.in_(ids), pairs.c.split == there
        back += connection.execute(pairs.update().where(*still).values(split=was)).rowcount
    if moved and not back:
        raise Refused(LATER)
    return len(moved) - back


def _undo_delete(connection: sa.Connection, line: sa.Row[Any]) -> int:
    return _bring_back(connection, line.before)


def _bring_back(connection: sa.Connection, ids: Ids) -> int:
    for row in connection.execute(select(pairs).where(pairs.c.id.in_(ids))).all():
        key = pair_key(row.query, row.passage)
        _free(connection, row.dataset_id, key, "The same pair was added again meanwhile.")
        connection.execute(
            pairs.update().where(pairs.c.id == row.id).values(retired_at=None, pair_key=key)
        )
    return 0


def _undo_text(connection: sa.Connection, line: sa.Row[Any]) -> int:
    _retire(connection, line.after, time.time())
    return _bring_back(connection, line.before)


_UNDO = {
    "set label": _undo_label,
    "move split": _undo_split,
    "join sides": _undo_join,
    "delete pairs": _undo_delete,
    "edit text": _undo_text,
}
UNDOABLE = tuple(_UNDO)


def _known(connection: sa.Connection, dataset_id: int, ids: Ids) -> list[int]:
    """Those ids that are seen pairs of the dataset; Refused if there is none."""
    mine = select(pairs.c.id).where(
        pairs.c.dataset_id == dataset_id, pairs.c.retired_at.is_(None), pairs.c.id.in_(list(ids))
    )
    found = list(connection.scalars(mine))
    if not found:
        raise Refused("None of these pairs is in the dataset any more. Load the page again.")
    return found


def _retire(connection: sa.Connection, ids: Ids, now: float) -> None:
    # The key is given free, so that the same pair can come back by an import.
    key = pairs.c.pair_key + "#" + sa.cast(pairs.c.id, sa.Text)
    connection.execute(
        pairs.update().where(pairs.c.id.in_(ids)).values(retired_at=now, pair_key=key)
    )


def _replace(
    connection: sa.Connection, old: sa.Row[Any], query: str, passage: str, now: float
) -> int:
    key = pair_key(query, passage)
    _free(connection, old.dataset_id, key, "This pair is in the dataset already.")
    group = near(query_key(query))
    joined = connection.scalar(
        select(pairs.c.split).where(
            pairs.c.dataset_id == old.dataset_id,
            pairs.c.query_key.startswith(group),
            pairs.c.retired_at.is_(None),
        )
    )
    values = {
        "dataset_id": old.dataset_id, "import_id": old.import_id, "source": old.source,
        "query": query, "query_key": query_key(query), "passage": passage,
        "passage_key": passage_key(passage), "pair_key": key, "split": joined or old.split,
        "created_at": now,
    }  # fmt: skip
    (new_id,) = connection.execute(pairs.insert().values(values)).inserted_primary_key or (0,)
    return int(new_id)


def _free(connection: sa.Connection, dataset_id: int, key: str, otherwise: str) -> None:
    there = connection.scalar(
        select(pairs.c.id).where(pairs.c.dataset_id == dataset_id, pairs.c.pair_key == key)
    )
    if there:
        raise Refused(f"{otherwise} It is pair {there}.")


def finish_edit(
    connection: sa.Connection, user: User, what: str, dataset_id: int, now: float,
    before: Any, after: Any,
) -> dict[str, Any]:  # fmt: skip
    """Note an edit in the journal; returns `{"edit": its id, "pairs": how many it changed}`."""
    connection.execute(datasets.update().where(datasets.c.id == dataset_id).values(updated_at=now))
    record(connection, user, what, f"dataset:{dataset_id}", at=now, before=before, after=after)
    edit = connection.scalar(select(sa.func.max(journal.c.id)))
    changed = after[0] if what == "set label" else before
    return {"edit": edit, "pairs": len(changed)}
