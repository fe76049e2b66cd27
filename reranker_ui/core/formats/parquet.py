"""Parquet: rows in small batches; decoded bytes are counted, as the footer may be wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.options import Limits, Tick
from reranker_ui.core.values.refused import Refused

_BATCH = 256


def records_of(path: Path, limits: Limits, tick: Tick) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Each row as (number from 1, cells by column name)."""
    import pyarrow as pa
    from pyarrow import parquet

    limit, seen, line = limits.decoded(path.stat().st_size), 0, 0
    try:
        with parquet.ParquetFile(path) as file:
            if len(file.schema_arrow.names) > limits.columns:
                raise too_many(path.name, len(file.schema_arrow.names), limits)
            for batch in file.iter_batches(batch_size=_BATCH):
                seen += batch.nbytes
                tick(0)
                if seen > limit:
                    raise Refused(
                        f"Row {line + 1}: {path.name} is larger than {limit:,} bytes when decoded,"
                        " which is the limit for a file of its size."
                    )
                for row in batch.to_pylist():
                    line += 1
                    yield line, row
    except pa.ArrowException as broken:
        why = str(broken).splitlines()[0][:200]
        raise Refused(f"Row {line + 1}: {path.name} is damaged Parquet ({why}).") from broken


def too_many(name: str, columns: int, limits: Limits) -> Refused:
    """The error for a table with too many columns."""
    return Refused(
        f"Line 1: {name} has {columns:,} columns, and the limit is {limits.columns:,}."
        " Keep query, passage and label, or raise the limit (--max-columns)."
    )
