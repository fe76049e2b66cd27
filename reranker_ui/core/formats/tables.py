"""Tables: one record per pair; columns are guessed by name and content or named by the user."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from reranker_ui.core.formats.binary.parquet import too_many
from reranker_ui.core.formats.column_names import ROLES
from reranker_ui.core.formats.columns import are_codes, guess_columns, is_named
from reranker_ui.core.formats.container import Container, Record
from reranker_ui.core.formats.judgments import Plan, column_named, has_passage_ids, sides_of
from reranker_ui.core.formats.labels.score_columns import are_scores, columns_of_scores, note_on
from reranker_ui.core.formats.labels.stated_scale import LABEL_SCALE
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.structure.cells import is_empty, is_prose, kind_of_column
from reranker_ui.core.formats.structure.further import further_of
from reranker_ui.core.formats.structure.passages import query_of, text_of
from reranker_ui.core.formats.structure.roles import describes, raters_of, side_of
from reranker_ui.core.formats.structure.template import Template
from reranker_ui.core.formats.texts import Lookup, NewTexts
from reranker_ui.core.formats.tools.search_tools import judges_of
from reranker_ui.core.formats.writing import (
    COLUMNS,
    LABEL_NAME,
    VOTES,
    read_safe_cell,
    votes_of,
)
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]
Unescape = Callable[[Any], Any]
_OFTEN = 0.25  # share of rows without a query in a sheet that names each query once
_TOTALS = ("total", "totals", "sum", "gesamt", "summe", "suma", "totale", "итого", "合计", "合計")
_LONG = 20  # characters from which a cell is not a name or code


def are_triples(container: Container, values: Sequence[Value]) -> bool:
    """Whether unnamed columns contain only texts: three in MS MARCO's triples, or more."""
    dialect = container.dialect
    if dialect is not None and (dialect.header or dialect.width != 3 or dialect.delimiter != "\t"):
        return False
    widths = {len(value) for value in values}
    if min(widths) < 3 or any(isinstance(name, str) for value in values for name in value):
        return False
    columns = [[value.get(at) for value in values] for at in range(max(widths))]
    texts = all(kind_of_column(cells) == "text" for cells in columns)
    long = dialect is None or all(_usual_length(cells) >= _LONG for cells in columns[1:])
    return texts and long and all(any(map(is_prose, cells)) for cells in columns)


def _usual_length(cells: Sequence[Any]) -> float:
    return median(len(str(cell)) for cell in cells)


