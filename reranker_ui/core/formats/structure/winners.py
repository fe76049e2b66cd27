"""Two texts for a query and which one won: judgments of those who compare answers."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_empty, is_prose
from reranker_ui.core.formats.structure.nested import NestedColumns
from reranker_ui.core.formats.structure.passages import text_of
from reranker_ui.core.formats.structure.roles import stem
from reranker_ui.core.values.labels import number

Value = Mapping[Any, Any]
Split = Callable[[Value], Iterator[dict[Any, Any]]]
Sides = tuple[Any, Any]
Found = tuple[tuple[Any, ...], Callable[[Value], Any]]  # columns, and the side that won a record

NOTE = "The text that won is read as relevant and the other as not relevant; ties have no label."
_TIE = re.compile(r"tie.*|draw|equal|same|both.*|neither|none")
_NAMED = re.compile(r".*(?:winner|won|prefer(?:red|ence)?|better|best|choice|chosen|vote|verdict)")
_FLAG = re.compile(rf"(?:{_NAMED.pattern}).*")
_WORDS = ("model", "option", "answer", "response", "assistant", "passage", "document", "output")


def winners_of(values: Sequence[Value]) -> Split | None:
    """A function that splits a comparison into its winner and its loser; None for other records.

    The two texts have names that differ by a number or letter (`answer_a`, `answer_b`). The
    winner, or a tie, is named in every record by one column, by a flag for each side
    (`winner_a`, `winner_b`), or by the text itself.
    """
    columns = NestedColumns(values)
    sides = _sides(columns)
    if sides is None:
        return None
    others = [name for name in columns.names if name not in sides]
    rules = (_by_mark, _by_flags, _by_text)
    rule = next((candidate for find in rules if (candidate := find(columns, others, sides))), None)
    if rule is None:
        return None
    used, won_in = rule

    def split(value: Value) -> Iterator[dict[Any, Any]]:
        rest = {name: cell for name, cell in value.items() if name not in (*sides, *used)}
        won = won_in(value)
        if won is None:
            yield {**rest, "candidates": [value.get(side) for side in sides]}
        else:
            (lost,) = (side for side in sides if side != won)
            yield {**rest, "positive": value.get(won), "negative": value.get(lost)}

    return split


def _by_mark(columns: NestedColumns, others: Sequence[Any], sides: Sides) -> Found | None:
    """The one column whose cells name the sides."""
    marks = dict(zip(("left", "right"), sides, strict=True))
    marks |= {mark: side for side in sides for mark in _marks(side)}
    named = [name for name in others if _names_a_side(name, columns.cells[name], marks)]
    if len(named) != 1:
        return None
    return (named[0],), lambda row: marks.get(_word(row.get(named[0])))


def _by_flags(columns: NestedColumns, others: Sequence[Any], sides: Sides) -> Found | None:
    """A column of 0 and 1 for each side, and perhaps for ties; at most one is 1 in a record."""
    flags = {}
    for name in others:
        values = {number(cell) for cell in columns.cells[name]}
        if _FLAG.fullmatch(plain(name)) and values <= {0, 1}:
            ends = [side for side in sides if plain(name).endswith(tuple(_marks(side)))]
            flags[name] = ends[0] if len(ends) == 1 else None
    rows = zip(*(columns.cells[name] for name in flags), strict=True)
    several = any(sum(number(cell) or 0 for cell in row) > 1 for row in rows)
    if several or not set(sides) <= set(flags.values()):
        return None
    return tuple(flags), lambda row: next(
        (side for name, side in flags.items() if number(row.get(name))), None
    )


def _by_text(columns: NestedColumns, others: Sequence[Any], sides: Sides) -> Found | None:
    """The one column whose cells repeat the text of a side."""

    def won_in(name: Any, row: Value) -> Any:
        cell = row.get(name)
        return next((s for s in sides if not is_empty(cell) and row.get(s) == cell), None)

    rows = [dict(zip(columns.names, row, strict=True))
            for row in zip(*(columns.cells[n] for n in columns.names), strict=True)]  # fmt: skip
    named = [name for name in others if all(won_in(name, row) for row in rows)]
    return ((named[0],), partial(won_in, named[0])) if len(named) == 1 else None


def _sides(columns: NestedColumns) -> Sides | None:
    """The two columns of texts whose names differ by an ending."""
    texts = defaultdict(list)
    for name in columns.names:
        if stem(name) != plain(name) and columns.holds_texts(name):
            texts[stem(name)].append(name)
    pairs = [names for names in texts.values() if len(names) == 2]
    if len(pairs) > 1:  # such as model_a and model_b beside the texts
        pairs = [names for names in pairs if all(_is_prose(columns.cells[name]) for name in names)]
    return (pairs[0][0], pairs[0][1]) if len(pairs) == 1 else None


def _is_prose(cells: Sequence[Any]) -> bool:
    texts = [text_of(cell) for cell in cells if not is_empty(cell)]
    return bool(texts) and sum(map(is_prose, texts)) >= len(texts) / 2


def _marks(side: Any) -> set[str]:
    """What a winner may be called: `a`, `answer_a`, `model_a` and the like, without signs."""
    ending = plain(side).removeprefix(stem(side))
    return {ending, plain(side), *(f"{word}{ending}" for word in _WORDS)}


def _names_a_side(name: Any, cells: Sequence[Any], marks: Mapping[str, Any]) -> bool:
    """Whether every cell names a side or a tie; bare numbers only below a name such as winner."""
    words = {_word(cell) for cell in cells if not is_empty(cell)}
    if any(word.isdecimal() for word in words) and not _NAMED.fullmatch(plain(name)):
        return False
    return bool(words & marks.keys()) and all(w in marks or _TIE.fullmatch(w) for w in words)


def _word(cell: Any) -> str:
    if (strength := number(cell)) is not None and strength < 0:
        return str(cell)  # -2 says how much the first is better, not that it is the second
    return plain(f"{cell:g}" if isinstance(cell, float) else str(cell))
