"""One phase of a run: a model learns from pairs and targets, and events tell of it."""

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import CrossEncoder
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.cross_encoder import (
    CrossEncoderTrainer,
    CrossEncoderTrainingArguments,
)
from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss
from transformers import PrinterCallback, set_seed

from reranker_ui.core.batching import length_grouped
from reranker_ui.core.lesson import Lesson
from reranker_ui.core.machine import Machine
from reranker_ui.core.pace import EVALUATIONS, Pace
from reranker_ui.core.reporting import LiveEvaluator, Reporter
from reranker_ui.core.run_folder import RunFolder

LOGGED = 500  # points that a phase logs at most, about


def open_model(path: Path, max_length: int, seed: int) -> CrossEncoder:
    """The cross-encoder in the folder `path`; one without a ranking head gets a fresh one.

    Everything random from here on follows from `seed`. Only safetensors are read, and no code.
    """
    set_seed(seed)
    return CrossEncoder(
        str(path),
        max_length=max_length,
        local_files_only=True,
        model_kwargs={"use_safetensors": True},
    )


def save_model(model: CrossEncoder, path: Path, aside: Path) -> None:
    """Save into the folder `path`, which appears only when it is whole; `aside` is its draft."""
    model.activation_fn = torch.nn.Sigmoid()
    shutil.rmtree(aside, ignore_errors=True)
    model.save_pretrained(str(aside), create_model_card=False)
    shutil.rmtree(path, ignore_errors=True)
    aside.rename(path)


def learn(
    model: CrossEncoder,
    lesson: Lesson,
    folder: RunFolder,
    machine: Machine,
    pace: Pace,
    evaluator: LiveEvaluator | None = None,
    resume: Path | None = None,
) -> bool:
    """Let `model` learn; afterwards it holds the best weights by the evaluator, else the last.

    Returns whether it was stopped early. Raises Cancelled, and Refused where the loss is no
    number any more.
    """
    _prepare(model, lesson)
    reporter = Reporter(folder, lesson, pace, evaluator is not None)
    trainer = Trainer(
        model=model,
        args=_arguments(lesson, folder, machine, evaluator),
        train_dataset=Dataset.from_dict(
            {"query": lesson.queries, "passage": lesson.passages, "label": lesson.targets}
        ),
        loss=BinaryCrossEntropyLoss(model, pos_weight=torch.tensor(float(lesson.pos_weight))),
        evaluator=evaluator,
        callbacks=[reporter],
    )
    trainer.remove_callback(PrinterCallback)
    with _dropout(model, lesson.dropout):
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    # Else predictions in this process stay in the precision of the training.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    model.eval()
    return reporter.stopped


def _prepare(model: CrossEncoder, lesson: Lesson) -> None:
    model.requires_grad_(True)
    model.model.get_input_embeddings().requires_grad_(lesson.train_embeddings)


@contextmanager
def _dropout(model: CrossEncoder, wanted: bool) -> Iterator[None]:
    own = [(m, m.p) for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    for module, p in own:
        module.p = p if wanted else 0.0
    yield
    for module, p in own:
        module.p = p


def _arguments(
    lesson: Lesson, folder: RunFolder, machine: Machine, evaluator: LiveEvaluator | None
) -> CrossEncoderTrainingArguments:
    every = math.ceil(lesson.steps / EVALUATIONS)
    watched: dict[str, Any] = {"eval_strategy": "no", "save_strategy": "no"}
    if lesson.phase == "train":
        watched = {"save_strategy": "steps", "save_steps": every, "save_total_limit": 2}
    if evaluator is not None:
        watched |= {"eval_strategy": "steps", "eval_steps": every}
    if evaluator is not None and evaluator.primary_metric:
        watched |= {
            "load_best_model_at_end": True,
            "metric_for_best_model": f"eval_{evaluator.primary_metric}",
            "greater_is_better": True,
        }
    return CrossEncoderTrainingArguments(
        output_dir=str(folder.checkpoints),
        num_train_epochs=lesson.epochs,
        per_device_train_batch_size=lesson.batch_size,
        learning_rate=lesson.learning_rate,
        warmup_steps=lesson.warmup,  # a float below 1 is a share of all steps
        weight_decay=lesson.weight_decay,
        max_grad_norm=1.0,
        batch_sampler=LengthGroupedBatchSampler,
        seed=lesson.seed,
        use_cpu=machine.device == "cpu",
        bf16=machine.precision == "bf16",
        fp16=machine.precision == "fp16",
        dataloader_pin_memory=machine.device != "cpu",
        ddp_find_unused_parameters=False,
        logging_steps=max(1, math.ceil(lesson.steps / LOGGED)),
        logging_first_step=True,
        logging_nan_inf_filter=False,  # else a loss that is no number is logged as 0
        disable_tqdm=True,
        report_to="none",
        **watched,
    )


class Trainer(CrossEncoderTrainer):  # type: ignore[misc]
    """The trainer without the model card, which quotes training texts and asks the Hub."""

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """None is added."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(output_dir or self.args.output_dir, create_model_card=False)


class LengthGroupedBatchSampler(DefaultBatchSampler):  # type: ignore[misc]
    """Batches of like length; another order each epoch, the same again after a resume."""

    def __init__(self, dataset: Dataset, batch_size: int, drop_last: bool, **rest: Any) -> None:
        super().__init__(dataset, batch_size, drop_last, **rest)
        self._lengths = [
            len(query) + len(passage)
            for query, passage in zip(dataset["query"], dataset["passage"], strict=True)
        ]

    def __iter__(self) -> Iterator[list[int]]:
        yield from length_grouped(self._lengths, self.batch_size, self.seed + self.epoch)

    def __len__(self) -> int:
        return math.ceil(len(self._lengths) / int(self.batch_size))
