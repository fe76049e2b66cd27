"""The pairs that a warm start learns from, made of a dataset's texts, and their targets."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.batcher import Pair

Matrix: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
NEAREST = 12  # a neighbour is one of so many best passages for a query
STEEPNESS = 2.0  # of the targets, in spreads between the quartiles


def drawn_pairs(texts: Sequence[Pair], count: int, seed: int) -> list[Pair]:
    """At most `count` pairs: half are distinct pairs of `texts`, then as many or fewer random ones.

    A random pair combines a query and a passage of that half. Without such pairs the model never
    sees a query with an unrelated passage.
    """
    chance = np.random.default_rng(seed)
    different = list(dict.fromkeys(texts))
    half = [different[place] for place in chance.permutation(len(different))[: -(-count // 2)]]
    left, right = chance.integers(len(half), size=(2, min(count - len(half), len(half))))
    return half + [(half[q][0], half[p][1]) for q, p in zip(left, right, strict=True)]


def taught_pairs(
    pairs: Sequence[Pair], given_count: int, encoder: TextVectors, seed: int
) -> tuple[list[Pair], list[float]]:
    """`pairs` of `drawn_pairs`, of which the first `given_count` are unchanged, and their targets.

    Of the random pairs, one third gets a neighbour by the encoder's cosine as its passage and one
    third a neighbour by BM25: passages close to the query, which are hard to tell apart. Targets
    are 0 to 1.
    """
    queries = list(dict.fromkeys(query for query, _ in pairs))
    passages = list(dict.fromkeys(passage for _, passage in pairs))
    left, right = encoder.vectors(queries, "query"), encoder.vectors(passages, "document")
    at = {query: place for place, query in enumerate(queries)}
    near = _Neighbours(passages, right, seed)
    used_pairs, taught = set(pairs), list(pairs[:given_count])
    for number, (query, passage) in enumerate(pairs[given_count:]):
        place = None
        if number % 3 == 1:
            place = near.by_cosine(left[at[query]], query, used_pairs)
        elif number % 3 == 2:
            place = near.by_words(query, used_pairs)
        taught.append((query, passage if place is None else passages[place]))
        used_pairs.add(taught[-1])
    rows = {passage: place for place, passage in enumerate(passages)}
    cosines = [float(left[at[query]] @ right[rows[passage]]) for query, passage in taught]
    return taught, standardised(cosines)


def standardised(cosines: Sequence[float]) -> list[float]:
    """Cosines as targets of 0 to 1, relative to each other: sigmoid((c - median) / scale).

    The scale is half the interquartile range. The cosines of some encoders lie between .75 and .95;
    without this all targets would be nearly equal.
    """
    values = np.asarray(cosines, dtype=float)
    low, middle, high = np.percentile(values, [25, 50, 75])
    spread = max(float(high - low), 1e-6)
    return [float(target) for target in 1 / (1 + np.exp(-STEEPNESS * (values - middle) / spread))]


class _Neighbours:
    """Finds passages near a query that are not paired with it yet."""

    def __init__(self, passages: list[str], vectors: Matrix, seed: int) -> None:
        self._passages, self._vectors = passages, vectors
        self._index = Index.build(passages)
        self._chance = np.random.default_rng(seed)

    def by_cosine(self, vector: Matrix, query: str, used_pairs: set[Pair]) -> int | None:
        scores = self._vectors @ vector
        limit = min(NEAREST, len(scores))
        return self._first_unused(
            np.argpartition(-scores, limit - 1)[:limit].tolist(), query, used_pairs
        )

    def by_words(self, query: str, used_pairs: set[Pair]) -> int | None:
        return self._first_unused(
            [place for place, _ in self._index.search(query, NEAREST)], query, used_pairs
        )

    def _first_unused(self, places: list[int], query: str, used_pairs: set[Pair]) -> int | None:
        free = [place for place in places if (query, self._passages[place]) not in used_pairs]
        return free[int(self._chance.integers(len(free)))] if free else None
