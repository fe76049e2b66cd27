"""The pairs of a dataset as arrays, and what can be asked of their keys."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reranker_ui.core.values.labels import GRADES, Scale

Array = Any  # a numpy array with one value a pair
# One pair: the fields of a `Table`, in order.
ROW = np.dtype("<i8, <u8, <u8, <u8, <u8, <f8, i1, ?")


@dataclass(frozen=True)
class Table:
    """Pairs as arrays of one length. Keys are 64-bit hashes: equal texts have equal keys."""

    ids: Array
    query: Array
    near: Array  # of the query without case, punctuation and spaces
    passage: Array
    folded: Array  # of the passage without case, punctuation and spaces
    grade: Array  # the effective label, NaN where there is none
    split: Array  # position in SPLITS, -1 for none
    disputed: Array  # whether labels differ
    scale: Scale = GRADES

    @classmethod
    def of(cls, rows: Array, scale: Scale) -> "Table":
        """The table of an array of `ROW`, which is not copied."""
        columns: list[Array] = [rows[name] for name in rows.dtype.names]
        return replace(cls(*columns), scale=scale)

    @property
    def good(self) -> Array:
        """Which pairs are labelled relevant."""
        return self.scale.relevant(self.grade)

    @property
    def bad(self) -> Array:
        """Which pairs are labelled, and not relevant."""
        return ~np.isnan(self.grade) & ~self.good


def in_several_splits(table: Table, keys: Array, assigned: Array) -> Array:
    """Which of the `assigned` pairs belong to a key that is in more than one split."""
    rows = np.zeros(len(keys), dtype=bool)
    rows[assigned] = mixed(keys[assigned], table.split[assigned])
    return rows


def mixed(keys: Array, values: Array) -> Array:
    """Which elements belong to a key that has more than one value; no value is NaN."""
    order, starts = _grouped(keys)
    ordered = values[order]
    differs = np.minimum.reduceat(ordered, starts) != np.maximum.reduceat(ordered, starts)
    return _of_groups(differs, order, starts)


def repeated(keys: Array) -> Array:
    """Which elements have a key that occurs more than once."""
    order, starts = _grouped(keys)
    return _of_groups(np.diff(starts, append=len(keys)) > 1, order, starts)


def _grouped(keys: Array) -> tuple[Array, Array]:
    # The order that brings equal keys together, and where each key begins in it.
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    differs = ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(np.concatenate([[len(keys) > 0], differs]))


def _of_groups(values: Array, order: Array, starts: Array) -> Array:
    rows = np.empty(len(order), dtype=bool)
    rows[order] = np.repeat(values, np.diff(starts, append=len(order)))
    return rows
