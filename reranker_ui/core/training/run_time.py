"""The speed of a run, and its remaining time."""

import math
from typing import Protocol

EVALUATIONS = 10  # on dev while a run learns
FADING = 0.95  # weight of a step relative to the next: about the last 20 steps matter
COST_OF_SCORING = 1 / 3  # of training on a pair: the forward pass without the backward pass


class Paced(Protocol):
    """The parts of a lesson that are needed here."""

    @property
    def steps(self) -> int:
        """Optimizer steps."""

    @property
    def eval_every(self) -> int | None:
        """Steps between two evaluations; None for EVALUATIONS a run."""


def every(lesson: Paced) -> int:
    """Steps between two evaluations on dev, each with a checkpoint."""
    return lesson.eval_every or math.ceil(lesson.steps / EVALUATIONS)


def evaluations(lesson: Paced) -> int:
    """The number of evaluations of a lesson on dev."""
    return lesson.steps // every(lesson)


class Pace:
    """Pairs a second from the completed steps, and the remaining seconds from the pairs left."""

    def __init__(self, to_learn: float, to_score: float) -> None:
        """The numbers of pairs that the whole run will train on and score."""
        self._left = to_learn + to_score * COST_OF_SCORING
        self._pairs = self._seconds = 0.0

    def learned(self, pairs: float, seconds: float) -> None:
        """Count one step."""
        self._left -= pairs
        self._pairs = self._pairs * FADING + pairs
        self._seconds = self._seconds * FADING + seconds

    def skipped(self, pairs: float) -> None:
        """Count pairs that the run trained on before it was lost."""
        self._left -= pairs

    def scored(self, pairs: int) -> None:
        """Count one evaluation."""
        self._left -= pairs * COST_OF_SCORING

    @property
    def pairs_per_second(self) -> float | None:
        """Recent training pairs a second; None before the first step."""
        return self._pairs / self._seconds if self._seconds else None

    @property
    def eta(self) -> float | None:
        """Seconds until the run is finished; None before the first step."""
        speed = self.pairs_per_second
        return max(self._left, 0.0) / speed if speed else None
