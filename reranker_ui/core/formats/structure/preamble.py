"""Lines above the header of a table: titles, comments, an encoding's name, Excel's `sep=;`."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reranker_ui.core.formats.columns import looks_like_header, names_columns, plain

_SEPARATOR = re.compile(r"\ufeff?\"?sep=(\\t|[^\r\n])\"?\s*", re.IGNORECASE)
_COMMENTS = ("#", "//", "%", "--")
_FURTHEST = 50  # rows among which the header is looked for


@dataclass(frozen=True)
class Start:
    """Where a table begins: rows before it, the column names that follow, and how they were found.

    `names` is None without a header; `rows`: the rows of the header, 2 where its first row
    names groups of columns and its second row their columns.
    """

    skipped: int
    header: bool
    why: str
    names: tuple[str, ...] | None = None
    rows: int = 0


def separator_line(line: str) -> str | None:
    """The separator in Excel's first line `sep=;`."""
    match = _SEPARATOR.fullmatch(line)
    return None if match is None else match[1].replace("\\t", "\t")


def is_comment(line: str) -> bool:
    """Whether a line begins like a comment."""
    return line.lstrip("\ufeff \t\"'").startswith(_COMMENTS)


def start_of(
    rows: Sequence[Sequence[str]], header: bool | None = None, named: Sequence[str] = ()
) -> Start:
    """Where the table in `rows` begins, with its column names; as `_without_groups` finds it."""
    start = _without_groups(rows, header, named)
    if not start.header:
        return start
    first = start.skipped
    for top in (first - 1, first):
        if 0 <= top < len(rows) - 2 and (joined := _grouped(rows[top], rows[top + 1])):
            why = "its cells and those below are names of columns"
            return replace(start, skipped=top, names=_distinct(joined), rows=2, why=why)
    return replace(start, names=_distinct(rows[first]), rows=1)


def _without_groups(
    rows: Sequence[Sequence[str]], header: bool | None, named: Sequence[str]
) -> Start:
    """Where the table in `rows` begins, with a header of one row.

    `header` and `named`, its column names, are user options.
    Only rows that are not records are skipped: comments, rows with fewer filled cells than the
    table has columns, and anything above a row of column names.
    """
    width = usual_width(rows)
    detected = _detected(rows, header, width)
    if not named:
        return detected
    # A record may hold nearly the name, as 1 for -1: not below what looks like column names.
    nearly = detected.skipped + 1 if detected.header else _FURTHEST
    for written, limit in ((str.strip, _FURTHEST), (plain, nearly)):
        names = {written(name) for name in named}
        for at, row in enumerate(rows[:limit]):
            if names <= {written(cell) for cell in row}:
                return Start(at, True, "it has the named columns")
    return replace(detected, why="no row has the named columns")


def _detected(rows: Sequence[Sequence[str]], header: bool | None, width: int) -> Start:
    """The same without `named`."""
    sure = _leading(rows, lambda row: _cannot_be_record(row, width))
    if header is not None:
        return Start(sure, header, "as chosen")
    for at in range(_leading(rows, lambda row: _could_be_title(row, width)) + 1):
        if at < len(rows) and len(rows[at]) == width and names_columns(rows[at:]):
            return Start(at, True, "its cells are column names")
    if looks_like_header(rows[sure:]):
        return Start(sure, True, "its cells look like column names")
    return Start(sure, False, "no row looks like column names")


def _grouped(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...] | None:
    """The names in a header of two rows: "Document", "" above "Title", "Text"; else None.

    A column without a group has its name above and nothing below, as merged cells are written.
    """
    width = max(len(above), len(below))
    top, low = (
        [cell.strip() for cell in (*row, *[""] * (width - len(row)))] for row in (above, below)
    )
    names: list[str] = []
    groups, at = 0, 0
    while at < width and top[at]:
        end = next((n for n in range(at + 1, width) if top[n]), width)
        inside = low[at:end]
        if end - at > 1 and all(inside):
            names += [f"{top[at]} {name}" for name in inside]
            groups += 1
        elif end - at == 1 and not low[at]:
            names.append(top[at])
        else:
            return None
        at = end
    return tuple(names) if groups and not all(low) else None


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Trimmed column names; a repeated one gets a number, so that no column is lost."""
    names: list[str] = []
    for cell in cells:
        name, number = cell.strip(), 1
        while name and name in names:
            number += 1
            name = f"{cell.strip()} ({number})"
        names.append(name)
    return tuple(names)


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """The most common number of cells; rows with one cell count only where all rows have one."""
    widths = Counter(len(cells) for cells in rows)
    wide = Counter({width: n for width, n in widths.items() if width > 1})
    return (wide or widths).most_common(1)[0][0]


def _leading(rows: Sequence[Sequence[str]], matches: Callable[[Sequence[str]], bool]) -> int:
    """The number of leading rows that match; never all of them."""
    count = 0
    while count < min(len(rows) - 1, _FURTHEST) and matches(rows[count]):
        count += 1
    return count


def _cannot_be_record(row: Sequence[str], width: int) -> bool:
    """Whether a row cannot be a record: a comment, or one cell where the table has more."""
    return width > 1 and len(row) != width and (len(row) == 1 or is_comment(row[0]))


def _could_be_title(row: Sequence[str], width: int) -> bool:
    """Whether a row may be above the header: of another width, or nearly empty."""
    filled = sum(bool(cell.strip()) for cell in row)
    return len(row) != width or filled <= 1 or filled == 2 < width
