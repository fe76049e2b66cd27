"""Excel workbooks (.xlsx): the rows of one sheet, or of all sheets with the same header.

Read row by row; a formula has the value that was stored with it. The unpacked size in the
archive's directory is checked before it is opened.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.binary.parquet import too_many
from reranker_ui.core.formats.container import Container, Record, header_note
from reranker_ui.core.formats.delimited import Dialect
from reranker_ui.core.formats.options import DECODED_LIMIT, ReadOptions, Tick
from reranker_ui.core.formats.structure.preamble import start_of, usual_width
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import split_name

Merged = tuple[int, int]  # column from 0, and the last row of a merged cell

_SAMPLE = 400  # rows examined per sheet
_CHUNK, _LONGEST_TAG = 1 << 20, 200  # bytes
_MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):[A-Z]+(\d+)"')


@dataclass(frozen=True)
class _Sheet:
    name: str
    skip: int  # rows above the header, or above the records
    header: tuple[str, ...] | None
    width: int
    why: str
    header_rows: int


def container_of(path: Path, options: ReadOptions, tick: Tick, named: Sequence[str]) -> Container:
    """The records of a workbook; `named`: column names the user gave."""
    _check_size(path, options)
    with _opened(path) as book:
        sheets = [sheet for name in _visible(book, options, path)
                  if (sheet := _sheet(book[name], options, named)) is not None]  # fmt: skip
    if not sheets:
        raise Refused(f"{path.name} contains no readable row.")
    chosen = _chosen(sheets, options)
    notes = _notes(sheets, chosen) + _formula_notes(path, chosen)
    if chosen[0].width > options.limits.columns:
        raise too_many(path.name, chosen[0].width, options.limits)

    merged: dict[str, dict[int, list[Merged]]] = {}  # by sheet: finding them reads all of it

    def records() -> Iterator[Record]:
        with _opened(path) as opened:
            for sheet in chosen:
                tick(0)
                worksheet = opened[sheet.name]
                if sheet.name not in merged:
                    merged[sheet.name] = _merged(path, worksheet)
                yield from _records(worksheet, sheet, len(chosen) > 1, merged[sheet.name])

    dialect = Dialect("", True, chosen[0].header, chosen[0].width)
    return Container("workbook", records, None, dialect, notes)


@contextmanager
def _opened(path: Path, values: bool = True) -> Iterator[Any]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # a path would have to end in .xlsx
        try:
            book = load_workbook(file, read_only=True, data_only=values, keep_links=False)
        except Exception as broken:
            raise Refused(f"{path.name} is a damaged workbook: {str(broken)[:200]}.") from broken
        try:
            yield book
        finally:
            book.close()


def _check_size(path: Path, options: ReadOptions) -> None:
    limit = options.limits.decoded(path.stat().st_size)
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > limit:
        raise Refused(
            f"{path.name} has {size:,} bytes when unpacked, and {limit:,} is {DECODED_LIMIT}."
        )


def _visible(book: Any, options: ReadOptions, path: Path) -> list[str]:
    names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if options.sheet is None:
        return names
    if options.sheet in book.sheetnames:
        return [options.sheet]
    if options.sheet.isdecimal() and 0 < int(options.sheet) <= len(names):
        return [names[int(options.sheet) - 1]]
    raise Refused(f"{path.name} has no sheet {options.sheet}. It has {', '.join(names[:12])}.")


def _sheet(sheet: Any, options: ReadOptions, named: Sequence[str]) -> _Sheet | None:
    above = (options.header_line or 1) - 1
    rows = [_trimmed(row) for row in islice(sheet.values, above, above + _SAMPLE)]
    filled = [(at, [_text(cell) for cell in row]) for at, row in enumerate(rows) if row]
    if not filled:
        return None
    cells = [row for _, row in filled]
    start = start_of(cells, True if options.header_line else options.header, named)
    width = usual_width(cells) if start.names is None else len(start.names)
    skip = above + filled[start.skipped][0]
    return _Sheet(sheet.title, skip, start.names, width, start.why, start.rows)


def _chosen(sheets: Sequence[_Sheet], options: ReadOptions) -> list[_Sheet]:
    """The first sheet with a header, and those that have the same one."""
    first = next((sheet for sheet in sheets if sheet.header), sheets[0])
    if options.sheet is not None or not first.header:
        return [first]
    return [sheet for sheet in sheets if sheet.header == first.header]


def _records(
    sheet: Any, read: _Sheet, several: bool, merged: Mapping[int, Sequence[Merged]]
) -> Iterator[Record]:
    names: Sequence[Any] = read.header or range(read.width)
    split = split_name(read.name) if several and "split" not in names else None
    begin = read.skip + read.header_rows
    filled = _filled(enumerate(islice(sheet.values, begin, None), begin + 1), merged)
    for at, row in filled:
        cells = _trimmed(row)
        if not cells:
            continue
        cells += [None] * (len(names) - len(cells))
        value = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
        # Cells beyond the header have no name; a number keeps them from being lost.
        value |= {number: _plain(cells[number]) for number in range(len(names), len(cells))}
        yield at, {**value, "split": split} if split else value


def _filled(
    rows: Iterable[tuple[int, Sequence[Any]]], merged: Mapping[int, Sequence[Merged]]
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows, where a cell that is merged downwards has its value in each of its rows."""
    spans: dict[int, tuple[int, Any]] = {}  # column -> last row of the cell, value
    for at, row in rows:
        cells = list(row)
        for column, last in merged.get(at, ()):
            if column < len(cells):
                spans[column] = last, cells[column]
        if spans and _trimmed(cells):
            for column, (last, value) in spans.items():
                if at <= last and column < len(cells) and cells[column] is None:
                    cells[column] = value
        yield at, cells


