"""Pushes a run's model to the Hub: `python -m reranker_ui.jobs.push FOLDER`, token on stdin."""

import sys
import time
from pathlib import Path
from typing import Any

from reranker_ui.core.evaluation.combining.files_beside import BESIDE, files_beside
from reranker_ui.core.models.hub.push import push_folder
from reranker_ui.core.values.job_folder import JobFolder, run_job
from reranker_ui.core.values.run_folder import RunFolder


def push(job: JobFolder, token: str, api: Any = None) -> dict[str, Any]:
    """Push the model of the run that contains the job's folder; returns `{"url", "time"}`."""
    request = job.request()
    folder = RunFolder(job.path.parent)
    encoder = request.get("encoder")
    more = files_beside(folder.combined_file, Path(encoder) if encoder else None)
    repo, private = request["repo"], request["private"]
    url = push_folder(folder.model, repo, private, token, api, more, BESIDE)
    return {"url": url, "time": time.time()}


if __name__ == "__main__":
    sys.exit(run_job(push))
