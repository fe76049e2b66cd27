"""How fast a run learns, and how long it will take yet."""

import math
from typing import Protocol

EVALUATIONS = 10  # on dev while a run learns
FADING = 0.95  # a step counts for this much of the next one: the last 20 or so decide
COST_OF_SCORING = 1 / 3  # of learning from a pair: the way forward without the way back


class Paced(Protocol):
    """What is known of a lesson here."""

    @property
    def steps(self) -> int:
        """Optimizer steps."""

    @property
    def eval_every(self) -> int | None:
        """Steps between two evaluations; None for EVALUATIONS a run."""


def every(lesson: Paced) -> int:
    """Steps between two evaluations on dev, which are saved too."""
    return lesson.eval_every or math.ceil(lesson.steps / EVALUATIONS)


def evaluations(lesson: Paced) -> int:
    """How often a lesson is evaluated on dev."""
    return lesson.steps // every(lesson)


class Pace:
    """Pairs a second from the steps done, and the seconds left from the pairs that are left."""

    def __init__(self, to_learn: float, to_score: float) -> None:
        """How many pairs the whole run will learn from, and how many it will score."""
        self._left = to_learn + to_score * COST_OF_SCORING
        self._pairs = self._seconds = 0.0

    def learned(self, pairs: float, seconds: float) -> None:
        """One step is done."""
        self._left -= pairs
        self._pairs = self._pairs * FADING + pairs
        self._seconds = self._seconds * FADING + seconds

    def skipped(self, pairs: float) -> None:
        """These were learned from before, by a run that was lost."""
        self._left -= pairs

    def scored(self, pairs: int) -> None:
        """One evaluation is done."""
        self._left -= pairs * COST_OF_SCORING

    @property
    def pairs_per_second(self) -> float | None:
        """Pairs learned from a second, lately; None before the first step."""
        return self._pairs / self._seconds if self._seconds else None

    @property
    def eta(self) -> float | None:
        """Seconds until the whole run is done; None before the first step."""
        speed = self.pairs_per_second
        return max(self._left, 0.0) / speed if speed else None
