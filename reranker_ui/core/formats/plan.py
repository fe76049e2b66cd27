"""The plan: how the records of one file become judged pairs, detected or as the user chose."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reranker_ui.core.formats import id_lists, lists, question_answering, tables
from reranker_ui.core.formats.binary import arrow, workbook
from reranker_ui.core.formats.binary.archive import is_workbook, is_zip
from reranker_ui.core.formats.binary.parquet import too_many
from reranker_ui.core.formats.columns import guess_columns
from reranker_ui.core.formats.container import (
    Container,
    flattened,
    open_container,
    with_short_names,
)  # fmt: skip
from reranker_ui.core.formats.families import FAMILIES, family_of
from reranker_ui.core.formats.judgments import (
    NotMapped,
    Plan,
    collection_plan,
    column_named,
)  # fmt: skip
from reranker_ui.core.formats.layouts import is_test_collection
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.structure.rearranging import prepared, rearranged, sample_of
from reranker_ui.core.formats.texts import NewTexts
from reranker_ui.core.formats.tools import (
    annotation_tools,
    label_studio_lists,
    questions,
    search_tools,
)
from reranker_ui.core.formats.tools.trec import trec_plan
from reranker_ui.core.values.refused import Refused

__all__ = ["FAMILIES", "NotMapped", "Plan", "make_plan"]

Value = Mapping[Any, Any]


def make_plan(path: Path, options: ReadOptions, tick: Tick, new_texts: NewTexts) -> Plan:
    """The plan for `path`. Refused, with what is missing, where it cannot be detected."""
    family = family_of(options.format)
    if options.header_line is not None and options.header_line < 1:
        raise Refused(f"Lines are numbered from 1, so the header is not in {options.header_line}.")
    container = _packed(path, options, tick)
    if container is None and (path.is_dir() or is_zip(path)):
        if is_test_collection(path):
            return collection_plan(path, options, tick, new_texts)
        if path.is_dir():
            raise Refused(
                f"The folder {path.name} is neither a test collection (corpus, queries and qrels,"
                " as BEIR and TREC name them) nor a saved dataset. Import one of its files."
            )
    container = with_short_names(container or open_container(path, options, tick))
    values: Sequence[Value] = sample_of(container, path.name)
    columns = len({name for value in values for name in value})
    if columns > options.limits.columns:
        raise too_many(path.name, columns, options.limits)
    container, values = prepared(container, values, path.name, options)
    if family == "triplets" and not isinstance(next(iter(values[0]), None), str):
        container = id_lists.triplets_of(container, ids=options.corpus is not None)
        values = sample_of(container, path.name)
    return _plan_of(container, values, path, options, family, tick, new_texts)


def _plan_of(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions,
    family: str | None, tick: Tick, new_texts: NewTexts,
) -> Plan:  # fmt: skip
    if container.kind == "blanks" and family != "triplets":
        return trec_plan(container, values, path, options, tick, new_texts)
    if listed := label_studio_lists.listed_tasks(values):
        container = flattened(container, listed.split)
        container.notes += listed.notes
        values = sample_of(container, path.name)
    elif _all_detected(options):
        container, values = rearranged(container, values, path.name)
    flat = None if annotation_tools.tool_of(values) else search_tools.flat_of(values)
    if flat:
        container = flattened(container, flat)
        values = sample_of(container, path.name)
    elif not options.passage_template and (
        plan := _known_shape(container, values, path, options, family)
    ):
        return plan
    if _all_detected(replace(options, label=None)) and id_lists.detect(values):
        return id_lists.make_plan(container, values, path, options, tick, new_texts)
    return tables.make_plan(container, values, path, options, tick, new_texts)


def _known_shape(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions,
    family: str | None,
) -> Plan | None:  # fmt: skip
    """The plan for records whose keys identify their format, unless the user chose another."""
    answering = question_answering.shape_of(values)
    if answering and family in (None, answering):
        container = flattened(container, question_answering.FLAT[answering])
        return Plan(
            answering, container, lambda value: question_answering.read(answering, value),
            notes=question_answering.notes(answering, values),
        )  # fmt: skip
    tool = annotation_tools.tool_of(values)
    if tool and family in (None, tool):
        return _tool_plan(tool, container, values, path, options)
    if options.joins or family not in (None, "lists", "triplets"):
        return None
    triples = family is None and _all_detected(options) and tables.are_triples(container, values)
    if triples:
        container = id_lists.triplets_of(container, ids=False)
        values = sample_of(container, path.name)
    names = list(dict.fromkeys(name for value in values for name in value))
    for column in (*options.positive, *options.negative):
        column_named(column, names, path.name)  # refused where there is none
    shape = lists.shape_of(values, options)
    if shape is None:
        return None
    plan = lists.make_plan(shape, container, values, options)
    if triples:
        plan.notes.append(
            "Unnamed columns of text are read as query, positive and negatives."
            " If they are something else, read them as pairs (--format pairs)."
        )
    return plan


def _tool_plan(
    tool: str, container: Container, values: Sequence[Value], path: Path, options: ReadOptions
) -> Plan:
    """Query and passage among the fields of a task: as chosen, else by their names."""
    fields = [annotation_tools.fields_of(tool, value) for value in values]
    names = list(dict.fromkeys(name for values_of in fields for name in values_of))
    guess = guess_columns(fields)
    if tool == "quepid-book":
        guess.update(query="query_text", passage=annotation_tools.ALL_FIELDS)
    for role in ("query", "passage"):
        if getattr(options, role) is not None:
            guess[role] = column_named(getattr(options, role), names, path.name)
        if guess[role] is None:
            have = ", ".join(map(str, names[:12]))
            raise NotMapped(
                f"No field of {path.name} was recognized as the {role}; its tasks have {have}."
                f" Name it with --{role} FIELD.",
                names,
            )
    plan = Plan(tool, container, lambda value: annotation_tools.read(tool, value, plan), names)
    plan.query, plan.passage, plan.label = guess["query"], guess["passage"], options.label
    chosen = None if options.label is None else str(options.label)
    plan.label = questions.question_of(tool, values, path.name, names, chosen)
    plan.label_names = annotation_tools.label_names
    plan.beside = lambda value: annotation_tools.unread_fields(tool, value, plan)
    if annotation_tools.has_suggestions(values):
        plan.notes.append("Suggestions and predictions of models are not read as labels.")
    return plan


def _all_detected(options: ReadOptions) -> bool:
    roles = (options.query, options.passage, options.label, options.passage_template)
    sides = options.joins or options.positive or options.negative
    return not sides and all(role is None for role in roles)


def _packed(path: Path, options: ReadOptions, tick: Tick) -> Container | None:
    """The container of a workbook or a saved dataset."""
    if is_zip(path) and is_workbook(path):
        return workbook.container_of(path, options, tick, options.named())
    if (path.is_dir() or is_zip(path)) and arrow.is_saved(path):
        return arrow.container_of(path, options, tick)
    return None