def _merged(path: Path, sheet: Any) -> dict[int, list[Merged]]:
    """The cells of a sheet that are merged over several rows, by their first row."""
    from openpyxl.utils import column_index_from_string

    by_row: dict[int, list[Merged]] = {}
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for column, first, last in _MERGED.findall(text):
                if int(first) < int(last):
                    place = column_index_from_string(column.decode()) - 1
                    by_row.setdefault(int(first), []).append((place, int(last)))
            rest = text[max(0, len(text) - _LONGEST_TAG) :].rpartition(b"/>")[2]
    return by_row


def _trimmed(row: Sequence[Any]) -> list[Any]:
    """The cells of a row up to its last one that is not empty."""
    cells = list(row)
    while cells and (cells[-1] is None or not str(cells[-1]).strip()):
        cells.pop()
    return cells


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _formula_notes(path: Path, chosen: Sequence[_Sheet]) -> list[str]:
    """A note on formulas without a value, which a program wrote and none computed."""
    empty = 0
    with _opened(path) as values, _opened(path, values=False) as formulas:
        for sheet in chosen:
            pairs = zip(values[sheet.name].values, formulas[sheet.name].values, strict=False)
            empty += sum(
                value is None and formula is not None
                for row, written in islice(pairs, _SAMPLE)
                for value, formula in zip(row, written, strict=False)
            )
    if not empty:
        return []
    return [
        f"{empty:,} formulas have no value and are read as empty cells. Open the workbook in a"
        " spreadsheet, which computes them, save it, and import it again."
    ]


def _notes(sheets: Sequence[_Sheet], chosen: Sequence[_Sheet]) -> list[str]:
    notes = [
        f"Read: the sheet{'s' * (len(chosen) > 1)} {', '.join(sheet.name for sheet in chosen)}."
    ]
    first = chosen[0]
    if first.header:
        notes.append(header_note(first.skip, first.header_rows, first.why))
    else:
        notes.append(f"There is no header: {first.why}.")
    if unread_sheets := [sheet.name for sheet in sheets if sheet not in chosen]:
        notes.append(
            f"Not read: the sheets {', '.join(unread_sheets[:8])}. --sheet chooses another one."
        )
    return notes
