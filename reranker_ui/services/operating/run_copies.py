"""The runs in a backup: each run's folder as one zip, packed once and restored completely."""

import errno
import lzma
import os
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from reranker_ui.core.evaluation.combining.files_beside import ENCODER
from reranker_ui.core.values.event_log import TERMINAL
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.core.values.run_folder import STARTING, RunFolder
from reranker_ui.services.operating.manifest import RunCopy
from reranker_ui.services.operating.run_encoders import files_of_encoder, ranks_by_folder
from reranker_ui.services.operating.snapshots import sha256_of
from reranker_ui.services.operating.storage import Place
from reranker_ui.services.runs.archive import files_in, zipped
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

Packed = dict[str, RunCopy]  # by the number of the run
WITH_ENCODER = "-encoder"  # at the end of the state of a run whose copy has its encoder
_BAD_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, LookupError, struct.error),
)
_BAD_NAMES = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EINVAL)


@dataclass
class Unpacked:
    """The result of restoring runs, by their numbers.

    left_out: why a run could not be restored. older: the older copy that a run was restored from.
    """

    restored: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    older: dict[str, str] = field(default_factory=dict)


def state_of(folder: RunFolder) -> str | None:
    """A value that changes when a run must be packed again; None for a damaged or missing folder.

    An unfinished run is "begun": its recipe and data are restored, and it starts again.
    """
    if folder.damage():
        return None
    if folder.status() not in TERMINAL:
        return "begun"
    pushed = folder.push.result_file if folder.push.path.exists() else folder.pushed_file
    marks = (pushed, folder.outcome_file, folder.cutoff_file)
    more = "-".join(sha256_of(mark)[:8] if mark.exists() else "0" for mark in marks)
    with_encoder = WITH_ENCODER if files_of_encoder(folder) else ""
    return f"{folder.events_file.stat().st_size}.{more}{with_encoder}"


def states(workspace: Workspace) -> dict[str, str]:
    """The state of each run by number, as a backup would store it now."""
    by_number = {str(n): state_of(folder_of(workspace, n)) for n in numbers(workspace)}
    return {number: state for number, state in by_number.items() if state}


def numbers(workspace: Workspace) -> list[int]:
    """The numbers of all runs in the database."""
    with workspace.reading() as connection:
        return list(connection.scalars(sa.select(runs.c.id).order_by(runs.c.id)))


def pack(
    workspace: Workspace, draft: Path, last: Packed, existing: set[str]
) -> tuple[Packed, dict[str, Path]]:
    """All runs for a new manifest, and the files that must be written for it.

    last: the runs in the newest manifest. existing: the files at the location. A run whose folder
    is damaged or missing keeps its last copy, and so does one whose encoder is gone.
    """
    packed: Packed = {}
    fresh: dict[str, Path] = {}
    current_states = states(workspace)
    for number in map(str, numbers(workspace)):
        before, state = last.get(number), current_states.get(number)
        unchanged = before and (state is None or before["state"] in (state, state + WITH_ENCODER))
        if before and before["file"] in existing and unchanged:
            packed[number] = before
        elif state is not None:
            packed[number], file = _zip(workspace, int(number), state, draft)
            if packed[number]["file"] not in existing:
                fresh[packed[number]["file"]] = file
    return packed, fresh


def _zip(workspace: Workspace, number: int, state: str, draft: Path) -> tuple[RunCopy, Path]:
    file = draft / f"run-{number:05d}.zip"
    folder = folder_of(workspace, number)
    files = files_of_encoder(folder) | files_in(folder.path)
    with file.open("wb") as target:
        for part in zipped(files, f"{number:05d}"):
            target.write(part)
    sha256 = sha256_of(file)
    name = f"run-{number:05d}-{sha256[:12]}.zip"
    return RunCopy(file=name, sha256=sha256, state=state), file


def unpack(workspace: Workspace, place: Place, copies: Mapping[str, Iterable[RunCopy]]) -> Unpacked:
    """Restore the runs whose folders are missing or damaged.

    copies: by number, the copies of a run, the preferred one first. Runs are independent: those
    that cannot be restored are listed, and the others are restored. DiskFull stops.
    """
    done = Unpacked()
    for number, candidates in copies.items():
        _restore(workspace, place, number, list(candidates), done)
    return done


