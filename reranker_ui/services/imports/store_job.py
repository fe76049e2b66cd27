"""Stores what was read: `python -m reranker_ui.services.imports.store_job FOLDER`.

The page starts it, so that a large import takes nothing from those who label meanwhile.
"""

import sys

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.labels.index_job import finish_index
from reranker_ui.services.store.access import User
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace


def store_requested(job: JobFolder, workspace: Workspace) -> None:
    """Store the reading beside the job's folder as the request says.

    The request has dataset, into, split, source, user, grade_names and shown.
    """
    request = job.request()

    def report_progress(through: int) -> None:
        job.report({"through": through})

    report = store_reading(
        workspace, User(**request["user"]), job.path.parent.name, request["dataset"],
        into=request["into"], split=request["split"], source=request["source"],
        grade_names=request["grade_names"], shown=request["shown"], on_progress=report_progress,
    )  # fmt: skip
    job.finish(report)
    finish_index(workspace, request["dataset"])  # nobody needs to wait for it


if __name__ == "__main__":
    sys.exit(run_on(store_requested))
