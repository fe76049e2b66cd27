"""Triplets for in-batch negatives: a query, a relevant passage, and one that is not."""

from array import array
from functools import lru_cache

import numpy as np

from reranker_ui.core.training.rows.candidates import Candidates
from reranker_ui.core.training.rows.row_columns import Examples, Numbers, Picked, text_ids
from reranker_ui.core.values.refused import Refused

IN_BATCH = 4  # negatives that a row gets from the other rows of its batch
DRAWN = 8  # passages of which the first that fits is the negative


def triplets_of(candidates: Candidates, relevant: Numbers, chance: np.random.Generator) -> Examples:
    """A triplet of each relevant pair; its negative is of the same query if there is one.

    `relevant` says it of each row. Refused where there are no two queries, or no negatives.
    """
    positive = np.flatnonzero(relevant)
    if len(np.unique(candidates.codes[positive])) < 2:
        raise Refused(
            "In-batch negatives need relevant passages of at least two queries. "
            "Label more, or choose binary cross-entropy."
        )
    ids = text_ids(candidates.passages)
    right, negative = array("q"), array("q")

    @lru_cache(maxsize=4096)
    def split(query: int) -> tuple[Numbers, Numbers]:
        # The rows that are not relevant, and the texts of those that are.
        rows = candidates.rows(query)
        return rows[~relevant[rows]], np.sort(ids[rows[relevant[rows]]])

    for row in positive:
        pool, best = split(int(candidates.codes[row]))
        drawn = chance.integers(len(pool) or len(ids), size=DRAWN)
        fitting = _first_other(ids, pool[drawn] if len(pool) else drawn, best)
        if fitting is None:
            fitting = _first_other(ids, np.arange(len(ids)), best)
        if fitting is not None:  # a relevant passage as a negative would teach the opposite
            right.append(int(row))
            negative.append(fitting)
    if not right:
        raise Refused(
            "Every passage is relevant to every query, so there are no negatives. "
            "Label passages that are not relevant, or choose binary cross-entropy."
        )
    places = np.frombuffer(right, np.int64)
    columns = {
        "query": Picked(candidates.queries, places),
        "positive": Picked(candidates.passages, places),
        "negative": Picked(candidates.passages, np.frombuffer(negative, np.int64)),
    }
    return Examples(columns, 2.0 + IN_BATCH)


def _first_other(ids: Numbers, rows: Numbers, known: Numbers) -> int | None:
    # The first of `rows` whose text is not among the sorted `known`.
    wanted = ids[rows]
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    other = np.flatnonzero(known[at] != wanted)
    return int(rows[other[0]]) if len(other) else None
