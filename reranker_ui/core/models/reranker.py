"""Rerankers: a cross-encoder loaded once, run by torch or a faster engine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypedDict

import numpy as np

from reranker_ui.core.models.batcher import Batcher, Pair
from reranker_ui.core.models.text_chunks import chunks, start_of, starts_of
from reranker_ui.core.models.torch_engine import TorchEngine


class Engine(Protocol):
    """An engine that computes logits of pairs."""

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that are read."""

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each pair."""

    def tokens(self, pairs: Sequence[Pair]) -> list[int]:
        """Tokens of each pair as read, at most `max_length`."""

    def truncated(self, texts: Sequence[str], limit: int) -> list[str]:
        """Each text up to the end of its first `limit` tokens."""


class RankedPassage(TypedDict):
    """A passage with its rank from 1, and its index from 0 among those that were ranked."""

    rank: int
    index: int
    score: float
    passage: str


class Reranker:
    """A cross-encoder, loaded once from a folder on this machine; safe to share by threads."""

    def __init__(
        self,
        path: Path | str,
        max_length: int | None = None,
        seed: int = 0,
        engine: Engine | None = None,
    ) -> None:
        """Load the model. `max_length` in tokens; the model's own if None.

        engine: torch if None. A folder without a ranking head gets a new one, initialized from
        `seed`. Raises ValueError for a model that returns more than one score per pair.
        """
        self._engine: Engine = engine or TorchEngine(path, max_length, seed)
        self._batcher = Batcher(self._logits)

    def use(self, engine: Engine) -> None:
        """Score with `engine` from the next batch on, and release the previous one."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The current engine."""
        return self._engine

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that the model reads; the rest is cut."""
        return self._engine.max_length

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""
        return self._engine.size

    def scores(self, pairs: Sequence[Pair], raw: bool = False) -> list[float]:
        """The probability of each (query, passage), 0 to 1, by a sigmoid; `raw`: the logit.

        Equal pairs are scored once, in batches of similar length, together with the pairs of
        other threads.
        """
        distinct = sorted(set(pairs), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
        logits = dict(zip(distinct, self._batcher.scores(distinct), strict=True))
        scores = np.array([logits[pair] for pair in pairs], dtype=float)
        return [float(score) for score in (scores if raw else sigmoid(scores))]

    def rank(self, query: str, passages: Sequence[str], raw: bool = False) -> list[RankedPassage]:
        """The passages best first."""
        return ranked(self.scores([(query, passage) for passage in passages], raw), passages)

    def tokens(self, pairs: Sequence[Pair]) -> list[int]:
        """Tokens of each pair as read, at most `max_length`."""
        starts = starts_of(pairs, self.max_length)
        return [count for chunk in chunks(starts) for count in self._engine.tokens(chunk)]

    def cut(self, pairs: Sequence[Pair]) -> list[bool]:
        """Which pairs are longer than the model's limit, so that it read only their beginning."""
        read = zip(pairs, starts_of(pairs, self.max_length), self.tokens(pairs), strict=True)
        return [tokens >= self.max_length or pair != start for pair, start, tokens in read]

    def truncated(self, texts: Sequence[str], limit: int) -> list[str]:
        """Each text up to the end of its first `limit` tokens, or as far as the model can read."""
        starts = [start_of(text, self.max_length) for text in texts]
        return [text for chunk in chunks(starts) for text in self._engine.truncated(chunk, limit)]

    def _logits(self, pairs: list[Pair]) -> list[float]:
        return self._engine.logits(starts_of(pairs, self.max_length))


def ranked(scores: Sequence[float], passages: Sequence[str]) -> list[RankedPassage]:
    """Passages by falling score, ties in the given order."""
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    return [
        {"rank": rank, "index": index, "score": scores[index], "passage": passages[index]}
        for rank, index in enumerate(order, start=1)
    ]


def sigmoid(logits: Any) -> Any:
    """1 / (1 + e^-x), without overflow."""
    with np.errstate(invalid="ignore"):  # the caller refuses NaN
        return np.exp(-np.logaddexp(0, -np.asarray(logits, dtype=float)))
