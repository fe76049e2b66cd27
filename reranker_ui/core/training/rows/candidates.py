"""The candidates of each query by the numbers of their rows, in lists or compared in margins."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reranker_ui.core.training.rows.mapped_pairs import numbers_of, texts_of
from reranker_ui.core.training.rows.row_columns import Examples, Lists, Numbers, Picked
from reranker_ui.core.values.refused import Refused

LONGEST = 16  # passages of a list; a query with more gives several lists
WORSE = 4  # worse passages that each better one is compared with


@dataclass(frozen=True)
class Candidates:
    """Pairs by the number of their row, of which `order` has all of one query together.

    The rows of query n are `order[starts[n]:starts[n + 1]]`; queries and rows come as in the data.
    """

    queries: Sequence[str]
    passages: Sequence[str]
    targets: Sequence[float]
    codes: Numbers  # the query of each row
    order: Numbers
    starts: Numbers

    @classmethod
    def of(cls, pairs: pd.DataFrame, targets: "pd.Series[float]") -> "Candidates":
        """The candidates in `pairs`; `targets` are parallel."""
        codes, keys = pd.factorize(pairs["query_key" if "query_key" in pairs else "query"])
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(len(keys) + 1))
        texts = texts_of(pairs["query"]), texts_of(pairs["passage"])
        return cls(*texts, numbers_of(targets), codes, order, starts)

    def rows(self, query: int) -> Numbers:
        """The rows of a query."""
        return self.order[self.starts[query] : self.starts[query + 1]]

    def first_rows(self, rows: Numbers) -> Numbers:
        """The first row of the query of each of `rows`."""
        return self.order[self.starts[self.codes[rows]]]

    def mixed(self, targets: Numbers, needs: str) -> Iterator[Numbers]:
        """The rows of each query whose `targets` differ. Refused where there is none."""
        ordered, starts = targets[self.order], self.starts[:-1]
        differ = np.maximum.reduceat(ordered, starts) > np.minimum.reduceat(ordered, starts)
        if not differ.any():
            raise Refused(
                f"{needs}, and no query here has two candidates with different labels. "
                "Choose binary cross-entropy, or label more candidates of the same queries."
            )
        return (self.rows(int(query)) for query in np.flatnonzero(differ))


def lists_of(
    candidates: Candidates, targets: "pd.Series[float]", chance: np.random.Generator
) -> Examples:
    """A list of each query, or several."""
    values = targets.to_numpy(float)
    needs = "A listwise loss learns the order of a query's candidates"
    lists = [
        part for rows in candidates.mixed(values, needs) for part in _cut(rows, values, chance)
    ]
    places, starts = np.concatenate(lists), np.cumsum([0, *map(len, lists)])
    first = candidates.first_rows(places[starts[:-1]])
    columns = {
        "query": Picked(candidates.queries, first),
        "passages": Lists(candidates.passages, places, starts),
        "labels": Lists(candidates.targets, places, starts),
    }
    return Examples(columns, float(np.mean(np.diff(starts))))


def _cut(rows: Numbers, targets: Numbers, chance: np.random.Generator) -> Iterator[Numbers]:
    # The best are in every list, the others are distributed: each has a better passage above it.
    if len(rows) <= LONGEST:
        yield rows
        return
    is_best = np.flatnonzero(targets[rows] == targets[rows].max())[: LONGEST // 4]
    best, rest = rows[is_best], np.delete(rows, is_best)
    rest = rest[chance.permutation(len(rest))]
    for part in np.array_split(rest, -(-len(rest) // (LONGEST - len(best)))):
        yield np.concatenate([best, part])


def margins_of(
    candidates: Candidates, targets: "pd.Series[float]", chance: np.random.Generator
) -> Examples:
    """Each candidate of a query with WORSE of those that are worse."""
    values, first, better, worse = targets.to_numpy(float), *(array("q") for _ in range(3))
    needs = "MarginMSE learns the score difference of two passages"
    for rows in candidates.mixed(values, needs):
        for row in rows:
            below = rows[np.flatnonzero(values[rows] < values[row])]
            for other in chance.permutation(below)[:WORSE]:
                first.append(rows[0])
                better.append(row)
                worse.append(other)
    places = np.frombuffer(better, np.int64), np.frombuffer(worse, np.int64)
    columns = {
        "query": Picked(candidates.queries, np.frombuffer(first, np.int64)),
        "better": Picked(candidates.passages, places[0]),
        "worse": Picked(candidates.passages, places[1]),
        "label": array("d", (values[places[0]] - values[places[1]]).tobytes()),
    }
    return Examples(columns, 2.0)
