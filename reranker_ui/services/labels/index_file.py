"""The file of a search index: an SQLite FTS5 table, created again where it cannot be read."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from reranker_ui.core.values.filesystems import DiskFull, remote_kind
from reranker_ui.services.store.engine import sqlite_module
from reranker_ui.services.store.faults import is_failed_write

log = logging.getLogger(__name__)
_DROP = ("DROP TABLE IF EXISTS texts", "DROP TABLE IF EXISTS filled")
_SCHEMA = (
    "CREATE VIRTUAL TABLE texts USING fts5(query, passage, further, content='',"
    " contentless_delete=1, prefix='3',"
    " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M*'\")",
    # FTS5 writes a segment whenever it holds 64 MB, and merges eight: with its own 1 MB and four,
    # a pair takes longer the more there are.
    "INSERT INTO texts (texts, rank) VALUES ('hashsize', 67108864), ('automerge', 8)",
    "CREATE TABLE filled (import_id INTEGER PRIMARY KEY, last INTEGER NOT NULL)",
)


@contextmanager
def opened(folder: Path) -> Iterator[Any]:
    """A connection to an index, created again where it is missing or unreadable."""
    dbapi = sqlite_module()
    try:
        with closing(_open(dbapi, folder)) as connection:
            yield connection
    except dbapi.OperationalError as error:
        if is_failed_write(error, folder):
            raise DiskFull from error
        raise


def _open(dbapi: Any, folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.db"
    try:
        return _connect(dbapi, path)
    except dbapi.DatabaseError as error:
        if isinstance(error, dbapi.OperationalError):
            raise  # it is locked, or the disk is full: no fault of the file
        log.warning("The search index %s cannot be read and is rebuilt: %s", path, error)
        for part in folder.glob("index.db*"):
            part.unlink(missing_ok=True)
        return _connect(dbapi, path)


def _connect(dbapi: Any, path: Path) -> Any:
    connection = dbapi.connect(path, isolation_level=None, timeout=30)
    # The write-ahead log is shared memory, which machines that share a folder do not have.
    journal = "delete" if remote_kind(path.parent) else "wal"
    for pragma in ("synchronous=NORMAL", "cache_size=-32768"):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone() != (journal,):
        # SQLite does not wait where two change the mode at once: one finds the file locked.
        with FileLock(path.with_name("mode.lock")):
            connection.execute(f"PRAGMA journal_mode={journal}")
    if not _is_current(connection):
        connection.execute("BEGIN IMMEDIATE")
        if not _is_current(connection):
            for statement in (*_DROP, *_SCHEMA):
                connection.execute(statement)
        connection.execute("COMMIT")
    return connection


def _is_current(connection: Any) -> bool:
    # Version 0.1 made a table from which nothing can be deleted, without further columns.
    table = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'texts'").fetchone()
    return table is not None and all(part in table[0] for part in ("contentless_delete", "further"))
