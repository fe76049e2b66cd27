"""Full-text search: an SQLite FTS5 index for each dataset, in the cache, filled as pairs come.

It is not part of the database: filling it takes no write lock and slows no import, and searches
give the same results on SQLite and PostgreSQL, CJK substrings and Vietnamese tones included. Edited
texts are replaced before the next search. It can be rebuilt at any time.
"""

import os
import shutil
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import func, select

from reranker_ui.core.formats.structure.further import further_text
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.search_terms import Search, spaced
from reranker_ui.services.labels.index_file import opened
from reranker_ui.services.labels.index_words import match_of
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.jobs import start_on
from reranker_ui.services.store.workspace import Workspace

Dataset = sa.Row[Any]  # a row of `datasets`: its id and created_at
RunningImport = tuple[int, int]  # its id, and the process that stores its pairs
_BATCH = 50_000  # pairs in one transaction: the fewer of them, the less FTS5 has to merge
_CHARACTERS = 25_000_000  # of texts after which a transaction ends, since searches may wait for it
_FETCHED = 500  # pairs that are in memory at once
_PAUSE = 0.5  # seconds between two looks at a running import
_AT_ONCE = 2_000  # pairs that a search may take in by itself; more are left to a process
_NO_IMPORT = 0  # the import of pairs that came without one
_EDITS = -1  # in place of an import: the version of the texts that edits are known to
_INSERT = "INSERT INTO texts (rowid, query, passage, further) VALUES (?, ?, ?, ?)"
_TEXTS = (pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.extra)


def fill(workspace: Workspace, dataset: Dataset, running: RunningImport | None = None) -> int:
    """Add every pair of the dataset that the index lacks; returns how many were added.

    running: an import whose pairs are added as they are stored, before the rest once it has ended.
    Does nothing while another process fills the same index.
    """
    indexed = 0
    place = folder(workspace, dataset)
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / "fill.lock", timeout=0), opened(place) as index:
            if running:
                indexed = _follow(workspace, dataset, index, running)
            for import_id, last in _missing(workspace, dataset, index):
                indexed += _fill_import(workspace, dataset, index, import_id, last)
    except Timeout:
        pass
    return indexed


def progress(workspace: Workspace, dataset: Dataset, limit: int | None = None) -> dict[str, int]:
    """`{"missing": pairs that the index lacks}`; `limit`: stop counting there."""
    with opened(folder(workspace, dataset)) as index:
        unfinished = _missing(workspace, dataset, index)
    missing = 0
    with workspace.reading() as connection:
        for import_id, last in unfinished:
            rows = select(pairs.c.id).where(*_of(dataset.id, import_id, last))
            counted = (rows.limit(limit) if limit else rows).subquery()
            missing += int(connection.scalar(select(func.count()).select_from(counted)) or 0)
    return {"missing": missing}


def hits(
    workspace: Workspace, dataset: Dataset, search: Search, further: bool,
    at: int | None, down: bool, size: int,
) -> list[int]:  # fmt: skip
    """Ids of pairs that are found, past `at`, in order of id; `down`: from high to low.

    further: search the further columns too.
    """
    sql, parameters = "SELECT rowid FROM texts WHERE texts MATCH ?", []
    if at is not None:
        sql += f" AND rowid {'<' if down else '>'} ?"
        parameters.append(at)
    sql += f" ORDER BY rowid {'DESC' if down else 'ASC'} LIMIT ?"
    with opened(folder(workspace, dataset)) as index:
        words = match_of(index, search)
        match = words if further else f"{{query passage}} : ({words})"
        return [int(pair_id) for (pair_id,) in index.execute(sql, [match, *parameters, size])]


def prepare(workspace: Workspace, dataset: Dataset) -> int:
    """Bring the index up to date before a search; returns how many pairs are still missing.

    A few are taken in at once, many by a process of their own.
    """
    _follow_edits(workspace, dataset)
    missing = progress(workspace, dataset, _AT_ONCE + 1)["missing"]
    if not missing:
        return 0
    if missing <= _AT_ONCE and fill(workspace, dataset):
        return 0
    _start_filling(workspace, dataset)
    return progress(workspace, dataset)["missing"]


