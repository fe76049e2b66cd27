"""Lists of ids: a query id with the ids of its positive and negative passages (MS MARCO)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from reranker_ui.core.formats import lists
from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.container import Container, Record
from reranker_ui.core.formats.judgments import NotMapped, Plan, lookups_of
from reranker_ui.core.formats.labels.score_columns import are_scores
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.texts import NewTexts
from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]
_QUERY = ("queryid", "qid", "anchorid")
_SHAPE = lists.Shape("query", ("positives",), ("negatives",))
_LISTED = lists.Shape("query", passages="passages", labels="labels")
_UNLABELLED = lists.Shape("query", passages="passages")
_IDS = re.compile(r"(passage|doc|document|corpus|candidate|p)s?ids")
_TEXTS = KNOWN["query"]
_GRADES = ("scores", "labels", "relevances", "grades", "ratings")
_PASSAGES = re.compile(r"(positive|pos|negative|neg)(passage|document|doc)?(p?ids?)\d*")


def detect(values: Sequence[Value]) -> bool:
    """Whether the records contain a query id and ids of its positives."""
    return bool(values) and all(
        any(plain(key) in _QUERY for key in value)
        and any(_PASSAGES.fullmatch(plain(key)) or _is_listed(key, value) for key in value)
        for value in values
    )


def make_plan(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    """The plan: lists whose texts come from corpus and queries."""
    if options.corpus is None:
        raise NotMapped(
            f"{path.name} contains ids of queries and of their positive and negative passages, but"
            " no texts. Add the corpus and the queries too (--corpus FILE, --queries FILE).",
            list(values[0]),
        )
    queries, passages = lookups_of(("query", "passage"), options, tick, new_texts)
    scores = _scores_in(values, options)
    text = None if options.queries else next((n for n in values[0] if plain(n) in _TEXTS), None)

    def read(value: Value) -> Iterator[Judged | LeftOut]:
        renamed = _renamed({key: cell for key, cell in value.items() if key not in scores})
        listed = _LISTED if "labels" in renamed else _UNLABELLED
        for judged in lists.read(listed if "passages" in renamed else _SHAPE, renamed):
            if isinstance(judged, LeftOut):
                yield judged
                continue
            ids = {"query": judged.query, "passage": judged.passage}
            try:
                query = queries.of(ids) if text is None else value.get(text)
                yield Judged(query, passages.of(ids), judged.label, judged.split)
            except LeftOut as left:
                yield left

    plan = Plan("id-lists", container, read, list(values[0]), scores=scores)
    plan.notes += [*queries.notes, *passages.notes]
    plan.labelled = not scores
    plan.beside = lambda value: ((name, value.get(name)) for name in scores)
    return plan


def _scores_in(values: Sequence[Value], options: ReadOptions) -> list[str]:
    """The columns of grades that are scores of a model, unless they are chosen as the label."""
    first = values[0]
    if not any(_is_listed(key, first) for key in first):
        return []
    graded = [key for key in first if plain(key) in _GRADES and key != options.label]
    columns = {
        key: [cell for value in values if isinstance(cell := value.get(key), list)]
        for key in graded
    }
    return [key for key in graded if are_scores(key, chain(*columns[key]), columns[key])]


def triplets_of(container: Container, ids: bool) -> Container:
    """Unnamed columns as query, positive and negatives; `ids`: they contain ids."""
    records, mark = container.records, "_id" if ids else ""

    def named() -> Iterator[Record]:
        for line, value in records():
            if isinstance(value, LeftOut):
                yield line, value
                continue
            cells = list(value.values())
            names = [f"query{mark}", f"positive{mark}"]
            names += [f"negative{mark}{'_' * bool(n)}{n or ''}" for n in range(len(cells) - 2)]
            yield line, dict(zip(names, cells, strict=False))

    container.records = named
    return container


def _is_listed(key: Any, value: Value) -> bool:
    """Whether a column lists passages by their ids, perhaps beside a list of their labels."""
    return bool(_IDS.fullmatch(plain(key))) and isinstance(value[key], list)


def _renamed(value: Value) -> dict[Any, Any]:
    renamed: dict[Any, Any] = {}
    for key, cell in value.items():
        plain_name = plain(key)
        side = _PASSAGES.fullmatch(plain_name)
        if plain_name in _QUERY:
            renamed["query"] = cell
        elif _is_listed(key, value):
            renamed["passages"] = [str(each) for each in cell]
        elif plain_name in _GRADES and isinstance(cell, list):
            renamed["labels"] = cell
        elif side:
            good = side[1].startswith("pos")
            cells = cell if isinstance(cell, list) else [cell]
            renamed.setdefault("positives" if good else "negatives", []).extend(
                str(each) for each in cells if each is not None
            )
    return {**renamed, "split": value.get("split")}
