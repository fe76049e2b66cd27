"""Several runs at once: a chain is stopped as one, and many runs are deleted in one step."""

from collections.abc import Sequence
from typing import Literal

from reranker_ui.services.runs.listing import chain_of, find_run
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import deletion, lifecycle


def stop_all(
    workspace: Workspace, user: User, run: int | str, how: Literal["keep", "cancel"]
) -> Run:
    """Stop a run, and with it the whole chain that it is part of; returns the one that stops.

    The runs of the chain that wait are cancelled, the last one first, so that none starts
    meanwhile. The one that runs is stopped as `how` says.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    live = [run_row for run_row in chain_of(workspace, user, row) if run_row["status"] in LIVE]
    if not live:
        return lifecycle.stop(workspace, user, row["id"], how)
    *waiting, first = live
    for run_row in waiting:
        lifecycle.stop(workspace, user, run_row["id"], "cancel")
    return lifecycle.stop(workspace, user, first["id"], how)


def delete_runs(workspace: Workspace, user: User, chosen: Sequence[int | str]) -> int:
    """Delete runs that have ended, with their folders; returns how many.

    Refused before any is deleted: a run that waits or runs, or from which one continues.
    """
    require(user, "admin")
    rows = {row["id"]: row for row in (find_run(workspace, user, run) for run in chosen)}
    for row in rows.values():
        deletion.check_deletable(workspace, user, row)
    for number in sorted(rows, reverse=True):
        deletion.delete(workspace, user, number)
    return len(rows)
