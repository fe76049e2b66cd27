"""The plan: how the records of one file become judged pairs, guessed or as a person said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from reranker_ui.core.formats import annotation_tools, lists, question_answering
from reranker_ui.core.formats.columns import guess_columns
from reranker_ui.core.formats.container import Container, Record, open_container
from reranker_ui.core.formats.judgments import (
    NewTexts,
    NotMapped,
    Plan,
    beir_plan,
    column_named,
    sides_of,
    trec_plan,
)  # fmt: skip
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.texts import is_beir
from reranker_ui.core.formats.writing import COLUMNS, VOTES, read_safe_cell, votes_of
from reranker_ui.core.pairs import Judged, Left
from reranker_ui.core.refused import Refused

__all__ = ["FAMILIES", "NotMapped", "Plan", "make_plan"]

Value = Mapping[Any, Any]
FAMILIES = ("pairs", "lists", "judgments", "beir", "trec", "trec-run", "label studio", "argilla",
            "prodigy", "quepid book", "squad", "tat-qa")  # fmt: skip


def make_plan(path: Path, options: ReadOptions, tick: Tick, new_texts: NewTexts) -> Plan:
    """The plan for `path`. Refused with what is missing where it cannot be told."""
    if options.format not in (None, *FAMILIES, *_CONTAINERS):
        raise Refused(f"{options.format} is no format. There are {', '.join(FAMILIES)}.")
    if path.is_dir() or _is_zip(path):
        if is_beir(path):
            return beir_plan(path, options, tick, new_texts)
        if path.is_dir():
            raise Refused(f"The folder {path.name} is no BEIR set: corpus, queries and qrels.")
    container = open_container(path, options, tick)
    values = _sample(container, path.name)
    if container.kind == "blanks":
        return trec_plan(container, values, path, options, tick, new_texts)
    return _known_shape(container, values, options) or _columns(
        container, values, path, options, tick, new_texts
    )


def _known_shape(
    container: Container, values: Sequence[Value], options: ReadOptions
) -> Plan | None:
    """The plan for records that tell by their keys what they are, unless a person says else."""
    free = options.format in (None, *_CONTAINERS)
    shape = question_answering.shape_of(values)
    if shape and (free or options.format == shape):
        notes = ["SQuAD holds no negatives: every pair is positive."] if shape == "squad" else []
        container = _questions(container) if shape == "squad" else container
        return Plan(
            shape, container, lambda value: question_answering.read(shape, value), notes=notes
        )
    tool = annotation_tools.tool_of(values)
    if tool and (free or options.format == tool):
        plan = Plan(tool, container, lambda value: annotation_tools.read(tool, value, plan))
        plan.query, plan.passage = options.query, options.passage
        return plan
    said = options.joins or any(
        told is not None for told in (options.query, options.passage, options.label)
    )
    if options.format == "lists" or (free and not said and lists.detect(values)):
        return Plan("lists", container, lists.read, list(values[0]))
    return None


_CONTAINERS = ("csv", "tsv", "jsonl", "json", "parquet")


def _sample(container: Container, name: str) -> list[Value]:
    first = list(islice(container.records(), 400))
    values: list[Value] = [value for _, value in first if not isinstance(value, Left)]
    if not first and container.kind in ("delimited", "parquet"):
        header = container.dialect.header if container.dialect else None
        found = f"the columns {', '.join(header[:8])}" if header else "columns"
        raise Refused(f"{name} holds {found} and no record below them, so nothing was imported.")
    if not values:
        why = f"line {first[0][0]}: {first[0][1].why}" if first else "it holds no record"  # type: ignore[union-attr]
        raise Refused(f"No record of {name} can be read; {why}.")
    return values


def _questions(container: Container) -> Container:
    articles = container.records

    def records() -> Iterator[Record]:
        for line, value in articles():
            if isinstance(value, Left):
                yield line, value
            else:
                for asked in question_answering.squad_records(value):
                    yield line, dict(asked)

    container.records = records
    return container


def _columns(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    names = list(dict.fromkeys(name for value in values for name in value))
    if len(names) > options.limits.columns:
        from reranker_ui.core.formats.parquet import too_many

        raise too_many(path.name, len(names), options.limits)
    guess = guess_columns(values)
    for role in ("query", "passage", "label", "split"):
        told = getattr(options, role)
        if told is not None:
            guess[role] = column_named(told, names, path.name)
            for other in ("query", "passage", "label", "split"):
                if other != role and guess[other] == guess[role] and not getattr(options, other):
                    guess[other] = None
    sides = sides_of(guess, names, path, options, tick, new_texts)
    label, split = guess["label"], guess["split"]
    used = {sides[0].column, sides[1].column, label, split}
    rest = [name for name in names if name not in used and name != VOTES]
    bare: Callable[[Any], Any] = (
        read_safe_cell if _is_our_safe_csv(container) else lambda cell: cell
    )

    def read(value: Value) -> Iterator[Judged | Left]:
        extra = {str(name): value.get(name) for name in rest} if rest else None
        yield Judged(
            bare(sides[0].of(value)), bare(sides[1].of(value)), value.get(label),
            value.get(split), votes_of(value, label), extra,
        )  # fmt: skip

    family = "judgments" if any(side.texts is not None for side in sides) else "pairs"
    plan = Plan(family, container, read, names, sides[0].column, sides[1].column, label, split)
    if label is None:
        plan.notes.append("No column holds labels: the pairs are stored without.")
    return plan


def _is_our_safe_csv(container: Container) -> bool:
    """Whether this is our own export with cells made safe for spreadsheets."""
    dialect = container.dialect
    return container.encoding == "utf-8-sig" and dialect is not None and dialect.header == COLUMNS


def _is_zip(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(4) == b"PK\x03\x04"
