"""One of the processes that train together. The first one alone writes into the run folder."""

import os
from pathlib import Path
from typing import Any

import torch.distributed as dist
from safetensors.torch import save_model
from sentence_transformers import CrossEncoder

from reranker_ui.core.evaluation.baselines import live_pairs
from reranker_ui.core.training.fitting import learn, open_model
from reranker_ui.core.training.parallel.task import Answer, Task, TaskFolder
from reranker_ui.core.training.run_events import LiveEvaluator
from reranker_ui.core.values.machine import use_threads
from reranker_ui.core.values.refused import Diverged, Refused
from reranker_ui.core.values.run_folder import Cancelled, RunFolder


class ReadOnlyFolder(RunFolder):
    """A run folder for the other processes: what they would write, the first one writes."""

    def emit(self, *_: Any, **__: Any) -> None:
        """Nothing is written."""


def learn_as_rank(path: Path) -> None:
    """Take part in the task in the run folder `path`; the first process writes the answer."""
    first = os.environ["RANK"] == "0"
    folder = RunFolder(path) if first else ReadOnlyFolder(path)
    files = TaskFolder(path)
    task = files.task()
    use_threads(task.machine.threads)
    model = open_model(files.model, task.max_length, task.spec.seed)
    answer = _learned(model, task, folder)
    if first:
        if answer.ended in ("learned", "stopped"):
            save_model(model, str(files.weights))
        files.answer(answer)
    dist.destroy_process_group()


def _learned(model: CrossEncoder, task: Task, folder: RunFolder) -> Answer:
    pace, spec = task.pace, task.spec
    evaluator = None
    if task.evaluates:
        seed, scale = folder.recipe().seed, folder.scale()
        live = live_pairs(folder.pairs("dev"), spec.learned, seed, scale)
        evaluator = LiveEvaluator(folder, live, pace, task.best)
    try:
        stopped = learn(model, spec, folder, task.machine, pace, evaluator, task.resume)
    except Cancelled:
        return Answer("cancelled", pace)
    except Diverged as error:
        return Answer("diverged", pace, str(error))
    except Refused as error:
        return Answer("refused", pace, str(error))
    return Answer("stopped" if stopped else "learned", pace)
