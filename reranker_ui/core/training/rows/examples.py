"""Labelled pairs in the shape that a loss needs: pairs, classes, lists, triplets or margins."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reranker_ui.core.training.rows.candidates import Candidates, lists_of, margins_of
from reranker_ui.core.training.rows.mapped_pairs import numbers_of, texts_of
from reranker_ui.core.training.rows.row_columns import Examples
from reranker_ui.core.training.rows.triplets import triplets_of
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.recipe import Loss
from reranker_ui.core.values.refused import Refused

MOST_GRADES = 10
POINTWISE = ("bce", "mse", "cross_entropy")
LISTWISE = ("lambda", "listnet", "ranknet")


def examples_of(
    loss: Loss,
    pairs: pd.DataFrame,
    targets: "pd.Series[float]",
    seed: int,
    scale: Scale = GRADES,
) -> Examples | None:
    """The rows for `loss`, None where they are the pairs and their targets.

    `targets` are the grades as 0 to 1, parallel to `pairs`. Refused where the labels do not fit
    the loss; the message names a loss that does.
    """
    if loss in ("bce", "mse"):
        return None
    if loss == "cross_entropy":
        return _classes(pairs, scale)
    chance, candidates = np.random.default_rng(seed), Candidates.of(pairs, targets)
    if loss == "mnrl":
        return triplets_of(candidates, scale.relevant(pairs["grade"]).to_numpy(bool), chance)
    return (lists_of if loss in LISTWISE else margins_of)(candidates, targets, chance)


def idle_pairs(loss: Loss, pairs: pd.DataFrame, targets: "pd.Series[float]") -> int:
    """The number of pairs without effect on `loss`: those of queries with equal labels.

    Pointwise losses have none.
    """
    if loss not in (*LISTWISE, "margin_mse"):
        return 0
    keys = pairs["query_key"] if "query_key" in pairs else pairs["query"]
    return int((targets.groupby(keys).transform("nunique") < 2).sum())


def grade_counts(classes: Sequence[int]) -> list[int]:
    """How often each grade from 0 to the highest occurs."""
    return [int(count) for count in np.bincount(np.fromiter(classes, np.int64, len(classes)))]


def _classes(frame: pd.DataFrame, scale: Scale) -> Examples:
    grades = frame["grade"].astype(float) - scale.min  # the lowest of the scale is the first class
    if (grades != grades.round()).any() or grades.max() > MOST_GRADES:
        raise Refused(
            "Cross-entropy needs whole grades, and these labels are scores. "
            "Choose MSE or binary cross-entropy, which accept any score."
        )
    texts = {"query": texts_of(frame["query"]), "passage": texts_of(frame["passage"])}
    return Examples(texts | {"label": numbers_of(grades.astype(int))}, 1.0)
