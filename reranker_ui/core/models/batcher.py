"""Turns at a model: what many callers ask at once is scored together, and each gets its share."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]

TURN = 256  # pairs scored before the others are looked at again


@dataclass
class _Asked:
    pairs: list[Pair]
    scores: list[float] = field(default_factory=list)
    fault: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.fault is not None or len(self.scores) == len(self.pairs)


class Turns:
    """One model, any number of threads: one of them scores for all that wait.

    In a turn everyone who waits has an equal share of the pairs, so that a short list is not
    kept behind a long one, and many short ones fill a batch. Equal pairs are scored once a turn.
    """

    def __init__(self, score: Callable[[list[Pair]], Sequence[float]], turn: int = TURN) -> None:
        self._score, self._turn = score, turn
        self._waiting: list[_Asked] = []
        self._changed, self._busy = threading.Condition(), False

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """The score of each pair. A fault of the model is raised to all who were in its turn."""
        mine = _Asked(list(pairs))
        with self._changed:
            if mine.pairs:
                self._waiting.append(mine)
            while not mine.done:
                if self._busy:
                    self._changed.wait()
                else:
                    self._take_turn()
        if mine.fault is not None:
            raise mine.fault
        return mine.scores

    def _take_turn(self) -> None:
        # Called with the lock held; it is let go while the model works.
        shares = self._shares()
        distinct = list(dict.fromkeys(pair for _, share in shares for pair in share))
        self._busy = True
        self._changed.release()
        fault: BaseException | None = None
        found: dict[Pair, float] = {}
        try:
            found = dict(zip(distinct, self._score(distinct), strict=True))
        except BaseException as error:
            fault = error
        finally:
            self._changed.acquire()
            self._busy = False
        for asked, share in shares:
            asked.fault = fault
            asked.scores += [] if fault else [found[pair] for pair in share]
        self._waiting = [asked for asked in self._waiting if not asked.done]
        self._changed.notify_all()

    def _shares(self) -> list[tuple[_Asked, list[Pair]]]:
        # The shortest first: what they leave of their share goes to the longer ones.
        rest, shares = self._turn, []
        waiting = sorted(self._waiting, key=lambda asked: len(asked.pairs) - len(asked.scores))
        for place, asked in enumerate(waiting):
            most = max(1, rest // (len(waiting) - place))
            begun = len(asked.scores)
            share = asked.pairs[begun : begun + most]
            rest -= len(share)
            shares.append((asked, share))
        return shares
