"""Agreement in detail: intervals, who agrees with whom, which label is taken for which."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

from reranker_ui.core.evaluation.agreement import LEVELS, Vote, agreement

LEAST = 20  # shared pairs from which on an interval is told
_RESAMPLES = 400
_STEPS = 4  # a score's labels are told apart in five steps: 0, .25, .5, .75, 1
_MOST = 50  # pairings of annotators that are told, those with the most shared pairs
Shared = list[dict[str, float]]
Interval = tuple[float, float] | None
Measure = Callable[[Any], float]  # of places in the shared pairs


def in_detail(votes: Iterable[Vote], scale: str = "binary") -> dict[str, Any]:
    """Everything about agreement that a table can show; `votes` as for `agreement`.

    Returns what `agreement` does and `intervals` (of percent, kappa, alpha: 95%, or None below
    LEAST shared pairs), `between` (see `between`), `majority` (see `with_majority`) and
    `confusion` (see `confusion`).
    """
    votes = list(votes)
    by_pair: dict[int, dict[str, float]] = defaultdict(dict)
    for pair, annotator, label in votes:
        by_pair[pair][annotator] = label
    shared = [given for given in by_pair.values() if len(given) > 1]
    told = agreement(votes, scale)
    return {
        **told,
        "intervals": _intervals(shared, told, scale),
        "between": between(shared),
        "majority": with_majority(shared),
        "confusion": confusion(shared, scale),
    }


def between(shared: Shared) -> list[dict[str, Any]]:
    """For each two annotators: a, b, shared, percent, its interval (Wilson, 95%) and kappa."""
    both: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for given in shared:
        for a, b in combinations(sorted(given), 2):
            both[a, b].append((given[a], given[b]))
    most = sorted(both.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST]
    rows = []
    for (a, b), labels in most:
        votes = [(n, who, one) for n, (x, y) in enumerate(labels) for who, one in ((a, x), (b, y))]
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


def with_majority(shared: Shared) -> dict[str, dict[str, Any]]:
    """For each annotator, on pairs where the others' labels have one winner: how often they agree.

    Returns {name: {"shared", "equal", "percent", "interval"}}; the others are at least one.
    """
    seen: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for given in shared:
        for name, label in given.items():
            others = Counter(vote for who, vote in given.items() if who != name)
            top = max(others.values())
            winners = [value for value, n in others.items() if n == top]
            if len(winners) == 1:
                seen[name] += 1
                equal[name] += winners[0] == label
    return {
        name: {
            "shared": n,
            "equal": equal[name],
            "percent": equal[name] / n,
            "interval": wilson(equal[name], n),
        }
        for name, n in sorted(seen.items())
    }


def confusion(shared: Shared, scale: str = "binary") -> dict[str, Any]:
    """Which labels meet: `labels` (rising), and counts in rows and columns of them.

    `everyone[i][j]`: pairings of votes on one pair that say labels i and j, each counted once,
    with i <= j. `annotators[name][i][j]`: the person said i where another said j.
    """
    step = (lambda label: round(label * _STEPS) / _STEPS) if scale == "score" else float
    rounded = [{name: step(label) for name, label in given.items()} for given in shared]
    labels = sorted({label for given in rounded for label in given.values()})
    place = {label: n for n, label in enumerate(labels)}

    def empty() -> list[list[int]]:
        return [[0] * len(labels) for _ in labels]

    everyone = empty()
    annotators: dict[str, list[list[int]]] = defaultdict(empty)
    for given in rounded:
        for (a, x), (b, y) in combinations(given.items(), 2):
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
    told = binomtest(equal, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(told.low), float(told.high)


def _intervals(shared: Shared, told: dict[str, Any], scale: str) -> dict[str, Interval]:
    """Bootstrap over pairs: votes on one pair are not independent of each other."""
    found: dict[str, Interval] = dict.fromkeys(("percent", "kappa", "alpha"))
    if len(shared) < LEAST:
        return found
    if told["percent"] is not None:
        found["percent"] = _bootstrap(_percent(shared), len(shared))
    if told["kappa"] is not None:
        found["kappa"] = _bootstrap(_kappa(shared), len(shared))
    if told["alpha"] is not None:
        found["alpha"] = _bootstrap(_alpha(shared, scale), len(shared))
    return found


def _percent(shared: Shared) -> Measure:
    import numpy as np

    pairings = [[a == b for a, b in combinations(given.values(), 2)] for given in shared]
    equal, all_of = (np.array([how(one) for one in pairings]) for how in (sum, len))
    return lambda places: float(equal[places].sum() / all_of[places].sum())


def _kappa(shared: Shared) -> Measure:
    import numpy as np
    from sklearn.metrics import cohen_kappa_score

    names = sorted({name for given in shared for name in given})
    labels = np.array([[given[name] for name in names] for given in shared])
    values, flat = np.unique(labels, return_inverse=True)
    votes, known = flat.reshape(labels.shape), np.arange(len(values))
    return lambda places: float(cohen_kappa_score(*votes[places].T, labels=known))


def _alpha(shared: Shared, scale: str) -> Measure:
    import krippendorff
    import numpy as np

    values = sorted({label for given in shared for label in given.values()})
    counts = np.zeros((len(shared), len(values)))
    for row, given in zip(counts, shared, strict=True):
        for label in given.values():
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

    told = bootstrap(
        (np.arange(n),), measure, vectorized=False, n_resamples=_RESAMPLES, batch=20,
        method="percentile", rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return None if np.isnan(told.low) else (float(told.low), float(told.high))