def follow_import(workspace: Workspace, dataset: Dataset, import_id: int) -> None:
    """Start to take in the pairs of the first import of a dataset while this process stores them.

    They are found once it has ended: every search asks the database which pairs can be seen.
    """
    _start_filling(workspace, dataset, running=(import_id, os.getpid()))


def drop(workspace: Workspace, dataset: Dataset) -> None:
    """Remove what is kept for searches in a dataset that is deleted."""
    for lock in folder(workspace, dataset).rglob(JobFolder.LOCK):
        JobFolder(lock.parent).kill()
    shutil.rmtree(folder(workspace, dataset), ignore_errors=True)


def _follow_edits(workspace: Workspace, dataset: Dataset) -> None:
    # An edited pair that is not in the index yet is taken in with its import, as it reads then.
    with workspace.reading() as connection, opened(folder(workspace, dataset)) as index:
        last_edit = index.execute(
            "SELECT last FROM filled WHERE import_id = ?", (_EDITS,)
        ).fetchone()
        version = connection.scalar(
            select(datasets.c.texts_version).where(datasets.c.id == dataset.id)
        )
        if version == (last_edit[0] if last_edit else 0):
            return
        edited = connection.execute(
            select(*_TEXTS).where(
                pairs.c.dataset_id == dataset.id,
                pairs.c.text_version > (last_edit[0] if last_edit else 0),
            )
        ).all()
        index.execute("BEGIN IMMEDIATE")
        for row in edited:
            if index.execute("SELECT rowid FROM texts WHERE rowid = ?", (row.id,)).fetchone():
                index.execute("DELETE FROM texts WHERE rowid = ?", (row.id,))
                index.execute(_INSERT, _entry(row))
        index.execute("INSERT OR REPLACE INTO filled VALUES (?, ?)", (_EDITS, version))
        index.execute("COMMIT")


def _start_filling(workspace: Workspace, dataset: Dataset, **request: Any) -> None:
    job = filling(workspace, dataset)
    job.state()  # logs why an earlier one failed
    request = {"dataset": dataset.name, **request}
    start_on(workspace, job, "reranker_ui.services.labels.index_job", request)


def filling(workspace: Workspace, dataset: Dataset) -> JobFolder:
    """The job that fills the index of a dataset."""
    return JobFolder(folder(workspace, dataset) / "filling", "Filling the search index")


def _follow(workspace: Workspace, dataset: Dataset, index: Any, running: RunningImport) -> int:
    """Take in whole batches of a running import until it ends, or its process does."""
    import_id, process = running
    indexed, last = 0, 0
    while os.getppid() == process and _is_running(workspace, import_id):
        if _has_batch(workspace, dataset, import_id, last):
            count, last, _ = _fill_batch(workspace, dataset, index, import_id, last, running=True)
            indexed += count
        else:
            time.sleep(_PAUSE)
    return indexed


def _is_running(workspace: Workspace, import_id: int) -> bool:
    with workspace.reading() as connection:
        state = connection.scalar(select(imports.c.state).where(imports.c.id == import_id))
    return state not in (None, "done")


def _has_batch(workspace: Workspace, dataset: Dataset, import_id: int, last: int) -> bool:
    ids = select(pairs.c.id).where(*_of(dataset.id, import_id, last, running=True))
    with workspace.reading() as connection:
        return connection.scalar(ids.order_by(pairs.c.id).offset(_BATCH - 1).limit(1)) is not None


def _fill_import(
    workspace: Workspace, dataset: Dataset, index: Any, import_id: int, last: int
) -> int:
    indexed, more = 0, True
    while more:
        count, last, more = _fill_batch(workspace, dataset, index, import_id, last)
        indexed += count
    return indexed


