"""The rows of a dataset as a quality check collects them, in one pass."""

from dataclasses import dataclass, field
from hashlib import blake2b
from math import nan
from struct import Struct
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import numpy as np

from reranker_ui.core.evaluation.near_duplicates import similar_pairs
from reranker_ui.core.evaluation.quality.stored_texts import StoredTexts
from reranker_ui.core.evaluation.quality.table import ROW, Table
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.pairs import fold
from reranker_ui.core.values.splits import SPLITS

SAMPLE = 20_000  # pairs that are tokenized, evenly from all
MOST_QUERIES, MOST_PASSAGES = 200_000, 100_000  # distinct texts that are compared with each other
_PACKED = Struct("<qQQQQdb?")  # a `ROW`
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
    """The rows of a `Table`, in a file without a name, and the texts that are compared.

    `every`: one row in so many is sampled. `queries` and `passages`: the position of the first row
    of each text, by a hash of the folded text, and in the same order the texts. `sampled`:
    positions of the sampled rows.
    """

    every: int = 1
    count: int = 0
    file: IO[bytes] = field(default_factory=TemporaryFile)
    queries: dict[int, int] = field(default_factory=dict)
    query_texts: StoredTexts = field(default_factory=StoredTexts)
    passages: dict[int, int] = field(default_factory=dict)
    passage_texts: StoredTexts = field(default_factory=StoredTexts)
    sampled: list[int] = field(default_factory=list)
    sampled_texts: StoredTexts = field(default_factory=StoredTexts)  # query, passage, query ...

    def __len__(self) -> int:
        return self.count

    @staticmethod
    def of_count(count: int) -> "CollectedRows":
        """No rows yet, of `count` that will come."""
        return CollectedRows(every=max(1, -(-count // SAMPLE)))

    def add(self, row: LabelledRow) -> None:
        """Add the next row."""
        position = self.count
        folded = int.from_bytes(blake2b(fold(row.passage).encode(), digest_size=8).digest())
        near = int(row.query_key[:16], 16)
        grade = nan if row.effective is None else row.effective
        split, disputed = _SPLITS.get(row.split or "", -1), row.state == "disputed"
        query, passage = int(row.query_key[16:], 16), int(row.passage_key[:16], 16)
        packed = _PACKED.pack(row.id, query, near, passage, folded, grade, split, disputed)
        self.file.write(packed)
        self.count += 1
        if near not in self.queries and len(self.queries) < MOST_QUERIES:
            self.queries[near] = position
            self.query_texts.append(row.query)
        if folded not in self.passages and len(self.passages) < MOST_PASSAGES:
            self.passages[folded] = position
            self.passage_texts.append(row.passage)
        if position % self.every == 0:
            self.sampled.append(position)
            self.sampled_texts.append(row.query)
            self.sampled_texts.append(row.passage)

    def sample(self) -> list[tuple[str, str]]:
        """Query and passage of each sampled row."""
        return list(zip(self.sampled_texts[::2], self.sampled_texts[1::2], strict=True))

    def table(self, scale: Scale) -> Table:
        """The table of the rows so far, mapped from their file."""
        self.file.flush()
        return Table.of(np.asarray(np.memmap(self.file, ROW, "r", shape=(self.count,))), scale)

    def similar_queries(self) -> list[tuple[int, int]]:
        """Positions of rows whose queries are near-duplicates of each other."""
        places = list(self.queries.values())
        return [(places[i], places[j]) for i, j in similar_pairs(self.query_texts)]

    def places_of_passages(self, table: Table) -> list[Any]:
        """The positions of the rows of each passage that is compared."""
        order = np.argsort(table.folded, kind="stable")
        ordered = table.folded[order]
        keys = np.array(list(self.passages), dtype=ordered.dtype)
        starts = np.searchsorted(ordered, keys).tolist()
        ends = np.searchsorted(ordered, keys, "right").tolist()
        return [order[start:end] for start, end in zip(starts, ends, strict=True)]

    def delete_compared(self) -> None:
        """Free what texts were compared by; those that are tokenized stay."""
        self.queries.clear()
        self.passages.clear()
