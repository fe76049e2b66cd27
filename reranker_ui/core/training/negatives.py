"""Hard negatives: passages that look relevant to a query and have no label for it."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import COLUMNS

Vector: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float32]]"
TINY = 1e-9  # ceiling where the best positive shares no word with the query
DEPTH = 50  # best passages considered for each query


def with_negatives(
    recipe: Recipe, pairs: pd.DataFrame, vectors: TextVectors, scale: Scale = GRADES
) -> pd.DataFrame:
    """`pairs` plus rows of the lowest grade, mined by BM25 or by the cosine of `vectors`.

    Adds `negatives_per_query` passages of `pairs` to each query with a positive: the share
    `negatives_random` at random, the others with the highest scores. None has a label for the
    query, and none scores within `negatives_margin` of its best positive, where unlabelled
    passages are often relevant.
    """
    if recipe.negatives == "none":
        return pairs
    positive = scale.relevant(pairs["grade"])
    passages = list(dict.fromkeys(pairs["passage"]))
    place = {passage: number for number, passage in enumerate(passages)}
    groups = {
        key: group
        for key, group in pairs.groupby("query_key", sort=False)
        if positive[group.index].any()
    }
    score = _scorer(
        recipe.negatives, passages, [g["query"].iloc[0] for g in groups.values()], vectors
    )
    chance = np.random.default_rng(recipe.seed)
    rows = []
    for number, (key, group) in enumerate(groups.items()):
        labelled = {place[passage] for passage in group["passage"]}
        best = [place[passage] for passage in group[positive[group.index]]["passage"]]
        for mined in _chosen(recipe, score(number), labelled, best, chance):
            rows.append((-1, key, group["query"].iloc[0], passages[mined], scale.min))
    return pd.concat([pairs, pd.DataFrame(rows, columns=COLUMNS)], ignore_index=True)


def expected(recipe: Recipe, pairs: pd.DataFrame, scale: Scale = GRADES) -> int:
    """The maximum number of negatives that `with_negatives` adds."""
    if recipe.negatives == "none":
        return 0
    queries = int(pairs.loc[scale.relevant(pairs["grade"]), "query_key"].nunique())
    return queries * min(recipe.negatives_per_query, int(pairs["passage"].nunique()) - 1)


def _chosen(
    recipe: Recipe, scores: Vector, labelled: set[int], best: list[int], chance: np.random.Generator
) -> list[int]:
    count = recipe.negatives_per_query
    ceiling = float(scores[best].max()) * (1 - recipe.negatives_margin)
    hard = min(DEPTH, len(scores) - 1)
    order = np.argpartition(-scores, hard)[: hard + 1]
    order = order[np.lexsort((order, -scores[order]))]
    candidates = [
        int(position)
        for position in order
        if position not in labelled and 0 < scores[position] < ceiling
    ]
    chosen = candidates[: count - round(count * recipe.negatives_random)]
    free = np.flatnonzero(scores < max(ceiling, TINY))
    for position in chance.permutation(free)[: count + len(labelled) + len(chosen)]:
        if len(chosen) == count:
            break
        if position not in labelled and position not in chosen:
            chosen.append(int(position))
    return chosen


def _scorer(
    how: str, passages: list[str], queries: list[str], vectors: TextVectors
) -> Callable[[int], Vector]:
    # Scores of all passages for the query with this number.
    if how == "bm25":
        index = Index.build(passages)
        return lambda number: index.scores(queries[number])
    left, right = vectors.uncached(queries, "query"), vectors.uncached(passages, "document")
    vectors.delete_engine()
    return lambda number: np.asarray(right @ left[number], dtype=np.float32)
