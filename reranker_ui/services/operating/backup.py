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
from reranker_ui.services.operating.manifest import SUFFIX, Manifest, read_manifest
from reranker_ui.services.operating.storage import Place, place_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

HOUR, DAY = 3600.0, 86_400.0
NEWEST = 7  # backups that are kept whatever their age, as the clock may be wrong


@dataclass
class Copies:
    """A backup location and its manifests, which never change, so each is read once."""

    place: Place
    manifests: dict[str, Manifest] = field(default_factory=dict)
    unread: list[str] = field(
        default_factory=list
    )  # manifests that could not be read, the last time

    def newest_first(self) -> list[Manifest]:
        """The manifests of finished snapshots; Refused where there are some, all unreadable."""
        names = [name for name in self.place.names() if name.endswith(SUFFIX)]
        for name in names:
            if name not in self.manifests:
                with self.place.read(name) as file:
                    manifest = read_manifest(name, file)
                if manifest is not None:
                    self.manifests[name] = manifest
        self.unread = [name for name in names if name not in self.manifests]
        self.manifests = {name: self.manifests[name] for name in names if name in self.manifests}
        readable = [manifest for manifest in self.manifests.values() if manifest]
        if self.unread and not readable:
            raise Refused(
                f"There are backups at {self.place.title}, but none can be read: {self.unread[0]}"
                " is empty, damaged or unreachable. Repair the location, or choose an empty one."
            )
        return sorted(readable, key=_age, reverse=True)


def _age(manifest: Manifest) -> tuple[int, float]:
    """What backups are ordered by: the clock may have been set back, the generation only rises."""
    return manifest["generation"], manifest["at"]


def copies_of(workspace: Workspace, location: str | None = None) -> Copies:
    """The backups at `location`, otherwise at that of the settings, otherwise in the home."""
    settings = workspace.settings
    return Copies(place_of(location or settings.backup or str(workspace.home / "backups"),
                           settings.token_for_backups()))  # fmt: skip


def back_up(workspace: Workspace, user: User, copies: Copies) -> Manifest:
    """Take a snapshot, verify it, and store it with the new runs; returns its manifest.

    Refused: an empty database, and one that is not the database of the existing backups or is
    older than them, so that no backup is ever replaced by less.
    """
    require(user, "admin")
    manifests = copies.newest_first()
    _check_space(workspace)
    with (
        disk_full_refused(),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=workspace.home) as folder,
    ):
        draft_folder = Path(folder)
        file = draft_folder / "snapshot.db"
        contents = snapshots.take(workspace, file)
        _check_order(contents, manifests, copies.place.title)
        now = time.time()
        stem = f"db-{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}-{contents.generation}"
        packed = draft_folder / f"{stem}.gz"
        _pack(file, packed)
        existing = set(copies.place.names())
        runs, fresh = run_copies.pack(
            workspace, draft_folder, manifests[0]["runs"] if manifests else {}, existing
        )
        manifest = {
            "name": f"{stem}{SUFFIX}", "file": packed.name, "sha256": snapshots.sha256_of(packed),
            "bytes": packed.stat().st_size, "at": now, "version": __version__,
            "runs": runs, **asdict(contents),
        }  # fmt: skip
        manifest_file = draft_folder / manifest["name"]
        manifest_file.write_text(json.dumps(manifest))
        obsolete = _obsolete([manifest, *manifests], existing)
        if copies.unread:  # their runs are not known
            obsolete = [name for name in obsolete if not name.startswith("run-")]
        copies.place.write(
            {packed.name: packed, manifest_file.name: manifest_file, **fresh}, obsolete
        )
    copies.manifests[manifest["name"]] = manifest
    return manifest


def _check_space(workspace: Workspace) -> None:
    path = workspace.engine.url.database if workspace.engine.dialect.name == "sqlite" else None
    size = Path(path).stat().st_size if path else 0
    check_space(workspace.home, 2 * size, "a copy of the database")


def _check_order(contents: snapshots.Contents, manifests: list[Manifest], title: str) -> None:
    if contents.origin is None:
        raise Refused("The database is empty: there is nothing to back up.")
    if not manifests:
        return
    if contents.origin != manifests[0]["origin"]:
        raise Refused(
            f"{title} contains the backups of another database, which are never overwritten."
            " Restore from there first, or choose an empty location."
        )
    if contents.generation < manifests[0]["generation"]:
        raise Refused(
            f"The backups at {title} are newer than this database and are never overwritten."
            " Restore from there first."
        )


def _obsolete(manifests: list[Manifest], existing: set[str]) -> list[str]:
    """The files of no kept manifest: all are kept for an hour, hourly for 48 hours, then daily.

    The newest are always kept. Those of a later time, from before the clock was set back, count
    like those as long ago.
    """
    now = time.time()
    newest_of_period: dict[object, Manifest] = {}
    for manifest in sorted(manifests, key=lambda manifest: float(manifest["at"])):
        age = abs(now - manifest["at"])
        if age < HOUR:
            newest_of_period[manifest["name"]] = manifest
        elif age < 2 * DAY:
            newest_of_period["hour", manifest["at"] // HOUR] = manifest
        elif age < 30 * DAY:
            newest_of_period["day", manifest["at"] // DAY] = manifest
    used: set[str] = set()
    for manifest in [*sorted(manifests, key=_age)[-NEWEST:], *newest_of_period.values()]:
        used |= {
            manifest["name"],
            manifest["file"],
            *(run["file"] for run in manifest["runs"].values()),
        }
    backup_files = {name for name in existing if name.startswith(("db-", "run-"))}
    listed = {manifest["file"] for manifest in manifests} | {
        manifest["name"] for manifest in manifests
    }
    return sorted(name for name in backup_files - used if name in listed or name.startswith("run-"))


def _pack(file: Path, packed: Path) -> None:
    # Level 1 shrinks texts to a third and is fast. No time: gzip knows none before 1970.
    with file.open("rb") as source, gzip.GzipFile(packed, "wb", 1, mtime=0) as target:
        shutil.copyfileobj(source, target, 1 << 20)
