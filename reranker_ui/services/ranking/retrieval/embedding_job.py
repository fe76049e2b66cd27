"""Embeds passages: `python -m reranker_ui.services.ranking.retrieval.embedding_job FOLDER`.

Started by the first search by meaning in a dataset with many passages. The request has the
dataset's name. Each batch is kept, so a job that was killed continues where it was.
"""

import sys
import time

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.machine import lower_priority
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.ranking.retrieval.embeddings import PassageEmbeddings
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace


def embed_requested(job: JobFolder, workspace: Workspace) -> dict[str, int]:
    """Embed the passages of the dataset that the request names; reports missing and all."""
    lower_priority(10)
    with workspace.reading() as connection:
        dataset = find_dataset(connection, job.request()["dataset"])
    started, first = time.monotonic(), 0

    def report(missing: int, passages: int) -> None:
        nonlocal first
        first = first or missing
        done = first - missing
        seconds = (time.monotonic() - started) / done * missing if done else None
        job.report({"passages": passages, "missing": missing, "seconds": seconds})

    return {"passages": PassageEmbeddings(workspace, dataset).embed(report).passages}


if __name__ == "__main__":
    sys.exit(run_on(embed_requested))
