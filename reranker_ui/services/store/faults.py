"""Errors of the database as messages for the user: a full disk, damage, or no connection."""

import re
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event

from reranker_ui.core.values.filesystems import DiskFull, is_disk_full
from reranker_ui.core.values.machine import free_disk
from reranker_ui.core.values.refused import Unavailable
from reranker_ui.settings import Settings

MANIFEST = re.compile(r"db-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-\d+\.json")  # of one backup
_DAMAGED = (
    *("malformed", "not a database", "could not decode", "codec can't decode"),
    "unsupported file format",
    *("no such column", "no such table", "no such index"),  # the schema itself is garbled
    *("disk i/o error", "invalid page", "could not read block", "database corruption"),
)
NO_CONNECTION = (
    "The database server cannot be reached: {}. Check that it runs and that"
    " RERANKER_UI_DATABASE_URL names it, then try again."
)
_SMALL = 1_000_000  # bytes free below which a failed write means a full disk


class DamagedDatabase(Unavailable):
    """The database cannot be read. The message names the newest backup and how to restore it."""


def watch(engine: sa.Engine, settings: Settings) -> None:
    """Raise errors of `engine` that the user can fix as Unavailable from now on."""
    event.listen(engine, "handle_error", partial(_translate, settings))


def fault_of(error: BaseException, settings: Settings) -> Unavailable | None:
    """The user's error for an error of the database; None for a bug."""
    text = str(error).casefold()
    if is_disk_full(error):
        return DiskFull()
    if any(sign in text for sign in _DAMAGED):
        full = is_failed_write(error, settings.home_folder())
        return DiskFull() if full else damaged(settings, str(error).splitlines()[0])
    return None


def is_failed_write(error: BaseException, folder: Path) -> bool:
    """Whether SQLite reports a full disk as an I/O error: its shared memory could not grow."""
    return "i/o" in str(error).casefold() and free_disk(folder) < _SMALL


def damaged(settings: Settings, reason: str) -> DamagedDatabase:
    """The error for a database that cannot be read, for a `reason` without a full stop."""
    if settings.database_url:
        return DamagedDatabase(f"The database is damaged: {reason}. {_restore_advice(settings)}")
    return DamagedDatabase(
        f"The database reranker-ui.db is damaged: {reason}. {_restore_advice(settings)}"
    )


def _translate(settings: Settings, context: sa.engine.ExceptionContext) -> None:
    error = context.original_exception
    if fault := fault_of(error, settings):
        raise fault from error
    # Without a connection there is none in the context.
    if settings.database_url and (context.is_disconnect or context.connection is None):
        raise Unavailable(NO_CONNECTION.format(_reason(error))) from error


def _reason(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["it does not answer"])[0].rstrip(" .?")


def _restore_advice(settings: Settings) -> str:
    place = settings.backup or str(settings.home_folder() / "backups")
    command = "`python -m reranker_ui restore --replace`"
    if "://" in place:
        return f"Stop the server and restore the newest backup at {place} with {command}."
    matches = map(MANIFEST.fullmatch, _names(Path(place).expanduser()))
    newest = max(filter(None, matches), key=lambda match: match.string, default=None)
    if newest is None:
        return f"There is no backup at {place}. If you have one elsewhere, add --from to {command}."
    year, month, day, hour, minute, second = newest.groups()
    when = f"{year}-{month}-{day} {hour}:{minute}:{second} UTC"
    return (
        f"The newest backup is {newest.string} of {when}. Stop the server and restore it with"
        f" {command}; the damaged file is kept beside the restored one."
    )


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
