"""Results of a tuned model on the test split: intervals, wins and worst regressions by query."""

from typing import Any, TypeAlias, TypedDict

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.calibration import probability_errors
from reranker_ui.core.evaluation.metrics import per_query
from reranker_ui.core.evaluation.verdict import state_of
from reranker_ui.core.models.reranker import sigmoid
from reranker_ui.core.values.labels import GRADES, Scale

Values: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Interval: TypeAlias = tuple[float, float] | tuple[None, None]
RESAMPLES = 2000
WORST = 8  # queries listed
TOLERANCE = 1e-4  # scores that differ by less are one score
RANKERS = ("base", "bm25", "cosine", "tuned")
FREE = ("bm25", "cosine")  # rankers that need no label
EQUAL = 1e-9
ENOUGH_PAIRS = 500  # test pairs below which a calibration error is chance


class Probabilities(TypedDict):
    """The scores of a run's ranker as probabilities, on `pairs` of the test split.

    `mean`: their mean; `relevant`: the share of relevant pairs; `error`: their expected calibration
    error, in 10 bins.
    """

    pairs: int
    mean: float
    relevant: float
    error: float


def outcome_of(scored: pd.DataFrame, scale: Scale = GRADES) -> dict[str, Any]:
    """Results on the test split, from its rows with a score column for each of RANKERS.

    The run's ranker is the column "combined" if present, otherwise "tuned". Returns `ranker`: its
    name;
    `intervals`: ranker -> [low, high], the 95% bootstrap interval of its mean nDCG@10; `against`:
    base, bm25, cosine (and tuned beside combined) -> {difference, low, high, p, wins, losses,
    ties} of the run's ranker against it, paired by query; `free`: the strongest of FREE on these
    queries; `reference`: the strongest of all but the run's own; `worst`: the queries that lost
    most against it, {query, a value for each ranker, passage: what the run's ranker puts first,
    grade: its label}; `queries`; `probabilities`: None below ENOUGH_PAIRS.
    """
    rankers = [*RANKERS, *(["combined"] if "combined" in scored else [])]
    ndcg = pd.DataFrame({ranker: _ndcg(scored, ranker, scale) for ranker in rankers})
    run_ranker = rankers[-1]
    probabilities = _probabilities(scored, run_ranker, scale)
    if ndcg.empty:
        return {"ranker": run_ranker, "intervals": {}, "against": {}, "free": None,
                "reference": None, "worst": [], "queries": 0,
                "probabilities": probabilities}  # fmt: skip
    reference = str(ndcg[["base", *FREE]].mean().idxmax())
    return {
        "ranker": run_ranker,
        "intervals": {name: bootstrap_interval(ndcg[name].to_numpy(float)) for name in rankers},
        "against": {name: _against(ndcg[run_ranker] - ndcg[name]) for name in rankers[:-1]},
        "free": str(ndcg[list(FREE)].mean().idxmax()),
        "reference": reference,
        "worst": _worst(ndcg, scored, run_ranker, reference),
        "queries": len(ndcg),
        "probabilities": probabilities,
    }


def is_constant(scores: "pd.Series[float]") -> bool:
    """Whether all scores are the same, so that they rank nothing."""
    return len(scores) > 1 and float(scores.max() - scores.min()) < TOLERANCE


def _ndcg(scored: pd.DataFrame, ranker: str, scale: Scale) -> "pd.Series[float]":
    keys, grades = scored["query_key"].tolist(), scored["grade"].tolist()
    metrics = per_query(keys, grades, scored[ranker].tolist(), scale=scale)
    return metrics.set_index("query_key")["ndcg@10"]


def _probabilities(scored: pd.DataFrame, ranker: str, scale: Scale) -> Probabilities | None:
    if len(scored) < ENOUGH_PAIRS:
        return None
    truth = np.asarray(scale.relevant(scored["grade"]), dtype=float)
    values = np.asarray(sigmoid(scored[ranker].to_numpy(dtype=float)), dtype=float)
    return {
        "pairs": len(scored),
        "mean": float(values.mean()),
        "relevant": float(truth.mean()),
        "error": probability_errors(truth, values)["error"],
    }


def bootstrap_interval(values: Values) -> tuple[float, float]:
    """The 95% percentile bootstrap interval of the mean of `values`, one a query."""
    draws = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def interval_of(values: Values) -> Interval:
    """The interval of `bootstrap_interval`, (None, None) for fewer than two queries.

    Every resample of a single query is that query: its interval would have no width.
    """
    return bootstrap_interval(values) if len(values) > 1 else (None, None)


def is_significant(gains: Values) -> bool:
    """Whether the mean of paired `gains`, one a query, differs from 0 as verdicts use the word."""
    return len(gains) > 1 and state_of(_against(pd.Series(gains))) != "unclear"


def _against(gains: "pd.Series[float]") -> dict[str, float | int]:
    low, high = bootstrap_interval(gains.to_numpy(float))
    return {
        "difference": float(gains.mean()),
        "low": low,
        "high": high,
        "p": randomisation_p(gains.to_numpy(float)),
        "wins": int((gains > EQUAL).sum()),
        "losses": int((gains < -EQUAL).sum()),
        "ties": int((gains.abs() <= EQUAL).sum()),
    }


def randomisation_p(gains: Values) -> float:
    """Two-sided p-value of the mean of paired `gains` by a randomisation test over random signs.

    Smucker, Allan, Carterette (2007), https://doi.org/10.1145/1321440.1321528.
    """
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (RESAMPLES, len(gains)))
    as_far = np.abs(signs @ gains) >= abs(gains.sum()) - EQUAL
    return float((as_far.sum() + 1) / (RESAMPLES + 1))


def _worst(
    ndcg: pd.DataFrame, scored: pd.DataFrame, run_ranker: str, reference: str
) -> list[dict[str, Any]]:
    changes = (ndcg[run_ranker] - ndcg[reference]).sort_values(kind="stable")
    rows = []
    for key in changes[changes < -EQUAL].index[:WORST]:
        group = scored[scored["query_key"] == key]
        best = group.loc[group[run_ranker].idxmax()]
        values = {ranker: float(ndcg.loc[key, ranker]) for ranker in ndcg.columns}
        shown = {"passage": str(best["passage"])[:300], "grade": float(best["grade"])}
        rows.append({"query": str(group["query"].iloc[0])} | values | shown)
    return rows
