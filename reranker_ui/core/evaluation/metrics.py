"""Ranking metrics over graded labels: nDCG@10, MRR@10, MAP, average precision, or one by name."""

import math
import re
from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.refused import Refused

Metrics: TypeAlias = dict[str, float | int | None]

RANKING = ("ndcg@10", "mrr@10", "map")
METRIC_TITLES = {
    "ndcg@10": "nDCG@10",
    "mrr@10": "MRR@10",
    "map": "MAP",
    "average_precision": "average precision",
}
GAIN_STEPS = 1000  # trec_eval gains are integers: a grade of 0.25 counts as 250
CUTOFF = 10
MOST_K = 1000
_NAMED = re.compile(r"(ndcg|ndcg-exp|p|recall)@([0-9]{1,4})")


def ranking_metrics(
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    seed: int = 0,
    scale: Scale = GRADES,
) -> Metrics:
    """How well `scores` rank each query's candidates; the three sequences are parallel.

    Returns `ndcg@10`, `mrr@10`, `map` as means over the queries with at least one positive and
    one negative candidate, `queries` the number that nDCG is measured on, and
    `average_precision` pooled over all labelled pairs; None where nothing can be scored.
    `scale` defines which grades are positive and their gain; by default every grade above 0 is
    positive and 0 negative. On a scale without a 0, nDCG is measured on every query with two
    different grades. nDCG has linear gain on the grade and its ideal over all judged candidates
    (trec_eval's `ndcg_cut`). Pairs without a grade are excluded. Ties are broken at random with
    `seed`. Raises ValueError where a score is not finite.
    """
    frame = _labelled(query_keys, grades, scores, scale)
    queries = _per_query(frame, seed, scale)
    means = {name: _mean(queries[name]) for name in RANKING}
    return {**means, "average_precision": _average_precision(frame), "queries": len(queries)}


def per_query(
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    seed: int = 0,
    scale: Scale = GRADES,
) -> pd.DataFrame:
    """The metrics of each query that can be scored: query_key, ndcg@10, mrr@10, map.

    mrr@10 and map are NaN for a query that has no positive, or no negative, candidate.
    """
    return _per_query(_labelled(query_keys, grades, scores, scale), seed, scale)


def measure_of(name: str) -> tuple[str, int]:
    """The kind (ndcg, ndcg-exp, p, recall) and k of a metric by name, such as "p@5".

    Refused: another name. ndcg-exp has the gain 2^grade - 1 (Burges et al., ICML 2005).
    """
    match = _NAMED.fullmatch(name.strip().lower())
    if match is None or not 1 <= int(match[2]) <= MOST_K:
        raise Refused(
            f'"{name[:40]}" is not a metric. Give ndcg@k, ndcg-exp@k, p@k or recall@k with k from 1'
            f" to {MOST_K}, such as p@5."
        )
    return match[1], int(match[2])


def named_per_query(
    name: str,
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    seed: int = 0,
    scale: Scale = GRADES,
) -> "pd.Series[float]":
    """The metric called `name`, as of `measure_of`, of each query that it can be measured on.

    Precision and recall need a query with a positive and a negative candidate; what is relevant
    follows `scale`.
    """
    import ir_measures

    kind, k = measure_of(name)
    frame = _ranked(_labelled(query_keys, grades, scores, scale), seed)
    if kind in ("p", "recall"):
        rows = frame[_has_both(frame["query_key"], frame["positive"], frame["grade"].notna())]
        gains, measure = rows["positive"].astype(int), {"p": ir_measures.P, "recall": ir_measures.R}
        per_query = _measured(rows, gains, [measure[kind] @ k])
    else:
        rows = frame[scorable(frame["query_key"], frame["grade"], scale)]
        linear = scale.gains(rows["grade"])
        values = _gains(linear if kind == "ndcg" else 2.0**linear - 1.0)
        per_query = _measured(rows, pd.Series(values, index=rows.index), [ir_measures.nDCG @ k])
    return pd.Series({key: value for (key, _), value in per_query.items()}, dtype=float)


