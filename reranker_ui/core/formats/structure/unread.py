"""Columns that an import does not read although they contain texts, or labels if it found none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypedDict, cast

from reranker_ui.core.formats.columns import ids_only, is_behaviour, is_count, names_one
from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.formats.structure.cells import is_empty, is_list, is_prose, kind_of
from reranker_ui.core.formats.structure.further import cell_text, plain_cells
from reranker_ui.core.formats.structure.roles import describes, stem
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.refused import Refused

_WHAT = {"texts": "texts", "labels": "labels", "scores": "scores of a model, not labels"}
_DISTINCT = 6  # different texts from which a column is not a category
_DEEPEST = 4
_MOST_COLUMNS = 1000
_MOST_GRADES = 11
_HIGHEST_GRADE = 100


Holds = Literal["texts", "labels", "scores"]  # scores of a model


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
    only_numbers: bool = True
    distinct: set[int] = field(default_factory=set)
    example: str = ""
    first: str = ""  # the text of the first cell
    kept: int = 0  # cells that are stored with the pair

    def add(self, cell: Any) -> None:
        self.cells += 1
        if numbers := _numbers_in(cell):
            if len(self.numbers) <= _MOST_GRADES:
                self.numbers.update(numbers)
            return
        self.only_numbers = False
        text = next(_prose_in(cell), None)
        if text is not None:
            self.texts += 1
            self.example = self.example or text
            if len(self.distinct) < _DISTINCT:
                self.distinct.add(hash(text))

    def holds_texts(self) -> bool:
        """Whether half of the cells are texts, and not just a few categories."""
        needed = min(_DISTINCT, (self.cells + 1) // 2)
        return self.texts >= self.cells / 2 > 0 and len(self.distinct) >= needed

    def holds_labels(self) -> bool:
        """Whether all cells are numbers, few different ones, and not ids or times."""
        few = self.only_numbers and 0 < len(self.numbers) < _MOST_GRADES
        return few and min(self.numbers) <= _HIGHEST_GRADE


class UnreadColumns:
    """Every column that a plan does not read, examined over the whole file."""

    def __init__(self, plan: Plan, confirmed: Iterable[str]) -> None:
        self.plan, self.confirmed = plan, set(confirmed)
        self.seen: dict[str, _Seen] = {}

    def see(self, value: Mapping[Any, Any]) -> None:
        """Count what a record holds beside what is read."""
        beside = list(self.plan.beside(value))
        kept = dict(beside if self.plan.keeps_rest else plain_cells(value, beside))
        for name, cell in beside:
            if not is_empty(cell) and (name in self.seen or len(self.seen) < _MOST_COLUMNS):
                seen = self.seen.setdefault(name, _Seen())
                seen.add(cell)
                seen.kept += name in kept
                seen.first = seen.first or cell_text(cell)[:200]

    def further(self) -> list[KeptColumn]:
        """The columns that are kept with the pairs."""
        return [
            {"column": name, "cells": seen.kept, "example": seen.first,
             "labels": seen.holds_labels() and not is_count(name)}
            for name, seen in self.seen.items() if seen.kept
        ]  # fmt: skip

    def found(self) -> list[Unread]:
        """The columns of texts, of scores, and of labels where the plan has none, in order."""
        columns: list[Unread] = []
        for name, seen in self.seen.items():
            asks = name not in self.confirmed
            if name in self.plan.scores:
                columns.append(Unread(name, "scores", seen.cells, seen.first[:200], asks))
            elif seen.holds_texts():
                asks = asks and self._may_be_passages(name)
                columns.append(Unread(name, "texts", seen.texts, seen.example[:200], asks))
            elif self._may_be_labels(name, seen):
                columns.append(Unread(name, "labels", seen.cells, "", asks))
        return columns

    def notes(self) -> list[str]:
        """A sentence naming the columns that are not imported."""
        names = [name for name, seen in self.seen.items() if not seen.kept]
        return [f"Not read: {', '.join(names[:8])}."] if names else []

    def _may_be_labels(self, name: str, seen: _Seen) -> bool:
        if self.plan.labelled:
            return False
        if is_behaviour(name):
            return seen.only_numbers
        return seen.holds_labels() and (names_one(name) or not is_count(name))

    def _may_be_passages(self, name: str) -> bool:
        if "." in name or describes(name) or ids_only(name):
            return False
        if self.plan.sided or not self.plan.labelled:
            return True
        return stem(name) in {stem(self.plan.query), stem(self.plan.passage)}


def refuse_unread(columns: Iterable[Mapping[str, Any]], file: str) -> None:
    """Refused where a column may contain passages or labels and the user did not exclude it."""
    asking = [column for column in columns if column["asks"]]
    if not asking:
        return
    names = ", ".join(f"{each['column']} ({_WHAT[each['holds']]})" for each in asking[:6])
    first = asking[0]["column"]
    use = (
        f"--label {first}"
        if asking[0]["holds"] in ("labels", "scores")
        else f"--passage {first}, --positive {first} or --negative {first}"
    )
    raise Refused(
        f"{file} has columns that are not read: {names}. Map them ({use}), or exclude them"
        f" (--ignore {first})."
    )


def _numbers_in(cell: Any) -> set[float]:
    """The numbers of a cell, or of its list or object; none where it holds anything else."""
    cells = list(cell.values()) if isinstance(cell, Mapping) else cell if is_list(cell) else [cell]
    found = [number(each) for each in cells if kind_of(each) == "number"]
    return {each for each in found if each is not None} if len(found) == len(cells) else set()


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
