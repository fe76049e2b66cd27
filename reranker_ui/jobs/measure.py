"""Measures the training speed of this machine: `python -m reranker_ui.jobs.measure FOLDER`."""

import sys
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reranker_ui.core.training.throughput import measure
from reranker_ui.core.values.job_folder import JobFolder, run_job
from reranker_ui.core.values.machine import import_large, prepare_training
from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings

PATIENCE = 90  # seconds that a measurement may take, imports and base model included


def measure_alone(job: JobFolder, _private: Any) -> dict[str, Any]:
    """Measure the speed for a request. Refused while a run trains, which it would slow down."""
    prepare_training()
    # Slow imports come before the lock is taken: a run may wait for it.
    import_large("sentence_transformers")

    request = job.request()
    # Two trainings at once would each measure half the speed.
    lock = FileLock(Path(request["home"]) / "run.lock")
    try:
        with lock.acquire(timeout=1.0):
            settings = Settings()
            return measure(request, settings.threads, settings.precision)
    except Timeout:
        raise Refused("The speed cannot be measured while a run trains.") from None


if __name__ == "__main__":
    sys.exit(run_job(measure_alone, PATIENCE))
