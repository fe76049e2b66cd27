"""The rows of a phase as the trainer reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from datasets import Dataset

from reranker_ui.core.training.rows.row_columns import count_of, rows_of


class Rows(Dataset):  # type: ignore[misc]
    """Rows by column, whose texts are read when a batch is made."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        # The trainer asks for names and their number; an empty column takes no memory.
        empty = pa.nulls(count_of(columns))
        super().__init__(pa.table(dict.fromkeys(columns, empty)), fingerprint="rows")
        self.columns = columns

    def __getitem__(self, place: int) -> dict[str, Any]:
        (row,) = rows_of(self.columns, [place])
        return row

    def __getitems__(self, places: list[int]) -> list[dict[str, Any]]:
        return rows_of(self.columns, places)
