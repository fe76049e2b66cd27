"""The plan: how the records of one file become judged pairs, guessed or as a person said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from reranker_ui.core.formats import annotation_tools, lists, question_answering
from reranker_ui.core.formats.columns import IDS, guess_columns, ids_only, plain
from reranker_ui.core.formats.container import (
    Container,
    Record,
    open_container,
    unsafe_members,
)  # fmt: skip
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.texts import (
    Lookup,
    Texts,
    each_qrels,
    existing,
    fill,
    fill_from,
    is_beir,
)  # fmt: skip
from reranker_ui.core.formats.writing import COLUMNS, VOTES, read_safe_cell, votes_of
from reranker_ui.core.pairs import Judged, Left
from reranker_ui.core.refused import Refused

Value = Mapping[Any, Any]
NewTexts = Callable[[], Texts]
FAMILIES = ("pairs", "lists", "judgments", "beir", "trec", "trec-run", "label studio", "argilla",
            "prodigy", "quepid book", "squad", "tat-qa")  # fmt: skip
_QUERY_IDS = ("queryid", "qid", "questionid", "topicid", "topic")
_PASSAGE_IDS = ("docid", "documentid", "corpusid", "passageid", "pid", "did")


@dataclass
class Plan:
    """How one file is read. `read(value)` gives the judged pairs of one record."""

    family: str
    container: Container
    read: Callable[[Value], Iterator[Judged | Left]]
    names: list[Any] = field(default_factory=list)
    query: Any = None
    passage: Any = None
    label: Any = None
    split: Any = None
    notes: list[str] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """The records, from the start."""
        return self.container.records()


def make_plan(path: Path, options: ReadOptions, tick: Tick, new_texts: NewTexts) -> Plan:
    """The plan for `path`. Refused with what is missing where it cannot be told."""
    if options.format not in (None, *FAMILIES, *_CONTAINERS):
        raise Refused(f"{options.format} is no format. There are {', '.join(FAMILIES)}.")
    if path.is_dir() or _is_zip(path):
        if is_beir(path):
            return _beir(path, options, tick, new_texts)
        if path.is_dir():
            raise Refused(f"The folder {path.name} is no BEIR set: corpus, queries and qrels.")
    container = open_container(path, options, tick)
    values = _sample(container, path.name)
    if container.kind == "blanks":
        return _trec(container, values, path, options, tick, new_texts)
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
    sides = _sides(guess, names, path, options, tick, new_texts)
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


def column_named(told: str | int, names: Sequence[Any], file: str) -> Any:
    """The column a person means by its name, or by its number from 0."""
    if told in names:
        return told
    if str(told).isdigit() and int(told) < len(names):
        return names[int(told)]
    close = [name for name in names if plain(name) == plain(told)]
    if close:
        return close[0]
    have = ", ".join(str(name)[:40] for name in names[:12])
    raise Refused(f"{file} has no column {told}. It has {have}.")


def _sides(
    guess: Mapping[str, Any], names: Sequence[Any], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> list[Lookup]:  # fmt: skip
    """Where query and passage come from: a column of texts, or one of ids and their texts."""
    sides: dict[str, Lookup] = {}
    joins = list(options.joins)
    for role, source, known in (
        ("query", options.queries, _QUERY_IDS),
        ("passage", options.corpus, _PASSAGE_IDS),
    ):
        said = getattr(options, role) is not None
        if joins and not said:
            texts = new_texts()
            key = fill_from(texts, joins.pop(0), options, tick)
            sides[role] = Lookup(column_named(key, names, path.name), texts, role)
            continue
        column = guess[role]
        id_column = _id_column(names, known)
        if source and (said or id_column is not None):
            texts = new_texts()
            fill(texts, existing(source), "queries" if role == "query" else "corpus", options, tick)
            sides[role] = Lookup(column if said else id_column, texts, role)
        elif column is not None:
            sides[role] = Lookup(column, None, role)
    missing = [role for role in ("query", "passage") if role not in sides]
    if missing:
        raise _no_texts(missing, names, path)
    return [sides["query"], sides["passage"]]


def _id_column(names: Sequence[Any], known: Sequence[str]) -> Any:
    bare = {plain(name): name for name in reversed(names)}
    return next((bare[name] for name in known if name in bare), None)


class NotMapped(Refused):
    """Refused because a person has to say which column is what; `names` are the columns."""

    def __init__(self, sentence: str, names: Sequence[Any]) -> None:
        super().__init__(sentence)
        self.names = [str(name) for name in names]


def _no_texts(missing: Sequence[str], names: Sequence[Any], path: Path) -> Refused:
    ids = [str(name) for name in names if ids_only(name) or plain(name) in IDS]
    which = " and ".join(missing)
    if ids:
        return NotMapped(
            f"{path.name} holds ids ({', '.join(ids)}) and no text for the {which}. Bring the"
            " missing files with --corpus and --queries FILE, or --join FILE:KEY:TEXT for each.",
            names,
        )
    have = ", ".join(str(name)[:40] for name in names[:12])
    return NotMapped(
        f"No column of {path.name} is known as the {which}; it has {have}."
        " Say which with --query COLUMN and --passage COLUMN.",
        names,
    )


def _trec(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    """Judgments `query 0 passage grade` (or without the 0), or a run without labels."""
    width = len(values[0])
    run = width == 6
    if options.corpus is None:
        what = f"a TREC run of {width} columns" if run else f"TREC judgments of {width} columns"
        raise NotMapped(
            f"{path.name} is {what}: ids and no texts. Bring the texts with --corpus FILE and"
            " --queries FILE (BEIR, JSON Lines, or id and text between tabs).",
            list(values[0]),
        )
    corpus, queries = new_texts(), new_texts()
    fill(corpus, existing(options.corpus), "corpus", options, tick)
    fill(queries, existing(options.queries or options.corpus), "queries", options, tick)
    places = (0, 1, 2) if width == 3 else (0, 2, 3)
    query, passage = Lookup(places[0], queries, "query"), Lookup(places[1], corpus, "passage")

    def read(value: Value) -> Iterator[Judged | Left]:
        if len(value) != width:
            raise Left("unreadable", f"the line has {len(value)} columns, the file {width}")
        label = None if run else value[places[2]]
        yield Judged(query.of(value), passage.of(value), label)

    plan = Plan("trec-run" if run else "trec", container, read, list(values[0]), *places[:2])
    if run:
        plan.notes.append("A run holds no judgments: its pairs are stored without labels.")
    else:
        plan.label = places[2]
    return plan


def _beir(path: Path, options: ReadOptions, tick: Tick, new_texts: NewTexts) -> Plan:
    corpus, queries = new_texts(), new_texts()
    fill(corpus, path, "corpus", options, tick)
    fill(queries, path, "queries", options, tick)
    query, passage = Lookup("query-id", queries, "query"), Lookup("corpus-id", corpus, "passage")

    def records() -> Iterator[Record]:
        for split, container in each_qrels(path, options, tick):
            for line, value in container.records():
                yield line, value if isinstance(value, Left) else _qrel(value, split)

    def read(value: Value) -> Iterator[Judged | Left]:
        yield Judged(query.of(value), passage.of(value), value["score"], value["split"])

    plan = Plan("beir", Container("beir", records), read)
    plan.query, plan.passage, plan.label, plan.split = "query-id", "corpus-id", "score", "split"
    plan.names = ["query-id", "corpus-id", "score"]
    if not path.is_dir() and (unsafe := unsafe_members(path)):
        plan.notes.append(
            f"{len(unsafe)} files in the archive are not opened: their names lead out of it."
        )
    return plan


def _qrel(value: Value, split: str) -> dict[Any, Any] | Left:
    cells = list(value.values())
    if len(cells) not in (3, 4):
        return Left("unreadable", f"the line has {len(cells)} columns, judgments have three")
    query, passage, score = cells[0], cells[-2], cells[-1]
    return {"query-id": query, "corpus-id": passage, "score": score, "split": split}


def _is_zip(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(4) == b"PK\x03\x04"
