"""The engine of the database: SQLite with our settings, or PostgreSQL."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from reranker_ui.core.values.refused import Refused, Unavailable

ACCEPTED = "postgresql://USER:PASSWORD@HOST/NAME, or sqlite:////FOLDER/FILE.db"
_POSTGRES = ("postgresql+psycopg", "postgresql", "postgres")
DRIVERS = {"sqlite": "sqlite", **dict.fromkeys(_POSTGRES, "postgresql+psycopg")}


def open_engine(address: str) -> sa.Engine:
    """An engine for an address. SQLite: WAL, full sync, foreign keys, and our own BEGIN.

    Refused for an address that cannot be read, and for a database of another kind.
    """
    url = _url_of(address)
    if url.get_backend_name() != "sqlite":
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


def _url_of(address: str) -> sa.URL:
    """The URL with the driver that is installed. The sentences never show it: it has a password."""
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise Refused(
            f"RERANKER_UI_DATABASE_URL cannot be read as the address of a database. Use {ACCEPTED}."
        ) from error
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise Refused(
            f"RERANKER_UI_DATABASE_URL begins with {url.drivername}://, which is not supported."
            f" Use {ACCEPTED}."
        )
    if driver == "sqlite" and not url.database:
        raise Refused(f"RERANKER_UI_DATABASE_URL names no file. Use {ACCEPTED}.")
    return url.set(drivername=driver)


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
