"""Backups of a running server: restored at the start, made after changes."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import backup, run_copies, snapshots
from reranker_ui.services.operating.book import Book
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.store.access import LOCAL, User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
LATE = 600.0  # seconds without a backup of changes, after which it is reported as a fault
LOST = (
    "A Space loses its disk at every restart, and nothing is backed up. Run `python -m reranker_ui"
    " deploy`, or mount a bucket and set RERANKER_UI_BACKUP to a folder in it."
)


def restore_if_lost(workspace: Workspace) -> Book | None:
    """Restore the newest snapshot into an empty database; returns its manifest, None for none.

    Refused where the location cannot be read: nobody should start over on work that still exists.
    """
    if workspace.settings.backup is None or snapshots.contents(workspace.engine).origin:
        return None
    copies = backup.copies_of(workspace)
    known = copies.newest_first()
    if workspace.space.here and copies.place.lies_beside(workspace.home):
        raise Refused(
            f"{copies.place.title} is on the Space's own disk, which is lost at every restart:"
            " no bucket is mounted there."
        )
    if not known:
        return None
    if copies.unread and max(copies.unread) > max(n for n, book in copies.books.items() if book):
        raise Refused(
            f"{max(copies.unread)} at {copies.place.title} cannot be read and is newer than all"
            " readable backups. Repair the location, or restore one of the others by name."
        )
    book = restore(workspace, LOCAL, copies)
    log.warning("Restored %s from %s.", book["name"], copies.place.title)
    for number, reason in book["left_out"].items():
        log.error("Run %s was not restored. %s", number, reason)
    return book


@contextmanager
def backing_up(workspace: Workspace) -> Iterator[None]:
    """Make backups in a thread while the context is active, and once more at its end."""
    if workspace.settings.backup is None:
        yield
        return
    keeper = Keeper(workspace)
    keeper.begin()
    try:
        yield
    finally:
        keeper.end()


class BackupState(TypedDict):
    """The state of the backups; only admins see the place.

    `at`: when the last verified one was made, Unix seconds; `waiting`: something has changed since.
    """

    at: float | None
    place: str | None
    fault: str | None
    waiting: bool


def state(workspace: Workspace, user: User) -> BackupState | None:
    """The state of the backups; None where they are not configured."""
    require(user, "viewer")
    keeper: Keeper | None = workspace.keeper
    if keeper is None and not workspace.space.here:
        return None
    report: BackupState = (
        keeper.state() if keeper else {"at": None, "place": None, "fault": LOST, "waiting": True}
    )
    if user.role != "admin":
        report["place"] = None
        report["fault"] = report["fault"] and "Backups are failing. Ask an admin."
    return report


class Keeper:
    """Makes a backup when the journal or a run has changed, one at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.copies = backup.copies_of(workspace)
        self.at: float | None = None
        self.fault: str | None = None
        self.since: float | None = None  # when the oldest change without a backup was seen
        self._marks: Any = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)

    def begin(self) -> None:
        """Start the thread; `state` reports its progress from now on."""
        self.workspace.keeper = self
        self._thread.start()

    def end(self) -> None:
        """Stop, with a last backup of changes."""
        self._stop.set()
        self._thread.join(60)
        self.turn()

    def state(self) -> BackupState:
        """See the function `state`."""
        late = self.since is not None and time.time() - self.since > LATE
        fault = self.fault or ("The last backup is taking very long." if late else None)
        return {
            "at": self.at,
            "place": self.copies.place.title,
            "fault": fault,
            "waiting": self.since is not None,
        }

    def turn(self) -> float:
        """Back up if something has changed; returns the seconds it took."""
        begun = time.time()
        try:
            marks = self._now()
            if marks == self._marks:
                self.since, self.fault = None, None
                return 0.0
            self.since = self.since or begun
            book = backup.back_up(self.workspace, LOCAL, self.copies)
            self.at, self.fault, self.since, self._marks = book["at"], None, None, marks
        except Refused as refused:
            self._failed(str(refused))
        except Exception:
            log.exception("The backup failed")
            self._failed("The backup failed. The log has the details.")
        return time.time() - begun

    def _run(self) -> None:
        while not self._stop.is_set():
            took = self.turn()
            # Do not copy a large database all the time.
            self._stop.wait(max(self.workspace.settings.backup_seconds, 10 * took))

    def _now(self) -> Any:
        generation = snapshots.generation(self.workspace.engine)
        if not generation:
            return self._marks  # an empty database: nothing to back up
        return generation, run_copies.states(self.workspace)

    def _failed(self, fault: str) -> None:
        if fault != self.fault:
            log.error("No backup: %s", fault)
        self.fault = fault
