"""Columns that an import does not read although they contain texts, or labels if it found none."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypedDict, cast

from reranker_ui.core.formats.columns import (
    ids_only,
    is_behaviour,
    is_count,
    is_rank,
    names_one,
    plain,
)
from reranker_ui.core.formats.container import LONGEST_COLUMN
from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.formats.structure.cells import (
    is_empty,
    is_list,
    is_prose,
    kind_of,
    opened,
)
from reranker_ui.core.formats.structure.further import cell_text, plain_cells
from reranker_ui.core.formats.structure.roles import describes, names_judgment, stem
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.refused import Refused

_WHAT = {
    "texts": "texts", "labels": "labels", "scores": "scores of a model, not labels",
    "ranks": "positions in a list, not labels",
}  # fmt: skip
_LABEL_FLAGS = {"labels": "", "scores": "", "ranks": " --lowest-is-best"}
_DISTINCT = 6  # different texts from which a column is not a category
_DEEPEST = 4
_MOST_COLUMNS = 1000
_MOST_GRADES = 11
_HIGHEST_GRADE = 100

Holds = Literal["texts", "labels", "scores", "ranks"]  # scores of a model, ranks in a result list


class UnreadJson(TypedDict):
    """`Unread` as plain values."""

    column: str
    holds: Holds
    cells: int
    example: str
    asks: bool


class KeptColumn(TypedDict):
    """A column that is kept with the pairs. `labels`: its values may be labels."""

    column: str
    cells: int
    example: str
    labels: bool


@dataclass(frozen=True)
class Unread:
    """A column that is not read: the number of its cells with texts or numbers, and an example.

    `asks`: it may contain passages or labels of the pairs, so the user has to decide.
    """

    column: str
    holds: Holds
    cells: int
    example: str
    asks: bool

    def as_json(self) -> UnreadJson:
        """Plain values for the result of an import."""
        return cast(UnreadJson, asdict(self))


@dataclass
class _Seen:
    cells: int = 0
    texts: int = 0
    numbers: set[float] = field(default_factory=set)
    lowest: float = math.inf
    highest: float = -math.inf
    only_numbers: bool = True
    whole: bool = True  # all numbers are
    distinct: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    example: str = ""
    first: str = ""  # the text of the first cell
    kept: int = 0  # cells that are stored with the pair
    judged_inside: bool = False  # a key inside a cell says that someone judged
    lists: int = 0  # cells that are lists of several texts

    def add(self, cell: Any) -> None:
        self.cells += 1
        written, cell = cell, opened(cell)
        self.judged_inside = self.judged_inside or _judged_in(cell)
        if numbers := _numbers_in(cell):
            if len(self.numbers) <= _MOST_GRADES:
                self.numbers.update(numbers)
            self.lowest = min(self.lowest, *numbers)
            self.highest = max(self.highest, *numbers)
            self.whole = self.whole and all(map(float.is_integer, numbers))
            return
        self.only_numbers = False
        prose = _prose_in(cell)
        text = next(prose, None)
        self.lists += is_list(cell) and next(prose, None) is not None
        if text is not None:
            self.texts += 1
            self.example = self.example or text
            if len(self.distinct) < _DISTINCT:
                self.distinct.add(hash(text))
        elif isinstance(written, str) and len(self.words) <= _MOST_GRADES:
            self.words.add(written[:40])

    def holds_texts(self) -> bool:
        """Whether half of the cells are texts, and not just a few categories."""
        needed = min(_DISTINCT, (self.cells + 1) // 2)
        return self.texts >= self.cells / 2 > 0 and len(self.distinct) >= needed

    def holds_labels(self) -> bool:
        """Whether the cells are numbers: few different ones that are not ids or times, or shares.

        Or yes and no beside a few words for what is between them.
        """
        if not self.only_numbers:
            return self.holds_words() and self.numbers != set() and self.numbers <= {0, 1}
        few = 0 < len(self.numbers) < _MOST_GRADES and self.lowest <= _HIGHEST_GRADE
        return few or (self.lowest >= -1 and self.highest <= 1)

    def holds_words(self) -> bool:
        """Whether the cells are a few short words, such as pass and fail."""
        return not self.texts and 0 < len(self.words) < _MOST_GRADES

    def holds_passages(self) -> bool:
        """Whether most of the cells are lists of several texts."""
        return self.lists > self.cells / 2

    def holds_ranks(self) -> bool:
        """Whether the cells count from 0 or 1."""
        return self.only_numbers and self.whole and self.lowest in (0, 1)


class UnreadColumns:
    """Every column that a plan does not read, examined over the whole file."""

    def __init__(self, plan: Plan, confirmed: Iterable[str]) -> None:
        self.plan, self.confirmed = plan, set(confirmed)
        self.seen: dict[str, _Seen] = {}
        self.stems = Counter[str]()  # of the columns of texts that differ by a number or letter

    def see(self, value: Mapping[Any, Any]) -> None:
        """Count what a record holds beside what is read."""
        unread = list(self.plan.beside(value))
        stored = dict(unread if self.plan.keeps_rest else plain_cells(value, unread))
        for name, cell in unread:
            name = name[:LONGEST_COLUMN]
            if not is_empty(cell) and (name in self.seen or len(self.seen) < _MOST_COLUMNS):
                column = self.seen.setdefault(name, _Seen())
                column.add(cell)
                column.kept += name in stored
                column.first = column.first or cell_text(cell)[:200]

    def further(self) -> list[KeptColumn]:
        """The columns that are kept with the pairs."""
        return [
            {"column": name, "cells": column.kept, "example": column.first,
             "labels": column.holds_labels() and not is_count(name)}
            for name, column in self.seen.items() if column.kept
        ]  # fmt: skip

    def unread(self) -> list[Unread]:
        """The columns of texts, of scores, and of labels or ranks where the plan has no labels."""
        columns: list[Unread] = []
        texts = [name for name, column in self.seen.items() if column.holds_texts()]
        self.stems = Counter(stem(name) for name in texts if stem(name) != plain(name))
        for name, column in self.seen.items():
            asks = name not in self.confirmed
            if name in self.plan.scores:
                columns.append(Unread(name, "scores", column.cells, column.first[:200], asks))
            elif column.holds_texts():
                asks = asks and self._may_be_passages(name, column)
                columns.append(Unread(name, "texts", column.texts, column.example[:200], asks))
            elif self._is_lone_rank(name) and column.holds_ranks():
                columns.append(Unread(name, "ranks", column.cells, "", asks))
            elif self._may_be_labels(name, column):
                columns.append(Unread(name, "labels", column.cells, "", asks))
        return columns

    def notes(self) -> list[str]:
        """A sentence naming the columns that are not imported."""
        names = [name for name, column in self.seen.items() if not column.kept]
        return [f"Not read: {', '.join(names[:8])}."] if names else []

    def _is_lone_rank(self, name: str) -> bool:
        return is_rank(name) and not (self.plan.labelled or self.plan.scores)

    def _may_be_labels(self, name: str, column: _Seen) -> bool:
        if self.plan.labelled:
            return False
        if is_behaviour(name):
            return column.only_numbers
        if is_count(name):
            return names_one(name) and column.holds_labels()
        # A column of a few words is asked about where its name says so: others are categories.
        judged = names_judgment(name) and (column.only_numbers or column.holds_words())
        return judged or column.judged_inside or column.holds_labels()

    def _may_be_passages(self, name: str, seen: _Seen) -> bool:
        if "." in name or describes(name) or ids_only(name):
            return False
        if self.plan.sided or not self.plan.labelled or seen.holds_passages():
            return True
        beside = {stem(self.plan.query), stem(self.plan.passage)}
        return stem(name) in beside or self.stems[stem(name)] > 1


def refuse_unread(columns: Iterable[Mapping[str, Any]], file: str) -> None:
    """Refused where a column may contain passages or labels and the user did not exclude it."""
    asking = [column for column in columns if column["asks"]]
    if not asking:
        return
    names = ", ".join(f"{each['column']} ({_WHAT[each['holds']]})" for each in asking[:6])
    first, flags = asking[0]["column"], _LABEL_FLAGS.get(asking[0]["holds"])
    use = (
        f"--passage {first}, --positive {first} or --negative {first}"
        if flags is None
        else f"--label {first}{flags}"
    )
    raise Refused(
        f"{file} has columns that are not read: {names}. Map them ({use}), or exclude them"
        f" (--ignore {first})."
    )


def _numbers_in(cell: Any) -> set[float]:
    """The numbers of a cell, or of its list or object; none where it holds anything else."""
    cells = list(cell.values()) if isinstance(cell, Mapping) else cell if is_list(cell) else [cell]
    numbers = [number(each) for each in cells if kind_of(each) == "number"]
    return {each for each in numbers if each is not None} if len(numbers) == len(cells) else set()


def _prose_in(cell: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(cell, str):
        if is_prose(cell):
            yield cell
    elif depth < _DEEPEST and isinstance(cell, Mapping):
        for each in cell.values():
            yield from _prose_in(each, depth + 1)
    elif depth < _DEEPEST and is_list(cell):
        for each in cell:
            yield from _prose_in(each, depth + 1)


def _judged_in(cell: Any, depth: int = 0) -> bool:
    """Whether an object in a cell has a key that names a judgment, with a value."""
    if depth >= _DEEPEST:
        return False
    if isinstance(cell, Mapping):
        return any(
            not is_empty(each) and (_names_decision(key) or _judged_in(each, depth + 1))
            for key, each in cell.items()
        )
    return is_list(cell) and any(_judged_in(each, depth + 1) for each in cell[:20])


def _names_decision(key: object) -> bool:
    return names_judgment(key) and not plain(key).endswith(("score", "scores"))
