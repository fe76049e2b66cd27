"""A passage made of several columns: a template such as "{title}\\n{description}"."""

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.judgments import column_named
from reranker_ui.core.formats.structure.cells import is_empty
from reranker_ui.core.formats.structure.passages import text_of
from reranker_ui.core.values.refused import Refused

_SHOWN = 100  # characters of a template in a sentence
Part = tuple[str, Any]  # literal text, and the column after it (None: no column)


class Template:
    """`text` with the names of columns in braces; {{ and }} stand for braces."""

    def __init__(self, text: str, names: Sequence[Any], file: str) -> None:
        self.lines = [_parts(line, names, file) for line in text.split("\n")]
        self.columns = [name for line in self.lines for _, name in line if name is not None]
        if not self.columns:
            raise Refused(
                f"The template {text[:_SHOWN]!r} names no column. Write the columns in braces, such"
                " as {title}."
            )

    def fill(self, value: Mapping[Any, Any], unescape: Callable[[Any], Any]) -> str:
        """The passage of a record; a line whose columns are all empty is left out."""
        lines = [_filled(line, value, unescape) for line in self.lines]
        return "\n".join(line for line in lines if line is not None)


def _parts(line: str, names: Sequence[Any], file: str) -> list[Part]:
    return [
        (literal, None if name is None else column_named(name, names, file))
        for literal, name in _read(line)
    ]


def _read(line: str) -> list[tuple[str, str | None]]:
    try:
        parsed = list(string.Formatter().parse(line))
    except ValueError as error:
        raise Refused(
            f"The template line {line[:_SHOWN]!r} cannot be read: {error}. Write columns as"
            " {title}, and {{ or }} for a brace of the text."
        ) from error
    # A column may be named with the marks of a format: they are part of the name here.
    return [
        (literal, None if name is None else _whole(name, conversion, spec))
        for literal, name, spec, conversion in parsed
    ]


def _whole(name: str, conversion: str | None, spec: str | None) -> str:
    return name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")


def _filled(
    line: list[Part], value: Mapping[Any, Any], unescape: Callable[[Any], Any]
) -> str | None:
    cells = [unescape(text_of(value.get(name))) if name is not None else None for _, name in line]
    if any(name is not None for _, name in line) and all(map(is_empty, cells)):
        return None
    texts = ("" if is_empty(cell) else str(cell).strip() for cell in cells)
    return "".join(literal + text for (literal, _), text in zip(line, texts, strict=True))
