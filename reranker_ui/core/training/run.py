"""One run, from its folder's frozen inputs to a model with its metrics."""

import json
import shutil
import time
from typing import TYPE_CHECKING

from reranker_ui.core.evaluation.baselines import best_by, evaluate_tuned, metrics_of, pairs_of
from reranker_ui.core.evaluation.metrics import Metrics
from reranker_ui.core.evaluation.outcome import is_constant, outcome_of
from reranker_ui.core.training.model_card import write_card
from reranker_ui.core.training.parallel.task import Launch
from reranker_ui.core.training.phase import PhaseSpec, length_notice
from reranker_ui.core.training.rows.mapped_pairs import forget
from reranker_ui.core.training.run_plan import Plan, plan_run
from reranker_ui.core.training.run_ranker import run_ranker
from reranker_ui.core.training.run_time import Pace, evaluations
from reranker_ui.core.training.warm_start.distillation import starting_model, warm_again
from reranker_ui.core.training.warm_start.preparation import start_was_best
from reranker_ui.core.values.machine import free_disk
from reranker_ui.core.values.run_folder import Cancelled, RunFolder

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


def train(
    folder: RunFolder,
    threads: int | None = None,
    preferred: str = "auto",
    launch: Launch | None = None,
) -> None:
    """Train on the inputs of `folder`; writes the model, the events and the card into it.

    `threads` of the processor, all if None; `preferred` is the precision of a recipe with auto
    (see `chosen_precision`); `launch` starts the processes of a run that is placed on several. A
    lost run continues from its last complete checkpoint. The last event is `finished` or
    `stopped`; raises Cancelled, Lost, and Refused for errors the user can fix.
    """
    started = time.monotonic()
    try:
        _train(plan_run(folder, threads, preferred, launch), started)
    finally:
        forget(folder)


def _train(plan: Plan, started: float) -> None:
    folder = plan.folder
    _emit_start(plan)
    model, stopped = _learn(plan)
    if folder.stop_requested() == "cancel":
        raise Cancelled
    _keep(model, folder)
    metrics, dev = _evaluate(plan)
    seconds = time.monotonic() - started
    write_card(folder, plan.recipe, plan.base, plan.spec, plan.machine, metrics, dev, seconds)
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
    folder, test, scale = plan.folder, plan.test, plan.folder.scale()
    metrics, scores = plan.baselines.evaluate(folder, test, "test")
    tuned = evaluate_tuned(folder, test, plan.live, plan.judged, plan.baselines.shared)
    metrics["tuned"], scores["tuned"] = tuned.test, tuned.test_logits
    if ranker := run_ranker(plan, tuned.dev_logits):
        scores["combined"] = ranker.logits(
            pairs_of(test), lambda _: scores["tuned"], plan.baselines.vectors.of_pairs
        )
        metrics["combined"] = metrics_of(test, scores["combined"], scale)
        folder.emit("evaluated", when="combined", split="test", metrics=metrics["combined"])
    scored = test.assign(**scores)
    scored.to_parquet(folder.test_scores_file, index=False)
    folder.outcome_file.write_text(json.dumps(outcome_of(scored, scale), ensure_ascii=False))
    if is_constant(scored["tuned"]):
        folder.emit(
            "notice",
            message="The tuned model gives every test pair the same score, so it ranks nothing. "
            "Train again with a lower learning rate, more epochs, or a warm start.",
        )
    return metrics, tuned.dev


def _emit_start(plan: Plan) -> None:
    folder, warm, machine = plan.folder, plan.warm, plan.machine
    warm_steps = warm.spec.steps if warm and not warm.done else 0
    folder.emit(
        "started",
        "warm_start" if warm_steps else "train",
        base_asked=plan.base.requested,
        base_used=plan.base.used,
        notice=plan.base.notice,
        precision=machine.precision,
        threads=machine.threads,
        device=machine.device,
        processes=plan.spec.ranks,
        pairs=folder.lineage()["counts"],
        learned_from=len(plan.spec.queries) - plan.spec.idle,
        plan={"warm_start_steps": warm_steps, "train_steps": plan.spec.steps},
    )
    requested, limit = folder.recipe().max_length, plan.recipe.max_length
    notices = [
        plan.sizing,
        machine.notice,
        plan.baselines.notice,
        length_notice(limit, requested) if limit < requested else None,
        _idle_notice(plan.spec),
        "The warm start of an earlier run on these texts is reused."
        if warm and warm.done
        else None,
    ]
    for notice in filter(None, notices):
        folder.emit("notice", message=notice)


def _idle_notice(spec: PhaseSpec) -> str | None:
    if not spec.idle:
        return None
    return (
        f"{spec.idle:,} of {len(spec.queries):,} pairs have no effect: this loss learns how the"
        " passages of a query differ, and their labels are all the same."
    )


def _learn(plan: Plan) -> tuple["CrossEncoder", bool]:
    # Returns the model and whether it was stopped early.
    from reranker_ui.core.training.parallel.delegation import learn_as_planned
    from reranker_ui.core.training.run_events import LiveEvaluator

    folder, live = plan.folder, plan.live
    best = None
    if len(live):
        best = best_by(plan.baselines.evaluate(folder, live, "dev")[0]["bm25"], plan.recipe.best_by)
    warm = plan.warm.spec.learned if plan.warm and not plan.warm.done else 0
    candidate = plan.warm is not None and best is not None
    scored = (evaluations(plan.spec) + 1 + candidate) * len(live) + 2 * len(plan.test)
    pace = Pace.of(plan.spec.learned + warm, scored)
    model, stopped = starting_model(plan, pace)
    if stopped:
        return model, True
    evaluator = LiveEvaluator(folder, live, pace, best) if len(live) else None
    resume = folder.last_checkpoint()
    if candidate and evaluator and not resume:
        evaluator(model, steps=0)
    stopped = learn_as_planned(plan, model, plan.spec, pace, evaluator, resume)
    # Later runs may have deleted the warm start of a lost run in the meantime.
    if plan.warm and plan.warm.done and best and start_was_best(folder.events()[0], best):
        model = warm_again(plan, plan.warm)
    return model, stopped


def _keep(model: "CrossEncoder", folder: RunFolder) -> None:
    from reranker_ui.core.training.fitting import save_model

    if free_disk(folder.path) < 2 * sum(p.numel() * p.element_size() for p in model.parameters()):
        shutil.rmtree(folder.checkpoints, ignore_errors=True)  # the model matters more
    for file in (folder.cutoff_file, folder.combined_file):  # of a run that is resumed
        file.unlink(missing_ok=True)  # chosen for other weights
    save_model(model, folder.model, folder.path / "model.new")
