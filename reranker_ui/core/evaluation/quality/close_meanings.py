"""Leakage by meaning: test and dev queries that ask nearly the same as a query of train.

A cosine says little by itself: those of E5 lie between .75 and 1 for any two texts. So it counts by
its place between the median of the dataset, which is that of unrelated queries, and 1.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reranker_ui.core.evaluation.quality.table import Table

MOST_HELD_OUT, MOST_LEARNED = 1_000, 4_000  # queries that are compared, evenly from all
# By E5, on 100 pairs of zh_atec: a fifth of those labelled the same question lie above, and 7% of
# the others. Of 80 test queries of wikiqa and of xquad_vi none is so close to one of 250 of train.
CLOSE = 0.75
BATCH = 200  # texts embedded between two reports of progress
Embed = Callable[[list[str]], Any]  # embeddings of length 1: texts x dimensions
OnPart = Callable[[float], None]


def close_across_splits(
    table: Table, places: Sequence[int], texts: Sequence[str], embed: Embed, on_part: OnPart
) -> tuple[list[tuple[int, int]], int]:
    """Close queries as positions (dev or test, train), and how many of dev and test were compared.

    `places`: the position of a pair with each of the `texts`, which are distinct queries. `on_part`
    gets the part that is done, 0 to 1.
    """
    split = table.split[list(places)]
    held_out = _evenly(np.flatnonzero(split > 0), MOST_HELD_OUT)
    learned = _evenly(np.flatnonzero(split == 0), MOST_LEARNED)
    if not held_out or not learned:
        return [], 0
    vectors = embedded([texts[number] for number in [*held_out, *learned]], embed, on_part)
    cosines = vectors[: len(held_out)] @ vectors[len(held_out) :].T
    middle = float(np.median(cosines))
    nearest = cosines.argmax(axis=1)
    closeness = (cosines.max(axis=1) - middle) / max(1 - middle, 1e-6)
    close = np.flatnonzero(closeness >= CLOSE).tolist()
    return [(places[held_out[i]], places[learned[nearest[i]]]) for i in close], len(held_out)


def embedded(texts: list[str], embed: Embed, on_part: OnPart) -> Any:
    """The embedding of each text, made in batches; `on_part` gets the part that is done."""
    parts = []
    for start in range(0, len(texts), BATCH):
        on_part(start / len(texts))
        parts.append(embed(texts[start : start + BATCH]))
    return np.concatenate(parts) if parts else np.empty((0, 1))


def _evenly(numbers: Any, limit: int) -> list[int]:
    return numbers[:: max(1, -(-len(numbers) // limit))].tolist()  # type: ignore[no-any-return]
