"""Stores what was read: `python -m reranker_ui.services.imports.store_job FOLDER`.

The page starts it, so that a large import takes nothing from those who label meanwhile. What to
store and where comes as JSON on standard input; storing.json and stored.json tell how it goes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from reranker_ui.core.values.filesystems import as_refused
from reranker_ui.services.imports.importer import store_reading
from reranker_ui.services.labels.index_job import fill_index
from reranker_ui.services.store.access import User
from reranker_ui.services.store.json_state import save
from reranker_ui.services.store.workspace import open_workspace
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
    except Exception as error:
        if (refused := as_refused(error)) is None:
            raise
        done = {"refused": str(refused)}
    save(folder / "stored.json", done)
    if "refused" not in done:
        fill_index(workspace, told["dataset"])  # nobody needs to wait for it


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.stdin.read()))
