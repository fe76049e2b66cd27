"""A run's model as ONNX files with a parity report."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypedDict

from reranker_ui.core.models.onnx_parity import ExportFault, OnnxReport, report_in
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.engines import begin_conversion, conversion_of, converting
from reranker_ui.services.runs.archive import files_in, zipped
from reranker_ui.services.runs.listing import find_handle, find_run
from reranker_ui.services.runs.rows import Run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class OnnxState(TypedDict):
    """The state of a run's ONNX files, and the report on them or on their failure."""

    state: Literal["none", "making", "ready", "failed"]
    report: OnnxReport | ExportFault | None
    run: int


def onnx_state(workspace: Workspace, user: User, run: int | str) -> OnnxState:
    """The state of a run's ONNX files."""
    require(user, "viewer")
    row = _with_model(workspace, user, run)
    folder = _folder(workspace, row["id"])
    job = conversion_of("onnx", folder).state()
    report = report_in(folder)
    if report is None and job.refused:
        report = {"fault": job.refused}
    state: Literal["none", "failed", "ready"] = (
        "none" if report is None else "failed" if "fault" in report else "ready"
    )
    if job.name == "running" and state != "ready":
        return {"state": "making", "report": None, "run": row["id"]}
    return {"state": state, "report": report, "run": row["id"]}


def make_onnx(workspace: Workspace, user: User, run: int | str) -> OnnxState:
    """Start exporting a run's ONNX files in a child process; returns `onnx_state`.

    Deletes those of an earlier model of the run. Refused while those of another run are exported:
    each process needs a gigabyte.
    """
    require(user, "annotator")
    state = onnx_state(workspace, user, run)
    if state["state"] in ("none", "failed"):
        if converting(workspace, "onnx"):
            raise Refused("The ONNX files of another run are being created. Try again in a minute.")
        handle = find_handle(workspace, user, run)
        _delete_outdated(_folder(workspace, handle.id), handle.id)
        begin_conversion("onnx", handle.folder.model, _folder(workspace, handle.id))
        state = {**state, "state": "making", "report": None}
    return state


def onnx_archive(workspace: Workspace, user: User, run: int | str) -> tuple[str, Iterator[bytes]]:
    """The name and bytes of a zip of a run's ONNX files; Refused before they are exported."""
    require(user, "viewer")
    report = onnx_state(workspace, user, run)
    handle = find_handle(workspace, user, run)
    if report["state"] != "ready":
        raise Refused(f"{handle.name} has no ONNX files yet. Create them in the Playground.")
    name = f"run-{handle.id}-onnx"
    return f"{name}.zip", _zipped(_folder(workspace, handle.id), name)


def _with_model(workspace: Workspace, user: User, run: int | str) -> Run:
    row = find_run(workspace, user, run)
    if not folder_of(workspace, row["id"]).model.is_dir():
        raise Refused(f"{row['name']} has no model: {row['sentence'].rstrip('.')}.")
    return row


def _folder(workspace: Workspace, run: int) -> Path:
    # The name includes the model's time: a resumed run has another one. Files of version 0.1, in a
    # folder without the -2, name folders of the server.
    written = folder_of(workspace, run).model.stat().st_mtime_ns
    return workspace.cache / "onnx" / f"{run}-{written}-2"


def _delete_outdated(current: Path, run: int) -> None:
    """Delete what was exported of `run` into other folders than `current`, and its jobs.

    A folder that a download is being read from is left.
    """
    for folder in current.parent.glob(f"{run}-*"):
        if folder != current and re.fullmatch(r"\d+-\d+(-2)?", folder.name):
            with suppress(OSError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder)
    now = conversion_of("onnx", current).path
    for left in now.parent.glob(f"onnx-{run}-[0-9]*"):
        if left != now:
            JobFolder(left).remove()


def _zipped(folder: Path, name: str) -> Iterator[bytes]:
    with _locked(folder, fcntl.LOCK_SH):
        yield from zipped(files_in(folder), name)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, how)
        yield
    finally:
        os.close(opened)
