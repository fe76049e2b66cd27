"""The workspace: an open home folder with its database and its write lock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store import faults, migrations, permissions
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import journal
from reranker_ui.services.store.engine import open_engine
from reranker_ui.services.store.memory_cache import Cache, Value
from reranker_ui.settings import Settings, Space

WRITE_LOCK = 7_237_017  # the number of the advisory lock of writers in PostgreSQL


@dataclass
class Workspace:
    """Everything the services need: settings, home, engine, write lock, and the Space if any.

    `memory` caches expensive counts. `keeper` makes the backups, if it runs.
    """

    settings: Settings
    home: Path
    engine: sa.Engine
    memory: Cache = field(default_factory=Cache)
    keeper: Any = None
    space: Space = field(default_factory=Space)
    _writes: int = 0
    _turn: threading.RLock = field(default_factory=threading.RLock)

    @property
    def runs(self) -> Path:
        """The folder of the run folders."""
        return self.home / "runs"

    @property
    def cache(self) -> Path:
        """The folder of warm starts, indexes and other files that can be rebuilt."""
        return self.home / "cache"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection in a read transaction: one consistent view."""
        connection = self.engine.connect()
        if self.engine.dialect.name == "postgresql":  # by default each statement has a snapshot
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection in a write transaction. Keep it short: every other writer waits.

        Writers queue in this process first and then among processes, which is fair; SQLite's own
        busy waiting starves some of them for seconds. PostgreSQL keeps the queue itself, so that
        it holds for all servers and ends with the connection of one that was killed.
        """
        local = self.engine.dialect.name == "sqlite"
        lock = FileLock(self.home / "write.lock", poll_interval=0.002) if local else nullcontext()
        with self._turn, lock:
            connection = self.engine.connect().execution_options(writes=True)
            try:
                with connection, connection.begin():
                    if not local:
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITE_LOCK)))
                    yield connection
            finally:
                self._writes += 1

    def forget(self) -> None:
        """Invalidate shared values: another process of this home has written."""
        self._writes += 1

    def shared(self, key: Any, make: Callable[[], Value], seconds: float = 1.0) -> Value:
        """The result of `make`, computed once for all callers within `seconds`.

        Computed again after a write by this process; writes of others are seen after `seconds`.
        """
        return self.memory.get(key, make, self._writes, seconds)


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Open the home of `settings`, and migrate its database to the newest schema.

    Only this account may read the home and the database. DamagedDatabase where the database
    cannot be read.
    """
    workspace = workspace_to_restore(settings)
    if _is_truncated(workspace):
        raise faults.damaged(workspace.settings, "the file is empty")
    if workspace.engine.dialect.name == "sqlite":
        permissions.restrict_database(Path(str(workspace.engine.url.database)))
    with FileLock(workspace.home / "write.lock"):
        try:
            migrations.upgrade(workspace.engine)
        except UnicodeDecodeError as error:  # SQLite's own message about a garbled schema
            raise faults.damaged(workspace.settings, "its schema is not text") from error
    return workspace


def workspace_to_restore(settings: Settings | None = None) -> Workspace:
    """The home of `settings` with its database unchanged; it may be damaged or missing."""
    settings = settings or Settings()
    home = settings.home_folder()
    permissions.restrict(home)
    _make_folders(home, settings)
    if settings.bases:
        _share_bases(home / "cache" / "bases", settings.bases.expanduser().resolve())
    engine = open_engine(settings.database())
    faults.watch(engine, settings)
    return Workspace(settings, home, engine)


def _make_folders(home: Path, settings: Settings) -> None:
    folders = [home / name for name in ("runs", "cache", "uploads")]
    database = [] if settings.database_url else [home / "reranker-ui.db"]
    wrong = [path for path in folders if path.exists() and not path.is_dir()]
    wrong += [path for path in database if path.is_dir()]
    if wrong:
        needed = "folder" if wrong[0] in folders else "file"
        raise Refused(f"{wrong[0]} must be a {needed}. Move it elsewhere, then try again.")
    for folder in folders:
        folder.mkdir(exist_ok=True)


def _share_bases(place: Path, shared: Path) -> None:
    shared.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # of an earlier start
        place.symlink_to(shared)


def _is_truncated(workspace: Workspace) -> bool:
    # A home with runs had a database: silently creating a new one would hide the loss.
    if workspace.engine.dialect.name != "sqlite":
        return False
    file = Path(str(workspace.engine.url.database))
    empty = file.is_file() and not file.stat().st_size
    return empty and any(path.name.isdecimal() for path in workspace.runs.iterdir())


def record(
    connection: sa.Connection,
    user: User,
    what: str,
    subject: str,
    *,
    at: float,
    before: Any = None,
    after: Any = None,
) -> None:
    """Append one entry to the journal, in the transaction of the change itself."""
    connection.execute(
        journal.insert().values(
            at=at, who=user.name, what=what, subject=subject, before=before, after=after
        )
    )
