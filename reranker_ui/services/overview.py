"""What is always in sight: the datasets, what is running, who one is."""

from typing import Any

from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace


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
