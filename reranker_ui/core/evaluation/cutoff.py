"""A score threshold chosen on labelled pairs, with its precision, recall and intervals."""

from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias, TypedDict

import numpy as np

from reranker_ui.core.values.refused import Refused

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

RESAMPLES = 300
POINTS = 160  # of the curve
FEWEST = 20  # pairs of each kind below which no cut-off is chosen


class Interval(TypedDict):
    """A 95% interval, by bootstrap over queries."""

    low: float
    high: float


class Estimate(Interval):
    """A share with its 95% interval."""

    value: float


class ChosenCutoff(Interval):
    """A threshold and its interval, as logits, with precision and recall there.

    `kept`: share of pairs at or above it; `curve`: logit, precision and recall, by rising logit.
    """

    goal: str
    logit: float
    precision: Estimate
    recall: Estimate
    kept: float
    curve: list[tuple[float, float, float]]
    pairs: int
    positives: int
    queries: int


def choose_cutoff(
    query_keys: Sequence[Hashable],
    relevant: Sequence[bool],
    logits: Sequence[float],
    goal: str = "f1",
    seed: int = 0,
) -> ChosenCutoff:
    """The threshold that meets `goal` on labelled pairs; the three sequences are parallel.

    goal: `f1` (its maximum), `precision:0.9` (the lowest cut that reaches it, which keeps the
    most) or `recall:0.9` (the highest cut that reaches it). Refused: too few pairs of a kind, a
    goal that no cut reaches.
    """
    truth, scores = np.asarray(relevant, dtype=bool), np.asarray(logits, dtype=float)
    if min(truth.sum(), (~truth).sum()) < FEWEST:
        raise Refused(
            f"A threshold needs at least {FEWEST} relevant and {FEWEST} other pairs in the dev"
            f" split; there are {truth.sum()} and {(~truth).sum()}. Label more of them."
        )
    if len(set(query_keys)) < 2:
        raise Refused("A threshold needs labelled pairs of at least two queries in the dev split.")
    cut = _cut(truth, scores, goal)
    if cut is None:
        name, _, level = goal.partition(":")
        raise Refused(f"No threshold reaches a {name} of {level} on these pairs. Lower the goal.")
    groups = _groups(query_keys)
    cuts, precisions, recalls = _resampled(truth, scores, groups, goal, cut, seed)
    return {
        "goal": goal, "logit": cut, **_interval(cuts, cut),
        "precision": {"value": _precision(truth, scores, cut), **_interval(precisions)},
        "recall": {"value": _recall(truth, scores, cut), **_interval(recalls)},
        "kept": float((scores >= cut).mean()), "curve": _curve(truth, scores),
        "pairs": len(truth), "positives": int(truth.sum()), "queries": len(groups),
    }  # fmt: skip


def _cut(truth: Array, scores: Array, goal: str) -> float | None:
    from sklearn.metrics import precision_recall_curve

    precision, recall, cuts = precision_recall_curve(truth, scores)
    precision, recall = precision[:-1], recall[:-1]  # the last point is "nothing is kept"
    name, _, level = goal.partition(":")
    if name == "f1":
        both = precision + recall
        f1 = np.where(both > 0, 2 * precision * recall / np.where(both > 0, both, 1), 0)
        return float(cuts[int(f1.argmax())])
    reached = (precision if name == "precision" else recall) >= float(level)
    places = np.flatnonzero(reached)
    if not len(places):
        return None
    return float(cuts[places[0] if name == "precision" else places[-1]])


def _resampled(
    truth: Array, scores: Array, groups: list[Array], goal: str, cut: float, seed: int
) -> tuple[list[float], list[float], list[float]]:
    # Pairs of one query are correlated, so whole queries are drawn.
    random, cuts = np.random.default_rng(seed), []
    precisions, recalls = [], []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([groups[at] for at in random.integers(0, len(groups), len(groups))])
        drawn_truth, drawn_scores = truth[drawn], scores[drawn]
        if not drawn_truth.any() or drawn_truth.all():
            continue
        if (resampled_cut := _cut(drawn_truth, drawn_scores, goal)) is not None:
            cuts.append(resampled_cut)
        precisions.append(_precision(drawn_truth, drawn_scores, cut))
        recalls.append(_recall(drawn_truth, drawn_scores, cut))
    return cuts, precisions, recalls


def _groups(query_keys: Sequence[Hashable]) -> list[Array]:
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(query_keys):
        places.setdefault(key, []).append(place)
    return [np.array(rows) for rows in places.values()]


def _precision(truth: Array, scores: Array, cut: float) -> float:
    selected = scores >= cut
    return float(truth[selected].mean()) if selected.any() else 1.0


def _recall(truth: Array, scores: Array, cut: float) -> float:
    return float((scores[truth] >= cut).mean())


def _interval(values: Sequence[float], middle: float = 0.0) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (middle, middle)
    return {"low": float(low), "high": float(high)}


def _curve(truth: Array, scores: Array) -> list[tuple[float, float, float]]:
    cuts = np.unique(np.quantile(scores, np.linspace(0, 1, POINTS), method="nearest"))
    return [(float(c), _precision(truth, scores, c), _recall(truth, scores, c)) for c in cuts]