def make_plan(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    """The plan for a table: texts in its columns, or ids with their texts in other files."""
    names = list(dict.fromkeys(name for value in values for name in value))
    if len(names) > options.limits.columns:
        raise too_many(path.name, len(names), options.limits)
    guess, scores = _columns(values, names, path, options)
    template = _template(names, path, options)
    if template:
        guess["passage"] = template.columns[0]
    sides = sides_of(guess, names, path, options, tick, new_texts)
    assigned = {*guess.values(), *(side.column for side in sides), VOTES}
    judges: list[Any] = []
    if guess["label"] is None:
        judges = judges_of(names, values) or raters_of(names, values, assigned)
    by_id = any(side.texts is not None for side in sides)
    plan = Plan("judgments" if by_id else "pairs", container, lambda value: iter(()), names)
    plan.query, plan.passage = sides[0].column, sides[1].column
    plan.label, plan.split, plan.annotator = guess["label"], guess["split"], guess["annotator"]
    plan.label_name = LABEL_NAME if plan.label is not None and LABEL_NAME in names else None
    used = _used(plan, [*judges, *(template.columns if template else ())])
    unescape = read_safe_cell if _is_our_safe_csv(container) else _same
    passage = template.fill if template else _passage_of(sides[1])
    plan.read = _reader(plan, sides[0], passage, judges, used, unescape)
    plan.beside = partial(_beside, used, unescape)
    plan.labelled = _has_labels(plan, values) or bool(judges) or VOTES in names
    plan.scores = scores | columns_of_scores(values, used) if plan.label is None else ()
    plan.keeps_rest, plan.one_label = True, not judges and VOTES not in names
    if _fill_down(container, values, plan.query, plan.passage):
        plan.notes.append("An empty query cell is read as the query above it.")
    joined = [note for side in sides for note in side.notes]
    plan.notes += joined + _label_notes(plan, judges, values, options)
    return plan


def _has_labels(plan: Plan, values: Sequence[Value]) -> bool:
    return any(not is_empty(value.get(plan.label)) for value in values)


def _label_notes(
    plan: Plan, judges: Sequence[Any], values: Sequence[Value], options: ReadOptions
) -> list[str]:
    if judges:
        return [f"Each of {', '.join(map(str, judges[:8]))} is read as one judge."]
    if plan.label is not None and plan.labelled and options.label is None:
        return note_on(plan.label, (value.get(plan.label) for value in values))
    return [] if plan.labelled else ["No column has labels: the pairs are stored without labels."]


def _template(names: Sequence[Any], path: Path, options: ReadOptions) -> Template | None:
    text = options.passage_template
    return Template(text, names, path.name) if text else None


def _used(plan: Plan, more: Sequence[Any]) -> set[Any]:
    """The columns that are read, or that our own exports add."""
    roles = (plan.query, plan.passage, plan.label, plan.label_name, plan.split, plan.annotator)
    added = ["source", LABEL_SCALE] if VOTES in plan.names else []
    return {*roles, VOTES, *added, *more}


def _reader(
    plan: Plan, query: Lookup, passage: Callable[[Value, Unescape], Any], judges: Sequence[Any],
    used: set[Any], unescape: Unescape,
) -> Callable[[Value], Iterator[Judged | LeftOut]]:  # fmt: skip
    """A function that turns a row into a pair; `unescape` undoes the escaping of a cell."""

    def read(value: Value) -> Iterator[Judged | LeftOut]:
        query_text, text = unescape(query_of(query.of(value))), passage(value, unescape)
        if _is_total(query_text, text):
            raise LeftOut("unreadable", "the row has totals, not a pair")
        extra = further_of(_beside(used, unescape, value)) or None
        label, votes = value.get(plan.label), votes_of(value)
        if judges:
            votes = tuple((str(who), value.get(who)) for who in judges)
        elif plan.annotator is not None and label not in (None, ""):
            label, votes = None, ((str(value.get(plan.annotator) or ""), label),)
        yield Judged(query_text, text, label, value.get(plan.split), votes, extra)

    return read


def _is_total(query: Any, passage: Any) -> bool:
    """Whether a row sums up a table, as below those of spreadsheets."""
    named = isinstance(query, str) and query.strip(" :").casefold() in _TOTALS
    return named and number(passage) is not None


def _passage_of(side: Lookup) -> Callable[[Value, Unescape], Any]:
    return lambda value, bare: bare(text_of(side.of(value)))


def _same(cell: Any) -> Any:
    return cell


def _beside(used: set[Any], unescape: Unescape, value: Value) -> Iterator[tuple[str, Any]]:
    """The cells of a row that are stored with the pair."""
    return (
        (str(unescape(name)), unescape(cell) if isinstance(cell, str) else cell)
        for name, cell in value.items()
        if name not in used
    )


def _fill_down(container: Container, values: Sequence[Value], query: Any, passage: Any) -> bool:
    """Read an empty query cell as the one above, where a sheet names each query once."""
    rows = [value for value in values if not is_empty(value.get(passage))]
    empty = sum(is_empty(value.get(query)) for value in rows)
    if container.dialect is None or not rows or is_empty(rows[0].get(query)):
        return False
    if empty < _OFTEN * len(rows):
        return False
    whole = container.records

    def records() -> Iterator[Record]:
        above = None
        for line, value in whole():
            if not isinstance(value, LeftOut):
                above = above if is_empty(value.get(query)) else value[query]
                value = {**value, query: above}
            yield line, value

    container.records = records
    return True


def _columns(
    values: Sequence[Value], names: Sequence[Any], path: Path, options: ReadOptions
) -> tuple[dict[str, Any], set[str]]:
    """The guessed columns, replaced by those the user named, and columns that are not labels."""
    guess = guess_columns(values)
    no_labels: set[str] = set()
    while options.label is None and _is_not_label(guess["label"], values, options):
        no_labels.add(guess["label"])
        rest = [{n: cell for n, cell in value.items() if n not in no_labels} for value in values]
        guess["label"] = guess_columns(rest)["label"]
    for role in ("query", "passage"):
        if _is_no_text(role, guess[role], values, names):
            guess[role] = None
    for role in ROLES:
        column = getattr(options, role)
        if column is not None:
            guess[role] = column_named(column, names, path.name)
            for other in ROLES:
                if other != role and guess[other] == guess[role] and not getattr(options, other):
                    guess[other] = None
    return guess, no_labels


def _is_no_text(role: str, name: Any, values: Sequence[Value], names: Sequence[Any]) -> bool:
    """Whether a guessed column cannot be the query or the passage, by its name.

    It has one side of a preference, or describes the pair without sentences or beside ids.
    """
    if isinstance(name, int):  # ids of a file without a header
        return are_codes(value.get(name) for value in values)
    if name is None or is_named(role, name):
        return False
    if side_of(name) == "negative" or (role == "query" and side_of(name)):
        return True
    words = not any(is_prose(value.get(name)) for value in values)
    return role == "passage" and describes(name) and (words or has_passage_ids(names))


def _is_not_label(name: Any, values: Sequence[Value], options: ReadOptions) -> bool:
    """Whether a column that was taken for the labels has a model's scores, or is left out."""
    if name is None:
        return False
    return name in options.ignore or are_scores(name, (value.get(name) for value in values))


def _is_our_safe_csv(container: Container) -> bool:
    """Whether this is our own export with cells escaped for spreadsheets."""
    dialect = container.dialect
    if container.encoding != "utf-8-sig" or dialect is None:
        return False
    return (dialect.header or ())[: len(COLUMNS)] == COLUMNS
