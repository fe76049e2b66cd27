"""Batches requests of many threads to one model, with an equal share for each caller."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]

BATCH = 256  # pairs scored before waiting requests are considered again


@dataclass
class _Request:
    pairs: list[Pair]
    scores: list[float] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.error is not None or len(self.scores) == len(self.pairs)


class Batcher:
    """One model for any number of threads: one of them scores for all that wait.

    Each waiting caller gets an equal share of a batch, so that a short list does not wait for a
    long one, and many short lists fill a batch. Equal pairs in a batch are scored once.
    """

    def __init__(self, score: Callable[[list[Pair]], Sequence[float]], batch: int = BATCH) -> None:
        self._score, self._batch = score, batch
        self._waiting: list[_Request] = []
        self._changed, self._busy = threading.Condition(), False

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """The score of each pair. An error of the model is raised to all callers in the batch."""
        request = _Request(list(pairs))
        with self._changed:
            if request.pairs:
                self._waiting.append(request)
            while not request.done:
                if self._busy:
                    self._changed.wait()
                else:
                    self._score_batch()
        if request.error is not None:
            raise request.error
        return request.scores

    def _score_batch(self) -> None:
        # Called with the lock held; released while the model scores.
        shares = self._shares()
        distinct = list(dict.fromkeys(pair for _, share in shares for pair in share))
        self._busy = True
        self._changed.release()
        failure: BaseException | None = None
        scores: dict[Pair, float] = {}
        try:
            scores = dict(zip(distinct, self._score(distinct), strict=True))
        except BaseException as error:
            failure = error
        finally:
            self._changed.acquire()
            self._busy = False
        for request, share in shares:
            request.error = failure
            request.scores += [] if failure else [scores[pair] for pair in share]
        self._waiting = [request for request in self._waiting if not request.done]
        self._changed.notify_all()

    def _shares(self) -> list[tuple[_Request, list[Pair]]]:
        # Shortest first: what they do not use of their share goes to the longer ones.
        rest, shares = self._batch, []
        waiting = sorted(
            self._waiting, key=lambda request: len(request.pairs) - len(request.scores)
        )
        for place, request in enumerate(waiting):
            limit = max(1, rest // (len(waiting) - place))
            scored = len(request.scores)
            share = request.pairs[scored : scored + limit]
            rest -= len(share)
            shares.append((request, share))
        return shares