def scorable(query_keys: "pd.Series[Any]", grades: "pd.Series[float]", scale: Scale) -> Any:
    """Which rows belong to a query that nDCG can be measured on; parallel Series."""
    if scale.min > 0:
        return grades.groupby(query_keys).transform("nunique") > 1
    return _has_both(query_keys, scale.relevant(grades), grades.notna())


def _mean(values: "pd.Series[float]") -> float | None:
    mean = float(values.mean())
    return None if math.isnan(mean) else mean


def _labelled(
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    scale: Scale,
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "query_key": pd.Series(list(query_keys), dtype=object),
            "grade": pd.Series(list(grades), dtype=float),
            "score": pd.Series(list(scores), dtype=float),
        }
    ).dropna(subset=["grade"])
    if not np.isfinite(frame["score"]).all():
        raise ValueError("A score is not a finite number: the ranker has diverged.")
    return frame.assign(positive=scale.relevant(frame["grade"]))


def _per_query(frame: pd.DataFrame, seed: int, scale: Scale) -> pd.DataFrame:
    import ir_measures

    frame = _ranked(frame, seed)
    frame = frame[scorable(frame["query_key"], frame["grade"], scale)]
    both = frame[_has_both(frame["query_key"], frame["positive"], frame["grade"].notna())]
    gains = pd.Series(_gains(scale.gains(frame["grade"])), index=frame.index)
    ndcg, precision = ir_measures.nDCG @ CUTOFF, [ir_measures.RR, ir_measures.AP]
    table = pd.DataFrame({"query_key": frame["query_key"].unique()})
    measured = {
        **_measured(frame, gains, [ndcg]),
        **_measured(both, both["positive"].astype(int), precision),
    }
    for name, measure in (("ndcg@10", "nDCG@10"), ("mrr@10", "RR"), ("map", "AP")):
        table[name] = [measured.get((key, measure), math.nan) for key in table["query_key"]]
    table["mrr@10"] = table["mrr@10"].map(_cut)
    return table


def _measured(
    frame: pd.DataFrame, gains: "pd.Series[int]", measures: list[Any]
) -> dict[tuple[Hashable, str], float]:
    """(query, name of the measure) to its value, from the rows' ranks and gains."""
    import ir_measures

    if frame.empty:
        return {}
    numbers, keys = pd.factorize(frame["query_key"])
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for number, row, gain, rank in zip(
        numbers, range(len(frame)), gains, frame["rank"], strict=True
    ):
        qrels.setdefault(str(number), {})[str(row)] = int(gain)
        run.setdefault(str(number), {})[str(row)] = -float(rank)
    values = ir_measures.pytrec_eval.evaluator(measures, qrels).iter_calc(run)
    return {(keys[int(value.query_id)], str(value.measure)): value.value for value in values}


def _has_both(query_keys: Any, positive: Any, labelled: Any) -> Any:
    """Which rows belong to a query with a positive and a negative among its labelled rows."""
    positives = (positive & labelled).groupby(query_keys).transform("sum")
    negatives = (~positive & labelled).groupby(query_keys).transform("sum")
    return (positives > 0) & (negatives > 0)


def _cut(reciprocal_rank: float) -> float:
    # The engine has no cutoff for the reciprocal rank.
    return 0.0 if reciprocal_rank < 1 / CUTOFF else reciprocal_rank


def _ranked(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    # trec_eval breaks ties by name, which would favour the file's order.
    tie_break = np.random.default_rng(seed).permutation(len(frame))
    frame = frame.assign(tie=tie_break).sort_values(
        ["score", "tie"], ascending=[False, True], kind="stable"
    )
    return frame.assign(rank=frame.groupby("query_key", sort=False).cumcount() + 1)


def _gains(grades: "pd.Series[float]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    values = grades.to_numpy(dtype=float)
    whole = bool(np.all(values == np.floor(values)))
    scaled = np.rint(values if whole else values * GAIN_STEPS)
    # A positive grade stays positive however small it is, and no gain is below 0.
    return np.asarray(np.where(values > 0, np.maximum(scaled, 1), 0), dtype=np.int64)


def _average_precision(frame: pd.DataFrame) -> float | None:
    from sklearn.metrics import average_precision_score

    positive = frame["positive"]
    if not positive.any() or positive.all():
        return None
    value = float(average_precision_score(positive, frame["score"]))
    return None if math.isnan(value) else value
