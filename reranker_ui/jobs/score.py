"""Scores pairs as a job of a Ray cluster: `python -m reranker_ui.jobs.score FOLDER`.

The folder has a placement, and a scoring with its rows as `core.training.parallel.task` describes.
What is computed is written there batch by batch: part N holds places of rows, and their logits.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.evaluation.baselines import SLICE, pairs_of
from reranker_ui.core.training.parallel.process import prepare
from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.execution.placement import placement_of
from reranker_ui.core.values.job_folder import JobFolder, failure_sentence
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_ranks import scored_on_ray

EVERY = 1.0  # seconds between two checks whether the scores are still wanted


def main(arguments: Sequence[str]) -> int:
    """Score the rows in the folder `arguments[0]`; returns 0 unless it failed."""
    folder = RunFolder(Path(arguments[0]).resolve())
    files = TaskFolder(folder.path)
    prepare(folder.path)
    with folder.lock():
        threading.Thread(target=_end_with, args=[folder], daemon=True).start()
        try:
            for number, part in enumerate(_scored(folder)):
                files.save_part(number, np.stack(part))
        except Exception as error:
            traceback.print_exc()
            files.fail(failure_sentence(error, "Scoring"))
            return 1
    return 0


def _scored(folder: RunFolder) -> Iterator[tuple[Any, Any]]:
    """Places of rows and their values: by several processes, or by this one."""
    placed = placement_of(folder.path)
    if placed.several_nodes:
        yield from scored_on_ray(folder.path, placed.ranks)
        return
    from reranker_ui.core.training.parallel.scoring import Scorer

    scorer, rows = Scorer(folder.path), pairs_of(TaskFolder(folder.path).rows())
    for start in range(0, len(rows), SLICE):
        part = rows[start : start + SLICE]
        yield np.arange(start, start + len(part)), scorer.of(part)


def _end_with(folder: RunFolder) -> None:
    """End this process, and with it its own, once nobody waits for the scores any more."""
    asking = JobFolder(folder.path.parent)
    while asking.alive() and folder.path.is_dir():
        time.sleep(EVERY)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
