"""Files that only the account of the server may read: the home, the database and backups."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Create a folder that no other account may enter; one that is there is restricted."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    restrict(folder)


def make_private_file(file: Path) -> None:
    """Create an empty file that no other account may read; one that is there is restricted."""
    os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
    restrict(file)


def restrict(path: Path) -> None:
    """Take all rights of other accounts away, where the path is there and belongs to this one.

    A folder for everyone's files, such as /tmp, stays as it is; so does a mount without rights.
    """
    with suppress(OSError):
        found = path.stat()
        shared = found.st_mode & stat.S_ISVTX
        if found.st_uid == os.geteuid() and found.st_mode & _OTHERS and not shared:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def restrict_database(file: Path) -> None:
    """Restrict an SQLite database, created empty where it is missing, and its journals."""
    make_private_file(file)  # before SQLite, which gives its journals the rights of the database
    for journal in ("-wal", "-shm", "-journal"):
        restrict(file.with_name(file.name + journal))
