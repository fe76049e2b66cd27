"""Judgments by ids: TREC, BEIR, and tables with their texts in other files."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.binary.archive import unsafe_members
from reranker_ui.core.formats.column_names import IDS, KNOWN
from reranker_ui.core.formats.columns import ids_only, plain
from reranker_ui.core.formats.container import Container, Record
from reranker_ui.core.formats.layouts import other_files, parts_of
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.texts import Lookup, NewTexts, existing, fill_from, lookup_in
from reranker_ui.core.values.pairs import Judged, LeftOut
from reranker_ui.core.values.refused import Refused

Value = Mapping[Any, Any]
_QUERY_IDS = ("queryid", "qid", "questionid", "topicid", "topic")
_PASSAGE_IDS = ("docid", "documentid", "corpusid", "passageid", "pid", "did", "productid",
                "productuid", "itemid", "articleid", "asin")  # fmt: skip


@dataclass
class Plan:
    """How one file is read. `read(value)` yields the judged pairs of one record.

    `one_label`: the column `label` has every label of the file, and the column `label_name` what
    it is called; `label_names(value)` gives such names where a record has them itself.
    `beside(value)` gives the name and cell of what `read` does not read;
    `keeps_rest`: it is stored with the pair. `sided`: some columns hold positives or negatives
    only. `scores`: columns with scores of a model, which are not read as labels. `source`: the
    file, where several are read as one.
    """

    family: str
    container: Container
    read: Callable[[Value], Iterator[Judged | LeftOut]]
    names: list[Any] = field(default_factory=list)
    query: Any = None
    passage: Any = None
    label: Any = None
    label_name: Any = None
    split: Any = None
    annotator: Any = None
    positives: Sequence[Any] = ()
    negatives: Sequence[Any] = ()
    one_label: bool = False
    labelled: bool = True
    sided: bool = False
    keeps_rest: bool = False
    scores: Collection[str] = ()
    label_names: Callable[[Value], Mapping[str, str]] = lambda _value: {}
    beside: Callable[[Value], Iterator[tuple[str, Any]]] = lambda _value: iter(())
    notes: list[str] = field(default_factory=list)
    source: str | None = None

    def records(self) -> Iterator[Record]:
        """The records, from the start."""
        return self.container.records()


class NotMapped(Refused):
    """Refused because the user has to map the columns; `names` are the columns."""

    def __init__(self, sentence: str, names: Sequence[Any]) -> None:
        super().__init__(sentence)
        self.names = [str(name) for name in names]


def _no_texts(missing: Sequence[str], names: Sequence[Any], path: Path) -> Refused:
    ids = [str(name) for name in names if ids_only(name) or plain(name) in IDS]
    which = " and ".join(missing)
    if ids:
        return NotMapped(
            f"{path.name} contains ids ({', '.join(ids)}) and no text for the {which}. Add the"
            " corpus and the queries too (--corpus FILE, --queries FILE, or --join FILE:KEY:TEXT).",
            names,
        )
    have = ", ".join(str(name)[:40] for name in names[:12])
    return NotMapped(
        f"No column of {path.name} was recognized as the {which}; it has {have}."
        " Name the columns (--query COLUMN, --passage COLUMN).",
        names,
    )


def has_passage_ids(names: Sequence[Any]) -> bool:
    """Whether a column has the ids of passages, by its name."""
    return _column_of(names, _PASSAGE_IDS) is not None


def collection_plan(path: Path, options: ReadOptions, tick: Tick, new_texts: NewTexts) -> Plan:
    """The plan for a folder or ZIP with corpus, queries and qrels, named as by BEIR or TREC."""
    query = lookup_in(path, "query", "query-id", options, tick, new_texts)
    passage = lookup_in(path, "passage", "corpus-id", options, tick, new_texts)
    qrels = parts_of(path, "qrels", options, tick)

    def records() -> Iterator[Record]:
        for part in qrels:
            for line, value in part.open().records():
                yield line, value if isinstance(value, LeftOut) else _qrel(value, part.split)

    def read(value: Value) -> Iterator[Judged | LeftOut]:
        yield Judged(query.of(value), passage.of(value), value["score"], value["split"])

    plan = Plan("beir", Container("beir", records), read)
    plan.query, plan.passage, plan.label, plan.split = "query-id", "corpus-id", "score", "split"
    plan.names = ["query-id", "corpus-id", "score"]
    plan.notes.append(f"Judgments: {', '.join(part.name for part in qrels)}.")
    plan.notes += [*query.notes, *passage.notes]
    if unread_files := other_files(path):
        plan.notes.append(f"Not read: {', '.join(unread_files[:8])}.")
    if not path.is_dir() and (unsafe := unsafe_members(path)):
        plan.notes.append(
            f"{len(unsafe)} files in the archive are not read: their paths point outside of it."
        )
    return plan


def _qrel(value: Value, split: str | None) -> dict[Any, Any] | LeftOut:
    columns = _columns_of_qrel(tuple(value))
    if columns is None:
        return LeftOut("unreadable", f"the line has {len(value)} columns, judgments have three")
    query, passage, score = (value[column] for column in columns)
    return {"query-id": query, "corpus-id": passage, "score": score, "split": split}


@lru_cache(maxsize=64)
def _columns_of_qrel(names: tuple[Any, ...]) -> tuple[Any, Any, Any] | None:
    """The columns of query, passage and grade: by their names, else by their places."""
    roles = (_QUERY_IDS, _PASSAGE_IDS, KNOWN["label"])
    query, passage, score = (_column_of(names, aliases) for aliases in roles)
    if None not in (query, passage, score):
        return query, passage, score
    return (names[0], names[-2], names[-1]) if len(names) in (3, 4) else None


def lookups_of(
    columns: Sequence[Any], options: ReadOptions, tick: Tick, new_texts: NewTexts
) -> tuple[Lookup, Lookup]:
    """The texts of two columns of ids, query and passage, from the files that the user gave."""
    corpus = existing(options.corpus or "")
    queries = existing(options.queries) if options.queries else corpus
    return (
        lookup_in(queries, "query", columns[0], options, tick, new_texts),
        lookup_in(corpus, "passage", columns[1], options, tick, new_texts),
    )


def column_named(column: str | int, names: Sequence[Any], file: str) -> Any:
    """The column for a name or a number from 0 that the user gave."""
    if column in names:
        return column
    if str(column).isdecimal() and len(str(column)) < 9 and int(column) < len(names):
        return names[int(column)]
    close = [name for name in names if plain(name) == plain(column)]
    if close:
        return close[0]
    have = ", ".join(str(name)[:40] for name in names[:12])
    raise Refused(f"{file} has no column {str(column)[:100]}. It has {have}.")


def sides_of(
    guess: Mapping[str, Any], names: Sequence[Any], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> list[Lookup]:  # fmt: skip
    """The sources of query and passage: a column of texts, or a column of ids and their texts."""
    sides: dict[str, Lookup] = {}
    joins = list(options.joins)
    for role, source, aliases in (
        ("query", options.queries, _QUERY_IDS),
        ("passage", options.corpus, _PASSAGE_IDS),
    ):
        named = getattr(options, role) is not None
        if joins and not named:
            texts = new_texts()
            key, notes = fill_from(texts, joins.pop(0), options, tick)
            sides[role] = Lookup(column_named(key, names, path.name), texts, role, notes)
            continue
        column = guess[role]
        id_column = _column_of(names, aliases)
        if source and (named or id_column is not None):
            sides[role] = lookup_in(
                existing(source), role, column if named else id_column, options, tick, new_texts
            )
        elif column is not None:
            sides[role] = Lookup(column, None, role)
    missing = [role for role in ("query", "passage") if role not in sides]
    if missing:
        raise _no_texts(missing, names, path)
    return [sides["query"], sides["passage"]]


def _column_of(names: Sequence[Any], aliases: Sequence[str]) -> Any:
    """The column named by the first of the `aliases`; None without one."""
    by_plain = {plain(name): name for name in reversed(names)}
    return next((by_plain[name] for name in aliases if name in by_plain), None)
