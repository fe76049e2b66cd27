"""Which processes serve a home: with SQLite one page and one API, with PostgreSQL any number."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock

from reranker_ui.core.values.filesystems import remote_kind
from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings

ANOTHER = (
    "Another process already serves {}, and SQLite supports one server at a time: stop that one, or"
    " set RERANKER_UI_DATABASE_URL to a PostgreSQL database for several."
)
ANOTHER_API = (
    "Another process already serves the ranking API of {}, and SQLite supports one of them at a"
    " time: stop that one, start it with more --workers, or set RERANKER_UI_DATABASE_URL to a"
    " PostgreSQL database for several."
)
SERVED = "{} is being served. Stop its servers first."
PAGE, API, API_PROCESS = "serve.lock", "serve-api.lock", "serve-api-process.lock"


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Mark the home as served by this process; Refused if its database takes no further server.

    Also Refused on a network or bucket mount if the database is a file in the home.
    """
    with _locked(settings, PAGE, _how(settings), ANOTHER):
        yield


@contextmanager
def serving_api(settings: Settings) -> Iterator[None]:
    """Mark the home's ranking API as served by this process and its workers, beside the page.

    Refused as `serving` is: a SQLite database takes one page and one API.
    """
    with _locked(settings, API, _how(settings), ANOTHER_API):
        yield


@contextmanager
def serving_api_process(settings: Settings) -> Iterator[None]:
    """Mark the home as read by one process of the API, which may outlive the one that began it."""
    with _locked(settings, API_PROCESS, fcntl.LOCK_SH, SERVED):
        yield


@contextmanager
def not_serving(settings: Settings) -> Iterator[None]:
    """Keep servers from starting on the home; Refused while one runs."""
    with ExitStack() as locks:
        for name in (PAGE, API, API_PROCESS):
            locks.enter_context(_locked(settings, name, fcntl.LOCK_EX, SERVED))
        yield


def starting(home: Path) -> FileLock:
    """A lock for the start of a server, so that two do not restore or import the same at once."""
    return FileLock(home / "starting.lock")


def _how(settings: Settings) -> int:
    return fcntl.LOCK_EX if settings.database().startswith("sqlite") else fcntl.LOCK_SH


def _check_mount(settings: Settings, home: Path) -> None:
    if settings.database_url is None and (kind := remote_kind(home)):
        raise Refused(
            f"{home} is on a {kind} mount, whose file locks are not safe for a database."
            " Choose a home on a local disk, and set RERANKER_UI_BACKUP to a folder of the mount."
        )


@contextmanager
def _locked(settings: Settings, name: str, how: int, refusal: str) -> Iterator[None]:
    home = settings.home_folder()
    _check_mount(settings, home)
    lock = os.open(home / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(refusal.format(home)) from error
        yield
    finally:
        os.close(lock)