def _fill_batch(
    workspace: Workspace, dataset: Dataset, index: Any, import_id: int, last: int,
    running: bool = False,
) -> tuple[int, int, bool]:  # fmt: skip
    """Take in the next pairs of an import.

    Returns how many there were, the id of the last, and whether there may be more.
    """
    count = characters = 0
    query = select(*_TEXTS).where(*_of(dataset.id, import_id, last, running)).order_by(pairs.c.id)
    index.execute("BEGIN IMMEDIATE")  # before the texts are read, so that no edit comes between
    with workspace.reading() as connection:
        settled = _settled(connection, dataset.id)
        rows = connection.execute(query.limit(_BATCH), execution_options={"yield_per": _FETCHED})
        for part in rows.partitions():
            index.executemany(_INSERT, map(_entry, part))
            count, last = count + len(part), part[-1].id
            characters += sum(len(row.query) + len(row.passage) for row in part)
            if characters >= _CHARACTERS:
                break
    more = count == _BATCH or characters >= _CHARACTERS
    if import_id == _NO_IMPORT and not more:
        last = max(last, settled)  # so that nobody walks the dataset for the few that come
    index.execute("INSERT OR REPLACE INTO filled VALUES (?, ?)", (import_id, last))
    index.execute("COMMIT")
    return count, last, more


def _settled(connection: sa.Connection, dataset_id: int) -> int:
    """The highest id of a pair; 0 during an import, which may be cancelled: its ids come again."""
    unfinished = select(imports.c.id).where(
        imports.c.dataset_id == dataset_id, imports.c.state != "done"
    )
    if connection.scalar(unfinished.limit(1)) is not None:
        return 0
    return connection.scalar(_newest(dataset_id)) or 0


def _entry(row: Any) -> tuple[int, str, str, str]:
    """What the index holds of a row with _TEXTS."""
    further = _indexed(further_text(row.extra))
    return row.id, _indexed(row.query), _indexed(row.passage), further


def _indexed(text: str) -> str:
    # FTS5 folds and parts plain ASCII as `spaced` does, and faster.
    return text if text.isascii() else spaced(text)


def _missing(workspace: Workspace, dataset: Dataset, index: Any) -> list[tuple[int, int]]:
    """(import, last id taken in) of those imports that have newer pairs.

    By import, since ids of two that run side by side mix, and pairs of one are seen only when it
    is done. A pair added or edited later has a higher id than all that its import had before.
    """
    filled: dict[int, int] = dict(index.execute("SELECT import_id, last FROM filled"))
    with workspace.reading() as connection:
        done = connection.scalars(
            select(imports.c.id).where(
                imports.c.dataset_id == dataset.id, imports.c.state == "done"
            )
        ).all()
        if connection.scalar(_newest(dataset.id)) == filled.get(_NO_IMPORT) and set(done) <= set(
            filled
        ):
            return []
        progress = [(import_id, filled.get(import_id, 0)) for import_id in (*done, _NO_IMPORT)]
        return [
            (import_id, last)
            for import_id, last in progress
            if import_id == _NO_IMPORT
            or connection.scalar(
                select(pairs.c.id).where(*_of(dataset.id, import_id, last)).limit(1)
            )
        ]


def _of(
    dataset_id: int, import_id: int, last: int, running: bool = False
) -> list[sa.ColumnElement[bool]]:
    if running:
        # The database's statistics do not know the import yet. In this form no plan begins with
        # the index of imports, by which each batch would read every pair of the import.
        of_import = func.coalesce(pairs.c.import_id, _NO_IMPORT) == import_id
    elif import_id == _NO_IMPORT:
        of_import = pairs.c.import_id.is_(None)
    else:
        of_import = pairs.c.import_id == import_id
    return [pairs.c.dataset_id == dataset_id, of_import, pairs.c.id > last]


def _newest(dataset_id: int) -> sa.Select[Any]:
    return select(func.max(pairs.c.id)).where(pairs.c.dataset_id == dataset_id)


def embeddings_folder(workspace: Workspace, dataset: Dataset, encoder: Path) -> Path:
    """Where the embeddings of the passages by the encoder in a folder are kept."""
    weights = encoder / "model.safetensors"
    written = weights.stat().st_mtime_ns if weights.is_file() else 0
    name = blake2b(f"{encoder} {written}".encode(), digest_size=8).hexdigest()
    return folder(workspace, dataset) / "embeddings" / name


def folder(workspace: Workspace, dataset: Dataset) -> Path:
    """Where everything is kept for searches in a dataset; all of it can be rebuilt."""
    # The time tells a dataset from an earlier one whose id it got.
    return workspace.cache / "search" / f"{dataset.id}-{round(dataset.created_at * 1000)}"
