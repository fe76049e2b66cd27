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
    places: Sequence[Any],
    texts: Sequence[str],
    stored: Stored,
    embed: Embed,
    on_part: OnPart,
) -> tuple[list[tuple[int, int]], int]:
    """Close passages of one query as positions of their pairs, and how many were compared.

    `places`: an array of the positions of the pairs with each of the `texts`, which are distinct.
    Where not all can be compared, whole queries are, drawn at random. `on_part` gets the part that
    is done, 0 to 1.
    """
    groups = _Groups(table, places)
    keys = {number: int(table.passage[places[number][0]]) for number in groups.numbers()}
    stored_vectors = stored(list(keys.values()))
    vectors = {number: stored_vectors[key] for number, key in keys.items() if key in stored_vectors}
    drawn = _drawn(groups, set(vectors))
    numbers = {number for group in drawn for number in group}
    new = sorted(numbers - vectors.keys())
    rows = embedded([texts[number] for number in new], embed, on_part)
    vectors = {number: vectors[number] for number in numbers & vectors.keys()}
    vectors |= zip(new, rows, strict=True)
    middle = _middle(list(vectors.values()))
    return [pair for group in drawn for pair in _close(group, vectors, middle)], len(vectors)


class _Groups:
    """The passages of each query that has several; a group is made when it is asked for."""

    def __init__(self, table: Table, places: Sequence[Any]) -> None:
        positions = np.concatenate([np.empty(0, int), *places])
        numbers = np.repeat(np.arange(len(places)), [len(part) for part in places])
        order = np.argsort(table.near[positions], kind="stable")
        self._positions, self._numbers = positions[order], numbers[order]
        queries = table.near[self._positions]
        self._starts = np.unique(queries, return_index=True)[1]
        self._ends = np.append(self._starts[1:], len(queries))
        several = np.fromiter(
            (len(self[at]) > 1 for at in range(len(self._starts))), bool, len(self._starts)
        )
        self._starts, self._ends = self._starts[several], self._ends[several]

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, at: int) -> Group:
        part = slice(self._starts[at], self._ends[at])
        return dict(zip(self._numbers[part].tolist(), self._positions[part].tolist(), strict=True))

    def numbers(self) -> list[int]:
        """The numbers of all passages in the groups, ascending."""
        parts = [self._numbers[a:b] for a, b in zip(self._starts, self._ends, strict=True)]
        return np.unique(np.concatenate(parts)).tolist() if parts else []


def _drawn(groups: _Groups, stored: set[int]) -> list[Group]:
    chosen: list[Group] = []
    used: set[int] = set()
    embedded_now = 0
    for at in np.random.default_rng(0).permutation(len(groups)):
        group = groups[at]
        more = group.keys() - used
        missing = len(more - stored)
        if len(used) + len(more) <= MOST_COMPARED and embedded_now + missing <= MOST_EMBEDDED:
            used |= more
            embedded_now += missing
            chosen.append(group)
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
