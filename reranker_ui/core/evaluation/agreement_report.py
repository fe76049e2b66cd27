"""Agreement in detail: confidence intervals, pairwise agreement and the confusion matrix."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any, TypedDict

from reranker_ui.core.evaluation.agreement import LEVELS, Agreement, Vote, agreement

LEAST = 20  # shared pairs below which no interval is reported
_RESAMPLES = 400
_STEPS = 4  # score labels are rounded to five values: 0, .25, .5, .75, 1
_MOST = 50  # pairs of annotators reported, those with the most shared pairs
Shared = list[dict[str, float]]
Interval = tuple[float, float] | None
Measure = Callable[[Any], float]  # of places in the shared pairs


class Intervals(TypedDict):
    """The 95% intervals of the statistics, or None below LEAST shared pairs."""

    percent: Interval
    kappa: Interval
    alpha: Interval


class PairwiseAgreement(TypedDict):
    """Agreement of two annotators; the interval is Wilson's, 95%."""

    a: str
    b: str
    shared: int
    percent: float
    interval: Interval
    kappa: float | None


class MajorityAgreement(TypedDict):
    """How often an annotator agrees with the majority of the others; the interval is 95%."""

    shared: int
    equal: int
    percent: float
    interval: Interval


class Confusion(TypedDict):
    """The confusion matrix: `labels` (ascending), and counts in rows and columns of them.

    `everyone[i][j]`: pairings of votes on one pair with labels i and j, each counted once, with
    i <= j. `annotators[name][i][j]`: the annotator's label is i and another's is j.
    """

    labels: list[float]
    everyone: list[list[int]]
    annotators: dict[str, list[list[int]]]


class AgreementReport(Agreement):
    """All agreement statistics; `majority` by annotator."""

    intervals: Intervals
    between: list[PairwiseAgreement]
    majority: dict[str, MajorityAgreement]
    confusion: Confusion


def in_detail(votes: Iterable[Vote], scale: str = "binary") -> AgreementReport:
    """All agreement statistics that the page shows; `votes` as for `agreement`."""
    votes = list(votes)
    by_pair: dict[int, dict[str, float]] = defaultdict(dict)
    for pair, annotator, label in votes:
        by_pair[pair][annotator] = label
    shared = [ratings for ratings in by_pair.values() if len(ratings) > 1]
    summary = agreement(votes, scale)
    return {
        **summary,
        "intervals": _intervals(shared, summary, scale),
        "between": between(shared),
        "majority": with_majority(shared),
        "confusion": confusion(shared, scale),
    }


def between(shared: Shared) -> list[PairwiseAgreement]:
    """The agreement of each pair of annotators."""
    both: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for ratings in shared:
        for a, b in combinations(sorted(ratings), 2):
            both[a, b].append((ratings[a], ratings[b]))
    largest = sorted(both.items(), key=lambda label: (-len(label[1]), label[0]))[:_MOST]
    rows: list[PairwiseAgreement] = []
    for (a, b), labels in largest:
        votes = [
            (n, annotator, label)
            for n, (x, y) in enumerate(labels)
            for annotator, label in ((a, x), (b, y))
        ]
        equal = sum(x == y for x, y in labels)
        rows.append(
            {
                "a": a,
                "b": b,
                "shared": len(labels),
                "percent": equal / len(labels),
                "interval": wilson(equal, len(labels)),
                "kappa": agreement(votes)["kappa"] if len(labels) >= LEAST else None,
            }
        )
    return rows


def with_majority(shared: Shared) -> dict[str, MajorityAgreement]:
    """How often each annotator agrees with the majority label of the others.

    Counts pairs with at least one other label and a unique majority.
    """
    compared_count: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for ratings in shared:
        for name, label in ratings.items():
            others = Counter(vote for other, vote in ratings.items() if other != name)
            top = max(others.values())
            winners = [value for value, n in others.items() if n == top]
            if len(winners) == 1:
                compared_count[name] += 1
                equal[name] += winners[0] == label
    return {
        name: {
            "shared": n,
            "equal": equal[name],
            "percent": equal[name] / n,
            "interval": wilson(equal[name], n),
        }
        for name, n in sorted(compared_count.items())
    }


