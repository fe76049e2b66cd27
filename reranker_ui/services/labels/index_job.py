"""Fills a search index: `python -m reranker_ui.services.labels.index_job FOLDER`.

Started by an import of many pairs, to take them in while they are stored, and by a search over
many that no index has yet, such as those of a home whose cache was emptied. The request has the
dataset's name, and the running import if any.
"""

import logging
import sys

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.search_index import RunningImport, fill, filling
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)


def fill_index(
    workspace: Workspace, dataset_name: str, running: RunningImport | None = None
) -> int:
    """Take every pair of the dataset into its search index; returns how many were new to it."""
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    return fill(workspace, dataset, running)


def finish_index(workspace: Workspace, dataset_name: str) -> None:
    """Take in what an import brought, after the process that did so while it was stored, if any.

    The pairs are stored, so a failure, as on a full disk, is only logged: the next search takes in
    the rest.
    """
    try:
        with workspace.reading() as connection:
            dataset = find_dataset(connection, dataset_name)
        job = filling(workspace, dataset)
        if job.request().get("running"):
            job.wait()
        fill(workspace, dataset)
    except Exception as error:
        log.warning("The search index of %s lacks pairs of an import: %s", dataset_name, error)


def fill_requested(job: JobFolder, workspace: Workspace) -> dict[str, int]:
    """Fill the index of the dataset that the request names."""
    request = job.request()
    return {"filled": fill_index(workspace, request["dataset"], request.get("running"))}


if __name__ == "__main__":
    sys.exit(run_on(fill_requested))
