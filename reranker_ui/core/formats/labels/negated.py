"""Flags that say what is not relevant, such as `irrelevant` or `is_negative`: their 1 means 0."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_empty
from reranker_ui.core.formats.structure.passages import objects_in
from reranker_ui.core.formats.structure.roles import denies, side_of
from reranker_ui.core.values.labels import number

Value = Mapping[Any, Any]
NOTE = "{} marks what is not relevant: its 1 is read as the label 0, and its 0 as 1."
Split = Callable[[Value], Iterator[dict[Any, Any]]]


def negated_of(values: Sequence[Value], label: Any) -> tuple[str, Split] | None:
    """The one flag that denies relevance, and a function that turns it; None without one.

    It is a column, or a key of the passages (`passages.irrelevant`). label: the column that was
    chosen as the label, else None; another label in the file leaves flags as they are.
    """
    flag = _flag_of(values)
    if flag is not None:
        flag_and_split = str(flag), lambda value: iter([_turned(flag, value)])
        return flag_and_split if label in (None, flag) else None
    for name in dict.fromkeys(name for value in values for name in value):
        inside = [each for value in values for each in objects_in(value.get(name))]
        flag = _flag_of(inside)
        if flag is not None and label in (None, f"{name}.{flag}") and not _has_label(values):
            return f"{name}.{flag}", _turned_inside(name, flag)
    return None


def _turned_inside(name: Any, flag: Any) -> Split:
    def turned(value: Value) -> Iterator[dict[Any, Any]]:
        objects = objects_in(value.get(name))
        yield {**value, name: [_turned(flag, each) for each in objects]} if objects else {**value}

    return turned


def _turned(flag: Any, value: Value) -> dict[Any, Any]:
    marked = number(value.get(flag))
    return {**value, flag: 1 - marked} if marked in (0, 1) else {**value}


def _flag_of(values: Sequence[Value]) -> Any:
    """The only flag of these records, if it denies relevance and nothing else has the labels."""
    if _has_label(values):
        return None
    names = dict.fromkeys(name for value in values for name in value)
    flags = [name for name in names if _are_flags([value.get(name) for value in values])]
    denying = [name for name in flags if denies(name)]
    affirming = any(side_of(name, sure=False) == "positive" for name in flags)
    return denying[0] if len(denying) == 1 and not affirming else None


def _has_label(values: Sequence[Value]) -> bool:
    return any(plain(name) in KNOWN["label"] and not is_empty(cell)
               for value in values for name, cell in value.items())  # fmt: skip


def _are_flags(cells: Sequence[Any]) -> bool:
    full = [cell for cell in cells if not is_empty(cell)]
    plain_cells = all(isinstance(cell, str | bool | int | float) for cell in full)
    return bool(full) and plain_cells and all(number(cell) in (0, 1) for cell in full)
