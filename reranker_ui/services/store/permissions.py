"""Restricts files to the server's account: the home, the database and backups."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_file(file: Path) -> None:
    """Create an empty file that no other account may read; restrict an existing one."""
    os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
    restrict(file)


def restrict(path: Path) -> None:
    """Remove all permissions of other accounts, if the path exists and belongs to this account.

    A shared folder such as /tmp and a mount without permissions are not changed.
    """
    with suppress(OSError):
        status = path.stat()
        shared = status.st_mode & stat.S_ISVTX
        if status.st_uid == os.geteuid() and status.st_mode & _OTHERS and not shared:
            path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)


def restrict_database(file: Path) -> None:
    """Restrict an SQLite database, created empty if missing, and its journals."""
    make_private_file(file)  # before SQLite, whose journals inherit the database's permissions
    for journal in ("-wal", "-shm", "-journal"):
        restrict(file.with_name(file.name + journal))
