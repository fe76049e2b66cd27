"""What is always in sight: the datasets, what is running, who one is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reranker_ui.core.refused import Refused
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """Hold the home for one serving process; Refused if another has it."""
    lock = FileLock(home / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Refused(
            f"Another process serves {home} already. Use its page, stop it first, or choose"
            " another home with RERANKER_UI_HOME."
        ) from error
    try:
        yield
    finally:
        lock.release()


def begin(workspace: Workspace) -> None:
    """What happens once when the page starts: the bundled sample is there to begin with."""


def overview(workspace: Workspace, user: User, dataset: str | None) -> dict[str, Any]:
    """`{user, datasets: [{name, pairs, waiting}], run: {running, waiting, failed}}`."""
    require(user, "viewer")
    return {
        "user": {"name": user.name, "role": user.role},
        "datasets": [],
        "run": {"running": None, "waiting": 0, "failed": None},
    }
