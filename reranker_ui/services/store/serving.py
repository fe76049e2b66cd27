"""Which processes serve a home: one with SQLite, any number with PostgreSQL."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from reranker_ui.core.values.filesystems import remote_kind
from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings

ANOTHER = (
    "Another process already serves {}, and SQLite supports one server at a time: stop that one, or"
    " set RERANKER_UI_DATABASE_URL to a PostgreSQL database for several."
)
SERVED = "{} is being served. Stop its servers first."


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Mark the home as served by this process; Refused if its database takes no further server.

    Also Refused on a network or bucket mount if the database is a file in the home.
    """
    home = settings.home_folder()
    _check_mount(settings, home)
    single_server = settings.database().startswith("sqlite")
    with _locked(home, fcntl.LOCK_EX if single_server else fcntl.LOCK_SH, ANOTHER):
        yield


@contextmanager
def not_serving(settings: Settings) -> Iterator[None]:
    """Keep servers from starting on the home; Refused while one runs."""
    home = settings.home_folder()
    _check_mount(settings, home)
    with _locked(home, fcntl.LOCK_EX, SERVED):
        yield


def starting(home: Path) -> FileLock:
    """A lock for the start of a server, so that two do not restore or import the same at once."""
    return FileLock(home / "starting.lock")


def _check_mount(settings: Settings, home: Path) -> None:
    if settings.database_url is None and (kind := remote_kind(home)):
        raise Refused(
            f"{home} is on a {kind} mount, whose file locks are not safe for a database."
            " Choose a home on a local disk, and set RERANKER_UI_BACKUP to a folder of the mount."
        )


@contextmanager
def _locked(home: Path, how: int, refusal: str) -> Iterator[None]:
    lock = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(refusal.format(home)) from error
        yield
    finally:
        os.close(lock)
