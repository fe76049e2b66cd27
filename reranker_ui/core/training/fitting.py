"""One phase of a run: trains a model on pairs and targets, and emits events."""

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.cross_encoder import (
    CrossEncoderTrainer,
    CrossEncoderTrainingArguments,
)
from transformers import EarlyStoppingCallback, PrinterCallback, set_seed

from reranker_ui.core.models.first_token import read_first_token
from reranker_ui.core.models.loading import SAFE, damage_refused, folder_at
from reranker_ui.core.training.losses import loss_of
from reranker_ui.core.training.parallel.decisions import rank_count
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.rows.dataset import Rows
from reranker_ui.core.training.rows.length_batches import length_grouped, parts_of
from reranker_ui.core.training.rows.row_columns import characters_of
from reranker_ui.core.training.run_events import LiveEvaluator, Reporter
from reranker_ui.core.training.run_time import Pace, every
from reranker_ui.core.values.execution.sentences import lacks_memory
from reranker_ui.core.values.filesystems import is_disk_full
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder

LOGGED = 500  # points logged per phase at most, about
SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


def open_model(path: Path, max_length: int, seed: int) -> CrossEncoder:
    """The cross-encoder in the folder `path`; one without a ranking head gets a new one.

    Also seeds all random generators with `seed`. Only safetensors are read, and no code.
    """
    set_seed(seed)
    with damage_refused(f"The model in {path}", "Choose another base."):
        model = CrossEncoder(
            str(folder_at(path)),
            max_length=max_length,
            local_files_only=True,
            model_kwargs=SAFE,
        )
    read_first_token(model)
    return model


def save_model(model: CrossEncoder, path: Path, draft: Path) -> None:
    """Save into the folder `path`, which appears only when complete; `draft` is its draft."""
    model.activation_fn = torch.nn.Sigmoid()
    shutil.rmtree(draft, ignore_errors=True)
    model.save_pretrained(str(draft), create_model_card=False)
    shutil.rmtree(path, ignore_errors=True)
    draft.rename(path)


def learn(
    model: CrossEncoder,
    spec: PhaseSpec,
    folder: RunFolder,
    machine: Machine,
    pace: Pace,
    evaluator: LiveEvaluator | None = None,
    resume: Path | None = None,
) -> bool:
    """Train `model`; afterwards it has the best weights by the evaluator, otherwise the last.

    Call it once for each opened model: accelerate marks a trained model as prepared, and a second
    call would train in fp32 whatever the precision of `machine`.
    Returns whether it was stopped early. Raises Cancelled, and Refused where the loss is not
    finite, or the checkpoint cannot be loaded or contains something other than numbers.
    """
    prepare(model, spec)
    reporter = Reporter(folder, spec, pace, evaluator is not None)
    trainer = Trainer(
        model=model,
        args=_arguments(spec, folder, machine, evaluator),
        train_dataset=Rows(spec.columns),
        loss=loss_of(model, spec),
        evaluator=evaluator,
        callbacks=[reporter, *_early_stop(spec, evaluator)],
    )
    trainer.remove_callback(PrinterCallback)
    with _dropout(model, spec.dropout):
        _train(trainer, reporter, resume)
    # Otherwise predictions in this process stay in the training precision.
    trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
    model.eval()
    return reporter.stopped


def _train(trainer: "Trainer", reporter: Reporter, resume: Path | None) -> None:
    try:
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    except UnpicklingError as error:
        raise Refused(
            f"{resume and resume.name} contains something other than numbers, so it was not"
            " loaded: somebody has changed it. Start this run again."
        ) from error
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError,
            ValueError) as error:  # fmt: skip
        if resume is None or reporter.learns or is_disk_full(error) or lacks_memory(error):
            raise
        raise Refused(
            f"{resume.name} cannot be loaded: it is damaged. Delete the folder {resume} and resume"
            " again, which continues from the checkpoint before it, or start this run again."
        ) from error


