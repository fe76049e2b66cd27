"""Calibrated probabilities: of the pairs scored 0.7, seven in ten are relevant.

Platt's sigmoid (1999) or isotonic regression (Zadrozny and Elkan, 2002), both by scikit-learn.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

import numpy as np

from reranker_ui.core.models.reranker import sigmoid

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

FOLDS = 5
LEAST_ISOTONIC = 1000  # pairs below which steps of isotonic regression are noise
BINS = 10


class ProbabilityErrors(TypedDict):
    """How far probabilities are from the labels; `error`: expected calibration error, 10 bins."""

    log_loss: float
    brier: float
    error: float


class ProbabilityMap(TypedDict):
    """A map from logits to probabilities.

    Platt's sigmoid has `a` and `b`, isotonic regression `x` and `y`.
    """

    method: Literal["platt", "isotonic"]
    a: NotRequired[float]
    b: NotRequired[float]
    x: NotRequired[list[float]]
    y: NotRequired[list[float]]


class Calibration(ProbabilityMap):
    """A fitted map, and the errors `before` and `after` it (on held-out folds)."""

    before: ProbabilityErrors
    after: ProbabilityErrors


def calibrate(
    query_keys: Sequence[Hashable], relevant: Sequence[bool], logits: Sequence[float]
) -> Calibration:
    """Fit the map from logits to probabilities; the three sequences are parallel.

    Uses the method with the lower log loss on held-out queries (5 folds), or Platt's with fewer
    than LEAST_ISOTONIC pairs.
    """
    truth, scores = np.asarray(relevant, dtype=float), np.asarray(logits, dtype=float)
    methods = ["platt", "isotonic"] if len(truth) >= LEAST_ISOTONIC else ["platt"]
    measures = {
        name: probability_errors(truth, _left_out(query_keys, truth, scores, name))
        for name in methods
    }
    best = min(methods, key=lambda name: measures[name]["log_loss"])
    before = probability_errors(truth, sigmoid(scores))
    return {**_fit(truth, scores, best), "before": before, "after": measures[best]}


def calibrated(calibration: Mapping[str, Any], logits: Sequence[float]) -> list[float]:
    """The calibrated probability of each logit."""
    scores = np.asarray(logits, dtype=float)
    if calibration["method"] == "platt":
        probabilities = sigmoid(calibration["a"] * scores + calibration["b"])
    else:
        probabilities = np.interp(scores, calibration["x"], calibration["y"])
    return [float(value) for value in np.atleast_1d(probabilities)]


def _fit(truth: Array, scores: Array, method: str) -> ProbabilityMap:
    if method == "platt":
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), truth)
        # A falling sigmoid would reverse the order, so it becomes flat.
        return {"method": "platt", "a": max(0.0, float(model.coef_[0, 0])),
                "b": float(model.intercept_[0])}  # fmt: skip
    from sklearn.isotonic import IsotonicRegression

    # Few pairs support the ends, so no probability is exactly 0 or 1.
    least = 1 / (len(truth) + 2)
    model = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip")
    model.fit(scores, truth)
    return {
        "method": "isotonic",
        "x": [float(value) for value in model.X_thresholds_],
        "y": [float(value) for value in model.y_thresholds_],
    }


def _left_out(query_keys: Sequence[Hashable], truth: Array, scores: Array, method: str) -> Array:
    from sklearn.model_selection import GroupKFold

    numbers = {key: number for number, key in enumerate(dict.fromkeys(query_keys))}
    groups = [numbers[key] for key in query_keys]
    probabilities = np.full(len(truth), truth.mean())
    for learn, rest in GroupKFold(min(FOLDS, max(2, len(numbers)))).split(scores, groups=groups):
        if 0 < truth[learn].mean() < 1:
            probabilities[rest] = calibrated(
                _fit(truth[learn], scores[learn], method), scores[rest]
            )
    return probabilities


def probability_errors(truth: Array, probabilities: Array) -> ProbabilityErrors:
    """How far `probabilities` are from `truth`, 0.0 or 1.0 of each pair; the two are parallel.

    The expected calibration error is that of Guo et al. (2017), https://arxiv.org/abs/1706.04599.
    """
    from sklearn.metrics import brier_score_loss, log_loss

    safe = np.clip(probabilities, 1e-6, 1 - 1e-6)
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [
        abs(probabilities[bins == at].mean() - truth[bins == at].mean()) * (bins == at).mean()
        for at in np.unique(bins)
    ]
    return {
        "log_loss": float(log_loss(truth, safe, labels=[0, 1])),
        "brier": float(brier_score_loss(truth, probabilities)),
        "error": float(sum(gaps)),
    }
