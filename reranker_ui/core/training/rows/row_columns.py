"""Columns of rows whose values are made when they are asked for, from those of the pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from reranker_ui.core.training.rows.mapped_pairs import BATCH, TEXT, Column

PART = 1_000  # rows written at once
LABELS = ("label", "labels")
Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[Any]]"


@dataclass(frozen=True)
class Examples:
    """Rows for a loss, by column; `width` is the number of pairs the model reads per row."""

    columns: Mapping[str, Sequence[Any]]
    width: float

    @property
    def count(self) -> int:
        """The number of rows."""
        return count_of(self.columns)

    def picked(self, places: "Numbers") -> "Examples":
        """The rows at `places`."""
        return Examples(picked(self.columns, places), self.width)


class Picked(Sequence[Any]):
    """The values of another column at `places`."""

    def __init__(self, values: Sequence[Any], places: Numbers) -> None:
        self.values, self.places = values, places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "Picked": ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Picked(self.values, self.places[place])
        return self.values[int(self.places[place])]


class Lists(Sequence[Any]):
    """Lists of the values of another column: list n is of `places[starts[n]:starts[n + 1]]`."""

    def __init__(self, values: Sequence[Any], places: Numbers, starts: Numbers) -> None:
        self.values, self.places, self.starts = values, places, starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, place: int) -> list[Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[list[Any]]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        picked = self.places[self.starts[place] : self.starts[place + 1]]
        return [self.values[int(number)] for number in picked]


def count_of(columns: Mapping[str, Sequence[Any]]) -> int:
    """The number of rows."""
    return len(next(iter(columns.values())))


def picked(columns: Mapping[str, Sequence[Any]], places: Numbers) -> dict[str, Sequence[Any]]:
    """The columns of the rows at `places`."""
    return {name: Picked(values, places) for name, values in columns.items()}


def rows_of(columns: Mapping[str, Sequence[Any]], places: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at `places`, by column."""
    return [{name: values[place] for name, values in columns.items()} for place in places]


def characters_of(columns: Mapping[str, Sequence[Any]]) -> Any:
    """The characters of each row: of its texts together, of the longest where one is a list."""
    return sum(_characters(values) for name, values in columns.items() if name not in LABELS)


def text_ids(texts: Sequence[str]) -> Numbers:
    """A number for each text, the same for equal texts; 64-bit hashes, 8 bytes each."""
    parts = (list(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH))
    return np.concatenate(
        [pd.util.hash_array(np.array(part, dtype=object), categorize=False) for part in parts]
    )


def write_columns(file: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write rows into an Arrow file, a part of them at a time; there is at least one."""
    schema = pa.schema({name: _type(values[0]) for name, values in columns.items()})
    with ipc.new_file(file, schema) as writer:
        for start in range(0, count_of(columns), PART):
            part = {name: list(values[start : start + PART]) for name, values in columns.items()}
            writer.write_table(pa.table(part, schema))


def read_columns(file: Path) -> dict[str, Column]:
    """The columns of `write_columns`, memory-mapped."""
    with pa.memory_map(str(file)) as source:
        rows = ipc.open_file(source).read_all()
    return {name: Column(rows.column(name)) for name in rows.column_names}


def _type(value: Any) -> pa.DataType:
    if isinstance(value, list):
        return pa.list_(_type(value[0]))
    return TEXT if isinstance(value, str) else pa.array([value]).type


def _characters(values: Sequence[Any]) -> Any:
    if isinstance(values, Picked):
        return _characters(values.values)[values.places]
    if isinstance(values, Lists):
        return np.maximum.reduceat(_characters(values.values)[values.places], values.starts[:-1])
    if isinstance(values, Column):
        return np.concatenate([_lengths(chunk) for chunk in values.values.chunks])
    return np.fromiter((len(text) for text in values), np.int64, len(values))


def _lengths(chunk: pa.Array) -> Numbers:
    if not pa.types.is_list(chunk.type):
        return pc.utf8_length(chunk).to_numpy()  # type: ignore[no-any-return]
    starts = chunk.offsets.to_numpy()[:-1]
    return np.maximum.reduceat(_lengths(chunk.flatten()), starts - starts[0])
