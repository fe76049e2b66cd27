"""Backups: verified snapshots of the database and of runs; `restore` restores them."""

import gzip
import json
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reranker_ui import __version__
from reranker_ui.core.values.filesystems import check_space, disk_full_refused
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import run_copies, snapshots
from reranker_ui.services.operating.book import SUFFIX, Book, read_book
from reranker_ui.services.operating.storage import Place, place_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

HOUR, DAY = 3600.0, 86_400.0


@dataclass
class Copies:
    """A backup location and its manifests, which never change, so each is read once."""

    place: Place
    books: dict[str, Book] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # books that could not be read, the last time

    def newest_first(self) -> list[Book]:
        """The manifests of finished snapshots; Refused where there are some, all unreadable."""
        names = [name for name in self.place.names() if name.endswith(SUFFIX)]
        for name in names:
            if name not in self.books:
                with self.place.read(name) as file:
                    book = read_book(name, file)
                if book is not None:
                    self.books[name] = book
        self.unread = [name for name in names if name not in self.books]
        self.books = {name: self.books[name] for name in names if name in self.books}
        known = [book for book in self.books.values() if book]
        if self.unread and not known:
            raise Refused(
                f"There are backups at {self.place.title}, but none can be read: {self.unread[0]}"
                " is empty, damaged or unreachable. Repair the location, or choose an empty one."
            )
        return sorted(known, key=lambda book: (book["generation"], book["at"]), reverse=True)


def copies_of(workspace: Workspace, location: str | None = None) -> Copies:
    """The backups at `location`, otherwise at that of the settings, otherwise in the home."""
    settings = workspace.settings
    return Copies(place_of(location or settings.backup or str(workspace.home / "backups"),
                           settings.token_for_backups()))  # fmt: skip


def back_up(workspace: Workspace, user: User, copies: Copies) -> Book:
    """Take a snapshot, verify it, and store it with the new runs; returns its manifest.

    Refused: an empty database, and one that is not the database of the existing backups or is
    older than them, so that no backup is ever replaced by less.
    """
    require(user, "admin")
    known = copies.newest_first()
    _check_space(workspace)
    with (
        disk_full_refused(),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=workspace.home) as folder,
    ):
        aside = Path(folder)
        file = aside / "snapshot.db"
        found = snapshots.take(workspace, file)
        _check_order(found, known, copies.place.title)
        now = time.time()
        stem = f"db-{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}-{found.generation}"
        packed = aside / f"{stem}.gz"
        _pack(file, packed)
        existing = set(copies.place.names())
        runs, fresh = run_copies.pack(workspace, aside, known[0]["runs"] if known else {}, existing)
        book = {
            "name": f"{stem}{SUFFIX}", "file": packed.name, "sha256": snapshots.sha256_of(packed),
            "bytes": packed.stat().st_size, "at": now, "version": __version__,
            "runs": runs, **asdict(found),
        }  # fmt: skip
        manifest = aside / book["name"]
        manifest.write_text(json.dumps(book))
        obsolete = _obsolete([book, *known], existing)
        if copies.unread:  # their runs are not known
            obsolete = [name for name in obsolete if not name.startswith("run-")]
        copies.place.write({packed.name: packed, manifest.name: manifest, **fresh}, obsolete)
    copies.books[book["name"]] = book
    return book


def _check_space(workspace: Workspace) -> None:
    path = workspace.engine.url.database if workspace.engine.dialect.name == "sqlite" else None
    size = Path(path).stat().st_size if path else 0
    check_space(workspace.home, 2 * size, "a copy of the database")


def _check_order(found: snapshots.Contents, known: list[Book], title: str) -> None:
    if found.origin is None:
        raise Refused("The database is empty: there is nothing to back up.")
    if not known:
        return
    if found.origin != known[0]["origin"]:
        raise Refused(
            f"{title} contains the backups of another database, which are never overwritten."
            " Restore from there first, or choose an empty location."
        )
    if found.generation < known[0]["generation"]:
        raise Refused(
            f"The backups at {title} are newer than this database and are never overwritten."
            " Restore from there first."
        )


def _obsolete(books: list[Book], existing: set[str]) -> list[str]:
    """The files of no kept manifest: all are kept for an hour, hourly for 48 hours, then daily."""
    now = time.time()
    kept: dict[object, Book] = {}
    for book in sorted(books, key=lambda book: float(book["at"])):
        age = now - book["at"]
        if age < HOUR:
            kept[book["name"]] = book
        elif age < 2 * DAY:
            kept["hour", book["at"] // HOUR] = book
        elif age < 30 * DAY:
            kept["day", book["at"] // DAY] = book
    newest = max(books, key=lambda book: (book["generation"], book["at"]))
    used: set[str] = set()
    for book in [newest, *kept.values()]:
        used |= {book["name"], book["file"], *(run["file"] for run in book["runs"].values())}
    ours = {name for name in existing if name.startswith(("db-", "run-"))}
    listed = {book["file"] for book in books} | {book["name"] for book in books}
    return sorted(name for name in ours - used if name in listed or name.startswith("run-"))


def _pack(file: Path, packed: Path) -> None:
    # Level 1 shrinks texts to a third and is fast.
    with file.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
