"""Parquet: rows in small batches; decoded bytes are counted, as the footer may be wrong."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.binary.class_names import classes_in, with_names
from reranker_ui.core.formats.options import DECODED_LIMIT, Limits, Tick
from reranker_ui.core.formats.writing import VOTES, Row, Target, note_state, votes_text
from reranker_ui.core.values.refused import Refused

_BATCH = 256
_WRITTEN = 2000  # rows in one batch


def records_of(path: Path, limits: Limits, tick: Tick) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Each row as (number from 1, cells by column name)."""
    import pyarrow as pa
    from pyarrow import parquet

    limit, decoded, line = limits.decoded(path.stat().st_size), 0, 0
    try:
        with parquet.ParquetFile(path) as file:
            if len(file.schema_arrow.names) > limits.columns:
                raise too_many(path.name, len(file.schema_arrow.names), limits)
            classes = classes_in(file.schema_arrow.metadata)
            for batch in file.iter_batches(batch_size=_BATCH):
                decoded += batch.nbytes
                tick(0)
                if decoded > limit:
                    raise Refused(
                        f"Row {line + 1}: {path.name} is larger than {limit:,} bytes when decoded,"
                        f" {DECODED_LIMIT}. Import it in parts."
                    )
                for row in batch.to_pylist():
                    line += 1
                    yield line, with_names(row, classes)
    except pa.ArrowException as broken:
        why = str(broken).splitlines()[0][:200]
        raise Refused(f"Row {line + 1}: {path.name} is damaged Parquet ({why}).") from broken


def too_many(name: str, columns: int, limits: Limits) -> Refused:
    """The error for a table with too many columns."""
    return Refused(
        f"Line 1: {name} has {columns:,} columns, and the limit is {limits.columns:,}."
        " Keep query, passage and label, or raise the limit (--max-columns)."
    )


def write_parquet(rows: Iterable[Row], target: Target) -> int:
    """One row a pair; labels as doubles."""
    with ParquetPart(target.path, target) as part:
        for row in rows:
            part.add(row)
    return part.count


class ParquetPart:
    """One Parquet file, written in batches of rows."""

    def __init__(self, path: Path, target: Target) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        columns = dict.fromkeys(target.columns, pa.string())
        self.schema = pa.schema(columns | {"label": pa.float64()})
        self.writer = parquet.ParquetWriter(path, self.schema)
        self.target, self.count = target, 0
        self.waiting: list[dict[str, Any]] = []

    def __enter__(self) -> "ParquetPart":
        return self

    def __exit__(self, *_raised: object) -> None:
        self._write()
        self.writer.close()

    def add(self, row: Row) -> None:
        """Write one row, sooner or later."""
        note_state(row, self.target.lost)
        pair = {"query": row.query, "passage": row.passage, "label": row.label,
                "split": row.split, "source": row.source, VOTES: votes_text(row)}  # fmt: skip
        about = self.target.about_label(row, first=not self.count)
        self.waiting.append(pair | about | self.target.further_of(row))
        self.count += 1
        if len(self.waiting) == _WRITTEN:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        self.writer.write_table(pa.Table.from_pylist(self.waiting, self.schema))
        self.waiting = []
