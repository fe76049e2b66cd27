"""A folder with one process at a time: its lock, and who the process is."""

import fcntl
import os
import platform
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reranker_ui.core.values.filesystems import NO_FILE

LOCK_PATIENCE = 1.0  # seconds for which readers may delay the lock
POLL = 0.02


class Busy(Exception):  # noqa: N818 - not an error
    """Another process holds the lock of the folder."""


class ProcessFolder:
    """A folder with one process at a time. It is alive while the lock on `alive_file` is held.

    The process that starts a child takes the lock and passes it on, so that it is held without
    a gap until the child has ended, however it ends.
    """

    LOCK, LOG = "job.alive", "job.log"

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.alive_file = self.path / self.LOCK
        self.log_file = self.path / self.LOG

    def alive(self) -> bool:
        """Whether a process holds the lock."""
        try:
            probe = os.open(self.alive_file, os.O_RDONLY)
        except OSError as error:
            if error.errno not in NO_FILE:
                raise
            return False
        try:
            # A shared lock: two readers never take each other for the process.
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    def take(self) -> int | None:
        """Take the lock. Returns its file descriptor, None if another process holds it."""
        if self.alive():
            return None
        lock = os.open(self.alive_file, os.O_RDWR | os.O_CREAT)
        until = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < until:
                    time.sleep(POLL)
                    continue
                os.close(lock)
                return None
            os.ftruncate(lock, 0)  # the id of an earlier process
            return lock

    def note_process(self, lock: int, pid: int) -> None:
        """Write who the process is into the file of its lock, for `process`."""
        os.pwrite(lock, f"{pid} {platform.node()}".encode(), 0)

    def process(self) -> tuple[int, str] | None:
        """The id of the last process and the name of its machine; None before one was noted."""
        with suppress(OSError, ValueError):
            pid, _, machine = self.alive_file.read_text().partition(" ")
            return int(pid), machine or platform.node()  # version 0.1 wrote the id alone
        return None

    @contextmanager
    def lock(self, passed: Sequence[str] = ()) -> Iterator[None]:
        """Hold the lock, in the child. Raises Busy if another process holds it.

        `passed` is the file descriptor of the lock as the starting process passed it on, if any.
        """
        lock = int(passed[0]) if passed else self.take()
        if lock is None:
            raise Busy(str(self.path))
        os.set_inheritable(lock, False)  # programs that the child starts do not keep it alive
        try:
            yield
        finally:
            os.close(lock)

    def kill(self, patience: float = 5.0) -> None:
        """End the process and its children, and wait until the lock is free.

        Of a process on another machine, which shares the folder, it only waits.
        """
        until = time.monotonic() + patience
        while self.alive() and time.monotonic() < until:
            pid, machine = self.process() or (0, "")  # its id may not be written yet
            if pid and machine == platform.node():
                with suppress(OSError):  # it ended meanwhile
                    os.killpg(pid, signal.SIGKILL)
            time.sleep(POLL)
