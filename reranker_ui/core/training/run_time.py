"""The speed of a run, and its remaining time."""

import math
from dataclasses import dataclass
from typing import Protocol

EVALUATIONS, FEWEST_EVALUATIONS = 10, 4  # on dev while a run learns
STEPS_BETWEEN = 12  # of two evaluations at least, unless there would be too few of them
DECAY = 0.95  # weight of a step relative to the next: about the last 20 steps matter
COST_OF_SCORING = 1 / 3  # of training on a pair: the forward pass without the backward pass


class Paced(Protocol):
    """The parts of a spec that are needed here."""

    @property
    def steps(self) -> int:
        """Optimizer steps."""

    @property
    def eval_every(self) -> int | None:
        """Steps between two evaluations; None where their number follows from the steps."""


def every(spec: Paced) -> int:
    """Steps between two evaluations on dev, each with a checkpoint."""
    evaluations = max(FEWEST_EVALUATIONS, min(EVALUATIONS, spec.steps // STEPS_BETWEEN))
    return spec.eval_every or math.ceil(spec.steps / evaluations)


def evaluations(spec: Paced) -> int:
    """The number of evaluations of a spec on dev."""
    return spec.steps // every(spec)


@dataclass
class Pace:
    """Pairs a second from the completed steps, and the remaining seconds from the pairs left.

    `left` is the work in training pairs, `pairs` and `seconds` are faded sums over the steps.
    """

    left: float
    pairs: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, to_learn: float, to_score: float) -> "Pace":
        """The pace of a run that will train on and score so many pairs."""
        return cls(to_learn + to_score * COST_OF_SCORING)

    def learned(self, pairs: float, seconds: float) -> None:
        """Count one step."""
        self.left -= pairs
        self.pairs = self.pairs * DECAY + pairs
        self.seconds = self.seconds * DECAY + seconds

    def skipped(self, pairs: float) -> None:
        """Count pairs that the run trained on before it was lost."""
        self.left -= pairs

    def scored(self, pairs: int) -> None:
        """Count one evaluation."""
        self.left -= pairs * COST_OF_SCORING

    @property
    def pairs_per_second(self) -> float | None:
        """Recent training pairs a second; None before the first step."""
        return self.pairs / self.seconds if self.seconds else None

    @property
    def eta(self) -> float | None:
        """Seconds until the run is finished; None before the first step."""
        speed = self.pairs_per_second
        return max(self.left, 0.0) / speed if speed else None
