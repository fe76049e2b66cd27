"""A cascade: cosine and BM25 choose which candidates of a query the cross-encoder scores.

Candidates are scored in the order of the cheap scores, until the best ones have stayed the same for
a while. The cheap scores need not agree with the cross-encoder: they only have to put its best ones
among the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TOP = 10  # best candidates that should be those of scoring all
STEP = 50  # candidates scored between two looks at the best ones
PATIENCE = 100  # candidates scored without a change of the best ones before the rest is left out
WORDS = 0.5  # weight of BM25 beside cosine in the order; both per standard deviation
FEWEST = 200  # candidates up to which all are scored


@dataclass(frozen=True)
class CascadeScores:
    """The logit of each candidate. Where `estimated`, the cross-encoder did not score it."""

    logits: list[float]
    estimated: list[bool]

    @property
    def scored(self) -> int:
        """Candidates that the cross-encoder scored."""
        return self.estimated.count(False)


def cheap_order(cosine: Sequence[float], bm25: Sequence[float]) -> list[int]:
    """The places of candidates, the most promising first; both are parallel to them."""
    key = _standard(cosine) + WORDS * _standard(bm25)
    return [int(place) for place in np.argsort(-key, kind="stable")]


def scored_until_settled(
    order: Sequence[int], score: Callable[[list[int]], Sequence[float]], top: int = TOP
) -> dict[int, float]:
    """place -> score of the candidates that were scored, in `order`.

    `score` gets places. Ends when none of the last PATIENCE (at least `top`) is among the `top`.
    """
    exact: dict[int, float] = {}
    patience = max(PATIENCE, top)
    while len(exact) < len(order):
        batch = list(order[len(exact) : len(exact) + STEP])
        exact.update(zip(batch, score(batch), strict=True))
        best = set(sorted(exact, key=lambda place: -exact[place])[:top])
        last = max(at for at, place in enumerate(exact) if place in best)
        if len(exact) - last > patience:
            break
    return exact


def with_estimates(
    exact: dict[int, float], estimates: Sequence[float], top: int = TOP
) -> CascadeScores:
    """The scores that were found, and estimates for the others, below the `top` best of the former.

    `estimates` are of all candidates.
    """
    limit = sorted(exact.values(), reverse=True)[:top][-1]
    below = float(np.nextafter(limit, -np.inf))
    logits = [exact.get(at, min(value, below)) for at, value in enumerate(estimates)]
    return CascadeScores(logits, [at not in exact for at in range(len(estimates))])


def _standard(values: Sequence[float]) -> Any:
    array = np.asarray(values, dtype=float)
    return (array - array.mean()) / max(float(array.std()), 1e-9)
