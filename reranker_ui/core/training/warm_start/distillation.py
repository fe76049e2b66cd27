"""The warm-start phase of a run: trained, compared with its teacher, repeated once on collapse."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.run_plan import Plan
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.training.warm_start.preparation import WarmStart, used
from reranker_ui.core.values.refused import Diverged

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

    from reranker_ui.core.training.phase import PhaseSpec

COLLAPSE_SAMPLE = 64  # pairs by which a collapse is seen
CHECKED = 300  # pairs on which model and teacher are compared
COLLAPSED = 0.1  # share of the spread of logits that is left where a model ranks nothing any more
CLOSE = 0.8  # rank correlation with the teacher, below which the warm start was too short
LOWER = 4  # what the learning rate is divided by after a collapse


def starting_model(plan: Plan, pace: Pace) -> tuple["CrossEncoder", bool]:
    """The model that learns the labels, warm if the plan has a warm start; whether it was stopped.

    A warm start that collapses into constant scores is done once more at a lower rate; if that
    collapses too, the labels are learned from the base itself.
    """
    from reranker_ui.core.training.fitting import open_model, save_model

    warm, seed, max_length = plan.warm, plan.recipe.seed, plan.recipe.max_length
    if warm and warm.done:
        used(warm)
        return open_model(warm.folder, max_length, seed), False
    model = open_model(plan.base.path, max_length, seed)
    if warm is None or plan.folder.last_checkpoint():
        return model, False
    model, stopped, whole = _warmed(plan, warm, model, pace)
    if not whole:
        return model, stopped
    save_model(model, warm.folder, warm.draft)
    used(warm)
    # `learn` trains a model once. Later runs open this folder too, so they end with equal weights.
    del model
    return open_model(warm.folder, max_length, seed), False


def warm_again(plan: Plan, warm: WarmStart) -> "CrossEncoder":
    """The model of the warm start, where no step with labels did better on dev; says so."""
    from reranker_ui.core.training.fitting import open_model

    plan.folder.emit(
        "notice",
        message="No step did better on dev than the warm start, so its weights are kept: these "
        "labels did not help. More labels help most; a lower learning rate may.",
    )
    return open_model(warm.folder, plan.recipe.max_length, plan.recipe.seed)


def _warmed(
    plan: Plan, warm: WarmStart, model: "CrossEncoder", pace: Pace
) -> tuple["CrossEncoder", bool, bool]:
    # The model, whether it was stopped, and whether it is a warm start worth keeping.
    from reranker_ui.core.training.fitting import open_model

    vectors = plan.baselines.vectors
    spec = warm.targets(vectors)
    vectors.delete_engine()
    for rate in (spec.learning_rate, spec.learning_rate / LOWER):
        stopped, collapsed = _learned(plan, replace(spec, learning_rate=rate), model, pace)
        if stopped or not collapsed:
            if not stopped:
                _compare(plan, warm, model)
            return model, stopped, not stopped
        _report_collapse(plan, rate, last=rate < spec.learning_rate)
        model = open_model(plan.base.path, plan.recipe.max_length, plan.recipe.seed)
    return model, False, False


def _learned(plan: Plan, spec: "PhaseSpec", model: "CrossEncoder", pace: Pace) -> tuple[bool, bool]:
    # Whether it was stopped, and whether the model collapsed.
    from reranker_ui.core.training.parallel.delegation import learn_as_planned

    sample = list(zip(spec.queries, spec.passages, strict=True))[:COLLAPSE_SAMPLE]
    before = _logits(model, sample)
    try:
        stopped = learn_as_planned(plan, model, spec, pace)
    except Diverged:
        return False, True
    return stopped, not stopped and is_collapsed(before, _logits(model, sample))


def is_collapsed(before: list[float], after: list[float]) -> bool:
    """Whether a model gives all pairs about the same logit after it has learned, or no number.

    `before`: what the fresh head gave the same pairs, which chance alone spreads.
    """
    return not float(np.std(after)) >= COLLAPSED * float(np.std(before))


def agreement(logits: list[float], cosines: list[float]) -> float:
    """Spearman's rank correlation of a model with its teacher, -1 to 1; parallel."""
    from scipy.stats import spearmanr

    return float(spearmanr(logits, cosines).statistic)


def _report_collapse(plan: Plan, rate: float, last: bool) -> None:
    what_follows = "Training continues without it." if last else "It is repeated at a lower rate."
    plan.folder.emit(
        "notice",
        "warm_start",
        message=f"The warm start collapsed: at a learning rate of {rate:g} the model gives all "
        f"pairs the same score. {what_follows}",
    )


def _compare(plan: Plan, warm: WarmStart, model: "CrossEncoder") -> None:
    # How near the model came to its teacher, on dev pairs that it has not seen.
    pairs = pairs_of(plan.live)[:CHECKED]
    if len(pairs) < 2:
        return
    value = agreement(_logits(model, pairs), plan.baselines.vectors.cosines(pairs))
    plan.baselines.vectors.delete_engine()
    plan.folder.emit("agreement", "warm_start", split="dev", pairs=len(pairs), value=value)
    if value < CLOSE:
        plan.folder.emit(
            "notice",
            "warm_start",
            message="After the warm start the model follows its teacher, the cosine, only in part "
            f"(rank correlation {value:.2f} on dev pairs). Use more warm-start pairs; a higher "
            "rate does not help.",
        )


def _logits(model: "CrossEncoder", pairs: list[Pair]) -> list[float]:
    import torch

    logits = model.predict(
        pairs, batch_size=32, activation_fn=torch.nn.Identity(), show_progress_bar=False
    )
    return [float(logit) for logit in logits]
