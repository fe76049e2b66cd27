"""Delimited text: CSV, TSV and other separators, also with stray or missing quotes."""

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from reranker_ui.core.formats.structure.preamble import (
    is_comment,
    separator_line,
    start_of,
    usual_width,
)  # fmt: skip
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

csv.field_size_limit(2_000_000)  # our own limit reports the line, the module's does not
Lines = Callable[[], Iterator[str]]
Row = tuple[int, list[str] | LeftOut]

NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_LONGEST_RECORD = 1_000_000
_RULE = re.compile(r"\|?(\s*:?-{3,}:?\s*\|)+(\s*:?-{3,}:?\s*)?")  # of a table in Markdown
_RETURN = "\ue00d"  # replaces a carriage return that is not a line end
_BROKEN = LeftOut("unreadable", "a quote opens a cell and is never closed")


@dataclass(frozen=True)
class Dialect:
    """The format of a table. `skip`: physical lines above the header, or above the records.

    `spaced`: spaces follow the separators, also before a quote. `comments`: some lines are
    comments.
    """

    delimiter: str
    quotes: bool
    header: tuple[str, ...] | None
    width: int
    spaced: bool = False
    skip: int = 0
    header_rows: int = 1
    comments: bool = False
    why: str = ""

    def rows(self, lines: Iterator[str]) -> Iterator[Row]:
        """The rows from the header on."""
        return rows_of(lines, self.delimiter, self.quotes, self.spaced)


def guess_dialect(
    lines: Lines,
    name: str,
    *,
    delimiter: str | None = None,
    quotes: bool | None = None,
    header: bool | None = None,
    header_line: int | None = None,
    named: Sequence[str] = (),
) -> Dialect:
    """Detect the format of the table; given options are used. `named`: columns the user named."""
    sample = [line for line, _ in zip(lines(), range(2000), strict=False)]
    separator = separator_line(sample[0]) if sample else None
    above = header_line - 1 if header_line else int(separator is not None)
    sample = sample[above:]
    delimiter = delimiter or separator or _guess_delimiter(sample, name)
    written = Dialect(delimiter, True, None, 0, skip=above)
    if quotes is None:
        quotes = _quotes_hold(lines, written)
    written = replace(written, quotes=quotes)
    if quotes and _is_spaced(sample, delimiter):
        spaced = replace(written, spaced=True)
        written = spaced if _odd_rows(lines, spaced) <= _odd_rows(lines, written) else written
    rows = [(at, cells) for at, cells in written.rows(iter(sample)) if isinstance(cells, list)]
    if not rows:
        raise Refused(f"{name} contains no readable row.")
    return _started(written, rows, True if header_line else header, named)


def _started(
    written: Dialect, rows: Sequence[tuple[int, list[str]]], header: bool | None,
    named: Sequence[str],
) -> Dialect:  # fmt: skip
    """The dialect with the position where its table starts."""
    cells = [row for _, row in rows]
    start = start_of(cells, header, named)
    return replace(
        written,
        header=start.names,
        header_rows=start.rows,
        width=usual_width(cells) if start.names is None else len(start.names),
        skip=written.skip + rows[start.skipped][0] - 1,
        comments=any(is_comment(row[0]) for row in cells[: start.skipped]),
        why=start.why,
    )


def records_of(
    lines: Iterator[str], dialect: Dialect
) -> Iterator[tuple[int, dict[object, str] | LeftOut]]:
    """Each record as (line, cells by column name, or by number where there is no header)."""
    names: Sequence[object] = dialect.header or range(dialect.width)
    width = len(names)
    rows = dialect.rows(islice(lines, dialect.skip, None))
    if dialect.header:
        deque(islice(rows, dialect.header_rows), maxlen=0)
    for at, cells in rows:
        line = at + dialect.skip
        if isinstance(cells, LeftOut):
            yield line, cells
        elif len(cells) == width or (not any(cells[width:]) and len(cells) > width):
            yield line, dict(zip(names, cells, strict=False))
        elif not (dialect.comments and is_comment(cells[0])):
            have = f"the row has {len(cells)} cell{'s' if len(cells) != 1 else ''}"
            yield line, LeftOut("unreadable", f"{have}, the table {width}")


def rows_of(
    lines: Iterator[str], delimiter: str, quotes: bool, spaced: bool = False
) -> Iterator[Row]:
    """Each row as (physical line it starts on, cells); empty lines and rows are skipped."""
    reading = _Reading(lines)
    blank = f"\r\n {delimiter}"
    while (line := reading.next()) is not None:
        start = reading.line
        if not line.strip(blank) or (line.startswith("\x00") and not line.strip("\x00\r\n ")):
            continue
        if delimiter == "|" and _RULE.fullmatch(line.strip()):
            continue
        if not quotes or '"' not in line:
            yield start, line.rstrip("\r\n").split(delimiter)
        else:
            yield start, _quoted(line, reading, delimiter, spaced)


