"""BM25 with saved statistics of one collection: scoring a pair needs no other passage."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reranker_ui.core.evaluation.bm25 import K1, B, words
from reranker_ui.core.models.batcher import Pair

RARE = 2  # passages below which a word is not saved; it gets the weight of a word seen once


@dataclass(frozen=True)
class TermWeights:
    """The idf of words in a collection of passages, and the mean length of a passage in words."""

    idf: Mapping[str, float]
    rare: float  # idf of any other word
    mean_length: float

    @classmethod
    def of(cls, passages: Sequence[str]) -> "TermWeights":
        """The weights of the words in `passages`, each distinct passage counted once."""
        distinct = dict.fromkeys(passages)
        counts, total, size = Counter[str](), 0, len(distinct)
        for passage in distinct:  # the words of all passages at once would take much memory
            terms = words(passage)
            counts.update(set(terms))
            total += len(terms)
        mean = total / max(size, 1)
        weights = {word: _idf(size, n) for word, n in counts.items() if n >= RARE}
        return cls(weights, _idf(size, 1), max(mean, 1.0))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "TermWeights":
        """The weights from the output of `to_json`."""
        return cls(dict(values["idf"]), float(values["rare"]), float(values["mean_length"]))

    def to_json(self) -> dict[str, Any]:
        """The weights as a JSON object."""
        return {"idf": dict(self.idf), "rare": self.rare, "mean_length": self.mean_length}

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """BM25 of each (query, passage), k1 1.2 and b 0.75, each query word counted once."""
        query_words = {query: set(words(query)) for query, _ in pairs}
        return [self._score(query_words[query], passage) for query, passage in pairs]

    def _score(self, query: set[str], passage: str) -> float:
        counts = Counter(words(passage))
        length = K1 * (1 - B + B * sum(counts.values()) / self.mean_length)
        shared = query & counts.keys()
        return sum(
            self.idf.get(word, self.rare) * counts[word] / (counts[word] + length)
            for word in sorted(shared)
        )


def _idf(size: int, n: int) -> float:
    # Lucene's: never below 0. https://doi.org/10.1007/978-3-030-45442-5_4
    return math.log(1 + max(size - n + 0.5, 0.5) / (n + 0.5))
