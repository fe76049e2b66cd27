"""Writing one row per pair: CSV safe for spreadsheets, TSV, JSON Lines, Parquet."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.labels.stated_scale import LABEL_SCALE, scale_cell
from reranker_ui.core.formats.structure.further import cell_text
from reranker_ui.core.values.labels import Scale

VOTES = "labels_by"
LABEL_NAME = "label_name"  # what the label is called, where labels have names
LABEL_NAMES = "label_names"  # of an annotation tool's record: {label: name} as JSON
COLUMNS = ("query", "passage", "label", "split", "source", VOTES)
RESERVED = frozenset((*COLUMNS, LABEL_NAME, LABEL_SCALE))
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_NAMED = 20  # columns that one sentence names


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
    columns: dict[str, None] = field(default_factory=dict)  # further ones, in their order

    def add(self, what: str) -> None:
        """Count one more."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def sentences(self) -> list[str]:
        """One sentence for each kind of loss."""
        names = list(self.columns)
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        columns = [f"Not exported: {', '.join(names[:_NAMED])}{more}"] if names else []
        return [*self.always, *(f"{what}: {n:,}" for what, n in self.counts.items()), *columns]


@dataclass
class Target:
    """The target of an export; `safe` escapes cells that a spreadsheet would read as formulas.

    further: the dataset's further columns, which tables include.
    """

    path: Path
    lost: Lost = field(default_factory=Lost)
    safe: bool = True
    scale: Scale = field(default_factory=lambda: Scale("binary"))
    further: Sequence[str] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table."""
        named = [LABEL_NAME] if self.scale.names else []
        return (*COLUMNS, *named, *scale_cell(self.scale), *self.names_of_further())

    def names_of_further(self) -> list[str]:
        """The further columns whose names the export does not use itself."""
        return [name for name in self.further if name not in RESERVED]

    def further_of(self, row: Row) -> dict[str, str]:
        """The further cells of a row as texts; what has no column is noted as lost."""
        extra = row.extra or {}
        names = self.names_of_further()
        self.lost.columns.update(dict.fromkeys(name for name in extra if name not in names))
        return {name: cell_text(extra.get(name)) for name in names}

    def about_label(self, row: Row, *, first: bool) -> dict[str, str]:
        """What the label of a row is called, where labels have names, and in which scale it is.

        The scale stands in the `first` row; the others have an empty cell.
        """
        names, label = self.scale.names, row.label
        named = {LABEL_NAME: "" if label is None else self.scale.name_of(label)} if names else {}
        scale = scale_cell(self.scale)
        return named | (scale if first else dict.fromkeys(scale, ""))


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
        names = target.columns
        writer.writerow([safe_cell(name) for name in names] if target.safe else names)
        for row in rows:
            about = target.about_label(row, first=not count)
            count += 1
            note_state(row, target.lost)
            cells = [row.query, row.passage, number_text(row.label), row.split or "",
                     row.source, votes_text(row), *about.values(),
                     *target.further_of(row).values()]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells] if target.safe else cells)
    return count


def write_tsv(rows: Iterable[Row], target: Target) -> int:
    """As write_csv, separated by tabs."""
    return write_csv(rows, target, "\t")


def _records(rows: Iterable[Row], target: Target) -> Iterator[dict[str, Any]]:
    return (_record(row, target, first=not at) for at, row in enumerate(rows))


def _record(row: Row, target: Target, *, first: bool) -> dict[str, Any]:
    votes = [[who, plain_number(value)] for who, value in row.votes]
    pair = {"query": row.query, "passage": row.passage, "label": plain_number(row.label),
            "split": row.split, "source": row.source, VOTES: votes}  # fmt: skip
    note_state(row, target.lost)
    more = {k: v for k, v in (row.extra or {}).items() if k not in RESERVED}
    target.lost.columns.update(dict.fromkeys(k for k in row.extra or {} if k in RESERVED))
    return {**pair, **target.about_label(row, first=first), **more}


def write_jsonl(rows: Iterable[Row], target: Target) -> int:
    """One object per line, with the further columns of the imported file."""
    return write_counted(_records(rows, target), target.path, lambda _r: 1)


def write_json(rows: Iterable[Row], target: Target) -> int:
    """A JSON array of the same objects."""
    return write_array(_records(rows, target), target.path)


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
    lost.columns.update(dict.fromkeys(row.extra or {}))


def votes_text(row: Row) -> str:
    """Every label of a row as JSON; "" for none."""
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
