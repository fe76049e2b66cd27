"""The filesystem of a folder: its kind, its free space, and errors of a full disk."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from reranker_ui.core.values.machine import bytes_in_words, free_disk
from reranker_ui.core.values.refused import Refused, Unavailable

DISK_FULL = (
    "The disk is full. Free some space, for example by deleting runs that are not needed, and try"
    " again."
)
_FULL = ("database or disk is full", "no space left on device", "disk quota exceeded")
LOW = 200_000_000  # bytes free below which everyone is warned
RESERVE = 20_000_000  # bytes kept free for labels saved in the meantime

# Missing, a folder, a link to itself, or closed to this account: no failure that passes by itself.
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EACCES)

# Bucket mounts come as fuse; fuse-overlayfs is a container's own disk, fuseblk a local NTFS disk.
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs")
LOCAL_FUSE = ("fuse.fuse-overlayfs", "fuseblk")


def remote_kind(folder: Path) -> str | None:
    """The kind of the network or bucket mount that holds `folder`; None for a local disk.

    Also None where the system does not report mounts.
    """
    try:
        mounts = psutil.disk_partitions(all=True)
    except OSError:
        return None
    folder = folder.resolve()
    holding = [mount for mount in mounts if folder.is_relative_to(mount.mountpoint)]
    if not holding:
        return None
    # Of two mounts at one place the later one hides the other.
    kind: str = sorted(holding, key=lambda mount: len(Path(mount.mountpoint).parts))[-1].fstype
    if kind in LOCAL_FUSE:
        return None
    return kind if kind in REMOTE or kind.startswith("fuse") else None


class DiskFull(Unavailable):
    """The disk has no space left for a write."""

    def __init__(self, sentence: str = DISK_FULL) -> None:
        super().__init__(sentence)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or its cause, is a full disk or an exhausted quota."""
    while error is not None:
        if isinstance(error, DiskFull):
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(sign in str(error).casefold() for sign in _FULL):  # SQLite, Arrow, a child's text
            return True
        error = error.__cause__ or error.__context__
    return False


def disk_warning(free: int) -> str:
    """The warning shown to every user while only `free` bytes are left."""
    if free <= RESERVE:
        return f"{DISK_FULL} Labels that cannot be saved stay in this browser until then."
    return (
        f"Only {bytes_in_words(free)} is free on the server's disk. Delete runs that are not"
        " needed, before labels can no longer be saved."
    )


def as_refused(error: BaseException) -> Refused | None:
    """The refusal for an error caused by a full disk; a Refused unchanged; None for a bug."""
    if isinstance(error, Refused):
        return error
    return DiskFull() if is_disk_full(error) else None


@contextmanager
def disk_full_refused() -> Iterator[None]:
    """Raise DiskFull instead of the system's error for a full disk."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull from error
        raise


def check_space(folder: Path, needed: float, what: str) -> None:
    """Raise DiskFull where the `needed` bytes of `what` do not fit on the disk of `folder`."""
    free = free_disk(folder)
    if free < needed + RESERVE:
        raise DiskFull(
            f"Only {bytes_in_words(free)} is free on the disk, and {what} needs about"
            f" {bytes_in_words(needed + RESERVE)}. Free some space, for example by deleting runs"
            " that are not needed, and try again."
        )


def note_use(folder: Path, limit: int) -> None:
    """Mark `folder` as just used, and delete all folders beside it but the `limit` last used.

    Drafts, whose names begin with a dot, and files are ignored.
    """
    os.utime(folder)
    siblings = [
        sibling
        for sibling in folder.parent.iterdir()
        if sibling.name[0] != "." and sibling.is_dir()
    ]
    for sibling in sorted(siblings, key=_when)[:-limit]:
        shutil.rmtree(sibling, ignore_errors=True)


def _when(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # another process deleted it meanwhile
        return 0.0
