"""Snapshots: the whole database as one SQLite file, checked, and loaded into either database."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from reranker_ui.core.values.filesystems import disk_full_refused
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store import faults, migrations
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import journal, metadata, open_engine, sqlite_module
from reranker_ui.services.store.permissions import make_private_file
from reranker_ui.services.store.workspace import Workspace

CHUNK = 1000  # rows copied at once
COUNTED = ("datasets", "pairs", "annotations", "decisions", "runs", "users")


@dataclass(frozen=True)
class Contents:
    """What a database holds.

    generation: number of its newest journal line; it grows with every change. origin: which
    database it is, by its first journal line; None where nothing has ever been done in it.
    """

    generation: int
    origin: str | None
    counts: dict[str, int]


def contents(engine: sa.Engine) -> Contents:
    """What the database behind `engine` holds now."""
    with engine.connect() as connection, connection.begin():
        return _contents(connection)


def generation(engine: sa.Engine) -> int:
    """The number of the newest journal line, 0 for none; cheap."""
    with engine.connect() as connection, connection.begin():
        return int(connection.scalar(sa.select(sa.func.max(journal.c.id))) or 0)


def take(workspace: Workspace, file: Path) -> Contents:
    """Write the database as one SQLite `file` while others go on writing; returns its contents.

    Refused where the file is not whole: then it is removed again.
    """
    if workspace.engine.dialect.name == "sqlite":
        _vacuum_into(workspace, file)
    else:
        with fresh(file) as target:
            copy(workspace.engine, target)
    try:
        return check(file)
    except Refused:
        file.unlink(missing_ok=True)
        raise


def _vacuum_into(workspace: Workspace, file: Path) -> None:
    dbapi = sqlite_module()
    connection = dbapi.connect(workspace.engine.url.database)
    try:
        connection.execute("VACUUM INTO ?", (str(file),))
    except dbapi.Error as error:
        fault = faults.fault_of(error, workspace.settings)
        raise fault or Refused(f"The database cannot be copied: {error}.") from error
    finally:
        connection.close()


def check(file: Path) -> Contents:
    """The contents of a snapshot; Refused where SQLite finds a fault in it, or foreign parts."""
    engine = open_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection, connection.begin():
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if found != "ok":
                raise Refused(f"The snapshot is damaged: {str(found)[:200]}")
            _check_parts(connection)
            return _contents(connection)
    except sa.exc.DBAPIError as error:
        raise Refused(f"The snapshot is damaged: {str(error.orig)[:200]}") from error
    finally:
        engine.dispose()
        for left in ("-wal", "-shm"):
            file.with_name(file.name + left).unlink(missing_ok=True)


def _check_parts(connection: sa.Connection) -> None:
    # A trigger would act in every database it is restored into; a view can pose as a table.
    parts = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    known = {*metadata.tables, "alembic_version", "sqlite_sequence", "sqlite_stat1", "sqlite_stat4"}
    for kind, name, table, sql in parts:
        virtual = str(sql).upper().split()[:2] == ["CREATE", "VIRTUAL"]
        if kind not in ("table", "index") or table not in known or virtual:
            raise Refused(f'The snapshot holds the {kind} "{name}", which this app never creates.')


class fresh:  # noqa: N801 - used as a context manager
    """An engine over a new SQLite file with today's tables, folded into one file at the end."""

    def __init__(self, file: Path) -> None:
        self.engine = open_engine(f"sqlite:///{file}")

    def __enter__(self) -> sa.Engine:
        migrations.upgrade(self.engine)
        return self.engine

    def __exit__(self, *_fault: object) -> None:
        connection = self.engine.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode=DELETE")
        connection.close()
        self.engine.dispose()


def copy(source: sa.Engine, target: sa.Engine) -> None:
    """Copy every row of `source` into the empty tables of `target`, in one transaction."""
    # One view of everything, also on PostgreSQL, where each statement has its own otherwise.
    postgres = source.dialect.name == "postgresql"
    view = {"isolation_level": "REPEATABLE READ"} if postgres else {}
    with (
        source.connect().execution_options(**view) as reading,
        target.connect().execution_options(writes=True) as writing,
        reading.begin(),
        writing.begin(),
    ):
        pour(reading, writing)


