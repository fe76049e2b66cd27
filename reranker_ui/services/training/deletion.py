"""Deletes a run that has ended, with its folder and everything made from its model."""

import shutil
import time
from pathlib import Path

from reranker_ui.core.values.filesystems import DiskFull
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.model_scores import forget_scores
from reranker_ui.services.ranking import engines
from reranker_ui.services.runs.listing import contract_of, find_run, list_runs
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import Run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace, record


def check_deletable(workspace: Workspace, user: User, row: Run) -> None:
    """Refuse to delete a run that waits or runs, or from which a live one continues."""
    require(user, "admin")
    if row["status"] in LIVE:
        raise Refused(f"{row['name']} is {row['status']}. Cancel it before deleting it.")
    for other in list_runs(workspace, user):
        if other["parent"] == row["id"] and other["status"] in LIVE:
            raise Refused(f"{other['name']} continues {row['name']}. Cancel it first.")


def delete(workspace: Workspace, user: User, run: int | str) -> None:
    """Delete a run that has ended, with its folder: model, checkpoints, frozen pairs, events."""
    require(user, "admin")
    row = find_run(workspace, user, run)
    check_deletable(workspace, user, row)
    folder = folder_of(workspace, row["id"]).path
    engines.delete_engine(workspace, folder / "model")
    try:
        _delete_row(workspace, user, row)
    except DiskFull:  # deleting runs is how a disk gets its space back
        _remove(folder)
        _delete_row(workspace, user, row)
    forget_scores(workspace, row["id"])
    for left in workspace.cache.glob(f"conversions/onnx-{row['id']}-*"):
        JobFolder(left).remove()
    for left in [folder, *workspace.cache.glob(f"onnx/{row['id']}-*")]:
        _remove(left)


def _remove(path: Path) -> None:
    path.unlink() if path.is_file() or path.is_symlink() else shutil.rmtree(
        path, ignore_errors=True
    )


def _delete_row(workspace: Workspace, user: User, row: Run) -> None:
    with workspace.writing() as connection:
        connection.execute(runs.delete().where(runs.c.id == row["id"]))
        record(
            connection,
            user,
            "run.delete",
            f"run:{row['id']}",
            at=time.time(),
            before=contract_of(row),
        )
