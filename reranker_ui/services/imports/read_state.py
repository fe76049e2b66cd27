"""Readings: a file read in a child process that can be killed, its state kept in a folder.

Nothing of a reading lives in this process: any process that opens the home can ask for its state.
"""

import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

from reranker_ui.core.formats.hub import is_hub_id
from reranker_ui.core.formats.options import Limits, ReadingAnswers, ReadOptions
from reranker_ui.core.formats.structure.file_reading import (
    BeingRead,
    LeftOutRow,
    NotRead,
    Read,
    Reading,
    StoredReport,
)
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.jobs import start
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import Settings

_MEMORY = 2_000_000_000
_KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9]{1,64}")
STAGED = 3  # bytes on disk for each byte of a file that is read
GONE = "This upload no longer exists. Choose the file again."
Answers = Annotated[dict[str, Any], ReadingAnswers]  # some of its fields
_RESERVED_NAMES = ("upload.json", "reading", "storing")  # in the folder of an upload


class Upload(TypedDict):
    """A file that was uploaded, or a dataset on the Hub.

    `more`: further files that are read with it; `said`: what a person says of it; `corpus` and
    `queries`: files of texts by id.
    """

    file: str
    more: list[str] | None
    bytes: int
    hub: bool | None
    said: Answers | None
    corpus: str | None
    queries: str | None


class UploadBeingRead(Upload, BeingRead):
    """An upload that is being read."""


class UploadRead(Upload, Read):
    """An upload that was read. `not_stored`: why it could not be stored, as a sentence."""

    left_out: NotRequired[list[LeftOutRow]]
    not_stored: NotRequired[str | None]


class UploadRefused(Upload, NotRead):
    """An upload that cannot be read as it is."""


class UploadBeingStored(Upload):
    """An upload of which `through` pairs are stored, of `of`."""

    state: Literal["storing"]
    through: int
    of: int
    dataset: str


class UploadStored(Upload, StoredReport):
    """An upload whose pairs are in the dataset."""

    state: Literal["stored"]


UploadState = UploadBeingRead | UploadRead | UploadRefused | UploadBeingStored | UploadStored


def limits_of(settings: Settings) -> Limits:
    """The limits on files in the settings."""
    return Limits(
        settings.max_upload_bytes, settings.max_rows, settings.max_columns,
        settings.max_cell_characters, settings.max_decoded_bytes,
    )  # fmt: skip


def claim_upload(workspace: Workspace, user: User, path: Path, name: str) -> tuple[str, str]:
    """Move an uploaded file into the home; returns the token of its reading, and its name."""
    require(user, "admin")
    token = secrets.token_hex(8)
    return token, move_into(folder_of(workspace, token, make=True), path, name)


def move_into(folder: Path, path: Path, name: str, used_names: Sequence[str] = ()) -> str:
    """Move a file into an upload's folder under a harmless form of `name`, which is returned."""
    safe_name = re.sub(r"[^\w. ()+-]+", "_", Path(name).name).strip(". ")[-100:] or "upload"
    safe = f"file {safe_name}" if safe_name in _RESERVED_NAMES else safe_name
    safe = f"{len(used_names) + 1} {safe}" if safe in used_names else safe
    shutil.move(path, folder / safe)
    return safe


def start_reading(
    workspace: Workspace, user: User, path: Path, options: ReadOptions, token: str | None = None,
    more: Sequence[Path] = (),
) -> str:  # fmt: skip
    """Start to read `path`; an earlier reading of the same token ends. Returns the token.

    more: files of the same kind that are read with it, as if they were one file.
    """
    require(user, "admin")
    from_hub = is_hub_id(str(path))
    files = [*more] if from_hub else [path, *more]
    for file in files:
        if not file.exists():
            raise Refused(f"There is no file {file}.")
    if size := sum(file.stat().st_size for file in files if file.is_file()):
        check_space(workspace.home, STAGED * size, "reading the file")
    token = token or secrets.token_hex(8)
    job = reading_in(folder_of(workspace, token, make=True))
    job.kill()
    if options.limits == Limits():
        options = replace(options, limits=limits_of(workspace.settings))
    where = str(path if from_hub else path.resolve())
    request = {"path": where, "more": [str(file.resolve()) for file in more],
               "options": options.as_json(), "memory": _MEMORY}  # fmt: skip
    start(job, "reranker_ui.services.imports.read_job", request)
    return token


