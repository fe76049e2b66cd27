"""A lesson: the pairs and targets that one phase learns from, and how."""

import math
from dataclasses import dataclass

import pandas as pd

from reranker_ui.core.recipe import Recipe
from reranker_ui.core.refused import Refused
from reranker_ui.core.run_folder import Phase

MOST_POS_WEIGHT = 10.0


@dataclass(frozen=True)
class Lesson:
    """What a phase learns from and how; `targets` are 0 to 1, parallel to the texts.

    `warmup` is the share of all steps in which the learning rate rises; then it falls to 0.
    """

    phase: Phase
    queries: list[str]
    passages: list[str]
    targets: list[float]
    epochs: float
    batch_size: int
    learning_rate: float
    warmup: float
    weight_decay: float
    pos_weight: float
    seed: int
    train_embeddings: bool = True
    dropout: bool = True

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole phase."""
        return math.ceil(math.ceil(len(self.queries) / self.batch_size) * self.epochs)

    @property
    def learned(self) -> int:
        """Pairs that the phase learns from, each counted as often as it comes."""
        return self.steps * self.batch_size


def lesson_of(recipe: Recipe, pairs: pd.DataFrame, top_grade: float) -> Lesson:
    """The lesson of the labels: `pairs` with the target grade / `top_grade`.

    Refused: labels that are no numbers of 0 to `top_grade`, or all the same.
    """
    targets = pairs["grade"].astype(float) / top_grade
    if not targets.between(0, 1).all():
        raise Refused(f"Some labels are not between 0 and {top_grade:g}. Mend them in Data.")
    if targets.nunique() < 2:
        raise Refused(
            f"All {len(pairs):,} training labels are the same. "
            "A reranker learns from the difference: label some pairs otherwise."
        )
    return Lesson(
        "train",
        pairs["query"].tolist(),
        pairs["passage"].tolist(),
        targets.tolist(),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        warmup=recipe.warmup,
        weight_decay=recipe.weight_decay,
        pos_weight=pos_weight(recipe, targets.tolist()),
        seed=recipe.seed,
        train_embeddings=recipe.train_embeddings,
        dropout=recipe.dropout,
    )


def pos_weight(recipe: Recipe, targets: list[float]) -> float:
    """What a positive counts for; "auto" is the square root of negatives per positive, up to 10.

    The root, because the full ratio buys rank at the price of probabilities far too high.
    """
    if recipe.pos_weight != "auto":
        return recipe.pos_weight
    positive = sum(targets)
    return min(MOST_POS_WEIGHT, max(1.0, math.sqrt((len(targets) - positive) / positive)))
