"""The label inside a cell that annotation tools and judges write as a list or an object."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_empty, is_list, kind_of, opened
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.pairs import Judged

Votes = tuple[tuple[str, Any], ...]
_NAMED = ("rating", "choices", "choice", "number", "value", "answer", "verdict", *KNOWN["label"])
_NO = re.compile(r"(?:is)?(?:ir|not|non)relevant|(?:is)?negative")
_DEEPEST = 6


def with_plain_labels(judged: Judged) -> Judged:
    """The pair with its label, and each vote, as a number or a name.

    `[{"rating": 4}]` is 4, `{"choices": ["yes"]}` is yes, `[]` has no label; several numbers, or
    a number for each judge, are votes.
    """
    if isinstance(judged.label, int | float | None) and not judged.votes:
        return judged
    label, votes = label_in(judged.label)
    by_voter = [(who, label_in(raw)) for who, raw in judged.votes]
    several = [(who, vote) for who, (single, many) in by_voter
               for vote in ([single] if not many else [raw for _, raw in many])]  # fmt: skip
    return replace(judged, label=label, votes=(*several, *votes))


def label_in(cell: Any) -> tuple[Any, Votes]:
    """The one label of a cell, or its several labels as votes (judge or "", label)."""
    for _ in range(_DEEPEST):
        cell = opened(cell)
        if is_empty(cell):
            return None, ()
        if is_list(cell) and len(cell) == 1:
            cell = cell[0]
        elif is_list(cell):
            return _of_several(cell)
        elif isinstance(cell, Mapping):
            key = _key_of_label(cell)
            if key is None:
                return _of_judges(cell)
            if _NO.fullmatch(plain(key)) and (flag := number(cell[key])) in (0, 1):
                return 1 - flag, ()
            cell = cell[key]
        else:
            return cell, ()
    return str(cell), ()


def _of_several(cell: Any) -> tuple[Any, Votes]:
    singles = [label_in(each) for each in cell if not is_empty(each)]
    labels = [label for label, _ in singles]
    if all(not votes and kind_of(label) == "number" for label, votes in singles):
        return None, tuple(("", label) for label in labels)
    return ", ".join(str(label) for label in labels), ()


def _of_judges(cell: Mapping[Any, Any]) -> tuple[Any, Votes]:
    marked = [key for key, each in cell.items() if number(each) == 1]
    if len(marked) == 1 and all(_is_word(key) and number(cell[key]) in (0, 1) for key in cell):
        return marked[0], ()  # {"relevant": 1, "irrelevant": 0}
    if all(kind_of(each) in ("number", "empty") for each in cell.values()):
        return None, tuple((str(who), each) for who, each in cell.items() if not is_empty(each))
    return str(dict(cell)), ()


def _is_word(key: Any) -> bool:
    return isinstance(key, str) and number(key) is not None and not key.strip().isdecimal()


def _key_of_label(cell: Mapping[Any, Any]) -> Any:
    by_plain = {plain(key): key for key in reversed(list(cell))}
    named = next((by_plain[name] for name in _NAMED if name in by_plain), None)
    return next(iter(cell)) if named is None and len(cell) == 1 else named
