"""Compares rankers on labelled pairs, each judged on queries that its fit has not seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from reranker_ui.core.evaluation.calibration import FOLDS
from reranker_ui.core.evaluation.metrics import per_query
from reranker_ui.core.values.labels import Scale

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Truth: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
Gains: TypeAlias = Mapping[str, Sequence[float]]
Columns: TypeAlias = tuple[bool, ...]  # which columns of a table are used
Fit: TypeAlias = Callable[[Truth, Array], tuple[float, list[float]]]
RESAMPLES = 200


def is_better(gains: Gains, tolerated: float) -> bool:
    """Whether one metric gains more than its standard error and none loses more than `tolerated`.

    `tolerated` is in standard errors.
    """
    improves = any(gain > error for gain, error in gains.values())
    return improves and all(gain >= -error * tolerated for gain, error in gains.values())


class Judge:
    """Compares some columns of a table of scores with others, on queries left out of the fits.

    `keys`: the number of each pair's query, from 0 on; `table`: pairs x parts; `fit`: how a table
    becomes an intercept and weights. Columns that are not used are 0.
    """

    def __init__(
        self, keys: Any, truth: Truth, grades: Sequence[float], scale: Scale, table: Array, fit: Fit
    ) -> None:
        self._keys, self._truth, self._grades = keys, truth, list(grades)
        self._scale, self._table, self._fit = scale, table, fit
        self._measured: dict[Columns, tuple[Array, Array]] = {}
        queries = int(keys.max()) + 1
        draws = np.random.default_rng(0).multinomial(queries, [1 / queries] * queries, RESAMPLES)
        # How often each pair counts: once in the first row, then as often as its query is drawn.
        self._counts = np.vstack([np.ones(queries), draws])[:, keys]

    def gains(self, before: Columns, after: Columns) -> dict[str, list[float]]:
        """Gains of `after` in nDCG@10 and average precision, each with its standard error."""
        won, gain = (
            new - old
            for old, new in zip(self._measures(before), self._measures(after), strict=True)
        )
        results: dict[str, list[float]] = {}
        if len(won) > 1:
            results["ndcg@10"] = [float(won.mean()), float(won.std(ddof=1) / np.sqrt(len(won)))]
        results["average_precision"] = [float(gain[0]), float(np.std(gain[1:]))]
        return results

    def _measures(self, columns: Columns) -> tuple[Array, Array]:
        # nDCG@10 by query; average precision, as it is and by resamples of the queries.
        if columns not in self._measured:
            logits = self._left_out(self._table * np.array(columns))
            self._measured[columns] = self._ndcg(logits), self._precision(logits)
        return self._measured[columns]

    def _left_out(self, table: Array) -> Array:
        # Logits of each pair by a fit on the other folds' queries. Both sides are judged by such,
        # as the fits differ a little in scale, which costs average precision.
        from sklearn.model_selection import GroupKFold

        logits = np.zeros(len(table))
        for learn, rest in GroupKFold(FOLDS).split(table, groups=self._keys):
            intercept, weights = self._fit(self._truth[learn], table[learn])
            logits[rest] = intercept + table[rest] @ np.asarray(weights)
        return logits

    def _ndcg(self, scores: Array) -> Array:
        metrics = per_query(self._keys.tolist(), self._grades, scores.tolist(), scale=self._scale)
        return np.asarray(metrics["ndcg@10"], dtype=float)

    def _precision(self, scores: Array) -> Array:
        # Average precision over all pairs, each counted as often as a row of the counts says.
        order = np.argsort(-scores, kind="stable")
        often = self._counts[:, order]
        hits = often * self._truth[order]
        right_count, seen_count = hits.cumsum(axis=1), np.maximum(often.cumsum(axis=1), 1)
        return np.asarray(
            (hits * right_count / seen_count).sum(axis=1) / np.maximum(right_count[:, -1], 1)
        )
