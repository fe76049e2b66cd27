"""Passages of one query that mean nearly the same, whatever their words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reranker_ui.core.evaluation.quality.close_meanings import Embed, OnPart, embedded
from reranker_ui.core.evaluation.quality.table import Table

MOST_COMPARED = 20_000  # passages; 31 MB of 384 dimensions
MOST_EMBEDDED = 2_000  # of them, those without a stored embedding
# The place of a cosine between the median and 1. By E5, of 231 pairs of key points of one argument
# in the sample two lie above .8, different points of one topic, and none above .85.
CLOSE = 0.85
Stored = Callable[[Sequence[int]], Mapping[int, Any]]  # embeddings of length 1 by passage key
Group = dict[int, int]  # number of a passage -> position of its pair with one query


def close_within_queries(
    table: Table,
    passages: Sequence[tuple[Sequence[int], str]],
    stored: Stored,
    embed: Embed,
    on_part: OnPart,
) -> tuple[list[tuple[int, int]], int]:
    """Close passages of one query as positions of their pairs, and how many were compared.

    `passages` are distinct: the positions of the pairs with it, and its text. Where not all can be
    compared, whole queries are, drawn at random. `on_part` gets the part that is done, 0 to 1.
    """
    groups = _groups(table, passages)
    keys = {
        number: int(table.passage[passages[number][0][0]])
        for members in groups
        for number in members
    }
    stored_vectors = stored(list(keys.values()))
    vectors = {number: stored_vectors[key] for number, key in keys.items() if key in stored_vectors}
    groups = _drawn(groups, set(vectors))
    numbers = {number for group in groups for number in group}
    new = sorted(numbers - vectors.keys())
    rows = embedded([passages[number][1] for number in new], embed, on_part)
    vectors = {number: vectors[number] for number in numbers & vectors.keys()}
    vectors |= zip(new, rows, strict=True)
    middle = _middle(list(vectors.values()))
    return [pair for group in groups for pair in _close(group, vectors, middle)], len(vectors)


def _groups(table: Table, passages: Sequence[tuple[Sequence[int], str]]) -> list[Group]:
    groups: dict[int, Group] = {}
    for number, (positions, _) in enumerate(passages):
        for at in positions:
            groups.setdefault(int(table.near[at]), {})[number] = at
    return [group for group in groups.values() if len(group) > 1]


def _drawn(groups: list[Group], stored: set[int]) -> list[Group]:
    chosen: list[Group] = []
    used: set[int] = set()
    embedded_now = 0
    for at in np.random.default_rng(0).permutation(len(groups)):
        more = groups[at].keys() - used
        missing = len(more - stored)
        if len(used) + len(more) <= MOST_COMPARED and embedded_now + missing <= MOST_EMBEDDED:
            used |= more
            embedded_now += missing
            chosen.append(groups[at])
    return chosen


def _middle(vectors: list[Any]) -> float:
    # The median cosine of passages that chance brings together.
    rows = np.array(vectors)
    if not len(rows):
        return 0.0
    other = np.roll(rows[np.random.default_rng(0).permutation(len(rows))], 1, axis=0)
    return float(np.median(np.einsum("ij,ij->i", rows, other)))


def _close(group: Group, vectors: Mapping[int, Any], middle: float) -> list[tuple[int, int]]:
    places = list(group.values())
    rows = np.array([vectors[number] for number in group])
    closeness = (rows @ rows.T - middle) / max(1 - middle, 1e-6)
    return [(places[i], places[j]) for i, j in np.argwhere(np.triu(closeness >= CLOSE, 1))]
