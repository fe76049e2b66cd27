"""Tables: one record a pair, whose columns are guessed by name and content or told by a person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from reranker_ui.core.formats.columns import ROLES, guess_columns
from reranker_ui.core.formats.container import Container
from reranker_ui.core.formats.judgments import NewTexts, Plan, column_named, sides_of
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.parquet import too_many
from reranker_ui.core.formats.search_tools import judges_of
from reranker_ui.core.formats.writing import COLUMNS, VOTES, read_safe_cell, votes_of
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.pairs import Judged, Left

Value = Mapping[Any, Any]
_LONG = 20  # characters from which on a cell is no name or code


def are_triples(container: Container, values: Sequence[Value]) -> bool:
    """Whether three columns without names hold long texts only, as MS MARCO's triples do."""
    dialect = container.dialect
    if dialect is None or dialect.header or dialect.width != 3 or dialect.delimiter != "\t":
        return False
    columns = [[str(value[at]) for value in values] for at in range(3)]
    texts = all(number(cell) is None for cells in columns for cell in cells)
    return texts and all(median(map(len, cells)) >= _LONG for cells in columns[1:])


def make_plan(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    """The plan for a table: texts in its columns, or ids whose texts stand in other files."""
    names = list(dict.fromkeys(name for value in values for name in value))
    if len(names) > options.limits.columns:
        raise too_many(path.name, len(names), options.limits)
    guess = _columns(values, names, path, options)
    sides = sides_of(guess, names, path, options, tick, new_texts)
    judges = [] if guess["label"] is not None else judges_of(names, values)
    plan = Plan("pairs", container, lambda value: iter(()), names)
    plan.query, plan.passage = sides[0].column, sides[1].column
    plan.label, plan.split, plan.annotator = guess["label"], guess["split"], guess["annotator"]
    if any(side.texts is not None for side in sides):
        plan.family = "judgments"
    used = {plan.query, plan.passage, plan.label, plan.split, plan.annotator, VOTES, *judges}
    rest = [name for name in names if name not in used]
    bare: Callable[[Any], Any] = (
        read_safe_cell if _is_our_safe_csv(container) else lambda cell: cell
    )

    def read(value: Value) -> Iterator[Judged | Left]:
        extra = {str(name): value.get(name) for name in rest} if rest else None
        label, votes = value.get(plan.label), votes_of(value)
        if judges:
            votes = tuple((str(who), value.get(who)) for who in judges)
        elif plan.annotator is not None and label not in (None, ""):
            label, votes = None, ((str(value.get(plan.annotator) or ""), label),)
        yield Judged(
            bare(sides[0].of(value)), bare(sides[1].of(value)), label, value.get(plan.split),
            votes, extra,
        )  # fmt: skip

    plan.read = read
    plan.one_label = not judges and VOTES not in names
    if judges:
        plan.notes.append(f"Each of {', '.join(map(str, judges[:8]))} is read as one judge.")
    elif plan.label is None:
        plan.notes.append("No column holds labels: the pairs are stored without.")
    return plan


def _columns(
    values: Sequence[Value], names: Sequence[Any], path: Path, options: ReadOptions
) -> dict[str, Any]:
    """The guess, with what a person said in its place."""
    guess = guess_columns(values)
    for role in ROLES:
        told = getattr(options, role)
        if told is not None:
            guess[role] = column_named(told, names, path.name)
            for other in ROLES:
                if other != role and guess[other] == guess[role] and not getattr(options, other):
                    guess[other] = None
    return guess


def _is_our_safe_csv(container: Container) -> bool:
    """Whether this is our own export with cells made safe for spreadsheets."""
    dialect = container.dialect
    return container.encoding == "utf-8-sig" and dialect is not None and dialect.header == COLUMNS
