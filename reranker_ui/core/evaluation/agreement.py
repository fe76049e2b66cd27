"""Agreement between annotators: percent, Cohen's kappa for two, Krippendorff's alpha."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Literal, TypedDict

Level = Literal["nominal", "ordinal", "interval"]
LEVELS: dict[str, Level] = {"graded": "ordinal", "score": "interval"}
Vote = tuple[int, str, float]


class Agreement(TypedDict):
    """Agreement of annotators; what cannot be computed, as where all labels are equal, is None.

    `shared`: pairs with two labels or more; `percent`: of their pairings of labels that are equal,
    0 to 1; `kappa`: Cohen, only for exactly two annotators; `alpha`: Krippendorff.
    """

    shared: int
    annotators: int
    percent: float | None
    kappa: float | None
    alpha: float | None


def agreement(votes: Iterable[Vote], scale: str = "binary") -> Agreement:
    """How much annotators agree on pairs that several of them labelled.

    votes: (pair id, annotator, label). Kappa is scikit-learn's, alpha that of the `krippendorff`
    package: nominal for binary, ordinal for graded, interval for score labels.
    """
    by_pair: dict[int, dict[str, float]] = defaultdict(dict)
    for pair, annotator, label in votes:
        by_pair[pair][annotator] = label
    shared = [labels for labels in by_pair.values() if len(labels) > 1]
    names = sorted({name for labels in shared for name in labels})
    pairings = [a == b for labels in shared for a, b in combinations(labels.values(), 2)]
    different = len({label for labels in shared for label in labels.values()}) > 1
    return {
        "shared": len(shared),
        "annotators": len(names),
        "percent": sum(pairings) / len(pairings) if pairings else None,
        "kappa": _kappa(shared, names) if different and len(names) == 2 else None,
        "alpha": _alpha(shared, names, scale) if different else None,
    }


def _kappa(shared: list[dict[str, float]], names: list[str]) -> float:
    from sklearn.metrics import cohen_kappa_score

    # Labels as strings: scikit-learn treats fractions as a regression target.
    first, second = ([str(labels[name]) for labels in shared] for name in names)
    return float(cohen_kappa_score(first, second))


def _alpha(shared: list[dict[str, float]], names: list[str], scale: str) -> float:
    import krippendorff
    import numpy as np

    level = LEVELS.get(scale, "nominal")
    table = [[labels.get(name, np.nan) for labels in shared] for name in names]
    return float(krippendorff.alpha(np.array(table), level_of_measurement=level))
