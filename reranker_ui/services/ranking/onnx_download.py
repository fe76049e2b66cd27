"""A run's model for other programs: ONNX files with a parity report, and how to use them."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reranker_ui.core.models.onnx_parity import report_in
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking import engines
from reranker_ui.services.runs.archive import zipped
from reranker_ui.services.runs.listing import Run, find_run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)


def onnx_state(workspace: Workspace, user: User, run: int | str) -> dict[str, Any]:
    """How far a run's ONNX files are: `state` none, making, ready or failed; `report` or None.

    The report is that of `core.onnx_making`: bytes, agreement with torch, milliseconds a pair.
    """
    require(user, "viewer")
    row = _with_model(workspace, user, run)
    folder = _folder(workspace, row)
    report = report_in(folder)
    if report is not None and "fault" not in report:
        return {"state": "ready", "report": report, "run": row["id"]}
    if folder in _MAKING or _locked(folder):
        return {"state": "making", "report": None, "run": row["id"]}
    return {"state": "failed" if report else "none", "report": report, "run": row["id"]}


def make_onnx(workspace: Workspace, user: User, run: int | str) -> dict[str, Any]:
    """Start to make a run's ONNX files, in a process of its own; returns `onnx_state`."""
    require(user, "annotator")
    told = onnx_state(workspace, user, run)
    if told["state"] in ("none", "failed"):
        row = find_run(workspace, user, run)
        model, folder = folder_of(workspace, row["id"]).model, _folder(workspace, row)
        _MAKING.add(folder)
        threading.Thread(target=_make, args=(model, folder), name="onnx", daemon=True).start()
        told["state"] = "making"
    return told


def onnx_archive(workspace: Workspace, user: User, run: int | str) -> tuple[str, Iterator[bytes]]:
    """The file name of a zip of a run's ONNX files and its bytes; Refused before they are made."""
    require(user, "viewer")
    told = onnx_state(workspace, user, run)
    row = find_run(workspace, user, run)
    if told["state"] != "ready":
        raise Refused(f"{row['name']} has no ONNX files yet. Make them in the Playground.")
    name = f"run-{row['id']}-onnx"
    return f"{name}.zip", zipped(_folder(workspace, row), name)


def _with_model(workspace: Workspace, user: User, run: int | str) -> Run:
    row = find_run(workspace, user, run)
    if not folder_of(workspace, row["id"]).model.is_dir():
        raise Refused(f"{row['name']} has no model: {row['sentence'].rstrip('.')}.")
    return row


def _folder(workspace: Workspace, row: Run) -> Path:
    # Named by the model's time too: a run that was resumed has another one.
    written = folder_of(workspace, row["id"]).model.stat().st_mtime_ns
    return workspace.cache / "onnx" / f"{row['id']}-{written}"


def _make(model: Path, folder: Path) -> None:
    try:
        engines.convert("onnx", model, folder)
    except Exception:
        log.exception("no ONNX files for %s", model)
    finally:
        _MAKING.discard(folder)


def _locked(folder: Path) -> bool:
    # A conversion goes on when the page that asked for it has ended.
    lock = folder.with_suffix(".lock")
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


_MAKING: set[Path] = set()  # asked for here, and not done