def confusion(shared: Shared, scale: str = "binary") -> Confusion:
    """The confusion matrix; scores are rounded to five values."""
    step = (lambda label: round(label * _STEPS) / _STEPS) if scale == "score" else float
    rounded = [{name: step(label) for name, label in ratings.items()} for ratings in shared]
    labels = sorted({label for ratings in rounded for label in ratings.values()})
    place = {label: n for n, label in enumerate(labels)}

    def empty() -> list[list[int]]:
        return [[0] * len(labels) for _ in labels]

    everyone = empty()
    annotators: dict[str, list[list[int]]] = defaultdict(empty)
    for ratings in rounded:
        for (a, x), (b, y) in combinations(ratings.items(), 2):
            i, j = place[x], place[y]
            everyone[min(i, j)][max(i, j)] += 1
            annotators[a][i][j] += 1
            annotators[b][j][i] += 1
    return {"labels": labels, "everyone": everyone, "annotators": dict(sorted(annotators.items()))}


def wilson(equal: int, n: int) -> Interval:
    """The 95% interval of a share of independent trials (Wilson 1927); None of no trials."""
    from scipy.stats import binomtest

    if not n:
        return None
    interval = binomtest(equal, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def _intervals(shared: Shared, summary: Agreement, scale: str) -> Intervals:
    """Bootstrap over pairs: votes on one pair are not independent of each other."""
    intervals: Intervals = {"percent": None, "kappa": None, "alpha": None}
    if len(shared) < LEAST:
        return intervals
    if summary["percent"] is not None:
        intervals["percent"] = _bootstrap(_percent(shared), len(shared))
    if summary["kappa"] is not None:
        intervals["kappa"] = _bootstrap(_kappa(shared), len(shared))
    if summary["alpha"] is not None:
        intervals["alpha"] = _bootstrap(_alpha(shared, scale), len(shared))
    return intervals


def _percent(shared: Shared) -> Measure:
    import numpy as np

    pairings = [[a == b for a, b in combinations(ratings.values(), 2)] for ratings in shared]
    equal, all_of = (np.array([how(pairing) for pairing in pairings]) for how in (sum, len))
    return lambda places: float(equal[places].sum() / all_of[places].sum())


def _kappa(shared: Shared) -> Measure:
    import numpy as np
    from sklearn.metrics import cohen_kappa_score

    names = sorted({name for ratings in shared for name in ratings})
    labels = np.array([[ratings[name] for name in names] for ratings in shared])
    values, flat = np.unique(labels, return_inverse=True)
    votes, codes = flat.reshape(labels.shape), np.arange(len(values))
    return lambda places: float(cohen_kappa_score(*votes[places].T, labels=codes))


def _alpha(shared: Shared, scale: str) -> Measure:
    import krippendorff
    import numpy as np

    values = sorted({label for ratings in shared for label in ratings.values()})
    counts = np.zeros((len(shared), len(values)))
    for row, ratings in zip(counts, shared, strict=True):
        for label in ratings.values():
            row[values.index(label)] += 1
    level = LEVELS.get(scale, "nominal")

    def measure(places: Any) -> float:
        drawn = counts[places]
        if (drawn.sum(axis=0) > 0).sum() < 2:  # only one label was drawn
            return float("nan")
        return float(
            krippendorff.alpha(value_counts=drawn, value_domain=values, level_of_measurement=level)
        )

    return measure


def _bootstrap(measure: Measure, n: int) -> Interval:
    import numpy as np
    from scipy.stats import bootstrap

    interval = bootstrap(
        (np.arange(n),), measure, vectorized=False, n_resamples=_RESAMPLES, batch=20,
        method="percentile", rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return None if np.isnan(interval.low) else (float(interval.low), float(interval.high))
