"""The rows of a dataset as a quality check collects them, in one pass."""

from array import array
from dataclasses import dataclass, field
from hashlib import blake2b
from math import nan
from typing import Any, Protocol

from reranker_ui.core.evaluation.near_duplicates import similar_of_one_query, similar_pairs
from reranker_ui.core.evaluation.quality.table import TYPES
from reranker_ui.core.values.pairs import fold
from reranker_ui.core.values.splits import SPLITS

SAMPLE = 20_000  # pairs that are tokenized, evenly from all
MOST_QUERIES, MOST_PASSAGES = 200_000, 100_000  # distinct texts that are compared with each other
_SPLITS = {name: at for at, name in enumerate(SPLITS)}


class LabelledRow(Protocol):
    """A pair with its keys, in hexadecimal, and its effective label."""

    id: int
    query_key: str
    passage_key: str
    query: str
    passage: str
    split: str | None
    effective: float | None
    state: str


@dataclass
class CollectedRows:
    """The columns of a `Table`, and the texts that are compared and tokenized.

    `every`: one row in so many is sampled. `queries`: position and text of the first row of each
    folded query; `passages`: positions and text of each folded passage, both by a hash of it.
    `sampled`: positions of the sampled rows, whose query and passage are in `texts`.
    """

    every: int = 1
    columns: list["array[Any]"] = field(default_factory=lambda: [array(kind) for kind in TYPES])
    queries: dict[int, tuple[int, str]] = field(default_factory=dict)
    passages: dict[int, tuple[list[int], str]] = field(default_factory=dict)
    sampled: list[int] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns[0])

    @staticmethod
    def of_count(count: int) -> "CollectedRows":
        """No rows yet, of `count` that will come."""
        return CollectedRows(every=max(1, -(-count // SAMPLE)))

    def add(self, row: LabelledRow) -> None:
        """Add the next row."""
        position = len(self)
        folded = int.from_bytes(blake2b(fold(row.passage).encode(), digest_size=8).digest())
        near = int(row.query_key[:16], 16)
        values = (
            row.id, int(row.query_key[16:], 16), near, int(row.passage_key[:16], 16), folded,
            nan if row.effective is None else row.effective,
            _SPLITS.get(row.split or "", -1), row.state == "disputed",
        )  # fmt: skip
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)
        if near not in self.queries and len(self.queries) < MOST_QUERIES:
            self.queries[near] = (position, row.query)
        if folded in self.passages:
            self.passages[folded][0].append(position)
        elif len(self.passages) < MOST_PASSAGES:
            self.passages[folded] = ([position], row.passage)
        if position % self.every == 0:
            self.sampled.append(position)
            self.texts.append((row.query, row.passage))

    def similar_queries(self) -> list[tuple[int, int]]:
        """Positions of rows whose queries are near-duplicates of each other."""
        places = [position for position, _ in self.queries.values()]
        similar = similar_pairs([text for _, text in self.queries.values()])
        return [(places[i], places[j]) for i, j in similar]

    def similar_passages(self) -> list[tuple[int, int]]:
        """Positions of rows of one query whose passages are near-duplicates of each other."""
        return similar_of_one_query(list(self.passages.values()), self.columns[2])

    def delete_compared(self) -> None:
        """Free the texts that were compared; those that are tokenized stay."""
        self.queries.clear()
        self.passages.clear()
