"""Which labelled pairs to train on where the time is too short for all of them."""

import numpy as np
import pandas as pd

from reranker_ui.core.training.rows.examples import POINTWISE
from reranker_ui.core.training.rows.row_columns import Numbers
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


def most_informative(pairs: pd.DataFrame, count: int, scale: Scale, seed: int) -> Numbers:
    """The places of `count` rows of `pairs`, in a random order; of all if there are no more.

    A model learns most where one query has passages of both kinds. So those queries come first,
    each with one positive and NEGATIVES others, then with the next of both; queries whose labels
    are all alike come last.
    """
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(pairs))
    positive = scale.relevant(pairs["grade"].iloc[order])
    key = pd.Series(pd.factorize(pairs["query_key"])[0][order], index=positive.index)
    alike = positive.groupby(key).transform("nunique").lt(2)
    place = positive.groupby([key, positive]).cumcount()
    round_number = place.where(positive, place // NEGATIVES)
    query = chance.permutation(key.nunique())[pd.factorize(key)[0]]
    first = np.lexsort((query, round_number.to_numpy(), alike.to_numpy()))[:count]
    return order[np.sort(first)]
