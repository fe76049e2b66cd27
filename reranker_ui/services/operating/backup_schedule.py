"""Backups while the page is served: restored at the start, taken when something changed."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import backup, run_copies, snapshots
from reranker_ui.services.operating.book import Book
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.store.access import LOCAL, User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
LATE = 600.0  # seconds without a backup of what changed, after which it is a fault
LOST = (
    "A Space loses its disk at every restart, and nothing is backed up. Run `python -m reranker_ui"
    " deploy`, or mount a bucket and set RERANKER_UI_BACKUP to a folder in it."
)


def restore_if_lost(workspace: Workspace) -> Book | None:
    """Bring the newest snapshot back where the database is empty; its book, None for none.

    Refused where the place cannot be read: people must not begin anew on work that is only away.
    """
    if workspace.settings.backup is None or snapshots.contents(workspace.engine).origin:
        return None
    copies = backup.copies_of(workspace)
    known = copies.newest_first()
    if workspace.space.here and copies.place.lies_beside(workspace.home):
        raise Refused(
            f"{copies.place.title} lies on the Space's own disk, which is lost at every restart:"
            " no bucket is mounted there."
        )
    if not known:
        return None
    if copies.unread and max(copies.unread) > max(n for n, book in copies.books.items() if book):
        raise Refused(
            f"{max(copies.unread)} at {copies.place.title} cannot be read, and is newer than all"
            " that can. Bring the place in order, or restore one of them by its name."
        )
    book = restore(workspace, LOCAL, copies)
    log.warning("Restored %s from %s.", book["name"], copies.place.title)
    for number, reason in book["left_out"].items():
        log.error("Run %s was not restored. %s", number, reason)
    return book


@contextmanager
def backing_up(workspace: Workspace) -> Iterator[None]:
    """Back up in a thread for as long as the context lasts, and once more at its end."""
    if workspace.settings.backup is None:
        yield
        return
    keeper = Keeper(workspace)
    keeper.begin()
    try:
        yield
    finally:
        keeper.end()


def state(workspace: Workspace, user: User) -> dict[str, Any] | None:
    """How the backups go, None where none are asked for.

    `{"at": Unix seconds of the last one that was verified or None, "place", "fault": a sentence or
    None, "waiting": whether something has changed since}`. Only an admin is told the place.
    """
    require(user, "viewer")
    keeper: Keeper | None = workspace.keeper
    if keeper is None and not workspace.space.here:
        return None
    told = keeper.state() if keeper else {"at": None, "place": None, "fault": LOST, "waiting": True}
    if user.role != "admin":
        told["place"] = None
        told["fault"] = told["fault"] and "The backups fail. Tell an admin."
    return told


class Keeper:
    """Takes a backup when the journal or a run has changed, never more than one at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.copies = backup.copies_of(workspace)
        self.at: float | None = None
        self.fault: str | None = None
        self.since: float | None = None  # when the oldest change that is in no backup was seen
        self._marks: Any = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)

    def begin(self) -> None:
        """Start the thread; from now on `state` tells how it goes."""
        self.workspace.keeper = self
        self._thread.start()

    def end(self) -> None:
        """Stop, with a last backup of what changed."""
        self._stop.set()
        self._thread.join(60)
        self.turn()

    def state(self) -> dict[str, Any]:
        """See `backing_up.state`."""
        late = self.since is not None and time.time() - self.since > LATE
        fault = self.fault or ("The last backup takes very long." if late else None)
        return {
            "at": self.at,
            "place": self.copies.place.title,
            "fault": fault,
            "waiting": self.since is not None,
        }

    def turn(self) -> float:
        """Back up if something has changed; the seconds that it took."""
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
            self._failed("The backup failed. The log says why.")
        return time.time() - begun

    def _run(self) -> None:
        while not self._stop.is_set():
            took = self.turn()
            # A large database is not copied all the time.
            self._stop.wait(max(self.workspace.settings.backup_seconds, 10 * took))

    def _now(self) -> Any:
        generation = snapshots.generation(self.workspace.engine)
        if not generation:
            return self._marks  # an empty database: nothing to keep
        return generation, run_copies.states(self.workspace)

    def _failed(self, fault: str) -> None:
        if fault != self.fault:
            log.error("No backup: %s", fault)
        self.fault = fault
