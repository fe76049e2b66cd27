"""Fills a search index: `python -m reranker_ui.services.labels.index_job FOLDER`.

Started by a search over many pairs that no index has yet, such as those of a home whose cache was
emptied. Standard input says home, database_url and the dataset's name as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.search_index import fill
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import Settings


def fill_index(workspace: Workspace, dataset_name: str) -> int:
    """Take every pair of the dataset into its search index; returns how many were new to it."""
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    return fill(workspace, dataset)


def main(told: dict[str, Any]) -> None:
    """Fill the index of the dataset told."""
    settings = Settings(home=Path(told["home"]), database_url=told["database_url"])
    fill_index(open_workspace(settings), told["dataset"])


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
