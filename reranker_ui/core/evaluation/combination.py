"""A run's ranker: its cross-encoder, or that combined with cosine and BM25 where dev shows a gain.

A logistic regression over the three scores with weights that are never negative, drawn towards
the cross-encoder alone. It is fitted on the dev split and judged on queries left out. Combining
helps weak cross-encoders and those of few labels most: https://arxiv.org/abs/2101.08705.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.calibration import FOLDS
from reranker_ui.core.evaluation.metrics import per_query
from reranker_ui.core.values.labels import GRADES, Scale

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Gains: TypeAlias = Mapping[str, Sequence[float]]
Truth: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
ALONE, FREE = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0])  # which of PARTS are used
PARTS = ("tuned", "cosine", "bm25")  # logit of the cross-encoder, cosine, BM25 by TermWeights
SHRINKAGE = 2.0  # of the weights of cosine and BM25, each per standard deviation of its score
FEWEST = 20  # dev pairs of each kind below which nothing is combined
FEWEST_QUERIES = 10
RESAMPLES = 200


@dataclass(frozen=True)
class Combination:
    """logit = intercept + the sum of weight x score. Without cosine and BM25 it is a calibration.

    `gains`: metric -> [gain over the cross-encoder on dev queries left out, its standard error].
    """

    intercept: float
    weights: Mapping[str, float]
    gains: Gains

    @property
    def alone(self) -> bool:
        """Whether the cross-encoder alone decides."""
        return all(self.weights[part] == 0 for part in PARTS[1:])

    def logits(self, scores: Mapping[str, Sequence[float]]) -> list[float]:
        """The combined logit of each pair from the scores of PARTS with a weight; parallel."""
        used = [part for part in PARTS if self.weights[part]]
        total = sum(self.weights[part] * np.asarray(scores[part], dtype=float) for part in used)
        size = len(next(iter(scores.values())))
        return [float(value) for value in np.broadcast_to(self.intercept + total, (size,))]


def combination_of(
    query_keys: Sequence[Hashable],
    grades: Sequence[float],
    scores: Mapping[str, Sequence[float]],
    scale: Scale = GRADES,
) -> Combination | None:
    """The ranker that dev pairs with their `scores` of PARTS call for; all are parallel.

    Cosine and BM25 are used where, on queries left out (5 folds), they raise nDCG@10 or average
    precision by more than its standard error and lower neither by half of that. Then the
    cross-encoder stays in only if it does as much for those two. None where there are too few
    labels to tell.
    """
    truth: Truth = np.asarray(scale.relevant(np.asarray(grades, dtype=float)))
    keys = pd.factorize(pd.Series(list(query_keys), dtype=object))[0]
    if min(truth.sum(), (~truth).sum()) < FEWEST or len(set(keys)) < FEWEST_QUERIES:
        return None
    table = np.column_stack([np.asarray(scores[part], dtype=float) for part in PARTS])
    judge = _Judge(keys, truth, list(grades), scale)
    gains = judge.gains(table * ALONE, table)
    used = table
    if not _is_better(gains):
        used = table * ALONE
    elif not _is_better(judge.gains(table * FREE, table)):
        used = table * FREE
    intercept, weights = fitted(truth, used)
    if not any(weights):
        return None
    return Combination(intercept, dict(zip(PARTS, weights, strict=True)), gains)


def fitted(truth: Truth, table: Array) -> tuple[float, list[float]]:
    """Intercept and weights for the columns of `table`: pairs x PARTS; a constant one has none."""
    from scipy.optimize import minimize

    middle, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > 1e-9, spread, np.inf)
    values = (table - middle) / spread
    penalty = np.array([1e-3, SHRINKAGE, SHRINKAGE])

    def loss(point: Array) -> tuple[float, Array]:
        logits = point[0] + values @ point[1:]
        value = np.logaddexp(0, logits).sum() - logits[truth].sum() + penalty @ point[1:] ** 2
        miss = 1 / (1 + np.exp(-np.clip(logits, -500, 500))) - truth
        slope = miss @ values + 2 * penalty * point[1:]
        return float(value), np.concatenate([[miss.sum()], slope])

    start = np.array([0.0, 1.0, 0.0, 0.0])
    bounds = [(None, None), *[(0.0, None)] * len(PARTS)]
    point = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = point[1:] / spread
    return float(point[0] - weights @ middle), [float(weight) for weight in weights]


def _is_better(gains: Gains) -> bool:
    some = any(gain > error for gain, error in gains.values())
    return some and all(gain > -error / 2 for gain, error in gains.values())


class _Judge:
    """Compares two tables of scores, pairs x PARTS, on queries left out of the fits."""

    def __init__(self, keys: Any, truth: Truth, grades: list[float], scale: Scale) -> None:
        self._keys, self._truth, self._grades, self._scale = keys, truth, grades, scale
        queries = int(keys.max()) + 1
        draws = np.random.default_rng(0).multinomial(queries, [1 / queries] * queries, RESAMPLES)
        # How often each pair counts: once in the first row, then as often as its query is drawn.
        self._counts = np.vstack([np.ones(queries), draws])[:, keys]

    def gains(self, before: Array, after: Array) -> dict[str, list[float]]:
        """Gains of `after` in nDCG@10 and average precision, each with its standard error."""
        sides = [self._left_out(table) for table in (before, after)]
        found: dict[str, list[float]] = {}
        won = np.subtract(*(self._ndcg(side) for side in reversed(sides)))
        if len(won) > 1:
            found["ndcg@10"] = [float(won.mean()), float(won.std(ddof=1) / np.sqrt(len(won)))]
        gain = np.subtract(*(self._precision(side) for side in reversed(sides)))
        found["average_precision"] = [float(gain[0]), float(np.std(gain[1:]))]
        return found

    def _left_out(self, table: Array) -> Array:
        # Logits of each pair by a fit on the other folds' queries. Both sides are judged by such,
        # as the fits differ a little in scale, which costs average precision.
        from sklearn.model_selection import GroupKFold

        found = np.zeros(len(table))
        for learn, rest in GroupKFold(FOLDS).split(table, groups=self._keys):
            intercept, weights = fitted(self._truth[learn], table[learn])
            found[rest] = intercept + table[rest] @ weights
        return found

    def _ndcg(self, scores: Array) -> Array:
        found = per_query(self._keys.tolist(), self._grades, scores.tolist(), scale=self._scale)
        return np.asarray(found["ndcg@10"], dtype=float)

    def _precision(self, scores: Array) -> Array:
        # Average precision over all pairs, each counted as often as a row of the counts says.
        order = np.argsort(-scores, kind="stable")
        often = self._counts[:, order]
        hits = often * self._truth[order]
        right, seen = hits.cumsum(axis=1), np.maximum(often.cumsum(axis=1), 1)
        return np.asarray((hits * right / seen).sum(axis=1) / np.maximum(right[:, -1], 1))
