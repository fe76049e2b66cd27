"""Opens a container: detects what the file is, and iterates its records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from reranker_ui.core.formats import delimited, json_records, sgml_blocks, xml_records
from reranker_ui.core.formats.binary import parquet
from reranker_ui.core.formats.binary.archive import members, open_member
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.source import guess_encoding, kind_of, lines_of, open_bytes
from reranker_ui.core.formats.tools import search_tools
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

LONGEST_COLUMN = 1_000  # characters of a column's name
Record = tuple[int, dict[Any, Any] | LeftOut]


@dataclass
class Container:
    """A file of records. Each call of `records()` starts from the beginning."""

    kind: str  # delimited, json lines, json, parquet, blanks, xml, ltr, arrow, beir
    records: Callable[[], Iterator[Record]]
    encoding: str | None = None
    dialect: delimited.Dialect | None = None
    notes: list[str] = field(default_factory=list)


def open_container(path: Path, options: ReadOptions, tick: Tick) -> Container:
    """The container of a plain, gzipped or Parquet file, or of the only file in a ZIP."""
    with path.open("rb") as raw:
        kind = kind_of(raw.read(16), path.name)
    if kind == "parquet":
        return Container("parquet", lambda: parquet.records_of(path, options.limits, tick))
    if kind == "zip":
        names = members(path)
        if not names:
            raise Refused(
                f"{path.name} contains no file that can be opened. Import the file itself."
            )
        if len(names) > 1:
            shown = ", ".join(names[:4]) + ", …" * (len(names) > 4)
            raise Refused(
                f"{path.name} contains several files ({shown}) that are not a test collection"
                " (corpus, queries and qrels, by their names). Unpack it and import the file with"
                " the labels; where that has ids, add the texts (--queries FILE, --corpus FILE)."
            )
        return text_container(lambda: open_member(path, names[0], options, tick), names[0], options)
    return text_container(lambda: open_bytes(path, options.limits, tick), path.name, options)


def with_short_names(container: Container) -> Container:
    """The container without records that have a column of more than LONGEST_COLUMN characters."""
    whole = container.records

    def records() -> Iterator[Record]:
        short: tuple[Any, ...] = ()  # the names of most records
        for line, value in whole():
            if isinstance(value, LeftOut) or (names := tuple(value)) == short:
                pass
            elif all(not isinstance(name, str) or len(name) <= LONGEST_COLUMN for name in names):
                short = names
            else:
                longest = max(len(str(name)) for name in value)
                limit = f"the name of a column has {longest:,} characters, the limit is"
                value = LeftOut("unreadable", f"{limit} {LONGEST_COLUMN:,}")
            yield line, value

    container.records = records
    return container


def flattened(
    container: Container,
    flat: Callable[[Mapping[Any, Any]], Iterator[dict[Any, Any] | LeftOut]] | None,
) -> Container:
    """The container with each record replaced by the records inside it."""
    if flat is None:
        return container
    whole = container.records

    def records() -> Iterator[Record]:
        for line, value in whole():
            if isinstance(value, LeftOut):
                yield line, value
                continue
            try:
                yield from ((line, part) for part in flat(value))
            except (AttributeError, KeyError, TypeError):
                yield (
                    line,
                    LeftOut("unreadable", "the record does not have the structure of the rest"),
                )

    container.records = records
    return container


_NOT_READ = (
    (
        re.compile(r"\s*<(!doctype html|html|table)\b", re.IGNORECASE),
        "a web page; some programs save a spreadsheet so, as .xls. Open it in a spreadsheet program"
        " and save it as CSV or .xlsx.",
    ),
    (
        re.compile(r"(---\s*\n)?\s*- \w+: .*\n\s+\w+: "),
        "YAML, which is not read. Save the records as JSON.",
    ),
)


def text_container(opened: Callable[[], IO[bytes]], name: str, options: ReadOptions) -> Container:
    """The container of a text, detected by its content."""
    encoding = options.encoding
    if encoding is None:
        with opened() as stream:
            encoding = guess_encoding(stream, name)

    def lines() -> Iterator[str]:
        try:
            yield from lines_of(opened(), encoding, name)
        except (LookupError, ValueError) as wrong:  # ValueError: UnicodeError, or a zero byte
            why = str(wrong)[:200]
            raise Refused(f"{name} cannot be read as {encoding[:40]}: {why}.") from wrong

    head = _head(lines())
    for beginning, fault in _NOT_READ:
        if beginning.match(head.lstrip("\ufeff")):
            raise Refused(f"{name} is {fault}")
    if not head.strip("\ufeff\x00 \t\r\n"):
        raise Refused(f"{name} contains only white space, so nothing was imported.")
    container = (
        None if options.delimiter else _recognised(head, lines, opened, name, encoding, options)
    )
    return container or _table(lines, name, encoding, options)


def _recognised(
    head: str, lines: delimited.Lines, opened: Callable[[], IO[bytes]], name: str, encoding: str,
    options: ReadOptions,
) -> Container | None:  # fmt: skip
    """The container of a text that is not a table, detected by its beginning."""
    if sgml_blocks.is_sgml(head):
        return Container("sgml", lambda: sgml_blocks.records_of(lines(), name), encoding)
    if head.lstrip("\ufeff \t\r\n").startswith("<"):
        return Container("xml", lambda: xml_records.records_of(opened(), name), encoding)
    if json_records.looks_like_json(head):
        return _json(lines, head, name, encoding)
    if search_tools.is_ltr(head.splitlines()[:20]):
        return Container("ltr", lambda: search_tools.ltr_records(lines()), encoding)
    if _by_blanks(head, options):
        return Container("blanks", lambda: _split_at_blanks(lines()), encoding)
    return None


def _json(lines: delimited.Lines, head: str, name: str, encoding: str) -> Container:
    if json_records.is_by_line(head):
        return Container("json lines", lambda: json_records.records_by_line(lines()), encoding)
    return Container("json", lambda: json_records.records_of_text(lines(), name), encoding)


def _table(lines: delimited.Lines, name: str, encoding: str, options: ReadOptions) -> Container:
    dialect = delimited.guess_dialect(
        lines, name, delimiter=options.delimiter, quotes=options.quotes,
        header=options.header, header_line=options.header_line, named=options.named(),
    )  # fmt: skip
    if dialect.width > options.limits.columns:
        raise parquet.too_many(name, dialect.width, options.limits)
    notes = header_notes(dialect, lines)
    if not dialect.quotes:
        notes.append(
            "Quote marks are read as plain text, because reading them as quotes loses rows."
        )
    return Container(
        "delimited", lambda: delimited.records_of(lines(), dialect), encoding, dialect, notes
    )


def header_notes(dialect: delimited.Dialect, lines: delimited.Lines) -> list[str]:
    """What is above the table, and why a line is or is not its header."""
    notes = []
    if dialect.skip:
        above = [line.strip()[:60] for line in islice(lines(), dialect.skip) if line.strip()]
        many = "Line 1 is" if dialect.skip == 1 else f"Lines 1 to {dialect.skip} are"
        notes.append(f"{many} above the table and not read: {' · '.join(above[:3])}.")
    if dialect.header:
        notes.append(header_note(dialect.skip, dialect.header_rows, dialect.why))
    else:
        notes.append(f"There is no header: {dialect.why}.")
    return notes


def header_note(skip: int, rows: int, why: str) -> str:
    """Which lines are the header, and why; `skip`: the lines above it."""
    first = skip + 1
    if rows == 2:
        return f"Lines {first} and {first + 1} are the header: {why}."
    return f"Line {first} is the header: {why}."


def _head(lines: Iterator[str]) -> str:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > 1 << 16 and len(parts) >= 3:
            break
    return "".join(parts)


def _by_blanks(head: str, options: ReadOptions) -> bool:
    """Whether the lines are TREC judgments or a run: ids and numbers separated by spaces."""
    if options.format in ("trec", "trec-run"):
        return True
    whole = head.splitlines() if head.endswith("\n") else head.splitlines()[:-1]
    rows = [line.split() for line in whole[:200] if line.strip()] or [head.split()]
    if "\t" in head and not any(" " in line for line in head.splitlines()[:200]):
        # a table of Chinese or Japanese texts has no spaces either
        widths, plain = {4, 6}, all(line.isascii() for line in head.splitlines()[:200])
    else:
        widths, plain = {3, 4, 6}, True
    return (
        plain
        and len(rows[0]) in widths
        and all(len(row) == len(rows[0]) for row in rows)
        and all(_is_number(row[-1 if len(row) < 6 else 3]) for row in rows)
    )


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def _split_at_blanks(lines: Iterator[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if cells := line.split():
            yield number, dict(enumerate(cells))
