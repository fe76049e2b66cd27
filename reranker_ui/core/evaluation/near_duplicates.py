"""Near-duplicate texts: MinHash over words and word pairs, then the exact overlap."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from reranker_ui.core.values.search_terms import spaced

BANDS, ROWS = 10, 4  # texts with an overlap of .8 share a band with a probability of 99.5%
_PRIME = (1 << 31) - 1
_FEATURES = 2**22
_AT_ONCE = 5_000  # texts, or pairs of them, whose words are in memory at once


def similar_pairs(texts: Sequence[str], overlap: float = 0.8) -> list[tuple[int, int]]:
    """Positions (i < j) of texts whose sets of words and word pairs overlap (Jaccard).

    Texts should be distinct. In a large group of similar texts each is linked to its first one
    only. Broder, "On the resemblance and containment of documents" (1997).
    """
    if len(texts) < 2:
        return []
    signatures = np.concatenate(
        [_signatures(texts, start) for start in range(0, len(texts), _AT_ONCE)], axis=1
    )
    bands = [signatures[band * ROWS : (band + 1) * ROWS] for band in range(BANDS)]
    collisions = np.unique(np.concatenate([_collisions(band) for band in bands]))
    similar: list[tuple[int, int]] = []
    for start in range(0, len(collisions), _AT_ONCE):
        batch = collisions[start : start + _AT_ONCE]
        pairs = np.stack([batch // len(texts), batch % len(texts)], axis=1)
        similar += map(tuple, pairs[_overlaps(texts, pairs) >= overlap].tolist())
    return similar


def similar_of_one_query(
    places: Sequence[Any], texts: Sequence[str], queries: Any
) -> list[tuple[int, int]]:
    """Positions of pairs of one query with near-duplicate passages.

    `places`: an array of the positions of the pairs with each of the `texts`, which are distinct;
    `queries`: an array of the key of each pair's query.
    """
    similar = []
    for i, j in similar_pairs(texts, overlap=0.9):
        position_of_query = dict(_queries_and_positions(places[j], queries))
        similar += [
            (at, position_of_query[query])
            for query, at in _queries_and_positions(places[i], queries)
            if query in position_of_query
        ]
    return similar


def _queries_and_positions(positions: Any, queries: Any) -> Iterator[tuple[int, int]]:
    return zip(queries[positions].tolist(), positions.tolist(), strict=True)


def _words(texts: Sequence[str]) -> Any:
    """A sparse row of 0 and 1 for each text."""
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        token_pattern=r"\S+",  # noqa: S106 - words, no password
        lowercase=False, ngram_range=(1, 2), n_features=_FEATURES,
        binary=True, norm=None, alternate_sign=False, dtype=np.float32,
    )  # fmt: skip
    return hashing.transform(spaced(text) for text in texts)


def _signatures(texts: Sequence[str], start: int) -> Any:
    """For BANDS * ROWS permutations, the smallest hash of each of the _AT_ONCE texts from `start`.

    A text without words is like no other.
    """
    words = _words(texts[start : start + _AT_ONCE])
    rng = np.random.default_rng(42)
    empty = np.diff(words.indptr) == 0
    starts = np.minimum(words.indptr[:-1], max(len(words.indices) - 1, 0))
    signatures = np.empty((BANDS * ROWS, words.shape[0]), dtype=np.int32)
    indices = words.indices.astype(np.int64) + 1
    for row in range(BANDS * ROWS):
        a, b = int(rng.integers(1, _PRIME)), int(rng.integers(0, _PRIME))
        signatures[row] = (
            np.minimum.reduceat((indices * a + b) % _PRIME, starts) if len(indices) else 0
        )
    signatures[:, empty] = -1 - start - np.flatnonzero(empty)
    return signatures


def _collisions(rows: Any) -> Any:
    """Texts with the same signature in one band, each paired with the previous and the first.

    A pair i < j of n texts is the number i * n + j.
    """
    mixed = np.zeros(rows.shape[1], dtype=np.uint64)
    for row in rows:
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + row.astype(np.uint64)
    order = np.argsort(mixed, kind="stable")
    same = np.concatenate([[False], mixed[order][1:] == mixed[order][:-1]])
    first = order[np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))]
    again = np.flatnonzero(same)
    left = np.concatenate([order[again - 1], first[again]])
    right = np.concatenate([order[again], order[again]])
    return np.minimum(left, right) * len(order) + np.maximum(left, right)


def _overlaps(texts: Sequence[str], pairs: Any) -> Any:
    numbers, places = np.unique(pairs, return_inverse=True)
    words = _words([texts[number] for number in numbers])
    first, second = places.reshape(pairs.shape).T
    both = np.asarray(words[first].multiply(words[second]).sum(axis=1)).ravel()
    sizes = np.diff(words.indptr)
    return both / np.maximum(sizes[first] + sizes[second] - both, 1)
