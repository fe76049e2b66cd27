"""The frozen pairs of a large run, memory-mapped: they take page cache instead of memory."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc, parquet

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.values.filesystems import is_disk_full
from reranker_ui.core.values.run_folder import COLUMNS, RunFolder

MANY = 100_000  # pairs from which they are mapped
MOST_READ = 200_000  # pairs whose texts choose a base or give word weights
BATCH = 20_000
TEXT = pa.large_string()
SCHEMA = pa.schema(zip(COLUMNS, (pa.int64(), TEXT, TEXT, TEXT, pa.float64()), strict=True))


class Column(Sequence[Any]):
    """The values of an Arrow column, each made when it is asked for."""

    def __init__(self, values: pa.ChunkedArray) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "Column": ...
    def __getitem__(self, place: int | slice) -> Any:
        value = self.values[place]
        return Column(value) if isinstance(place, slice) else value.as_py()

    def __iter__(self) -> Iterator[Any]:
        for chunk in self.values.chunks:
            for start in range(0, len(chunk), BATCH):
                yield from chunk[start : start + BATCH].to_pylist()


def train_pairs(folder: RunFolder) -> pd.DataFrame:
    """The frozen train pairs of a run with the columns COLUMNS; MANY and more are mapped.

    For that they are written once more, uncompressed, into the run folder; `forget` deletes the
    file. Refused where the frozen file is missing or damaged; OSError on a full disk.
    """
    frozen = folder.path / "train.parquet"
    if _count(frozen) < MANY:
        return folder.pairs("train")
    if not folder.mapped_file.exists():
        try:
            _unpack(frozen, folder.mapped_file)
            pa.default_memory_pool().release_unused()  # else kept while the run lasts
        except (OSError, ValueError) as error:
            if is_disk_full(error):
                raise
            return folder.pairs("train")  # says what is wrong
    with pa.memory_map(str(folder.mapped_file)) as source:
        return ipc.open_file(source).read_all().to_pandas(split_blocks=True)


def forget(folder: RunFolder) -> None:
    """Delete what `train_pairs` wrote."""
    with suppress(OSError):  # some systems keep a mapped file
        folder.mapped_file.unlink(missing_ok=True)


def texts_of(texts: "pd.Series[str]") -> Sequence[str]:
    """The texts of a column; those of MANY pairs are read when they are asked for."""
    return texts.tolist() if len(texts) < MANY else Column(_arrow(texts))


def numbers_of(numbers: "pd.Series[float]") -> Sequence[float]:
    """The numbers of a column; of MANY pairs 8 bytes each."""
    return numbers.tolist() if len(numbers) < MANY else Column(_arrow(numbers))


def rows_at(pairs: pd.DataFrame, places: Any) -> pd.DataFrame:
    """The rows of `pairs` at `places`, in that order, without a copy of the others."""
    if len(pairs) < MANY:
        return pairs.iloc[places]
    order = np.argsort(places, kind="stable")
    ascending = np.asarray(places)[order]
    cuts = np.searchsorted(ascending, np.arange(0, len(pairs) + BATCH, BATCH))
    parts = [
        pairs.iloc[start : start + BATCH].iloc[ascending[first:last] - start]
        for start, first, last in zip(
            range(0, len(pairs), BATCH), cuts[:-1], cuts[1:], strict=False
        )
        if last > first
    ]
    return pd.concat(parts or [pairs.head(0)]).iloc[np.argsort(order)]


def some_pairs(pairs: pd.DataFrame, seed: int) -> list[Pair]:
    """(query, passage) of each row; of more than MOST_READ, of so many drawn by chance."""
    if len(pairs) > MOST_READ:
        chance = np.random.default_rng(seed)
        places = chance.choice(len(pairs), MOST_READ, replace=False)
        pairs = rows_at(pairs, np.sort(places))
    return list(zip(pairs["query"], pairs["passage"], strict=True))


def _arrow(values: "pd.Series[Any]") -> pa.ChunkedArray:
    array = pa.array(values)  # texts are Arrow already, and are not copied
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _count(file: Path) -> int:
    with suppress(OSError, ValueError):
        return int(parquet.read_metadata(file).num_rows)
    return 0


def _unpack(file: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}")
    with parquet.ParquetFile(file) as source, ipc.new_file(draft, SCHEMA) as writer:
        for batch in source.iter_batches(BATCH, columns=COLUMNS):
            writer.write_batch(batch.select(COLUMNS).cast(SCHEMA))
    draft.rename(target)
