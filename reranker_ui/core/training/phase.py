"""The specification of a training phase: its pairs, targets and hyperparameters."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from reranker_ui.core.training.advice.budget import sized
from reranker_ui.core.training.rows.examples import examples_of, idle_pairs
from reranker_ui.core.training.rows.mapped_pairs import numbers_of, texts_of
from reranker_ui.core.training.rows.row_columns import Examples, Numbers, Picked
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import BestBy, Loss, Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import Phase

MOST_POS_WEIGHT = 10.0
CLASSES = {
    "bce": "BinaryCrossEntropyLoss",
    "mse": "MSELoss",
    "cross_entropy": "CrossEntropyLoss",
    "mnrl": "CachedMultipleNegativesRankingLoss",
    "lambda": "LambdaLoss",
    "listnet": "ListNetLoss",
    "ranknet": "RankNetLoss",
    "margin_mse": "MarginMSELoss",
}


@dataclass(frozen=True)
class PhaseSpec:
    """The data and hyperparameters of a phase; `targets` are 0 to 1, parallel to the texts.

    `warmup` is the fraction of all steps in which the learning rate rises, or their number if at
    least 1. `rows` are the pairs in the shape that the loss needs, None where that is pairs.
    """

    phase: Phase
    queries: Sequence[str]
    passages: Sequence[str]
    targets: Sequence[float]
    epochs: float
    batch_size: int
    learning_rate: float
    warmup: float
    weight_decay: float
    pos_weight: float
    seed: int
    train_embeddings: bool = True
    dropout: bool = True
    loss: Loss = "bce"
    schedule: str = "linear"
    max_steps: int | None = None
    eval_every: int | None = None
    early_stopping: int = 0
    best_by: BestBy = "auto"
    idle: int = 0  # pairs without effect on the loss
    rows: Examples | None = field(default=None, repr=False)
    ranks: int = field(default=1, repr=False)  # processes that train together; no part of results
    share: float = field(default=1.0, repr=False)  # of the pairs, where a plan reads a sample

    @property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The rows as columns: texts first, then the label if there is one."""
        if self.rows is not None:
            return self.rows.columns
        return {"query": self.queries, "passage": self.passages, "label": self.targets}

    def with_columns(self, columns: Mapping[str, Sequence[Any]]) -> "PhaseSpec":
        """The same phase on other columns."""
        if self.rows is not None:
            return replace(self, rows=replace(self.rows, columns=columns))
        queries, passages, targets = (
            columns.get(name, []) for name in ("query", "passage", "label")
        )
        return replace(self, queries=queries, passages=passages, targets=targets)

    @property
    def row_batch(self) -> int:
        """Rows in a batch, for about `batch_size` pairs: as many for each of the `ranks`."""
        size = self.batch_size
        if self.loss == "mnrl":  # the other rows of a batch are the negatives, so count rows
            size = max(2, size)
        elif self.rows:
            size = max(1, round(size / self.rows.width))
        return math.ceil(size / self.ranks) * self.ranks

    @property
    def batch_pairs(self) -> float:
        """Pairs that the model reads in one step, about."""
        return self.row_batch * (self.rows.width if self.rows else 1.0)

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole phase."""
        if self.max_steps:
            return self.max_steps
        count = round((self.rows.count if self.rows else len(self.queries)) / self.share)
        return math.ceil(math.ceil(count / self.row_batch) * self.epochs)

    @property
    def learned(self) -> int:
        """Pairs trained on, each counted as often as it occurs."""
        return round(self.steps * self.batch_pairs)


def phase_spec(
    recipe: Recipe, pairs: pd.DataFrame, scale: Scale | float, places: "Numbers | None" = None
) -> PhaseSpec:
    """The spec for labelled `pairs`: targets from 0, the scale's lowest label, to 1.

    scale: may also be the highest label of a scale that begins at 0. What is auto in the recipe
    is as for a machine of unknown speed. `places`: of the rows that a point-wise loss learns from,
    all if None.
    Refused: labels outside the scale, labels that are all the same, and a loss that does not fit
    the labels.
    """
    scale = scale if isinstance(scale, Scale) else Scale("graded", scale)
    recipe = sized(recipe)
    grades = pairs["grade"] if places is None else pairs["grade"].iloc[places]
    targets = scale.targets(grades.astype(float))
    if not targets.between(0, 1).all():
        raise Refused(
            f"Some labels are not between {scale.min:g} and {scale.max:g}. Correct them in Data."
        )
    if targets.nunique() < 2:
        raise Refused(
            f"All {len(targets):,} training labels are the same. "
            "A reranker learns from the difference: give some pairs another label."
        )
    queries, passages = texts_of(pairs["query"]), texts_of(pairs["passage"])
    rows = examples_of(recipe.loss, pairs, targets, recipe.seed, scale)
    if places is not None:
        queries, passages = Picked(queries, places), Picked(passages, places)
        rows = rows and rows.picked(places)
    return PhaseSpec(
        "train",
        queries,
        passages,
        numbers_of(targets),
        epochs=float(recipe.epochs),
        batch_size=recipe.batch_size,
        learning_rate=float(recipe.learning_rate),
        warmup=recipe.warmup,
        weight_decay=recipe.weight_decay,
        pos_weight=pos_weight(recipe, targets),
        seed=recipe.seed,
        train_embeddings=recipe.train_embeddings,
        dropout=recipe.dropout,
        loss=recipe.loss,
        schedule=recipe.schedule,
        max_steps=recipe.max_steps,
        eval_every=recipe.eval_every,
        early_stopping=recipe.early_stopping,
        best_by=recipe.best_by,
        idle=idle_pairs(recipe.loss, pairs, targets),
        rows=rows,
    )


def length_notice(limit: int, requested: int) -> str:
    """The notice for a base that reads fewer tokens than the recipe's max length."""
    return f"This base reads at most {limit} tokens, not {requested}."


def pos_weight(recipe: Recipe, targets: "Sequence[float] | pd.Series[float]") -> float:
    """The weight of a positive; "auto" is the square root of negatives per positive, up to 10.

    The root, because the full ratio gives probabilities that are far too high.
    """
    if recipe.loss != "bce":
        return 1.0
    if recipe.pos_weight != "auto":
        return recipe.pos_weight
    positive = float(np.sum(targets))
    return min(MOST_POS_WEIGHT, max(1.0, math.sqrt((len(targets) - positive) / positive)))


def warmup_steps(spec: PhaseSpec) -> int:
    """Steps in which the learning rate rises."""
    return round(spec.warmup) if spec.warmup >= 1 else math.ceil(spec.warmup * spec.steps)
