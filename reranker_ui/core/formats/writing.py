"""Writing one row per pair: CSV safe for spreadsheets, TSV, JSON Lines, Parquet."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reranker_ui.core.values.labels import Scale

VOTES = "labels_by"
LABEL_NAME = "label_name"  # what the label is called, where labels have names
COLUMNS = ("query", "passage", "label", "split", "source", VOTES)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A pair to export: its effective label and all its votes."""

    query: str
    passage: str
    label: float | None
    split: str | None
    source: str
    state: str
    votes: list[tuple[str, float]]  # (annotator or "", label)
    extra: dict[str, Any] | None = None  # further columns of the imported file

    def agreeing(self) -> list[tuple[str, float]]:
        """The votes for a format that has only votes.

        Those that agree with the effective label, one without a name where there are none, or
        all votes of a disputed pair.
        """
        if self.label is None:
            return self.votes if self.state == "disputed" else []
        return [vote for vote in self.votes if vote[1] == self.label] or [("", self.label)]


@dataclass
class Lost:
    """What a format could not carry, counted while writing."""

    always: Sequence[str] = ()
    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)  # further columns, in their order

    def add(self, what: str) -> None:
        """Count one more."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def sentences(self) -> list[str]:
        """One sentence for each kind of loss."""
        columns = [f"Not exported: {', '.join(self.columns)}"] if self.columns else []
        return [*self.always, *(f"{what}: {n:,}" for what, n in self.counts.items()), *columns]


@dataclass
class Target:
    """The target of an export; `safe` escapes cells that a spreadsheet would read as formulas."""

    path: Path
    lost: Lost = field(default_factory=Lost)
    safe: bool = True
    scale: Scale = field(default_factory=lambda: Scale("binary"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table."""
        return (*COLUMNS, LABEL_NAME) if self.scale.names else COLUMNS

    def name_of(self, row: Row) -> dict[str, str]:
        """What the label of a row is called; an entry only where labels have names."""
        names, label = self.scale.names, row.label
        return {LABEL_NAME: "" if label is None else self.scale.name_of(label)} if names else {}


def safe_cell(text: str) -> str:
    """Escape a cell that a spreadsheet would read as a formula, with a leading apostrophe.

    One that is there already gets another, so that reading it back is exact.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_safe_cell(text: str) -> str:
    """The inverse of `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def votes_of(value: Mapping[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """The votes in our own exports besides the effective label, each with its annotator."""
    cell = value.get(VOTES)
    try:
        votes = json.loads(cell) if isinstance(cell, str) else cell or ()
        return tuple((str(who), vote) for who, vote in votes)
    except (ValueError, TypeError):
        return ()


def number_text(label: float | None) -> str:
    """A label as text: 1 rather than 1.0."""
    return "" if label is None else f"{label:.17g}" if label != int(label) else str(int(label))


def write_csv(rows: Iterable[Row], target: Target, delimiter: str = ",") -> int:
    """One row per pair, with a header; returns the number of pairs, as all writers do."""
    count, encoding = 0, "utf-8-sig" if target.safe else "utf-8"
    with target.path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(target.columns)
        for row in rows:
            count += 1
            note_state(row, target.lost)
            _note_extra(row, target.lost)
            cells = [row.query, row.passage, number_text(row.label), row.split or "",
                     row.source, _votes_text(row), *target.name_of(row).values()]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells] if target.safe else cells)
    return count


def write_tsv(rows: Iterable[Row], target: Target) -> int:
    """As write_csv, separated by tabs."""
    return write_csv(rows, target, "\t")


def _record(row: Row, target: Target) -> dict[str, Any]:
    votes = [[who, plain_number(value)] for who, value in row.votes]
    pair = {"query": row.query, "passage": row.passage, "label": plain_number(row.label),
            "split": row.split, "source": row.source, VOTES: votes}  # fmt: skip
    note_state(row, target.lost)
    more = {k: v for k, v in (row.extra or {}).items() if k not in target.columns}
    return {**pair, **target.name_of(row), **more}


def write_jsonl(rows: Iterable[Row], target: Target) -> int:
    """One object per line, with the further columns of the imported file."""
    return write_counted((_record(row, target) for row in rows), target.path, lambda _r: 1)


def write_json(rows: Iterable[Row], target: Target) -> int:
    """A JSON array of the same objects."""
    return write_array((_record(row, target) for row in rows), target.path)


def write_parquet(rows: Iterable[Row], target: Target) -> int:
    """One row per pair; labels as doubles."""
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
        """Queue one row for writing."""
        note_state(row, self.target.lost)
        _note_extra(row, self.target.lost)
        pair = {"query": row.query, "passage": row.passage, "label": row.label,
                "split": row.split, "source": row.source, VOTES: _votes_text(row)}  # fmt: skip
        self.waiting.append(pair | self.target.name_of(row))
        self.count += 1
        if len(self.waiting) == _BATCH:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        self.writer.write_table(pa.Table.from_pylist(self.waiting, self.schema))
        self.waiting = []


def note_state(row: Row, lost: Lost) -> None:
    """Count a pair without a label that has a reason for it."""
    if row.state == "disputed":
        lost.add("Disputed pairs, written without an effective label")
    elif row.state == "left out":
        lost.add("Pairs excluded by a decision, written without a label")


def note_votes(row: Row, lost: Lost) -> None:
    """Count the votes that `Row.agreeing` excludes."""
    note_state(row, lost)
    if row.label is not None and any(value != row.label for _, value in row.votes):
        lost.add("Annotator labels that were outvoted or overruled, left out")
    _note_extra(row, lost)


def _note_extra(row: Row, lost: Lost) -> None:
    lost.columns |= dict.fromkeys(row.extra or {})


def _votes_text(row: Row) -> str:
    return json.dumps(row.votes, ensure_ascii=False) if row.votes else ""


def plain_number(label: float | None) -> float | int | None:
    """A label as JSON: 1 rather than 1.0."""
    return int(label) if label is not None and label == int(label) else label


def write_counted(
    records: Iterable[dict[str, Any]], path: Path, pairs: Callable[[dict[str, Any]], int]
) -> int:
    """JSON Lines; returns the sum of `pairs` over the records."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(json_line(record))
            count += pairs(record)
    return count


def write_array(records: Iterable[dict[str, Any]], path: Path) -> int:
    """A JSON array, one record per line; returns the number of records."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("[")
        for record in records:
            out.write(("\n" if count == 0 else ",\n") + json.dumps(record, ensure_ascii=False))
            count += 1
        out.write("\n]\n")
    return count


def json_line(record: dict[str, Any]) -> str:
    """A record and its line end."""
    return f"{json.dumps(record, ensure_ascii=False)}\n"
