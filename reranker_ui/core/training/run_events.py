"""The events of a running phase: steps, evaluations on dev and checkpoints."""

import math
import time
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.base.evaluation import BaseEvaluator
from transformers import TrainerCallback

from reranker_ui.core.evaluation.baselines import metrics_of, pairs_of
from reranker_ui.core.training.parallel.decisions import Decisions
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.values.machine import bytes_in_words, free_disk, free_memory
from reranker_ui.core.values.refused import Diverged
from reranker_ui.core.values.run_folder import Cancelled, RunFolder

LEAST_MEMORY = 300_000_000  # bytes
STOP, SAVE, CANCEL = 1, 2, 4
SAVE_EVERY = 600.0  # seconds after which a checkpoint is due, evaluation or not


class LiveEvaluator(BaseEvaluator):  # type: ignore[misc]
    """Scores the live dev pairs and emits their metrics; `best` selects the saved checkpoint."""

    def __init__(
        self, folder: RunFolder, frame: pd.DataFrame, pace: Pace, best: str | None
    ) -> None:
        super().__init__()
        self.primary_metric = best
        self._folder, self._frame, self._pace = folder, frame, pace

    def __call__(
        self, model: CrossEncoder, output_path: Any = None, epoch: float = -1, steps: int = -1
    ) -> dict[str, float]:
        """Emit one `evaluated` event with all metrics; returns those that have a value."""
        logits = model.predict(
            pairs_of(self._frame),
            batch_size=32,
            activation_fn=torch.nn.Identity(),
            show_progress_bar=False,
        )
        if not all(map(math.isfinite, logits)):
            raise not_a_number(steps)
        metrics = metrics_of(self._frame, [float(logit) for logit in logits], self._folder.scale())
        self._pace.scored(len(self._frame))
        self._folder.emit("evaluated", when="during", split="dev", step=steps, metrics=metrics)
        return {name: float(value) for name, value in metrics.items() if value is not None}


class Reporter(TrainerCallback):  # type: ignore[misc]
    """Writes the events of a phase and obeys the file `stop` after each step."""

    def __init__(self, folder: RunFolder, spec: PhaseSpec, pace: Pace, evaluates: bool) -> None:
        self.stopped = self.learns = False  # learns: a step has begun
        self._folder, self._spec, self._pace = folder, spec, pace
        self._evaluates = evaluates
        self._begun = self._saved = time.monotonic()
        self._size = 0
        self._warned: set[str] = set()

    def on_train_begin(
        self, _args: Any, state: Any, _control: Any, model: Any = None, **_: Any
    ) -> None:
        """Count the pairs a resumed run has already trained on, and the size of a checkpoint."""
        self._decisions = Decisions()
        self._size = checkpoint_bytes(model)
        self._pace.skipped(state.global_step * self._spec.batch_pairs)

    def on_epoch_begin(
        self, _args: Any, state: Any, _control: Any, train_dataloader: Any = None, **_: Any
    ) -> None:
        """Set the epoch of a sampler shared by processes: a resumed trainer does not reach it."""
        sampler: Any = getattr(train_dataloader.batch_sampler, "batch_sampler", None)
        if hasattr(sampler, "set_epoch"):
            sampler.set_epoch(int(state.epoch or 0))

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Start the clock of a step, which excludes evaluations."""
        self._begun, self.learns = time.monotonic(), True

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Stop the clock, obey a stop request, and request a checkpoint if one is due."""
        self._pace.learned(self._spec.batch_pairs, time.monotonic() - self._begun)
        last = state.global_step >= state.max_steps
        decision = self._decisions.of_first(self._decision(control.should_save, last))
        if decision == CANCEL:
            raise Cancelled
        if decision & STOP:
            self.stopped = control.should_training_stop = True
            control.should_evaluate = self._evaluates
        control.should_log |= self.stopped or last
        control.should_save = bool(decision & SAVE)

    def _decision(self, save: bool, last: bool) -> int:
        """CANCEL, or what is to be done of STOP and SAVE; `save`: a checkpoint is due anyway."""
        stop = self._folder.stop_requested()
        if stop == "cancel":
            return CANCEL
        stopped = stop == "keep" and not last
        due = time.monotonic() - self._saved > SAVE_EVERY
        save = save or (self._spec.phase == "train" and (stopped or due))
        return STOP * stopped + SAVE * (save and self._has_room())

    def _has_room(self) -> bool:
        """Whether a checkpoint and the final model fit on the disk; emits a notice if not."""
        if free_memory() < LEAST_MEMORY:
            self._warn(f"Only {bytes_in_words(free_memory())} of memory is left on this machine.")
        needed, free = 1.5 * self._size, free_disk(self._folder.path)
        if free < needed:
            self._warn(
                f"No checkpoint is saved: {bytes_in_words(free)} is free on the disk; one needs "
                f"{bytes_in_words(needed)}. Training continues; delete runs that are not needed."
            )
        return free >= needed

    def _warn(self, message: str) -> None:
        kind = message[:12]
        if kind not in self._warned:
            self._warned.add(kind)
            self._folder.emit("notice", self._spec.phase, message=message)

    def on_log(self, args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
        """Emit one `log` event. Raises Diverged where the loss or gradient is not finite."""
        if not logs or "loss" not in logs:
            return
        norm = logs.get("grad_norm")
        # In fp16 an overflowing norm is normal: the step is skipped, and the scale halved.
        watched = [logs["loss"]] if args.fp16 else [logs["loss"], norm or 0.0]
        if not all(map(math.isfinite, watched)):
            raise not_a_number(state.global_step)
        self._folder.emit(
            "log",
            self._spec.phase,
            step=state.global_step,
            max_steps=state.max_steps,
            epoch=round(state.epoch, 4),
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            grad_norm=norm if norm is None or math.isfinite(norm) else None,
            pairs_per_second=self._pace.pairs_per_second,
            eta=self._pace.eta,
        )

    def on_save(self, args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Emit one `checkpoint` event."""
        self._saved = time.monotonic()
        path = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        self._folder.emit("checkpoint", self._spec.phase, step=state.global_step, path=str(path))


def checkpoint_bytes(model: torch.nn.Module) -> int:
    """The size of a checkpoint: the weights, and two moments of each trained weight."""
    sizes = [(p.numel() * p.element_size(), p.requires_grad) for p in model.parameters()]
    return sum(size * (3 if learns else 1) for size, learns in sizes)


def not_a_number(step: int) -> Diverged:
    """The error for weights that are infinite or NaN."""
    return Diverged(
        f"The loss became NaN or infinite at step {step}. "
        "Lower the learning rate, or train in fp32."
    )
