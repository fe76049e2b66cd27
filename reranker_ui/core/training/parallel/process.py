"""What a process of a run that is placed on several does, whatever has started it."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.execution.placement import placement_of
from reranker_ui.core.values.execution.sentences import sentence
from reranker_ui.core.values.machine import import_large, prepare_training
from reranker_ui.core.values.run_folder import Cancelled


def prepare(folder: Path) -> None:
    """Set up this process for the run in `folder`. Call before torch is imported."""
    placed = placement_of(folder)
    prepare_training(placed.processes, placed.gpus)


@contextmanager
def failure_noted(folder: Path) -> Iterator[None]:
    """Write into `folder` why this process failed, for the worker, and raise it again."""
    try:
        yield
    except Cancelled:  # the worker sees the same request
        raise
    except Exception as error:
        traceback.print_exc()
        TaskFolder(folder).fail(sentence(error))
        raise


def take_part(folder: Path) -> None:
    """Do this process's part of what the run in `folder` asks for, by RANK and WORLD_SIZE."""
    prepare(folder)
    with failure_noted(folder):
        if TaskFolder(folder).scores:
            from reranker_ui.core.training.parallel.scoring import score_as_rank

            score_as_rank(folder)
        else:
            import_large("sentence_transformers")
            from reranker_ui.core.training.parallel.rank import learn_as_rank

            learn_as_rank(folder)
