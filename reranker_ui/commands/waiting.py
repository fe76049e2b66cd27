"""Waits for runs on the command line, and says on standard error how far they are."""

import sys
import time

from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle

EVERY = 15.0  # seconds between two lines of a run


def wait_for(workspace: Workspace, number: int) -> Run:
    """The run once it is neither queued nor running.

    Raises KeyboardInterrupt after a sentence that the run continues.
    """
    shown = _Shown()
    try:
        return lifecycle.wait(workspace, LOCAL, number, seen=shown.add)
    except KeyboardInterrupt:
        print(
            f"run {number} continues in the background. To stop it:"
            f" python -m reranker_ui stop {number}",
            file=sys.stderr,
        )
        raise


class _Shown:
    def __init__(self) -> None:
        self._status, self._at = "", 0.0

    def add(self, run: Run) -> None:
        """Print how far a run is where its status has changed or EVERY seconds have passed."""
        now = time.monotonic()
        if run["status"] == self._status and now - self._at < EVERY:
            return
        self._status, self._at = run["status"], now
        print(progress_line(run), file=sys.stderr, flush=True)


def progress_line(run: Run) -> str:
    """How far a run is: run 2: running, step 40 of 261, 3:20 left."""
    parts: list[str] = [run["status"]]
    if run["steps"]:
        parts.append(f"step {run['step']:,} of {run['steps']:,}")
    if run["left"] is not None:
        minutes, seconds = divmod(round(run["left"]), 60)
        parts.append(f"{minutes}:{seconds:02} left")
    return f"{run['name']}: {', '.join(parts)}"