def prepare(model: CrossEncoder, spec: PhaseSpec) -> None:
    """Set which weights are trained: all, or all except the token embeddings."""
    model.requires_grad_(True)
    model.model.get_input_embeddings().requires_grad_(spec.train_embeddings)


@contextmanager
def _dropout(model: CrossEncoder, enabled: bool) -> Iterator[None]:
    modules = [(m, m.p) for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    for module, p in modules:
        module.p = p if enabled else 0.0
    yield
    for module, p in modules:
        module.p = p


def _early_stop(spec: PhaseSpec, evaluator: LiveEvaluator | None) -> list[Any]:
    if not spec.early_stopping or evaluator is None or not evaluator.primary_metric:
        return []
    return [EarlyStoppingCallback(spec.early_stopping)]


def _arguments(
    spec: PhaseSpec, folder: RunFolder, machine: Machine, evaluator: LiveEvaluator | None
) -> CrossEncoderTrainingArguments:
    steps = every(spec)
    watched: dict[str, Any] = {"eval_strategy": "no", "save_strategy": "no"}
    if spec.phase == "train":
        watched = {"save_strategy": "steps", "save_steps": steps, "save_total_limit": 2}
    if evaluator is not None:
        watched |= {"eval_strategy": "steps", "eval_steps": steps}
    if evaluator is not None and evaluator.primary_metric:
        watched |= {
            "load_best_model_at_end": True,
            "metric_for_best_model": f"eval_{evaluator.primary_metric}",
            "greater_is_better": True,
        }
    return CrossEncoderTrainingArguments(
        output_dir=str(folder.checkpoints),
        num_train_epochs=spec.epochs,
        max_steps=spec.max_steps or -1,
        per_device_train_batch_size=spec.row_batch // spec.ranks,
        learning_rate=spec.learning_rate,
        lr_scheduler_type=SCHEDULES[spec.schedule],
        # A float below 1 is a fraction of all steps.
        warmup_steps=round(spec.warmup) if spec.warmup >= 1 else spec.warmup,
        weight_decay=spec.weight_decay,
        max_grad_norm=1.0,
        # In-batch negatives must not contain another row's positive; otherwise group by length.
        batch_sampler="no_duplicates" if spec.loss == "mnrl" else LengthGroupedBatchSampler,
        seed=spec.seed,
        use_cpu=machine.device == "cpu",
        bf16=machine.precision == "bf16",
        fp16=machine.precision == "fp16",
        dataloader_pin_memory=machine.device != "cpu",
        ddp_find_unused_parameters=False,
        ddp_backend="gloo" if spec.ranks > 1 and machine.device == "cpu" else None,
        logging_steps=max(1, math.ceil(spec.steps / LOGGED)),
        logging_first_step=True,
        logging_nan_inf_filter=False,  # otherwise a NaN loss is logged as 0
        disable_tqdm=True,
        report_to="none",
        **watched,
    )


class Trainer(CrossEncoderTrainer):  # type: ignore[misc]
    """The trainer without the model card, which quotes training texts and queries the Hub."""

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """None is added."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self.model.save_pretrained(output_dir or self.args.output_dir, create_model_card=False)


class LengthGroupedBatchSampler(DefaultBatchSampler):  # type: ignore[misc]
    """Batches of similar length; another order each epoch, reproducible after a resume.

    Where several processes train together, each batch is dealt to them in parts of `batch_size`
    rows: together they learn the batches of a process that trains alone.
    """

    def __init__(self, dataset: Rows, batch_size: int, drop_last: bool, **rest: Any) -> None:
        super().__init__(dataset, batch_size, drop_last, **rest)
        self._lengths = characters_of(dataset.columns)

    def __iter__(self) -> Iterator[list[int]]:
        whole = int(self.batch_size) * rank_count()
        for batch in length_grouped(self._lengths, whole, self.seed + self.epoch):
            yield from parts_of(batch, rank_count(), int(self.batch_size))

    def __len__(self) -> int:
        return math.ceil(len(self._lengths) / (int(self.batch_size) * rank_count())) * rank_count()