def pour(reading: sa.Connection, writing: sa.Connection) -> None:
    """Copy every row from one connection to the other, parents before children."""
    for table in metadata.sorted_tables:
        for rows in _rows(reading, table):
            writing.execute(_insert(table), rows)


def replace(workspace: Workspace, user: User, file: Path, ahead_of: int) -> None:
    """Put the snapshot `file` in the place of the workspace's database; nobody may serve it.

    The journal continues above `ahead_of`, so that the next backup is the newest. An SQLite that
    held work stays beside the new one, named after the time. The exchange is the last step.
    """
    source = open_engine(f"sqlite:///{file}")
    try:
        with source.connect().execution_options(writes=True) as snapshot, snapshot.begin():
            line = {"at": time.time(), "who": user.name, "what": "restore", "subject": "database"}
            newest = int(snapshot.scalar(sa.select(sa.func.max(journal.c.id))) or 0)
            snapshot.execute(journal.insert().values(id=max(newest, ahead_of) + 1, **line))
        if workspace.engine.dialect.name != "sqlite":
            with workspace.writing() as writing, source.connect() as reading, reading.begin():
                for table in reversed(metadata.sorted_tables):
                    writing.execute(table.delete())
                pour(reading, writing)
                _go_on_counting(writing)
    finally:
        source.dispose()
    if workspace.engine.dialect.name == "sqlite":
        _swap(workspace, file)


def _swap(workspace: Workspace, file: Path) -> None:
    # The file itself: copying a million rows takes minutes.
    there = Path(str(workspace.engine.url.database))
    former = f"{there.name}.before-{time.time():.0f}" if holds_work(workspace) else None
    aside = there.with_name(there.name + ".new")
    with FileLock(workspace.home / "write.lock"):
        try:
            make_private_file(aside)
            with disk_full_refused():
                shutil.copyfile(file, aside)
            workspace.engine.dispose()
            for end in ("", "-wal", "-shm"):
                part = there.with_name(there.name + end)
                if former and part.exists():
                    part.rename(part.with_name(former + end))
                part.unlink(missing_ok=True)
            aside.replace(there)
        finally:
            aside.unlink(missing_ok=True)


def holds_work(workspace: Workspace) -> bool:
    """Whether anything was ever done in the database; a damaged one counts as one with work."""
    file = workspace.engine.url.database if workspace.engine.dialect.name == "sqlite" else None
    if file and (not Path(file).exists() or not Path(file).stat().st_size):
        return False
    try:
        return contents(workspace.engine).origin is not None
    except faults.DamagedDatabase:
        return True


def sha256_of(file: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _contents(connection: sa.Connection) -> Contents:
    first = connection.execute(
        sa.select(journal.c.at, journal.c.who, journal.c.what).order_by(journal.c.id).limit(1)
    ).first()
    told = "|".join(map(str, first)) if first else ""
    newest = connection.scalar(sa.select(sa.func.max(journal.c.id))) or 0
    counts = {
        name: int(
            connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])) or 0
        )
        for name in COUNTED
    }
    origin = hashlib.sha256(told.encode()).hexdigest()[:16] if first else None
    return Contents(int(newest), origin, counts)


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, object]]]:
    # In order of the key: a run comes after the one that it goes on from.
    query = sa.select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(stream_results=True).execute(query)
    for part in found.mappings().partitions(CHUNK):
        yield [{f"its_{name}": value for name, value in row.items()} for row in part]


def _insert(table: sa.Table) -> sa.Insert:
    # Without this, a JSON column that holds nothing would come to hold the JSON `null`.
    exact = sa.JSON(none_as_null=True)
    kinds = {column: exact if isinstance(column.type, sa.JSON) else column.type
             for column in table.columns}  # fmt: skip
    return table.insert().values(
        {column: sa.bindparam(f"its_{column.name}", type_=kind) for column, kind in kinds.items()}
    )


def _go_on_counting(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if "id" in table.c:
            newest = connection.scalar(sa.select(sa.func.max(table.c.id)))
            if newest:
                name = sa.func.pg_get_serial_sequence(table.name, "id")
                connection.execute(sa.select(sa.func.setval(name, newest)))