def reading_state(workspace: Workspace, user: User, token: str) -> BeingRead | Read | NotRead:
    """The state of a reading. A reader that shows no progress for some seconds is killed.

    The seconds are the setting `parser_idle_seconds`.
    """
    require(user, "admin")
    job = reading_in(folder_of(workspace, token))
    state, idle = job.state(), workspace.settings.parser_idle_seconds
    if state.name == "running" and _silent_for(job) > idle:
        job.kill()
        records = state.progress.get("records", 0)
        job.fail(f"Reading made no progress for {idle:g} s after record {records:,}.")
        state = job.state()
    if state.name == "running":
        opening = {"phase": "opening", "records": 0, "bytes": 0}
        return cast(BeingRead, {"state": "reading", **(state.progress or opening)})
    if state.name == "done":
        return cast(Read, {"state": "read", **state.result})
    return cast(NotRead, {"state": "refused", "refused": GONE, **state.failure})


def wait_for_reading(workspace: Workspace, user: User, token: str) -> Reading:
    """The result of a finished reading; Refused where the file was."""
    while (state := reading_state(workspace, user, token))["state"] == "reading":
        time.sleep(0.02)
    if state["state"] == "refused":
        raise Refused(state["refused"])
    return state


def end_reading(workspace: Workspace, user: User, token: str) -> None:
    """Stop reading or storing an upload, and delete its folder."""
    require(user, "admin")
    folder = folder_of(workspace, token)
    for job in (reading_in(folder), storing_in(folder)):
        job.kill()
    shutil.rmtree(folder, ignore_errors=True)


def left_out(
    workspace: Workspace, user: User, token: str, *, after: int = 0, limit: int = 50
) -> list[LeftOutRow]:
    """Records that a finished reading left out, and repeats."""
    require(user, "admin")
    stage = reading_in(folder_of(workspace, token)).path / "stage.db"
    if not stage.exists():
        return []
    opened = Stage(stage)
    try:
        return opened.left_out(limit, after)
    finally:
        opened.close()


def received(workspace: Workspace) -> Path:
    """The folder of uploaded files and exports, where several servers share them."""
    folder = workspace.home / "uploads" / "received-files"  # with a dash: never a token
    folder.mkdir(exist_ok=True)
    return folder


def sweep_readings(workspace: Workspace) -> None:
    """Remove the folders of readings, and files received, that were not used for a day."""
    shared = received(workspace)
    readings = [folder for folder in shared.parent.iterdir() if folder != shared]
    for folder in [*readings, *shared.iterdir()]:
        old = folder.is_dir() and time.time() - folder.stat().st_mtime > _KEPT_SECONDS
        if old and not reading_in(folder).alive() and not storing_in(folder).alive():
            shutil.rmtree(folder, ignore_errors=True)


def folder_of(workspace: Workspace, token: str, make: bool = False) -> Path:
    """The folder of a token; Refused for anything that is none."""
    folder = workspace.home / "uploads" / token
    if not _TOKEN.fullmatch(token):
        raise Refused(GONE)
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir():
        raise Refused(GONE)
    return folder


def reading_in(folder: Path) -> JobFolder:
    """The job that reads the file of an upload."""
    return JobFolder(folder / "reading", "Reading the file")


def storing_in(folder: Path) -> JobFolder:
    """The job that stores what was read."""
    return JobFolder(folder / "storing", "The import")


def _silent_for(job: JobFolder) -> float:
    """Seconds since the reader last reported progress."""
    signs = [file for file in (job.progress_file, job.request_file) if file.exists()]
    return time.time() - max((file.stat().st_mtime for file in signs), default=time.time())
