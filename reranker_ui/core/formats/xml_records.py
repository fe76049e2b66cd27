"""XML: records are elements with at least two values: attributes, or leaves with text.

A leaf that repeats is a list. A leaf with attributes is an object of these and its `text`.
"""

from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

_PIECE = 1 << 16
_DEEPEST = 50


def records_of(stream: IO[bytes], name: str) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """(line, values by name): `<value name="query">` and `<query>` are both the value query."""
    reading = _Reading(name)
    try:
        while piece := stream.read(_PIECE):
            reading.parser.Parse(piece, False)
            yield from reading.take()
        reading.parser.Parse(b"", True)
    except expat.ExpatError as broken:
        raise Refused(
            f"Line {broken.lineno}: {name} is broken XML ({expat.errors.messages[broken.code]}),"
            " so nothing was imported."
        ) from broken
    yield from reading.take()


class _Reading:
    """Parser state: the open elements, each with its starting line and its leaves so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.open: list[tuple[int, str, dict[str, Any], dict[str, str]]] = []
        self.text: list[str] = []
        self.leaf = False
        self.records: list[tuple[int, dict[Any, Any] | LeftOut]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.EntityDeclHandler = self.refuse

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = attributes.pop("name", tag)
        self.open.append((self.parser.CurrentLineNumber, name, {}, attributes))
        if len(self.open) > _DEEPEST:
            raise Refused(f"Line {self.open[-1][0]}: {self.name} is nested too deep for records.")
        self.text.clear()
        self.leaf = True

    def end(self, _tag: str) -> None:
        line, name, values, attributes = self.open.pop()
        text = "".join(self.text)
        if self.leaf and self.open:
            self._add(name, {**attributes, "text": text} if attributes else text)
        elif len({**attributes, **values}) > 1:
            self.records.append((line, {**attributes, **values}))
        self.leaf = False

    def _add(self, name: str, value: Any) -> None:
        """Add a leaf to its parent element; a repeated one becomes a list."""
        values = self.open[-1][2]
        if name not in values:
            values[name] = value
        elif isinstance(values[name], list):
            values[name].append(value)
        else:
            values[name] = [values[name], value]

    def refuse(self, *_declared: Any) -> None:
        line = self.parser.CurrentLineNumber
        raise Refused(f"Line {line}: {self.name} declares entities, which are not read.")

    def take(self) -> list[tuple[int, dict[Any, Any] | LeftOut]]:
        records, self.records = self.records, []
        return records
