"""The pairs of a dataset as arrays, and what can be asked of their keys."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from reranker_ui.core.values.labels import GRADES, Scale

Array = Any  # a numpy array with one value a pair
TYPES = "qQQQQdbb"  # of the columns of a `Table`, as array.array names them


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
    def of(cls, columns: Sequence["array[Any]"], scale: Scale) -> "Table":
        """The table of the columns above, in order and of TYPES; they are not copied."""
        arrays: list[Array] = [np.asarray(column) for column in columns]
        arrays[-1] = arrays[-1].view(np.bool_)
        return replace(cls(*arrays), scale=scale)

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
    """Which elements belong to a key that has more than one value."""
    return pd.Series(values).groupby(keys).transform("nunique").to_numpy() > 1