class _Reading:
    """Numbered lines that can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.back, self.line = lines, deque[str](), 0

    def next(self) -> str | None:
        self.line += 1
        return self.back.popleft() if self.back else next(self.lines, None)

    def give_back(self, consumed: Sequence[str]) -> None:
        self.line -= len(consumed)
        self.back.extendleft(reversed(consumed))


def _quoted(line: str, reading: _Reading, delimiter: str, spaced: bool) -> list[str] | LeftOut:
    """The cells of a row that may span several lines. A broken row consumes only its own line."""
    cells = _parse(line, delimiter, spaced)
    if cells is not _BROKEN:
        return cells
    consumed: list[str] = []
    size, quotes = len(line), line.count('"')
    while size < _LONGEST_RECORD and (more := reading.next()) is not None:
        consumed.append(more)
        size += len(more)
        quotes += more.count('"')
        if quotes % 2 == 0 and '"' in more:
            cells = _parse(line + "".join(consumed), delimiter, spaced)
            if isinstance(cells, list):
                return cells
            if cells is not _BROKEN:
                break
    reading.give_back(consumed)
    return _BROKEN


def _parse(text: str, delimiter: str, spaced: bool) -> list[str] | LeftOut:
    if len(delimiter) > 1:
        return text.rstrip("\r\n").split(delimiter)
    try:
        reader = csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=spaced)
        rows = list(reader)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return _BROKEN
        if "field limit" in str(error):
            return LeftOut("unreadable", "a cell is too long")
        if "new-line" in str(error) and _RETURN not in text:
            cells = _parse(text.rstrip("\r\n").replace("\r", _RETURN), delimiter, spaced)
            return [c.replace(_RETURN, "\r") for c in cells] if isinstance(cells, list) else cells
        return LeftOut("unreadable", "a quote inside a quoted cell is not doubled")
    return rows[0] if rows else []


def _guess_delimiter(sample: Sequence[str], name: str) -> str:
    best: tuple[float, int, str] = (0.0, 0, "")
    for delimiter in ("\t", *NAMES):  # a tab is rare in texts, a comma common
        for quotes in (True, False):
            widths = Counter(
                len(cells)
                for _, cells in rows_of(iter(sample), delimiter, quotes)
                if isinstance(cells, list)
            )
            if not widths:
                continue
            width, often = max(widths.items(), key=lambda pair: (pair[0] > 1, pair[1]))
            steady = often / sum(widths.values())
            if width > 1 and (round(steady, 1), width) > best[:2]:
                best = (round(steady, 1), width, delimiter)
    if best[0] < 0.5:
        start = sample[0].strip()[:60] if sample else ""
        raise Refused(
            f"Line 1: no column separator was found in {name}, which starts with “{start}…”."
            " Name it if it is not a comma, tab, semicolon or bar (--delimiter)."
        )
    return best[2]


def _quotes_hold(lines: Lines, written: Dialect) -> bool:
    """Whether quote marks delimit cells; False where reading them so loses rows.

    Both readings are counted over the whole file: rows of an unusual width, and multi-line cells
    that contain a whole row.
    """
    if not any('"' in line for line in lines()):
        return True
    with_quotes = _odd_rows(lines, replace(written, spaced=True))
    return with_quotes == 0 or with_quotes <= _odd_rows(lines, replace(written, quotes=False))


def _is_spaced(sample: Sequence[str], delimiter: str) -> bool:
    """Whether there are spaces between separators and opening quotes."""
    opens = re.compile(rf'{re.escape(delimiter)} +"(?!")')
    return len(delimiter) == 1 and any(opens.search(line) for line in sample)


def _odd_rows(lines: Lines, written: Dialect) -> int:
    rows = written.rows(islice(lines(), written.skip, None))
    widths: Counter[int] = Counter()
    lost_rows = 0
    for _, cells in rows:
        widths[len(cells) if isinstance(cells, list) else 0] += 1
        if written.quotes and isinstance(cells, list):
            lost_rows += sum(
                part.count(written.delimiter) >= len(cells) - 1
                for cell in cells
                if "\n" in cell
                for part in cell.split("\n")[1:-1]
            )
    usual = widths.most_common(1)[0][1] if widths else 0
    return sum(widths.values()) - usual + lost_rows
