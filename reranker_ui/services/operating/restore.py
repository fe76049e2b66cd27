"""Restoring from a backup: the database of a snapshot, and the folders of runs."""

import gzip
import logging
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from reranker_ui.core.values.filesystems import check_space, disk_full_refused
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.operating import run_copies, snapshots
from reranker_ui.services.operating.backup import Copies
from reranker_ui.services.operating.book import Book, copies_of_runs
from reranker_ui.services.operating.storage import Place
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)


def restore(
    workspace: Workspace, user: User, copies: Copies, name: str | None = None, replace: bool = False
) -> Book:
    """Restore the newest intact snapshot, or the one called `name`; returns its manifest.

    Existing data in the database is only overwritten with `replace`. Runs whose folders are missing
    or damaged are restored too; `left_out` in the result has those that cannot be, with the
    reason, and `older` those restored from an older backup. The database is replaced last.
    Refused: no snapshot, no intact one, a database with data in it.
    """
    require(user, "admin")
    if not replace and snapshots.holds_work(workspace):
        raise Refused(
            f"The database in {workspace.home} already contains data."
            " Restore into an empty home, or add --replace."
        )
    known = copies.newest_first()
    wanted = [book for book in known if name in (None, book["name"], book["file"])]
    if not wanted:
        raise Refused(f"There is no snapshot{f' {name}' if name else ''} at {copies.place.title}.")
    skipped: list[str] = []
    for book in wanted:
        try:
            with unpacked(copies.place, book, workspace.home) as file:
                done = _restore_runs(workspace, copies, book, known)
                snapshots.replace(workspace, user, file, ahead_of=known[0]["generation"])
        except Unavailable:
            raise
        except Refused as refused:
            log.error("Snapshot %s is skipped: %s", book["name"], refused)
            skipped.append(f"{book['name']}: {refused}")
            continue
        for cached in ("search", "passages", "quality", "scoring"):  # of the database before
            shutil.rmtree(workspace.cache / cached, ignore_errors=True)
        (workspace.cache / "starter-was-loaded").touch()
        return book | asdict(done)
    raise Refused(f"No snapshot at {copies.place.title} is intact. {' '.join(skipped)}")


def restore_runs(
    workspace: Workspace, user: User, copies: Copies, name: str | None = None
) -> run_copies.Unpacked:
    """Restore the folders of runs that are missing or damaged; the database is not changed.

    Refused: no backup, or the backups of another database.
    """
    require(user, "admin")
    known = copies.newest_first()
    book = next(
        (manifest for manifest in known if name in (None, manifest["name"], manifest["file"])), None
    )
    if book is None:
        raise Refused(f"There is no snapshot{f' {name}' if name else ''} at {copies.place.title}.")
    if book["origin"] != snapshots.contents(workspace.engine).origin:
        raise Refused(f"{copies.place.title} contains the backups of another database.")
    listed = set(map(str, run_copies.numbers(workspace)))
    return _restore_runs(workspace, copies, book, known, listed)


def _restore_runs(
    workspace: Workspace,
    copies: Copies,
    book: Book,
    known: list[Book],
    only: set[str] | None = None,
) -> run_copies.Unpacked:
    # Prefer the copy named in this manifest; older manifests may have an intact one.
    older = known[known.index(book) :]
    wanted = set(book["runs"]) if only is None else only
    found = {number: copy for number, copy in copies_of_runs(older).items() if number in wanted}
    with disk_full_refused():
        return run_copies.unpack(workspace, copies.place, found)


@contextmanager
def unpacked(place: Place, book: Book, folder: Path) -> Iterator[Path]:
    """A snapshot migrated to the current schema; Refused where it differs from its manifest."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as aside:
        file = Path(aside) / "snapshot.db"
        with place.read(book["file"]) as packed:
            if not packed.is_file() or snapshots.sha256_of(packed) != book["sha256"]:
                raise Refused(f"{book['file']} is damaged or was changed.")
            _gunzip(packed, file)
        if snapshots.check(file).generation != book["generation"]:
            raise Refused(f"{book['file']} does not match the generation in its manifest.")
        with snapshots.fresh(file):  # migrates it to the current schema
            pass
        yield file


def _gunzip(packed: Path, file: Path) -> None:
    with packed.open("rb") as opened:
        opened.seek(max(0, packed.stat().st_size - 4))
        size = int.from_bytes(opened.read(4), "little")  # a gzip ends in the size of its content
    check_space(file.parent, 2 * size, "the restored database")
    try:
        with disk_full_refused(), gzip.open(packed, "rb") as source, file.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"{packed.name} is not a gzip file, or is damaged.") from error
