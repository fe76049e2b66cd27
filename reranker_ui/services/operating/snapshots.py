"""Snapshots: the whole database as one verified SQLite file, for SQLite and PostgreSQL."""

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
from reranker_ui.services.store.database import journal, metadata
from reranker_ui.services.store.engine import open_engine, sqlite_module
from reranker_ui.services.store.permissions import make_private_file
from reranker_ui.services.store.workspace import Workspace

CHUNK = 1000  # rows copied at once
COUNTED = ("datasets", "pairs", "annotations", "decisions", "runs", "users")


@dataclass(frozen=True)
class Contents:
    """The contents of a database.

    generation: number of its newest journal entry, which grows with every change. origin: an
    identifier of the database, from its first journal entry; None for an unused database.
    """

    generation: int
    origin: str | None
    counts: dict[str, int]


def contents(engine: sa.Engine) -> Contents:
    """The current contents of the database of `engine`."""
    with engine.connect() as connection, connection.begin():
        return _contents(connection)


def generation(engine: sa.Engine) -> int:
    """The number of the newest journal entry, 0 for none; cheap."""
    with engine.connect() as connection, connection.begin():
        return int(connection.scalar(sa.select(sa.func.max(journal.c.id))) or 0)


def take(workspace: Workspace, file: Path) -> Contents:
    """Write the database as one SQLite `file` during other writes; returns its contents.

    Refused where the file is damaged; it is then deleted.
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
    """The contents of a snapshot; Refused where it is damaged or has unknown tables or triggers."""
    engine = open_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection, connection.begin():
            result = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if result != "ok":
                raise Refused(f"The snapshot is damaged: {str(result)[:200]}")
            _check_parts(connection)
            return _contents(connection)
    except sa.exc.DBAPIError as error:
        raise Refused(f"The snapshot is damaged: {str(error.orig)[:200]}") from error
    except UnicodeDecodeError as error:
        raise Refused("The snapshot is damaged: its schema is not text.") from error
    finally:
        engine.dispose()
        for left in ("-wal", "-shm"):
            file.with_name(file.name + left).unlink(missing_ok=True)


def _check_parts(connection: sa.Connection) -> None:
    # A trigger would run in every database it is restored into; a view can imitate a table.
    parts = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    expected_tables = {
        *metadata.tables,
        "alembic_version",
        "sqlite_sequence",
        "sqlite_stat1",
        "sqlite_stat4",
    }
    for kind, name, table, sql in parts:
        virtual = str(sql).upper().split()[:2] == ["CREATE", "VIRTUAL"]
        if kind not in ("table", "index") or table not in expected_tables or virtual:
            raise Refused(f'The snapshot has the {kind} "{name}", which this app never creates.')


class fresh:  # noqa: N801 - used as a context manager
    """An engine for a new SQLite file with the current tables; a single file at the end."""

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
    # One consistent view, also on PostgreSQL, where by default each statement has its own.
    postgres = source.dialect.name == "postgresql"
    view = {"isolation_level": "REPEATABLE READ"} if postgres else {}
    with (
        source.connect().execution_options(**view) as reading,
        target.connect().execution_options(writes=True) as writing,
        reading.begin(),
        writing.begin(),
    ):
        copy_rows(reading, writing)


def copy_rows(reading: sa.Connection, writing: sa.Connection) -> None:
    """Copy every row from one connection to the other, parents before children."""
    for table in metadata.sorted_tables:
        for rows in _rows(reading, table):
            writing.execute(_insert(table), rows)


def replace(workspace: Workspace, user: User, file: Path, ahead_of: int) -> None:
    """Replace the workspace's database by the snapshot `file`; no process may serve it.

    The journal continues above `ahead_of`, so that the next backup is the newest. A used SQLite
    file is kept beside the new one, named after the time. The exchange is the last step.
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
                copy_rows(reading, writing)
                _continue_ids(writing)
    finally:
        source.dispose()
    if workspace.engine.dialect.name == "sqlite":
        _swap(workspace, file)


def _swap(workspace: Workspace, file: Path) -> None:
    # Replace the file itself: copying a million rows takes minutes.
    target = Path(str(workspace.engine.url.database))
    former = f"{target.name}.before-{time.time():.0f}" if holds_work(workspace) else None
    draft = target.with_name(target.name + ".new")
    with FileLock(workspace.home / "write.lock"):
        try:
            make_private_file(draft)
            with disk_full_refused():
                shutil.copyfile(file, draft)
            workspace.engine.dispose()
            for end in ("", "-wal", "-shm"):
                part = target.with_name(target.name + end)
                if former and part.exists():
                    part.rename(part.with_name(former + end))
                part.unlink(missing_ok=True)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def holds_work(workspace: Workspace) -> bool:
    """Whether the database was ever used; a damaged one counts as used."""
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
    entry = "|".join(map(str, first)) if first else ""
    newest = connection.scalar(sa.select(sa.func.max(journal.c.id))) or 0
    counts = {
        name: int(
            connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])) or 0
        )
        for name in COUNTED
    }
    origin = hashlib.sha256(entry.encode()).hexdigest()[:16] if first else None
    return Contents(int(newest), origin, counts)


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, object]]]:
    # In order of the key: a run comes after the run that it continues.
    query = sa.select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(stream_results=True).execute(query)
    for part in rows.mappings().partitions(CHUNK):
        yield [{f"its_{name}": value for name, value in row.items()} for row in part]


def _insert(table: sa.Table) -> sa.Insert:
    # Otherwise an empty JSON column would become the JSON value `null`.
    exact = sa.JSON(none_as_null=True)
    kinds = {column: exact if isinstance(column.type, sa.JSON) else column.type
             for column in table.columns}  # fmt: skip
    return table.insert().values(
        {column: sa.bindparam(f"its_{column.name}", type_=kind) for column, kind in kinds.items()}
    )


def _continue_ids(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if "id" in table.c:
            newest = connection.scalar(sa.select(sa.func.max(table.c.id)))
            if newest:
                name = sa.func.pg_get_serial_sequence(table.name, "id")
                connection.execute(sa.select(sa.func.setval(name, newest)))
