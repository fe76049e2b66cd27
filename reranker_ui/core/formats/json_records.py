"""JSON: one object per line, an array, or one object with a list; read as a stream."""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from reranker_ui.core.formats.columns import are_names
from reranker_ui.core.formats.structure.json_sets import records_in
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

_PIECE = 1 << 20
_LONGEST = 200_000_000  # characters of one object that cannot be streamed
_VALUE = re.compile("[^\ufeff \t\r\n,]")
_decoder = json.JSONDecoder()


def looks_like_json(head: str) -> bool:
    """Whether a text starts like JSON, perhaps below a line or two of other text."""
    if head.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return True
    lines = [line for line in head.splitlines() if line.strip()][1:5]
    return len(lines) > 1 and sum(_whole(line) == "dict" for line in lines) >= len(lines) - 1


def is_by_line(head: str) -> bool:
    """Whether the first lines (the first may be broken) are whole JSON values."""
    lines = [line for line in head.splitlines() if line.strip()][:3]
    whole = [_whole(line) for line in lines]
    if not whole or not (whole[0] or (len(whole) > 2 and all(whole[1:]))):
        return False
    if lines[0].lstrip()[:1] != "[":
        return len(lines) > 1 or records_in(orjson.loads(lines[0])) is None
    if len(lines) == 1 or any(kind != "list" for kind in whole[:2]):
        return False
    first = orjson.loads(lines[0])
    return bool(first) and not isinstance(first[0], dict)


def records_by_line(lines: Iterator[str]) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """JSON Lines: (line, object); a line that is not an object is `unreadable`."""
    full = ((line, text) for line, text in enumerate(lines, 1) if text.strip("\ufeff \t\r\n"))
    yield from _with_names((line, _read_line(text)) for line, text in full)


def records_of_text(
    lines: Iterator[str], name: str
) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """Objects of an array, or one after the other: (line each starts on, object).

    An object with a known list of records is replaced by that list.
    """
    yield from _with_names(_records(lines, name))


def _records(lines: Iterator[str], name: str) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    for line, value in _values(lines, name):
        inner = records_in(value) if isinstance(value, dict) else None
        if inner is not None:
            yield from ((line, _as_record(each)) for each in inner)
        else:
            yield line, _as_record(value)


def _with_names(
    records: Iterator[tuple[int, dict[Any, Any] | LeftOut]],
) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """The records; arrays below an array of column names have these names."""
    names: list[Any] = []
    for at, (line, record) in enumerate(records):
        array = isinstance(record, dict) and 0 in record
        cells = list(record.values()) if isinstance(record, dict) and array else []
        if at == 0 and are_names(cells):
            names = cells
        elif names and len(cells) == len(names):
            yield line, dict(zip(names, cells, strict=True))
        else:
            yield line, record


def _values(lines: Iterator[str], name: str) -> Iterator[tuple[int, Any]]:
    """Top-level values, or the elements of a top-level array, decoded one by one."""
    stream = _Stream(lines, name)
    inside = False
    while following := stream.skip():
        if following == ("]" if inside else "["):
            inside = not inside
            stream.take(stream.at + 1)
        else:
            yield stream.value()


class _Stream:
    """A text that is read only as far as the next value needs, which begins at `text[at]`."""

    def __init__(self, lines: Iterator[str], name: str) -> None:
        self.lines, self.name = lines, name
        self.text, self.at, self.line, self.more = "", 0, 1, True

    def skip(self) -> str:
        """Skip white space and commas; returns the next character, "" at the end."""
        while True:
            start = _VALUE.search(self.text, self.at)
            self.take(start.start() if start else len(self.text))
            if self.at < len(self.text) or not self.more:
                return self.text[self.at : self.at + 1]
            self.grow(_PIECE)

    def take(self, end: int) -> None:
        """Move to `end`, counting the lines up to there."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def grow(self, size: int) -> None:
        """Read about `size` more characters, and drop those that were taken."""
        piece = _piece(self.lines, size)
        self.more = bool(piece)
        self.text, self.at = self.text[self.at :] + piece, 0

    def value(self) -> tuple[int, Any]:
        """The next value and the line it starts on."""
        while True:
            try:
                value, end = _decoder.raw_decode(self.text, self.at)
                if self.more and end == len(self.text) and self.text[self.at] not in '{["':
                    self.grow(_PIECE)  # a number may continue in the next piece
                    continue
            except RecursionError:
                line = self.line
                raise Refused(f"Line {line}: {self.name} is nested too deep for records.") from None
            except json.JSONDecodeError as error:
                rest = len(self.text) - self.at
                if not self.more or rest > _LONGEST:
                    raise Refused(self._broken(error)) from None
                self.grow(max(rest, _PIECE))
                continue
            line = self.line
            self.take(end)
            return line, value

    def _broken(self, error: json.JSONDecodeError) -> str:
        line = self.line + self.text.count("\n", self.at, error.pos)
        return f"Line {line}: {self.name} is broken JSON ({error.msg}), so nothing was imported."


def _piece(lines: Iterator[str], size: int) -> str:
    parts, have = [], 0
    for part in lines:
        parts.append(part)
        have += len(part)
        if have >= size:
            break
    return "".join(parts)


def _read_line(text: str) -> dict[Any, Any] | LeftOut:
    try:
        return _as_record(orjson.loads(text))
    except orjson.JSONDecodeError:
        pass
    try:
        return _as_record(json.loads(text))  # NaN is not JSON, but many files contain it
    except RecursionError:
        return LeftOut("unreadable", "the line is nested too deep")
    except ValueError as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return LeftOut("unreadable", f"the line is broken JSON ({what[0].lower()}{what[1:]})")


def _as_record(value: Any) -> dict[Any, Any] | LeftOut:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and not all(isinstance(each, dict) for each in value):
        return dict(enumerate(value))
    return LeftOut("unreadable", "the record is not a JSON object")


def _whole(line: str) -> str | None:
    try:
        return type(orjson.loads(line.lstrip("\ufeff"))).__name__
    except orjson.JSONDecodeError:
        return None
