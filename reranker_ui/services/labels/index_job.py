"""Fills a search index: `python -m reranker_ui.services.labels.index_job FOLDER`.

Started by a search over many pairs that no index has yet, such as those of a home whose cache was
emptied. The request has the dataset's name.
"""

import sys

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.search_index import fill
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace


def fill_index(workspace: Workspace, dataset_name: str) -> int:
    """Take every pair of the dataset into its search index; returns how many were new to it."""
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    return fill(workspace, dataset)


def fill_requested(job: JobFolder, workspace: Workspace) -> dict[str, int]:
    """Fill the index of the dataset that the request names."""
    return {"filled": fill_index(workspace, job.request()["dataset"])}


if __name__ == "__main__":
    sys.exit(run_on(fill_requested))
