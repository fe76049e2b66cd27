"""Two texts for a query and which one won: judgments of those who compare answers."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_empty
from reranker_ui.core.formats.structure.nested import NestedColumns
from reranker_ui.core.formats.structure.roles import stem

Value = Mapping[Any, Any]
Split = Callable[[Value], Iterator[dict[Any, Any]]]

NOTE = "The text that won is read as relevant and the other as not relevant; ties have no label."
_TIE = re.compile(r"tie.*|draw|equal|same|both.*|neither|none")
_NAMED = re.compile(r".*(?:winner|won|prefer(?:red|ence)?|better|best|choice|chosen|vote|verdict)")
_WORDS = ("model", "option", "answer", "response", "assistant", "passage", "document", "output")


def winners_of(values: Sequence[Value]) -> Split | None:
    """A function that splits a comparison into its winner and its loser; None for other records.

    The two texts have names that differ by a number or letter (`answer_a`, `answer_b`), and one
    column names one of them, or a tie, in every record.
    """
    columns = NestedColumns(values)
    sides = _sides(columns)
    if sides is None:
        return None
    marks = {mark: side for side in sides for mark in _marks(side)}
    others = [name for name in columns.names if name not in sides]
    winners = [name for name in others if _tells(name, columns.cells[name], marks)]
    if len(winners) != 1:
        return None
    (winner,) = winners

    def split(value: Value) -> Iterator[dict[Any, Any]]:
        rest = {name: cell for name, cell in value.items() if name not in (*sides, winner)}
        won = marks.get(_word(value.get(winner)))
        if won is None:
            yield {**rest, "candidates": [value.get(side) for side in sides]}
        else:
            (lost,) = (side for side in sides if side != won)
            yield {**rest, "positive": value.get(won), "negative": value.get(lost)}

    return split


def _sides(columns: NestedColumns) -> tuple[Any, Any] | None:
    """The two columns of texts whose names differ by an ending."""
    texts = defaultdict(list)
    for name in columns.names:
        if columns.kinds[name] in ("text", "messages") and stem(name) != plain(name):
            texts[stem(name)].append(name)
    pairs = [names for names in texts.values() if len(names) == 2]
    if len(pairs) > 1:  # such as model_a and model_b beside the texts
        pairs = [names for names in pairs if all(map(columns.is_prose, names))]
    return (pairs[0][0], pairs[0][1]) if len(pairs) == 1 else None


def _marks(side: Any) -> set[str]:
    """What a winner may be called: `a`, `answer_a`, `model_a` and the like, without signs."""
    ending = plain(side).removeprefix(stem(side))
    return {ending, plain(side), *(f"{word}{ending}" for word in _WORDS)}


def _tells(name: Any, cells: Sequence[Any], marks: Mapping[str, Any]) -> bool:
    """Whether every cell names a side or a tie; bare numbers only below a name such as winner."""
    words = {_word(cell) for cell in cells if not is_empty(cell)}
    if any(word.isdecimal() for word in words) and not _NAMED.fullmatch(plain(name)):
        return False
    return bool(words & marks.keys()) and all(w in marks or _TIE.fullmatch(w) for w in words)


def _word(cell: Any) -> str:
    return plain(f"{cell:g}" if isinstance(cell, float) else str(cell))
