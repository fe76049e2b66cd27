"""The engine of the database: SQLite with our settings, or PostgreSQL."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from reranker_ui.core.values.refused import Unavailable


def open_engine(url: str) -> sa.Engine:
    """An engine for `url`. SQLite: WAL, full sync, foreign keys, and our own BEGIN."""
    if not url.startswith("sqlite"):
        # Two servers take less than the 100 connections that PostgreSQL has by default.
        engine = sa.create_engine(url, pool_pre_ping=True, pool_size=15, max_overflow=25)
        event.listen(engine, "connect", _set_keepalive)
        return engine
    engine = sa.create_engine(
        url, module=sqlite_module(), pool_size=20, max_overflow=40, json_deserializer=_read_json
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unavailable(
            "The database is damaged: a value in it is not JSON. Stop the server and restore the"
            " newest backup with `python -m reranker_ui restore --replace`."
        ) from error


def sqlite_module() -> Any:
    """The SQLite module in use."""
    # Debian's SQLite 3.40 can corrupt a WAL at its reset; pysqlite3 bundles a fixed version.
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    return dbapi2


def _set_keepalive(connection: Any, _record: Any) -> None:
    # A server whose machine died would keep the write lock for two hours.
    with connection.cursor() as cursor:
        for name, value in (("idle", 30), ("interval", 10), ("count", 3)):
            cursor.execute(f"SET tcp_keepalives_{name} = {value}")
    connection.commit()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that turns into a writer fails with "locked" at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def sqlite_version() -> str:
    """Version of the SQLite in use."""
    return str(sqlite_module().sqlite_version)
