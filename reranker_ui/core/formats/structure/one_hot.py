"""A label that is the name of the column with a mark: relevant, partly relevant, irrelevant."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.structure.cells import is_empty
from reranker_ui.core.values.labels import number

Value = Mapping[Any, Any]
_PREFIX = re.compile(r".*[.:/]+\s*")  # "relevance:::relevant", "Answer.relevant"
_MARKS = ("x", "✓", "✔")
_ENOUGH = 0.9  # share of the records with a mark


def one_hot_of(
    values: Sequence[Value],
) -> tuple[list[str], Callable[[Value], Iterator[dict[Any, Any]]]] | None:
    """The columns of marks, and a function that replaces them by one with its name, `label`.

    None where not two of the names say relevant and irrelevant, or a record has several marks.
    """
    names = list(dict.fromkeys(name for value in values for name in value))
    cells = {name: [value.get(name) for value in values] for name in names}
    marks = [name for name in names if isinstance(name, str) and _are_marks(cells[name])]
    words = [name for name in marks if _word(name) is not None]
    prefixes = {_prefix(name) for name in words}
    if {_word(name) for name in words} != {0, 1} or len(prefixes) > 1 or "label" in names:
        return None
    columns = [name for name in marks if _prefix(name) in prefixes]
    counts = [sum(_is_marked(value.get(name)) for name in columns) for value in values]
    if max(counts) > 1 or sum(counts) < _ENOUGH * len(counts):
        return None

    def labelled(value: Value) -> Iterator[dict[Any, Any]]:
        rest = {name: cell for name, cell in value.items() if name not in columns}
        marked = [_bare(name) for name in columns if _is_marked(value.get(name))]
        yield {**rest, "label": marked[0] if len(marked) == 1 else None}

    return columns, labelled


def _prefix(name: str) -> str:
    match = _PREFIX.match(name)
    return match[0] if match else ""


def _bare(name: str) -> str:
    return name[len(_prefix(name)) :].strip()


def _word(name: str) -> float | None:
    """1 or 0 for a name that says relevant or irrelevant; None for digits and other names."""
    plain_name = _bare(name)
    return None if plain_name.isdecimal() else number(plain_name)


def _are_marks(cells: Sequence[Any]) -> bool:
    only_marks = all(is_empty(cell) or number(cell) in (0, 1) or _is_marked(cell) for cell in cells)
    return only_marks and any(map(_is_marked, cells))


def _is_marked(cell: Any) -> bool:
    return not is_empty(cell) and (number(cell) == 1 or str(cell).strip().casefold() in _MARKS)
