"""One run, from its folder's frozen inputs to a model with its metrics."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.evaluation.baselines import (
    Baselines,
    best_by,
    evaluate_tuned,
    live_pairs,
    pairs_of,
)
from reranker_ui.core.evaluation.metrics import Metrics
from reranker_ui.core.evaluation.outcome import is_constant, outcome_of
from reranker_ui.core.models.model_folder import token_limit
from reranker_ui.core.training.model_card import write_card
from reranker_ui.core.training.negatives import with_negatives
from reranker_ui.core.training.phase import Lesson, length_notice, lesson_of
from reranker_ui.core.training.run_time import Pace, evaluations
from reranker_ui.core.training.warm_start import WarmStart, start_was_best, used, warm_start_of
from reranker_ui.core.values.machine import Machine, bytes_in_words, free_disk, this_machine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import Cancelled, RunFolder

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


@dataclass(frozen=True)
class Plan:
    """All that is decided before the first step of a run."""

    folder: RunFolder
    recipe: Recipe
    base: ResolvedBase
    machine: Machine
    lesson: Lesson
    baselines: Baselines
    warm: WarmStart | None
    live: pd.DataFrame
    test: pd.DataFrame


def train(folder: RunFolder, threads: int | None = None, preferred: str = "auto") -> None:
    """Train on the inputs of `folder`; the model, the events and the card come to lie in it.

    `threads` of the processor, all if None; `preferred` is the precision of a recipe that says
    auto (see `chosen_precision`). A run that was lost goes on from its last whole
    checkpoint. The last event is `finished` or `stopped`; raises Cancelled, and Refused for
    what a person can mend.
    """
    begun = time.monotonic()
    plan = _plan(folder, threads, preferred)
    _tell_start(plan)
    model, stopped = _learn(plan)
    if folder.stop_requested() == "cancel":
        raise Cancelled
    _keep(model, folder)
    metrics, dev = _evaluate(plan)
    seconds = time.monotonic() - begun
    write_card(folder, plan.recipe, plan.base, plan.lesson, plan.machine, metrics, dev, seconds)
    if not stopped:  # a stopped run can be resumed
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
    folder.emit(
        "stopped" if stopped else "finished",
        metrics=metrics,
        seconds=seconds,
        processor_seconds=time.process_time(),
    )


def _evaluate(plan: Plan) -> tuple[dict[str, Metrics], Metrics]:
    # Metrics of all rankers on the test split, and of the tuned model on dev.
    folder, test = plan.folder, plan.test
    metrics, scores = plan.baselines.evaluate(folder, test, "test")
    dev, metrics["tuned"], scores["tuned"] = evaluate_tuned(folder, test, plan.live)
    scored = test.assign(**scores)
    scored.to_parquet(folder.test_scores_file, index=False)
    folder.outcome_file.write_text(
        json.dumps(outcome_of(scored, folder.scale()), ensure_ascii=False)
    )
    if is_constant(scored["tuned"]):
        folder.emit(
            "notice",
            message="The tuned model gives every test pair the same score, so it ranks nothing. "
            "Train again with a lower learning rate, more epochs, or a warm start.",
        )
    return metrics, dev


def _plan(folder: RunFolder, threads: int | None, preferred: str) -> Plan:
    recipe, cache = folder.recipe(), folder.home / "cache"
    pairs, dev, test = (folder.pairs(split) for split in ("train", "dev", "test"))
    base = _base(folder, recipe, pairs)
    _stay_offline()
    limit = token_limit(base.path) or recipe.max_length
    recipe = recipe.model_copy(update={"max_length": min(recipe.max_length, limit)})
    baselines = Baselines(base, recipe.max_length, cache, pairs_of(pairs))
    taught = with_negatives(recipe, pairs, baselines.encoder, folder.scale())
    lesson = lesson_of(recipe, taught, folder.scale())
    return Plan(
        folder,
        recipe,
        base,
        this_machine(recipe.precision, threads, preferred),
        lesson,
        baselines,
        warm_start_of(recipe, base, baselines.encoder, pairs, cache),
        live_pairs(dev, lesson.learned, recipe.seed, folder.scale()),
        test,
    )


def _base(folder: RunFolder, recipe: Recipe, pairs: pd.DataFrame) -> ResolvedBase:
    parent = folder.lineage().get("parent_run")
    if parent is not None and not Path(recipe.base).is_dir():
        raise Refused(f"run {parent}, which this run goes on from, left no model.")
    cache = folder.home / "cache"
    base = resolve_base(recipe.base, cache, recipe.revision, pairs_of(pairs))
    needed = sum(file.stat().st_size for file in base.path.glob("*.safetensors"))
    if (free := free_disk(folder.path)) < 2 * needed:
        raise Refused(
            f"Only {bytes_in_words(free)} are free on the disk, and this base needs "
            f"{bytes_in_words(2 * needed)} at least. Delete runs that are not needed."
        )
    return base


def _stay_offline() -> None:
    # From here on all is on this machine; a library that asks the Hub waits for its retries.
    from huggingface_hub import constants

    os.environ["HF_HUB_OFFLINE"] = "1"
    constants.HF_HUB_OFFLINE = True


def _tell_start(plan: Plan) -> None:
    folder, warm, machine = plan.folder, plan.warm, plan.machine
    warm_steps = warm.lesson.steps if warm and not warm.done else 0
    folder.emit(
        "started",
        "warm_start" if warm_steps else "train",
        base_asked=plan.base.asked,
        base_used=plan.base.used,
        notice=plan.base.notice,
        precision=machine.precision,
        threads=machine.threads,
        device=machine.device,
        pairs=folder.lineage()["counts"],
        learned_from=len(plan.lesson.queries) - plan.lesson.idle,
        plan={"warm_start_steps": warm_steps, "train_steps": plan.lesson.steps},
    )
    asked, read = folder.recipe().max_length, plan.recipe.max_length
    notices = [
        machine.notice,
        plan.baselines.notice,
        length_notice(read, asked) if read < asked else None,
        _idle_notice(plan.lesson),
        "The warm start of an earlier run on these texts is used again."
        if warm and warm.done
        else None,
    ]
    for notice in filter(None, notices):
        folder.emit("notice", message=notice)


def _idle_notice(lesson: Lesson) -> str | None:
    if not lesson.idle:
        return None
    return (
        f"{lesson.idle:,} of {len(lesson.queries):,} pairs teach nothing here: this loss learns how"
        " the passages of a query differ, and their labels are all the same."
    )


def _learn(plan: Plan) -> tuple["CrossEncoder", bool]:
    # Returns the model and whether it was stopped early.
    from reranker_ui.core.training.fitting import learn
    from reranker_ui.core.training.run_events import LiveEvaluator

    folder, live = plan.folder, plan.live
    best = None
    if len(live):
        best = best_by(plan.baselines.evaluate(folder, live, "dev")[0]["bm25"], plan.recipe.best_by)
    warm = plan.warm.lesson.learned if plan.warm and not plan.warm.done else 0
    candidate = plan.warm is not None and best is not None
    scored = (evaluations(plan.lesson) + 1 + candidate) * len(live) + 2 * len(plan.test)
    pace = Pace(plan.lesson.learned + warm, scored)
    model, stopped = _beginning(plan, pace)
    if stopped:
        return model, True
    evaluator = LiveEvaluator(folder, live, pace, best) if len(live) else None
    resume = folder.last_checkpoint()
    if candidate and evaluator and not resume:
        evaluator(model, steps=0)
    stopped = learn(model, plan.lesson, folder, plan.machine, pace, evaluator, resume)
    # A run that was lost may find that later ones let the warm start go meanwhile.
    if plan.warm and plan.warm.done and best and start_was_best(folder.events()[0], best):
        model = _warm_again(plan, plan.warm)
    return model, stopped


def _warm_again(plan: Plan, warm: WarmStart) -> "CrossEncoder":
    from reranker_ui.core.training.fitting import open_model

    plan.folder.emit(
        "notice",
        message="No step did better on dev than the warm start, so its weights are kept: these "
        "labels did not help. More labels help most; a lower learning rate may.",
    )
    return open_model(warm.kept, plan.recipe.max_length, plan.recipe.seed)


def _beginning(plan: Plan, pace: Pace) -> tuple["CrossEncoder", bool]:
    # The model that the labels are learned by: the base, warm if need be.
    from reranker_ui.core.training.fitting import learn, open_model, save_model

    warm, seed = plan.warm, plan.recipe.seed
    if warm and warm.done:
        used(warm)
        return open_model(warm.kept, plan.recipe.max_length, seed), False
    model = open_model(plan.base.path, plan.recipe.max_length, seed)
    if warm is None or plan.folder.last_checkpoint():
        return model, False
    stopped = learn(model, warm.targets(), plan.folder, plan.machine, pace)
    if stopped:
        return model, True
    save_model(model, warm.kept, warm.aside)
    used(warm)
    # `learn` trains a model once. Later runs open this folder too, so they end with equal weights.
    del model
    return open_model(warm.kept, plan.recipe.max_length, seed), False


def _keep(model: "CrossEncoder", folder: RunFolder) -> None:
    from reranker_ui.core.training.fitting import save_model

    if free_disk(folder.path) < 2 * sum(p.numel() * p.element_size() for p in model.parameters()):
        shutil.rmtree(folder.checkpoints, ignore_errors=True)  # the model matters more
    folder.cutoff_file.unlink(missing_ok=True)  # of a run that is resumed: chosen for other weights
    save_model(model, folder.model, folder.path / "model.new")
