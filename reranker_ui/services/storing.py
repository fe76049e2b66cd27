"""Storing a reading in a process of its own: `python -m reranker_ui.services.storing FOLDER`.

The page starts it, so that a large import takes nothing from those who label meanwhile. What to
store and where comes as JSON on standard input; storing.json and stored.json tell how it goes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from reranker_ui.core.refused import Refused
from reranker_ui.services.importing import store_reading
from reranker_ui.services.indexing import fill_index
from reranker_ui.services.json_files import save
from reranker_ui.services.users import User
from reranker_ui.services.workspace import open_workspace
from reranker_ui.settings import Settings


def main(folder: Path, told: dict[str, Any]) -> None:
    """Store the reading in `folder` as told: home, database_url, dataset, source, user."""
    settings = Settings(home=Path(told["home"]), database_url=told["database_url"])
    workspace = open_workspace(settings)

    def said(through: int) -> None:
        save(folder / "storing.json", {"through": through})

    try:
        user = User(**told["user"])
        done = store_reading(
            workspace, user, folder.name, told["dataset"], source=told["source"], said=said
        )
    except Refused as refused:
        done = {"refused": str(refused)}
    save(folder / "stored.json", done)
    if "refused" not in done:
        fill_index(workspace, told["dataset"])  # nobody needs to wait for it


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.stdin.read()))
