"""Backups: verified snapshots of the database and of runs, and the way back from them."""

import gzip
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reranker_ui import __version__
from reranker_ui.core.values.machine import bytes_in_words, free_disk
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating import run_copies, snapshots
from reranker_ui.services.operating.storage import BOOK, Place, place_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import open_engine
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
HOUR, DAY = 3600.0, 86_400.0
Book = dict[str, Any]


@dataclass
class Copies:
    """A place with what is known of it: books are never changed, so each is read once."""

    place: Place
    books: dict[str, Book] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # books that could not be read, the last time

    def newest_first(self) -> list[Book]:
        """What is told of each finished snapshot; Refused where there are, but none is read."""
        there = [name for name in self.place.names() if name.endswith(BOOK)]
        for name in there:
            if name not in self.books:
                with self.place.read(name) as file:
                    book = _book(name, file)
                if book is not None:
                    self.books[name] = book
        self.unread = [name for name in there if name not in self.books]
        self.books = {name: self.books[name] for name in there if name in self.books}
        known = [book for book in self.books.values() if book]
        if self.unread and not known:
            raise Refused(
                f"There are backups at {self.place.title}, and none can be read: {self.unread[0]}"
                " is empty, cut or out of reach. Bring the place in order, or choose an empty one."
            )
        return sorted(known, key=lambda book: (book["generation"], book["at"]), reverse=True)


def copies_of(workspace: Workspace, told: str | None = None) -> Copies:
    """The backups at `told`, else at the place of the settings, else in the home."""
    settings = workspace.settings
    return Copies(place_of(told or settings.backup or str(workspace.home / "backups"),
                           settings.token_for_backups()))  # fmt: skip


def back_up(workspace: Workspace, user: User, copies: Copies) -> Book:
    """Take a snapshot, prove it, put it in its place with the runs that are new; its book.

    Refused: an empty database, and one that is not the database whose backups lie there or is
    behind them, so that no work is ever covered by none.
    """
    require(user, "admin")
    known = copies.newest_first()
    _check_room(workspace)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=workspace.home) as folder:
        aside = Path(folder)
        file = aside / "snapshot.db"
        found = snapshots.take(workspace.engine, file)
        _check_order(found, known, copies.place.title)
        now = time.time()
        stem = f"db-{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}-{found.generation}"
        packed = aside / f"{stem}.gz"
        _pack(file, packed)
        held = set(copies.place.names())
        runs, fresh = run_copies.pack(workspace, aside, known[0]["runs"] if known else {}, held)
        book = {
            "name": f"{stem}{BOOK}", "file": packed.name, "sha256": snapshots.sha256_of(packed),
            "bytes": packed.stat().st_size, "at": now, "version": __version__,
            "runs": runs, **asdict(found),
        }  # fmt: skip
        told = aside / book["name"]
        told.write_text(json.dumps(book))
        gone = _outlived([book, *known], held)
        if copies.unread:  # their runs are not known
            gone = [name for name in gone if not name.startswith("run-")]
        copies.place.write({packed.name: packed, told.name: told, **fresh}, gone)
    copies.books[book["name"]] = book
    return book


def restore(
    workspace: Workspace, user: User, copies: Copies, name: str | None = None, replace: bool = False
) -> Book:
    """Bring back the newest snapshot that proves whole, or the one called `name`; its book.

    What the database holds already is only given up with `replace`. Runs whose folders are not
    here come back with it. Refused: no snapshot, none whole, a database with work in it.
    """
    require(user, "admin")
    if snapshots.contents(workspace.engine).origin and not replace:
        raise Refused(
            f"The database in {workspace.home} holds work already."
            " Restore into an empty home, or say --replace."
        )
    known = copies.newest_first()
    wanted = [book for book in known if name in (None, book["name"], book["file"])]
    if not wanted:
        raise Refused(f"There is no snapshot{f' {name}' if name else ''} at {copies.place.title}.")
    for book in wanted:
        try:
            with unpacked(copies.place, book, workspace.home) as file:
                _load(workspace, user, file, ahead_of=known[0]["generation"])
        except Refused as refused:
            log.error("Snapshot %s is passed over: %s", book["name"], refused)
            continue
        run_copies.unpack(workspace, copies.place, book["runs"])
        for told in ("search", "passages", "quality", "scoring"):  # of the database before
            shutil.rmtree(workspace.cache / told, ignore_errors=True)
        (workspace.cache / "starter-was-loaded").touch()
        return book
    raise Refused(f"No snapshot at {copies.place.title} is whole. The log says what is wrong.")


@contextmanager
def unpacked(place: Place, book: Book, folder: Path) -> Iterator[Path]:
    """A snapshot as a database file; Refused where it is not what its book says."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as aside:
        file = Path(aside) / "snapshot.db"
        with place.read(book["file"]) as packed:
            if not packed.is_file() or snapshots.sha256_of(packed) != book["sha256"]:
                raise Refused(f"{book['file']} is not what was written.")
            with gzip.open(packed, "rb") as source, file.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        if snapshots.check(file).generation != book["generation"]:
            raise Refused(f"{book['file']} is not of the generation that its book says.")
        yield file


def _load(workspace: Workspace, user: User, file: Path, ahead_of: int) -> None:
    source = open_engine(f"sqlite:///{file}")
    try:
        snapshots.bring_up(source)
    finally:
        source.dispose()
    snapshots.replace(workspace, user, file, ahead_of)


def _check_room(workspace: Workspace) -> None:
    path = workspace.engine.url.database if workspace.engine.dialect.name == "sqlite" else None
    size = Path(path).stat().st_size if path else 0
    if (free := free_disk(workspace.home)) < 2 * size:
        raise Refused(
            f"Only {bytes_in_words(free)} are free, and a copy of the database takes up to"
            f" {bytes_in_words(2 * size)} for a moment. Delete runs that are not needed."
        )


def _check_order(found: snapshots.Contents, known: list[Book], title: str) -> None:
    if found.origin is None:
        raise Refused("The database is empty: there is nothing to back up.")
    if not known:
        return
    if found.origin != known[0]["origin"]:
        raise Refused(
            f"{title} holds the backups of another database, and this one does not cover them."
            " Restore from there first, or choose an empty place."
        )
    if found.generation < known[0]["generation"]:
        raise Refused(
            f"The backups at {title} are ahead of this database, and it does not cover them."
            " Restore from there first."
        )


def _outlived(books: list[Book], held: set[str]) -> list[str]:
    """The files that no book tells of that is kept: all for an hour, hourly for 48, then daily."""
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
    ours = {name for name in held if name.startswith(("db-", "run-"))}
    told = {book["file"] for book in books} | {book["name"] for book in books}
    return sorted(name for name in ours - used if name in told or name.startswith("run-"))


def _book(name: str, file: Path) -> Book | None:
    """What a book tells, {} where it is none of ours; None where it cannot be read."""
    try:
        book = json.loads(file.read_text())
    except (OSError, ValueError):
        log.error("%s cannot be read: that snapshot is passed over.", name)
        return None
    ours = isinstance(book, dict) and {"generation", "at", "file", "sha256", "runs"} <= set(book)
    return dict(book) if ours else {}


def _pack(file: Path, packed: Path) -> None:
    # Level 1: texts shrink to a third, and a minute is short.
    with file.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
