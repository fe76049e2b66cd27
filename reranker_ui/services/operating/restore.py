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

import sqlalchemy as sa

from reranker_ui.core.values.filesystems import check_space, disk_full_refused
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.operating import run_copies, schema_check, snapshots
from reranker_ui.services.operating.backup import Copies
from reranker_ui.services.operating.manifest import Manifest, copies_of_runs
from reranker_ui.services.operating.storage import Place
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)


def restore(
    workspace: Workspace, user: User, copies: Copies, name: str | None = None, replace: bool = False
) -> Manifest:
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
    manifests = copies.newest_first()
    candidates = [
        manifest for manifest in manifests if name in (None, manifest["name"], manifest["file"])
    ]
    if not candidates:
        raise Refused(f"There is no snapshot{f' {name}' if name else ''} at {copies.place.title}.")
    skipped: list[str] = []
    for manifest in candidates:
        try:
            with unpacked(copies.place, manifest, workspace.home) as file:
                done = _restore_runs(workspace, copies, manifest, manifests)
                snapshots.replace(workspace, user, file, ahead_of=manifests[0]["generation"])
        except Unavailable:
            raise
        except (Refused, sa.exc.DataError, sa.exc.IntegrityError) as error:
            # PostgreSQL takes no text for a number, as SQLite does.
            reason = str(error).splitlines()[0]
            log.error("Snapshot %s is skipped: %s", manifest["name"], reason)
            skipped.append(f"{manifest['name']}: {reason}")
            continue
        for cached in ("search", "passages", "quality", "scoring"):  # of the database before
            shutil.rmtree(workspace.cache / cached, ignore_errors=True)
        (workspace.cache / "starter-was-loaded").touch()
        return manifest | asdict(done)
    raise Refused(f"No snapshot at {copies.place.title} is intact. {' '.join(skipped)}")


def restore_runs(
    workspace: Workspace, user: User, copies: Copies, name: str | None = None
) -> run_copies.Unpacked:
    """Restore the folders of runs that are missing or damaged; the database is not changed.

    Refused: no backup, or the backups of another database.
    """
    require(user, "admin")
    manifests = copies.newest_first()
    manifest = next(
        (manifest for manifest in manifests if name in (None, manifest["name"], manifest["file"])),
        None,
    )
    if manifest is None:
        raise Refused(f"There is no snapshot{f' {name}' if name else ''} at {copies.place.title}.")
    if manifest["origin"] != snapshots.contents(workspace.engine).origin:
        raise Refused(f"{copies.place.title} contains the backups of another database.")
    listed = set(map(str, run_copies.numbers(workspace)))
    return _restore_runs(workspace, copies, manifest, manifests, listed)


def _restore_runs(
    workspace: Workspace,
    copies: Copies,
    manifest: Manifest,
    manifests: list[Manifest],
    only: set[str] | None = None,
) -> run_copies.Unpacked:
    # Prefer the copy named in this manifest; older manifests may have an intact one.
    older = manifests[manifests.index(manifest) :]
    numbers = set(manifest["runs"]) if only is None else only
    chosen = {number: copy for number, copy in copies_of_runs(older).items() if number in numbers}
    with disk_full_refused():
        return run_copies.unpack(workspace, copies.place, chosen)


@contextmanager
def unpacked(place: Place, manifest: Manifest, folder: Path) -> Iterator[Path]:
    """A snapshot migrated to the current schema; Refused where it differs from its manifest."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as draft:
        file = Path(draft) / "snapshot.db"
        with place.read(manifest["file"]) as packed:
            if not packed.is_file() or snapshots.sha256_of(packed) != manifest["sha256"]:
                raise Refused(f"{manifest['file']} is damaged or was changed.")
            _gunzip(packed, file)
        if snapshots.check(file).generation != manifest["generation"]:
            raise Refused(f"{manifest['file']} does not match the generation in its manifest.")
        schema_check.migrate(file)
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
