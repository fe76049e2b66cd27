"""Measures how fast this machine trains: `python -m reranker_ui.jobs.measure FOLDER`."""

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from reranker_ui.core.training.throughput import measure
from reranker_ui.core.values.machine import keep_memory
from reranker_ui.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Measure what the folder asks for, unless a run learns or another measurement goes on."""
    folder = Path(arguments[0]).resolve()
    with suppress(OSError):
        os.nice(5)
    keep_memory()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")
    # What is slow to import is imported before the lock is taken: a run may wait for it.
    from reranker_ui.core.training import fitting  # noqa: F401

    # Two trainings at once would each find the machine half as fast as it is.
    lock = FileLock(folder.parent.parent.parent / "run.lock")
    try:
        with lock.acquire(timeout=1.0):
            settings = Settings()
            measure(folder, settings.threads, settings.precision)
    except Timeout:
        return 1
    except Exception:
        (folder / "failed.txt").write_text(traceback.format_exc())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
