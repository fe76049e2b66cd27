"""Opens a container: detects what the file is, and iterates its records."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from reranker_ui.core.formats import (
    delimited,
    json_records,
    parquet,
    sgml_blocks,
    xml_records,
)
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.source import (
    Counted,
    guess_encoding,
    kind_of,
    lines_of,
    open_bytes,
)  # fmt: skip
from reranker_ui.core.formats.tools import search_tools
from reranker_ui.core.values.pairs import Left
from reranker_ui.core.values.refused import Refused

Record = tuple[int, dict[Any, Any] | Left]
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"PAR1")


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
        found = members(path)
        if not found:
            raise Refused(
                f"{path.name} contains no file that can be opened. Import the file itself."
            )
        member = found[0] if len(found) == 1 else ""
        return text_container(
            lambda: open_member(path, member, options, tick), member or path.name, options
        )
    return text_container(lambda: open_bytes(path, options.limits, tick), path.name, options)


def text_container(opened: Callable[[], IO[bytes]], name: str, options: ReadOptions) -> Container:
    """The container of a text, detected by its content."""
    encoding = options.encoding
    if encoding is None:
        with opened() as stream:
            encoding = guess_encoding(stream, name)

    def lines() -> Iterator[str]:
        try:
            yield from lines_of(opened(), encoding, name)
        except (LookupError, UnicodeError) as wrong:
            raise Refused(f"{name} cannot be read as {encoding}: {wrong}.") from wrong

    head = _head(lines())
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
        notes.append("Quote marks are read as plain text, because as quotes they would lose rows.")
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


def is_zip(path: Path) -> bool:
    """Whether `path` is a ZIP archive; no folder is one."""
    if path.is_dir():
        return False
    with path.open("rb") as raw:
        return raw.read(4) == b"PK\x03\x04"


def members(path: Path) -> list[str]:
    """The safe file names in a ZIP: no folders, no paths out of it, no hidden files."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as broken:
        raise Refused(f"{path.name} is a damaged ZIP archive: {broken}.") from broken
    return [name for name in names if _is_safe(name)]


def unsafe_members(path: Path) -> list[str]:
    """Names in a ZIP that are never opened."""
    with zipfile.ZipFile(path) as archive:
        return [info.filename for info in archive.infolist() if not _is_safe(info.filename)]


def open_member(path: Path, member: str, options: ReadOptions, tick: Tick) -> IO[bytes]:
    """One file of a ZIP as a counted stream; nothing is written to disk."""
    if not member:
        raise Refused(
            f"{path.name} contains several files that are not a BEIR set"
            " (corpus.jsonl, queries.jsonl, qrels). Unpack it and import one file."
        )
    archive = zipfile.ZipFile(path)
    limit = options.limits.decoded(path.stat().st_size)
    try:
        inner = archive.open(member)
    except (RuntimeError, zipfile.BadZipFile) as locked:
        # RuntimeError: it needs a password, or a compression method that Python does not support
        raise Refused(
            f"{member} in {path.name} cannot be opened: it is encrypted, damaged or compressed"
            " with an unsupported method. Unpack it and import the file itself."
        ) from locked
    stream = io.BufferedReader(Counted(inner, limit, f"{path.name}/{member}", tick))
    if stream.peek(8).startswith(_PACKED):
        raise Refused(f"{path.name} contains another packed file, {member}. Unpack it first.")
    return stream


def _is_safe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not (
        name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in parts
        or any(part.startswith(("__MACOSX", ".")) for part in parts)
    )  # fmt: skip


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
    rows = [line.split() for line in head.splitlines()[:-1][:200] if line.strip()]
    rows = rows or [head.split()]
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