def _restore(
    workspace: Workspace, place: Place, number: str, copies: list[RunCopy], done: Unpacked
) -> None:
    folder = folder_of(workspace, int(number))
    is_missing = not folder.path.exists() or folder.damage() is not None
    for copy in copies:
        try:
            with place.read(copy["file"]) as file, _bad_zip_refused(file):
                _check(file, copy)
                if not is_missing and not differs_from_copy(folder, file):
                    return
                _extract(file, workspace.runs, folder.path.name)
        except Unavailable:
            raise
        except Refused as refused:
            if is_missing:
                done.left_out.setdefault(number, str(refused))
            continue
        done.restored.append(number)
        if done.left_out.pop(number, None):
            done.older[number] = copy["file"]
        return


def differs_from_copy(folder: RunFolder, copy: Path) -> bool:
    """Whether files of a run were damaged since its copy, a zip, was packed.

    A run that was resumed since has more events than its copy, and legitimately other files.
    """
    prefix = f"{folder.path.name}/"
    with zipfile.ZipFile(copy) as archive:
        packed = {info.filename.removeprefix(prefix): info for info in archive.infolist()}
        events = packed.get(folder.events_file.name)
        if folder.alive() or (events and _has_grown(folder.events_file, archive, events)):
            return False
    changing = {file.name for file in (folder.log_file, folder.pushed_file, folder.cutoff_file)}
    elsewhere = (f"{folder.push.path.name}/", *([f"{ENCODER}/"] if ranks_by_folder(folder) else []))
    return any(
        _checksum(folder.path / name) != info.CRC
        for name, info in packed.items()
        if name not in changing and not name.startswith(elsewhere)
    )


def _has_grown(file: Path, archive: zipfile.ZipFile, events: zipfile.ZipInfo) -> bool:
    try:
        now = file.read_bytes()
    except OSError:
        return False
    return len(now) > events.file_size and now.startswith(archive.read(events))


def _checksum(file: Path) -> int | None:
    checksum = 0
    try:
        with file.open("rb") as opened:
            while data := opened.read(1 << 20):
                checksum = zlib.crc32(data, checksum)
    except OSError:
        return None
    return checksum


def _check(file: Path, copy: RunCopy) -> None:
    if not file.is_file():
        raise Refused(f"Its copy {copy['file']} is missing.")
    if sha256_of(file) != copy["sha256"]:
        raise Refused(f"Its copy {copy['file']} is damaged.")


def _extract(file: Path, runs_folder: Path, name: str) -> None:
    with zipfile.ZipFile(file) as archive:
        if any(not _lies_in(name, entry) for entry in archive.namelist()):
            raise Refused(f"Its copy {file.name} contains files of something else.")
        check_space(runs_folder, sum(info.file_size for info in archive.infolist()), "a run")
        # In a temporary folder first: a partial folder would count as existing.
        with tempfile.TemporaryDirectory(dir=runs_folder, prefix=".restored-") as draft:
            archive.extractall(draft)
            _put(Path(draft) / name, runs_folder / name)


@contextmanager
def _bad_zip_refused(file: Path) -> Iterator[None]:
    try:
        yield
    except _BAD_ZIP as error:
        raise Refused(f"Its copy {file.name} cannot be unpacked.") from error
    except OSError as error:  # bz2 raises one without a number
        if error.errno is not None and error.errno not in _BAD_NAMES:
            raise
        raise Refused(f"Its copy {file.name} cannot be unpacked.") from error


def _lies_in(name: str, entry: str) -> bool:
    return entry.startswith(f"{name}/") and ".." not in Path(entry).parts


def _put(whole: Path, target: Path) -> None:
    if not whole.is_dir():
        raise Refused("Its copy is empty.")
    if target.exists():  # kept, as some of its files may be useful
        target.rename(target.with_name(f".before-{target.name}-{time.time():.0f}"))
    whole.rename(target)
    before_starting = time.time() - STARTING  # otherwise its worker would seem to be starting
    os.utime(target, (before_starting, before_starting))
