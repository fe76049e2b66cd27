"""Records rewritten as their structure asks: split, merged, opened, with their labels turned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from reranker_ui.core.formats.container import Container, flattened
from reranker_ui.core.formats.labels.classes import NOTE as NOTE_ON_CLASSES
from reranker_ui.core.formats.labels.classes import classes_of
from reranker_ui.core.formats.labels.negated import NOTE as NOTE_ON_FLAGS
from reranker_ui.core.formats.labels.negated import negated_of
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.cells import opened, written_columns
from reranker_ui.core.formats.structure.further import metadata_of
from reranker_ui.core.formats.structure.groups import (
    groups_of,
    queries_of,
    separated_of,
    split_groups,
    split_queries,
    split_text,
)
from reranker_ui.core.formats.structure.one_hot import one_hot_of
from reranker_ui.core.formats.structure.passages import unwrapped, wrapped_in
from reranker_ui.core.formats.structure.references import identified, with_ids
from reranker_ui.core.formats.structure.winners import NOTE, winners_of
from reranker_ui.core.formats.tools import annotation_tools, label_studio
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

Value = Mapping[Any, Any]
Split = Callable[[Value], Iterator[dict[Any, Any]]]


def prepared(
    container: Container, values: Sequence[Value], name: str, options: ReadOptions
) -> tuple[Container, Sequence[Value]]:
    """The container with lists in strings opened, and labels that are not grades turned."""

    def changed(flat: Split, *notes: str) -> None:
        nonlocal container, values
        container = flattened(container, flat)
        container.notes += notes
        values = sample_of(container, name)

    if written := written_columns(values):
        changed(partial(_with_lists, written))
    if not annotation_tools.tool_of(values) and (wrapped := wrapped_in(values)):
        changed(partial(unwrapped, wrapped))
    if columns := with_ids(values):
        changed(partial(identified, *columns))
    if not options.map_label and (negated := negated_of(values, options.label)):
        flag, turned = negated
        changed(turned, NOTE_ON_FLAGS.format(flag))
    if named := classes_of(values, options.map_label):
        changed(named, NOTE_ON_CLASSES)
    return container, values


def rearranged(
    container: Container, values: Sequence[Value], name: str
) -> tuple[Container, Sequence[Value]]:
    """The container with records split, merged or opened where their structure asks for it."""

    def changed(flat: Callable[[Value], Iterator[dict[Any, Any]]]) -> None:
        nonlocal container, values
        container = flattened(container, flat)
        values = sample_of(container, name)

    if compared := label_studio.comparisons_of(values) or label_studio.answers_in_columns(values):
        changed(compared)
    elif not annotation_tools.tool_of(values) and (merged := metadata_of(values)):
        changed(merged)
    if marked := one_hot_of(values):
        columns, labelled = marked
        changed(labelled)
        container.notes.append(f"The label is the name of the marked column: {', '.join(columns)}.")
    if parts := _parts_of(values):
        split, notes = parts
        changed(split)
        container.notes += notes
    return container, values


def _parts_of(values: Sequence[Value]) -> tuple[Split, list[str]] | None:
    """A function that splits records of several pairs, or of one text, and notes on it."""
    if split := winners_of(values):
        return split, [NOTE]
    if groups := groups_of(values):
        return partial(split_groups, groups), []
    if separated := separated_of(values):
        column, mark = separated
        between = f", {mark} between them" if mark else ""
        note = f"{column} holds the query and the passage{between}."
        return partial(split_text, *separated), [note]
    if (listed := queries_of(values)) is not None:
        note = f"Each of {listed} is read as a query of its passage."
        return partial(split_queries, listed), [note]
    return None


def sample_of(container: Container, name: str) -> list[Value]:
    first = list(islice(container.records(), 400))
    values: list[Value] = [value for _, value in first if not isinstance(value, LeftOut)]
    if not first and container.kind in ("delimited", "parquet", "workbook"):
        header = container.dialect.header if container.dialect else None
        content = f"the columns {', '.join(header[:8])}" if header else "columns"
        raise Refused(f"Line 1: {name} has {content} and no record below, so nothing was imported.")
    if not values:
        why = f"line {first[0][0]}: {first[0][1].why}" if first else "it has no record"  # type: ignore[union-attr]
        raise Refused(f"No record of {name} can be read; {why}.")
    return values


def _with_lists(names: Sequence[Any], value: Value) -> Iterator[dict[Any, Any]]:
    """The record with the columns `names`, written as strings, parsed to lists and objects."""
    yield {**value, **{name: opened(value[name]) for name in names if name in value}}
