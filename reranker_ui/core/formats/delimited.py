"""Delimited text: CSV, TSV and other separators, quoted or not, read whatever its quotes do."""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reranker_ui.core.formats.columns import looks_like_header, plain
from reranker_ui.core.values.pairs import Left
from reranker_ui.core.values.refused import Refused

csv.field_size_limit(2_000_000)  # ours is told with its line, the module's is not
Lines = Callable[[], Iterator[str]]
Row = tuple[int, list[str] | Left]

NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_LONGEST_RECORD = 1_000_000
_RETURN = "\ue00d"  # stands for a carriage return that is no line end
_BROKEN = Left("unreadable", "a quote opens a cell and is never closed")


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    delimiter: str
    quotes: bool
    header: tuple[str, ...] | None
    width: int


def guess_dialect(
    lines: Lines,
    name: str,
    *,
    delimiter: str | None = None,
    quotes: bool | None = None,
    header: bool | None = None,
    named: Sequence[str] = (),
) -> Dialect:
    """How the table is written; what is given is taken. `named`: column names a person gave."""
    sample = [line for line, _ in zip(lines(), range(2000), strict=False)]
    delimiter = delimiter or _guess_delimiter(sample, name)
    if quotes is None:
        quotes = _quotes_hold(lines, delimiter)
    rows = [
        cells for _, cells in rows_of(iter(sample), delimiter, quotes) if isinstance(cells, list)
    ]
    if not rows:
        raise Refused(f"{name} holds no row that can be read.")
    if header is None:
        first = {plain(cell) for cell in rows[0]}
        header = {plain(name) for name in named} <= first if named else looks_like_header(rows)
    names = tuple(cell.strip() for cell in rows[0]) if header else None
    return Dialect(delimiter, quotes, names, len(rows[0]) if header else _usual_width(rows))


def records_of(
    lines: Iterator[str], dialect: Dialect
) -> Iterator[tuple[int, dict[object, str] | Left]]:
    """Each record as (line, cells by column name, or by number where there is no header)."""
    names: Sequence[object] = dialect.header or range(dialect.width)
    width = len(names)
    rows = rows_of(lines, dialect.delimiter, dialect.quotes)
    if dialect.header:
        next(rows, None)
    for line, cells in rows:
        if isinstance(cells, Left):
            yield line, cells
        elif len(cells) == width or (not any(cells[width:]) and len(cells) > width):
            yield line, dict(zip(names, cells, strict=False))
        else:
            have = f"the row has {len(cells)} cell{'s' if len(cells) != 1 else ''}"
            yield line, Left("unreadable", f"{have}, the table {width}")


def rows_of(lines: Iterator[str], delimiter: str, quotes: bool) -> Iterator[Row]:
    """Each row as (physical line it starts on, cells); empty lines are no rows."""
    reading = _Reading(lines)
    while (line := reading.next()) is not None:
        start = reading.line
        if not line.strip("\r\n ") or (line.startswith("\x00") and not line.strip("\x00\r\n ")):
            continue
        if not quotes or '"' not in line:
            yield start, line.rstrip("\r\n").split(delimiter)
        else:
            yield start, _quoted(line, reading, delimiter)


class _Reading:
    """Lines with a number, which can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.back, self.line = lines, deque[str](), 0

    def next(self) -> str | None:
        self.line += 1
        return self.back.popleft() if self.back else next(self.lines, None)

    def give_back(self, taken: Sequence[str]) -> None:
        self.line -= len(taken)
        self.back.extendleft(reversed(taken))


def _quoted(line: str, reading: _Reading, delimiter: str) -> list[str] | Left:
    """The cells of a row that may go on over several lines. A broken row takes its line only."""
    cells = _parse(line, delimiter)
    if cells is not _BROKEN:
        return cells
    taken: list[str] = []
    size, quotes = len(line), line.count('"')
    while size < _LONGEST_RECORD and (more := reading.next()) is not None:
        taken.append(more)
        size += len(more)
        quotes += more.count('"')
        if quotes % 2 == 0 and '"' in more:
            cells = _parse(line + "".join(taken), delimiter)
            if isinstance(cells, list):
                return cells
            if cells is not _BROKEN:
                break
    reading.give_back(taken)
    return _BROKEN


def _parse(text: str, delimiter: str) -> list[str] | Left:
    if len(delimiter) > 1:
        return text.rstrip("\r\n").split(delimiter)
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return _BROKEN
        if "field limit" in str(error):
            return Left("unreadable", "a cell is too long")
        if "new-line" in str(error) and _RETURN not in text:
            cells = _parse(text.rstrip("\r\n").replace("\r", _RETURN), delimiter)
            return [c.replace(_RETURN, "\r") for c in cells] if isinstance(cells, list) else cells
        return Left("unreadable", "a quote inside a quoted cell is not doubled")
    return rows[0] if rows else []


def _guess_delimiter(sample: Sequence[str], name: str) -> str:
    best: tuple[float, int, str] = (0.0, 0, "")
    for delimiter in ("\t", *NAMES):  # a tab hardly ever stands in a text, a comma often
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
            " Say which it is if it is none of comma, tab, semicolon and bar (--delimiter)."
        )
    return best[2]


def _quotes_hold(lines: Lines, delimiter: str) -> bool:
    """Whether quote marks are quoting: false where reading them so loses rows.

    Both ways of reading are counted over the whole file: rows of another width than usual, and
    cells over several lines of which one is itself a whole row.
    """
    if not any('"' in line for line in lines()):
        return True
    with_quotes = _odd_rows(lines, delimiter, True)
    return with_quotes == 0 or with_quotes <= _odd_rows(lines, delimiter, False)


def _odd_rows(lines: Lines, delimiter: str, quotes: bool) -> int:
    rows = rows_of(lines(), delimiter, quotes)
    widths: Counter[int] = Counter()
    swallowed = 0
    for _, cells in rows:
        widths[len(cells) if isinstance(cells, list) else 0] += 1
        if quotes and isinstance(cells, list):
            swallowed += sum(
                part.count(delimiter) >= len(cells) - 1
                for cell in cells
                if "\n" in cell
                for part in cell.split("\n")[1:-1]
            )
    usual = widths.most_common(1)[0][1] if widths else 0
    return sum(widths.values()) - usual + swallowed


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(cells) for cells in rows).most_common(1)[0][0]
