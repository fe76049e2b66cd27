"""Editing the text of a pair, or of a query in all its pairs, in place."""

import time
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import near, pair_key, passage_key, query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.edits import NEAR, Edit, check_free, finish_edit, visible_ids
from reranker_ui.services.labels.dataset_details import checked_text
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    datasets,
    decisions,
    imported_labels,
    leases,
    pairs,
    scores,
)
from reranker_ui.services.store.workspace import Workspace

Labels = Literal["keep", "remove"]
_LABELS = (annotations, decisions, imported_labels)


class TextEdit(Edit):
    """An edit of a pair's text. The pair keeps its id."""

    pair_id: int


def edit_text(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    pair_id: int,
    *,
    query: str | None = None,
    passage: str | None = None,
    labels: Labels = "keep",
    whole_query: bool = False,
) -> TextEdit:
    """Change the query or passage of a pair; the pair keeps its id and its place.

    `labels`: "keep" for a correction; "remove" for another meaning, so that the pair has no label
    and its annotations stay with the old text, from where `undo` brings them back. `whole_query`
    changes the query of all its pairs. Refused: an empty or too long text, or a pair that is
    already in the dataset.
    """
    require(user, "admin")
    now = time.time()
    for what, written in (("query", query), ("passage", passage)):
        if written and written.strip():
            checked_text(workspace, written, what)
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        visible_ids(connection, dataset.id, [pair_id])
        first = connection.execute(select(pairs).where(pairs.c.id == pair_id)).one()
        together = whole_query and query is not None
        version = next_version(connection, dataset.id)
        before = []
        for old in _same_query(connection, first) if together else [first]:
            new_query = old.query if query is None else query.strip()
            new_passage = old.passage if passage is None else passage.strip()
            if not (new_query and new_passage):
                raise Refused("A query or passage cannot be empty. Delete the pair instead.")
            if (new_query, new_passage) != (old.query, old.passage):
                copy_id = _set_aside(connection, old, now) if labels == "remove" else None
                split = _split_of(connection, old, new_query)
                rewrite(connection, old, new_query, new_passage, split, version)
                before.append([old.id, old.query, old.passage, old.split, copy_id])
        if not before:
            return {"edit": None, "pairs": 0, "pair_id": pair_id}
        after = {"query": query, "passage": passage, "labels": labels}
        done = finish_edit(connection, user, "edit text", dataset.id, now, before, after)
        return {**done, "pair_id": pair_id}


def undo_text(connection: sa.Connection, line: sa.Row[Any]) -> int:
    """Undo the edit in a line of the journal; returns how many pairs were changed again since."""
    version = next_version(connection, int(line.subject.removeprefix("dataset:")))
    newer = 0
    for pair_id, query, passage, split, copy_id in line.before:
        pair = connection.execute(select(pairs).where(pairs.c.id == pair_id)).first()
        if pair is None or not _is_as_edited(pair, line.after):
            newer += 1
            continue
        if copy_id is not None:
            if pair.votes or pair.label is not None or _has_decision(connection, pair_id):
                _set_aside(connection, pair, time.time())
            _move_labels(connection, copy_id, pair_id)
            connection.execute(pairs.delete().where(pairs.c.id == copy_id))
        edited_query, edited_passage = line.after["query"], line.after["passage"]
        was = (
            pair.query if edited_query is None else query,
            pair.passage if edited_passage is None else passage,
        )
        rewrite(connection, pair, *was, split, version)
    return newer


def next_version(connection: sa.Connection, dataset_id: int) -> int:
    """Count one more edit of texts; search index and first stage follow by it."""
    of_dataset = datasets.c.id == dataset_id
    counted = datasets.update().where(of_dataset).values(texts_version=datasets.c.texts_version + 1)
    connection.execute(counted)
    return int(connection.scalar(select(datasets.c.texts_version).where(of_dataset)) or 0)


def rewrite(
    connection: sa.Connection, old: sa.Row[Any], query: str, passage: str, split: str, version: int
) -> None:
    """Give a pair other texts and, with them, other keys."""
    key = pair_key(query, passage)
    check_free(connection, old.dataset_id, key, "This pair is already in the dataset.")
    connection.execute(
        pairs.update()
        .where(pairs.c.id == old.id)
        .values(
            query=query, query_key=query_key(query), passage=passage,
            passage_key=passage_key(passage), pair_key=key, split=split, text_version=version,
        )
    )  # fmt: skip
    connection.execute(scores.delete().where(scores.c.pair_id == old.id))


def _same_query(connection: sa.Connection, pair: sa.Row[Any]) -> list[sa.Row[Any]]:
    query = select(pairs).where(
        pairs.c.dataset_id == pair.dataset_id,
        pairs.c.query_key == pair.query_key,
        pairs.c.retired_at.is_(None),
    )
    return list(connection.execute(query.order_by(pairs.c.id)))


def _split_of(connection: sa.Connection, old: sa.Row[Any], query: str) -> str:
    # A query that becomes a near-duplicate of another one joins its split.
    joined = connection.scalar(
        select(pairs.c.split)
        .where(
            pairs.c.dataset_id == old.dataset_id,
            NEAR.in_([near(query_key(query))]),
            pairs.c.retired_at.is_(None),
        )
        .limit(1)
    )
    return str(joined or old.split)


def _set_aside(connection: sa.Connection, old: sa.Row[Any], now: float) -> int:
    """Move the labels of a pair to a retired copy of it; returns the id of the copy."""
    values = {name: old._mapping[name] for name in pairs.c.keys() if name != "id"}  # noqa: SIM118
    values |= {"pair_key": f"{old.pair_key}#{uuid4().hex[:12]}", "retired_at": now}
    (copy,) = connection.execute(pairs.insert().values(values)).inserted_primary_key or (0,)
    for table in _LABELS:
        connection.execute(table.update().where(table.c.pair_id == old.id).values(pair_id=copy))
    connection.execute(leases.delete().where(leases.c.pair_id == old.id))
    unlabelled = pairs.update().where(pairs.c.id == old.id).values(label=None, votes=0)
    connection.execute(unlabelled)
    return int(copy)


def _move_labels(connection: sa.Connection, source: int, target: int) -> None:
    for table in _LABELS:
        connection.execute(table.update().where(table.c.pair_id == source).values(pair_id=target))
    row = connection.execute(select(pairs.c.label, pairs.c.votes).where(pairs.c.id == source)).one()
    back = pairs.update().where(pairs.c.id == target).values(label=row.label, votes=row.votes)
    connection.execute(back)


def _has_decision(connection: sa.Connection, pair_id: int) -> bool:
    decided = select(decisions.c.pair_id).where(decisions.c.pair_id == pair_id)
    return connection.scalar(decided) is not None


def _is_as_edited(pair: sa.Row[Any], after: dict[str, Any]) -> bool:
    texts = (("query", pair.query), ("passage", pair.passage))
    same = all(after[name] is None or after[name].strip() == text for name, text in texts)
    return same and pair.retired_at is None
