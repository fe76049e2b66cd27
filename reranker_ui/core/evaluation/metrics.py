"""Ranking metrics over graded labels: nDCG@10, MRR@10, MAP, average precision."""

import math
from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

Metrics: TypeAlias = dict[str, float | int | None]

RANKING = ("ndcg@10", "mrr@10", "map")
GAIN_STEPS = 1000  # trec_eval gains are integers: a grade of 0.25 counts as 250
CUTOFF = 10


def ranking_metrics(
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    seed: int = 0,
) -> Metrics:
    """How well `scores` rank each query's candidates; the three sequences are parallel.

    Returns `ndcg@10`, `mrr@10`, `map` as means over the queries with at least one positive
    (grade > 0) and one negative (grade 0) candidate, `queries` their number, and
    `average_precision` pooled over all labelled pairs; None where nothing can be scored.
    nDCG has linear gain on the grade and its ideal over all judged candidates (trec_eval's
    `ndcg_cut`). Pairs without a grade are left out. Ties stand in a random order from `seed`.
    Of grades without a 0 those of all pairs go through `from_zero` before.
    Raises ValueError where a score is not finite.
    """
    frame = _labelled(query_keys, grades, scores)
    queries = _per_query(frame, seed)
    means = {name: float(queries[name].mean()) if len(queries) else None for name in RANKING}
    return {**means, "average_precision": _average_precision(frame), "queries": len(queries)}


def per_query(
    query_keys: Sequence[Hashable],
    grades: Sequence[float | None],
    scores: Sequence[float],
    seed: int = 0,
) -> pd.DataFrame:
    """The metrics of each query that can be scored: query_key, ndcg@10, mrr@10, map."""
    return _per_query(_labelled(query_keys, grades, scores), seed)


def from_zero(grades: "pd.Series[float]") -> "pd.Series[float]":
    """The grades of a whole split, of which some are 0, so that there are negatives.

    Stars from 1 are moved down; of scores without a 0 those in the lower half of their range
    count as 0. Grades with a 0, or all the same, stay as they are.
    """
    lowest, highest = grades.min(), grades.max()
    if not 0 < lowest < highest:
        return grades
    if bool((grades == np.floor(grades)).all()):
        return grades - lowest
    return grades.where(grades > (lowest + highest) / 2, 0.0)


def _labelled(
    query_keys: Sequence[Hashable], grades: Sequence[float | None], scores: Sequence[float]
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
    return frame


def _per_query(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    import ir_measures

    frame = _scorable(_ranked(frame, seed))
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    names = {str(number): key for number, key in enumerate(frame["query_key"].unique())}
    numbers = pd.factorize(frame["query_key"])[0]
    for number, row, gain, rank in zip(
        numbers, range(len(frame)), _gains(frame["grade"]), frame["rank"], strict=True
    ):
        qrels.setdefault(str(number), {})[str(row)] = int(gain)
        run.setdefault(str(number), {})[str(row)] = -float(rank)
    found: dict[str, dict[str, float]] = {number: {} for number in names}
    if found:
        wanted = [ir_measures.nDCG @ CUTOFF, ir_measures.RR, ir_measures.AP]
        for value in ir_measures.pytrec_eval.evaluator(wanted, qrels).iter_calc(run):
            found[value.query_id][str(value.measure)] = value.value
    rows = [
        (names[number], value["nDCG@10"], _cut(value["RR"]), value["AP"])
        for number, value in found.items()
    ]
    return pd.DataFrame(rows, columns=["query_key", *RANKING])


def _cut(reciprocal_rank: float) -> float:
    # The engine knows no cutoff for the reciprocal rank.
    return reciprocal_rank if reciprocal_rank >= 1 / CUTOFF else 0.0


def _ranked(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    # trec_eval breaks ties by name, which would favour the order of the file.
    tie = np.random.default_rng(seed).permutation(len(frame))
    frame = frame.assign(tie=tie).sort_values(
        ["score", "tie"], ascending=[False, True], kind="stable"
    )
    return frame.assign(rank=frame.groupby("query_key", sort=False).cumcount() + 1)


def _scorable(frame: pd.DataFrame) -> pd.DataFrame:
    positive = frame["grade"] > 0
    positives = positive.groupby(frame["query_key"]).transform("sum")
    negatives = (frame["grade"] == 0).groupby(frame["query_key"]).transform("sum")
    return frame[(positives > 0) & (negatives > 0)]


def _gains(grades: "pd.Series[float]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    values = grades.to_numpy(dtype=float)
    whole = bool(np.all(values == np.floor(values)))
    scaled = np.rint(values if whole else values * GAIN_STEPS)
    # However small, a positive grade stays positive, and none is below 0.
    return np.asarray(np.where(values > 0, np.maximum(scaled, 1), 0), dtype=np.int64)


def _average_precision(frame: pd.DataFrame) -> float | None:
    from sklearn.metrics import average_precision_score

    positive = frame["grade"] > 0
    if not positive.any() or positive.all():
        return None
    value = float(average_precision_score(positive, frame["score"]))
    return None if math.isnan(value) else value
