"""Backups of a running server: restored at the start, made after changes."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from filelock import FileLock, Timeout

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import backup, run_copies, snapshots
from reranker_ui.services.operating.manifest import SUFFIX, Manifest
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.store.access import LOCAL, User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
OVERDUE = 600.0  # seconds without a backup of changes, after which it is reported as a fault
LOST = (
    "A Space loses its disk at every restart, and nothing is backed up. Run `python -m reranker_ui"
    " deploy`, or mount a bucket and set RERANKER_UI_BACKUP to a folder in it."
)


def restore_if_lost(workspace: Workspace) -> Manifest | None:
    """Restore the newest snapshot into an empty database; returns its manifest, None for none.

    Refused where the location cannot be read: nobody should start over on work that still exists.
    """
    if workspace.settings.backup is None or snapshots.contents(workspace.engine).origin:
        return None
    copies = backup.copies_of(workspace)
    manifests = copies.newest_first()
    if workspace.space.here and copies.place.lies_beside(workspace.home):
        raise Refused(
            f"{copies.place.title} is on the Space's own disk, which is lost at every restart:"
            " no bucket is mounted there."
        )
    if not manifests:
        return None
    readable = max(_order(name) for name, manifest in copies.manifests.items() if manifest)
    latest_unread = max(copies.unread, key=_order, default="")
    if _order(latest_unread) > readable:
        raise Refused(
            f"{latest_unread} at {copies.place.title} cannot be read and is newer than all"
            " readable backups. Repair the location, or restore one of the others by name."
        )
    manifest = restore(workspace, LOCAL, copies)
    log.warning("Restored %s from %s.", manifest["name"], copies.place.title)
    for number, reason in manifest["left_out"].items():
        log.error("Run %s was not restored. %s", number, reason)
    return manifest


def _order(name: str) -> tuple[int, str]:
    """What manifests `db-TIME-GENERATION.json` are ordered by: the clock may have been set back."""
    number = name.rpartition("-")[2].removesuffix(SUFFIX)
    return (int(number) if number.isdecimal() else 0), name


@contextmanager
def backing_up(workspace: Workspace) -> Iterator[None]:
    """Make backups in a thread while the context is active, and once more at its end."""
    if workspace.settings.backup is None:
        yield
        return
    keeper = BackupThread(workspace)
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
    keeper: BackupThread | None = workspace.keeper
    if keeper is None and not workspace.space.here:
        return None
    report: BackupState = (
        keeper.state() if keeper else {"at": None, "place": None, "fault": LOST, "waiting": True}
    )
    if user.role != "admin":
        report["place"] = None
        report["fault"] = report["fault"] and "Backups are failing. Ask an admin."
    return report


class BackupThread:
    """Makes a backup when the journal or a run has changed, one at a time among all servers."""

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
        is_late = self.since is not None and time.monotonic() - self.since > OVERDUE
        fault = self.fault or ("The last backup is taking very long." if is_late else None)
        return {
            "at": self.at,
            "place": self.copies.place.title,
            "fault": fault,
            "waiting": self.since is not None,
        }

    def turn(self) -> float:
        """Back up if something has changed; returns the seconds it took."""
        started = time.monotonic()
        try:
            with FileLock(self.workspace.home / "backup.lock", timeout=0):
                self._back_up_changes(started)
        except Timeout:  # another server makes one
            return 0.0
        except Refused as refused:
            self._failed(str(refused))
        except Exception:
            log.exception("The backup failed")
            self._failed("The backup failed. The log has the details.")
        return time.monotonic() - started

    def _back_up_changes(self, started: float) -> None:
        marks = self._now()
        if marks != self._marks:
            self.since = self.since or started
            manifest = self._made_by_other_server(marks) or backup.back_up(
                self.workspace, LOCAL, self.copies
            )
            self.at, self._marks = manifest["at"], marks
        self.since, self.fault = None, None

    def _made_by_other_server(self, marks: Any) -> Manifest | None:
        """The newest backup, if it holds what is to be backed up."""
        generation, states = marks
        for manifest in self.copies.newest_first()[:1]:
            runs = {number: run["state"] for number, run in manifest["runs"].items()}
            same = manifest["generation"] == generation and states.items() <= runs.items()
            if same and manifest["origin"] == snapshots.contents(self.workspace.engine).origin:
                return manifest
        return None

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
