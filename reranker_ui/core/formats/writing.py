"""Writing one row a pair: CSV safe for spreadsheets, TSV, JSON Lines, Parquet."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VOTES = "labels_by"
COLUMNS = ("query", "passage", "label", "split", "source", VOTES)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as it is written: its effective label, and every label that it was given."""

    query: str
    passage: str
    label: float | None
    split: str | None
    source: str
    state: str
    votes: list[tuple[str, float]]


@dataclass
class Lost:
    """What a format could not carry: counted while writing, told afterwards."""

    always: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str) -> None:
        """Count one more."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def sentences(self) -> list[str]:
        """What was lost, one sentence each."""
        return self.always + [f"{what}: {n:,}" for what, n in self.counts.items()]


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what looks like one.

    An apostrophe that stands there already gets one too, so that reading it back is exact.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_safe_cell(text: str) -> str:
    """The text behind `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def votes_of(value: Mapping[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """The labels that our exports carry beside the one that counts, each with its annotator."""
    told = value.get(VOTES)
    if not told:
        return ()
    try:
        votes = json.loads(told) if isinstance(told, str) else told
        return tuple((str(who), vote) for who, vote in votes)
    except (ValueError, TypeError):
        return ()


def number_text(label: float | None) -> str:
    """A label as text: 1 rather than 1.0."""
    return "" if label is None else f"{label:.17g}" if label != int(label) else str(int(label))


def write_csv(rows: Iterable[Row], path: Path, lost: Lost, safe: bool, delimiter: str = ",") -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig" if safe else "utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in rows:
            count += 1
            cells = [row.query, row.passage, number_text(row.label), row.split or "", row.source,
                     _votes_text(row, lost)]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells] if safe else cells)
    return count


def write_tsv(rows: Iterable[Row], path: Path, lost: Lost, safe: bool) -> int:
    return write_csv(rows, path, lost, safe, "\t")


def _record(row: Row, lost: Lost) -> dict[str, Any]:
    told = {"query": row.query, "passage": row.passage, "label": plain_number(row.label),
            "split": row.split, "source": row.source}  # fmt: skip
    note_state(row, lost)
    return {**told, "labels_by": [[who, plain_number(value)] for who, value in row.votes]}


def write_jsonl(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    return write_lines((_record(row, lost) for row in rows), path)


def write_parquet(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    text = pa.string()
    schema = pa.schema({**dict.fromkeys(COLUMNS, text), "label": pa.float64()})
    count = 0
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows):
            cells = [
                {"query": row.query, "passage": row.passage, "label": row.label,
                 "split": row.split, "source": row.source, "labels_by": _votes_text(row, lost)}
                for row in batch
            ]  # fmt: skip
            writer.write_table(pa.Table.from_pylist(cells, schema))
            count += len(batch)
    return count


def note_state(row: Row, lost: Lost) -> None:
    if row.state == "disputed":
        lost.add("disputed pairs, written without a label")
    elif row.state == "left out":
        lost.add("pairs left out by a decision, written without a label")
    elif any(value != row.label for _, value in row.votes):
        lost.add("labels by people that were outvoted or overruled")


def _votes_text(row: Row, lost: Lost) -> str:
    note_state(row, lost)
    return json.dumps(row.votes, ensure_ascii=False) if row.votes else ""


def plain_number(label: float | None) -> float | int | None:
    return int(label) if label is not None and label == int(label) else label


def write_lines(records: Iterable[dict[str, Any]], path: Path) -> int:
    return write_counted(records, path, lambda _record: 1)


def write_counted(
    records: Iterable[dict[str, Any]], path: Path, pairs: Callable[[dict[str, Any]], int]
) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(json_line(record))
            count += pairs(record)
    return count


def json_line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
