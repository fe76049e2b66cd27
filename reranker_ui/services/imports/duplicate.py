"""A copy of a dataset: its pairs, their labels and its settings, under another name."""

import time
from collections.abc import Iterable
from functools import partial
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.imports.sweep import import_at_work
from reranker_ui.services.imports.target import (
    RunningImport,
    check_alone,
    check_new,
    new_dataset,
    note_import,
)
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    comments,
    datasets,
    decisions,
    gold_pairs,
    imported_labels,
    imports,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace, record

_BATCH = 2000  # pairs in one transaction
_OWN = ("id", "name", "created_by", "created_at", "updated_at", "texts_version")  # of a dataset
_NEW = ("id", "dataset_id", "import_id", "text_version")  # of a pair
_LABELS = (
    (annotations, ("id", "pair_id", "client_id")),
    (imported_labels, ("id", "pair_id", "import_id")),
    (decisions, ("pair_id",)),
    (gold_pairs, ("pair_id",)),
    (comments, ("id", "pair_id")),
)


class CopiedDataset(TypedDict):
    """The name of a copy, and how many pairs it has."""

    dataset: str
    pairs: int


def duplicate(workspace: Workspace, user: User, dataset_name: str, name: str) -> CopiedDataset:
    """Copy a dataset with everything that people gave it; runs stay with the original.

    The copy is not seen before it is complete.
    """
    require(user, "admin")
    check_name(name)
    copied = 0
    with import_at_work(workspace, partial(_begin, workspace, user, dataset_name, name)) as running:
        with workspace.reading() as connection:
            source = find_dataset(connection, dataset_name).id
        last = 0
        while ids := _next_pairs(workspace, source, last):
            with workspace.writing() as connection:
                _copy(connection, source, running, ids)
            last, copied = ids[-1], copied + len(ids)
        _finish(workspace, user, running, dataset_name, copied)
    return {"dataset": name, "pairs": copied}


def _begin(workspace: Workspace, user: User, dataset_name: str, name: str) -> RunningImport:
    with workspace.writing() as connection:
        row = find_dataset(connection, dataset_name)
        check_alone(connection, row)
        check_new(connection, name)
        same = {k: v for k, v in row._mapping.items() if k not in _OWN}
        dataset_id = new_dataset(connection, user, {"name": name, **same})
        return RunningImport(
            note_import(connection, user, dataset_id, dataset_name), dataset_id, True
        )


def _next_pairs(workspace: Workspace, dataset_id: int, last: int) -> list[int]:
    query = select(pairs.c.id).where(
        pairs.c.dataset_id == dataset_id, is_visible(), pairs.c.id > last
    )
    with workspace.reading() as connection:
        return list(connection.scalars(query.order_by(pairs.c.id).limit(_BATCH)))


def _copy(connection: sa.Connection, source: int, running: RunningImport, ids: list[int]) -> None:
    names = _names(pairs, _NEW)
    conditions = pairs.c.dataset_id == source, pairs.c.id.between(ids[0], ids[-1]), is_visible()
    same = sa.literal(running.dataset_id), sa.literal(running.import_id)
    rows = select(*same, *(pairs.c[name] for name in names)).where(*conditions).order_by(pairs.c.id)
    connection.execute(pairs.insert().from_select(["dataset_id", "import_id", *names], rows))
    copy = pairs.alias()
    same_pair = sa.and_(
        copy.c.dataset_id == running.dataset_id, copy.c.pair_key == pairs.c.pair_key
    )
    for table, new in _LABELS:
        columns = _names(table, new)
        labels = (
            select(copy.c.id, *(table.c[name] for name in columns))
            .select_from(table.join(pairs, pairs.c.id == table.c.pair_id).join(copy, same_pair))
            .where(*conditions)
        )
        connection.execute(table.insert().from_select(["pair_id", *columns], labels))


def _names(table: sa.Table, without: Iterable[str]) -> list[str]:
    return [column.name for column in table.columns if column.name not in without]


def _finish(
    workspace: Workspace, user: User, running: RunningImport, dataset_name: str, copied: int
) -> None:
    now = time.time()
    counts = {"added": copied, "new_labels": 0, "already_there": 0}
    with workspace.writing() as connection:
        sources = connection.scalars(
            select(pairs.c.source).distinct().where(pairs.c.dataset_id == running.dataset_id)
        )
        report = {**counts, "sources": sorted({*sources} - {""})}
        done = imports.update().where(imports.c.id == running.import_id)
        connection.execute(done.values(state="done", report=report))
        target = datasets.c.id == running.dataset_id
        connection.execute(datasets.update().where(target).values(updated_at=now))
        record(connection, user, "duplicate", f"dataset:{running.dataset_id}", at=now,
               after={"from": dataset_name, **counts})  # fmt: skip
