"""A run's ranker: the parts that its dev split calls for, as one calibrated probability.

A logistic regression over the scores of the parts with weights that are never negative, fitted on
the dev split and judged on queries left out. Combining helps weak cross-encoders and those of few
labels most: https://arxiv.org/abs/2101.08705.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.combining.left_out import (
    Array,
    Columns,
    Gains,
    Judge,
    Truth,
    is_better,
)
from reranker_ui.core.values.labels import GRADES, Scale

# Logit of the cross-encoder, logit of the LinearProbe, cosine, BM25 by TermWeights.
PARTS = ("tuned", "probe", "cosine", "bm25")
START = ("tuned", "cosine", "bm25")
# What takes the place of START where dev says so, and how many standard errors either metric may
# lose: none where cosine and BM25, which need no labels, are left out.
ALTERNATIVES = ((PARTS, 0.5), (("tuned",), 0.0))
# Weights per standard deviation of a score that are drawn with SHRINKAGE towards these; 0 for other
# parts. The probe, which has learned from labels and not on dev, is hardly drawn.
EXPECTED = {"tuned": 0.7, "cosine": 0.7}
SHRINKAGE, LEAST_SHRINKAGE = 4.0, 1e-3
LEAST_SHARE = 0.05  # of the part that moves the logit most, below which a part is left out
FEWEST = 20  # dev pairs of each kind below which nothing is combined
FEWEST_QUERIES = 10
CONSTANT = 1e-9  # standard deviation of a score that ranks nothing


@dataclass(frozen=True)
class Combination:
    """logit = intercept + the sum of weight x score. With one part it is a calibration.

    `gains`: metric -> [gain over the cross-encoder on dev queries left out, its standard error];
    `means`: the mean score of each part on dev.
    """

    intercept: float
    weights: Mapping[str, float]
    gains: Gains
    means: Mapping[str, float] = field(default_factory=dict)

    @property
    def used(self) -> list[str]:
        """The parts with a weight."""
        return [part for part in PARTS if self.weights.get(part)]

    @property
    def alone(self) -> bool:
        """Whether the cross-encoder alone decides."""
        return self.used == ["tuned"]

    def logits(self, scores: Mapping[str, Sequence[float]]) -> list[float]:
        """The combined logit of each pair from the scores of the parts with a weight; parallel."""
        total = np.full(len(next(iter(scores.values()))), self.intercept)
        for part in self.used:
            total += self.weights[part] * np.asarray(scores[part], dtype=float)
        return [float(logit) for logit in total]

    def contributions(self, scores: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
        """What each part with a weight adds to the logit, against its mean on dev; parallel."""
        return {
            part: [
                self.weights[part] * (score - self.means.get(part, 0.0)) for score in scores[part]
            ]
            for part in self.used
        }


def combination_of(
    query_keys: Sequence[Hashable],
    grades: Sequence[float],
    scores: Mapping[str, Sequence[float]],
    scale: Scale = GRADES,
) -> Combination | None:
    """The ranker for dev pairs with their `scores` of PARTS and their grades; all are parallel.

    It is START, in which a part that ranks badly gets little or no weight. In trials this fusion
    ranked better than any choice of parts by dev, most of all where dev is small. One of
    ALTERNATIVES replaces it only if it is better: on held-out queries (5 folds) it raises nDCG@10
    or average precision by more than its standard error, and lowers neither by more than it may.
    None if there are too few labels to tell.
    """
    truth: Truth = np.asarray(scale.relevant(np.asarray(grades, dtype=float)))
    keys = pd.factorize(pd.Series(list(query_keys), dtype=object))[0]
    if not enough(truth) or len(set(keys)) < FEWEST_QUERIES:
        return None
    parts = [part for part in PARTS if part in scores]
    table = np.column_stack([np.asarray(scores[part], dtype=float) for part in parts])
    judge = Judge(keys, truth, grades, scale, table, partial(fitted, parts=parts))
    used = _worth_computing(truth, table, _used(judge, parts), parts)
    intercept, weights = fitted(truth, table * np.array(used), parts)
    if not any(weights):
        return None
    gains = judge.gains(_only(parts, "tuned"), used)
    means = dict(zip(parts, table.mean(axis=0).tolist(), strict=True))
    return Combination(intercept, dict(zip(parts, weights, strict=True)), gains, means)


def combination_without_labels(
    tuned: Sequence[float], cosine: Sequence[float]
) -> Combination | None:
    """The mean of cross-encoder and cosine, for too few dev labels to fit weights; parallel scores.

    Cosine is taken to the mean and spread that the logits have on these pairs, which need no label.
    Measured on cross-encoders of 100 labels in the guide's page on benchmarks. None where either
    score is constant.
    """
    table = np.column_stack([tuned, cosine]).astype(float)
    (middle, other), (spread, width) = table.mean(axis=0), table.std(axis=0)
    if min(spread, width) < CONSTANT:
        return None
    weights = {"tuned": 0.5, "cosine": float(0.5 * spread / width)}
    means = {"tuned": float(middle), "cosine": float(other)}
    return Combination(float(0.5 * middle - weights["cosine"] * other), weights, {}, means)


def enough(truth: Truth) -> bool:
    """Whether there are labels of both kinds to fit weights to."""
    return bool(min(truth.sum(), (~truth).sum()) >= FEWEST)


def _used(judge: Judge, parts: Sequence[str]) -> Columns:
    chosen = _only(parts, *START)
    for rival, tolerated in ALTERNATIVES:
        columns = _only(parts, *rival)
        if any(columns) and is_better(judge.gains(chosen, columns), tolerated):
            chosen = columns
    return chosen


def _worth_computing(truth: Truth, table: Array, used: Columns, parts: Sequence[str]) -> Columns:
    # Without the parts that hardly move the logit: serving them takes time.
    _, weights = fitted(truth, table * np.array(used), parts)
    moved = np.array(weights) * table.std(axis=0)
    return tuple(bool(moves) for moves in moved >= LEAST_SHARE * moved.max())


def _only(parts: Sequence[str], *selected: str) -> Columns:
    return tuple(part in selected for part in parts)


def fitted(truth: Truth, table: Array, parts: Sequence[str]) -> tuple[float, list[float]]:
    """Intercept and weights for the columns of `table`: pairs x parts; a constant one has none."""
    from scipy.optimize import minimize

    middle, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > CONSTANT, spread, np.inf)
    values = (table - middle) / spread
    penalty = np.array([LEAST_SHRINKAGE if part == "probe" else SHRINKAGE for part in parts])
    expected = np.array([EXPECTED.get(part, 0.0) for part in parts])

    def loss(point: Array) -> tuple[float, Array]:
        logits = point[0] + values @ point[1:]
        drawn = point[1:] - expected
        value = np.logaddexp(0, logits).sum() - logits[truth].sum() + penalty @ drawn**2
        miss = 1 / (1 + np.exp(-np.clip(logits, -500, 500))) - truth
        slope = miss @ values + 2 * penalty * drawn
        return float(value), np.concatenate([[miss.sum()], slope])

    start = np.array([0.0, 1.0, *[0.0] * (len(parts) - 1)])
    bounds = [(None, None), *[(0.0, None)] * len(parts)]
    point = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = point[1:] / spread
    return float(point[0] - weights @ middle), [float(weight) for weight in weights]
