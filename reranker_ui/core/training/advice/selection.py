"""Which labelled pairs to train on where the time is too short for all of them."""

import numpy as np
import pandas as pd

from reranker_ui.core.training.examples import POINTWISE
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe

NEGATIVES = 3  # for each positive of a query


def may_select(recipe: Recipe) -> bool:
    """Whether a run of `recipe`, as it was asked for, may train on a part of its labels.

    The other losses learn from whole queries, so they read a part of an epoch instead; `max_steps`
    takes the place of epochs.
    """
    by_budget = recipe.epochs == "auto" and recipe.max_steps is None
    return by_budget and recipe.loss in POINTWISE


def most_informative(pairs: pd.DataFrame, wanted: int, scale: Scale, seed: int) -> pd.DataFrame:
    """`wanted` rows of `pairs`, in a random order; all if there are no more.

    A model learns most where one query has passages of both kinds. So those queries come first,
    each with one positive and NEGATIVES others, then with the next of both; queries whose labels
    are all alike come last.
    """
    if wanted >= len(pairs):
        return pairs
    chance = np.random.default_rng(seed)
    mixed_up = pairs.iloc[chance.permutation(len(pairs))]
    positive = scale.relevant(mixed_up["grade"])
    key = mixed_up["query_key"]
    alike = positive.groupby(key).transform("nunique").lt(2)
    place = positive.groupby([key, positive]).cumcount()
    turn = place.where(positive, place // NEGATIVES)
    query = chance.permutation(key.nunique())[pd.factorize(key)[0]]
    order = np.lexsort((query, turn.to_numpy(), alike.to_numpy()))
    return mixed_up.iloc[np.sort(order[:wanted])]
