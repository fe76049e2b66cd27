"""Several passages in a row, in numbered columns, and two texts in one cell."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import is_count, plain
from reranker_ui.core.formats.structure.cells import is_empty, is_list, kind_of_column
from reranker_ui.core.formats.structure.passages import keys_of_texts, text_of

Value = Mapping[Any, Any]
Groups = dict[str, dict[str, Any]]  # number -> stem -> column
_BETWEEN = ("[SEP]", "<SEP>", "</s></s>", "</s>")  # tokens of models between two texts
_PASSAGES = {*KNOWN["passage"]} - {"title", "title1", "title2", "description"}
# A prompt, "Query: … Document: …": two searches, as one pattern takes cubic time on blanks.
_QUERY_MARK = re.compile(r"\s*(?:search )?(?:query|question)\s*:", re.IGNORECASE)
_PASSAGE_MARK = re.compile(r"\s(?:document|passage|doc|context|text)\s*:", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*?\D)[\s_.-]?(\d+)|(\d+)[\s_.-](\D.*)")


def groups_of(values: Sequence[Value]) -> Groups:
    """The columns that belong together, by their number; none where a row has one pair."""
    groups: Groups = defaultdict(dict)
    for name in dict.fromkeys(name for value in values for name in value):
        if isinstance(name, str) and (match := _NUMBERED.fullmatch(name.strip())):
            groups[match[2] or match[3]][(match[1] or match[4]).strip(" _.-")] = name
    if len(groups) < 2 or len({frozenset(group) for group in groups.values()}) > 1:
        return {}
    kinds = {
        stem: kind_of_column([value.get(column) for value in values])
        for stem, column in next(iter(groups.values())).items() if not is_count(stem)
    }  # fmt: skip
    return dict(groups) if {"text", "number"} <= set(kinds.values()) else {}


def separated_of(values: Sequence[Value]) -> tuple[Any, str] | None:
    """The column that holds query and passage in one text, and the mark between them.

    The mark is "" where both are named in the text, as in a prompt: "Query: … Document: …".
    """
    names = list(dict.fromkeys(name for value in values for name in value))
    if any(plain(name) in KNOWN["query"] for name in names):
        return None
    for name in names:
        cells = [cell for value in values if not is_empty(cell := value.get(name))]
        texts = [cell for cell in cells if isinstance(cell, str)]
        if cells and len(texts) == len(cells):
            for mark in _BETWEEN:
                if all(text.count(mark) == 1 for text in texts):
                    return name, mark
            if all(map(_prompt_parts, texts)):
                return name, ""
    return None


def split_text(name: Any, mark: str, value: Value) -> Iterator[dict[Any, Any]]:
    """A record with the query and the passage of one text in columns of their own."""
    text = str(value.get(name) or "")
    if mark:
        query, _, passage = text.partition(mark)
    else:
        query, passage = _prompt_parts(text) or (text, "")
    rest = {column: cell for column, cell in value.items() if column != name}
    yield {"query": query.strip(), "passage": passage.strip(), **rest}


def _prompt_parts(text: str) -> tuple[str, str] | None:
    """The query and the passage of a prompt; None where one of them is missing."""
    first = _QUERY_MARK.match(text)
    second = _PASSAGE_MARK.search(text, first.end()) if first else None
    if not first or not second:
        return None
    query, passage = text[first.end() : second.start()].strip(), text[second.end() :].strip()
    return (query, passage) if query and passage else None


def queries_of(values: Sequence[Value]) -> Any:
    """The column with a list of queries of one passage (`{"passage": …, "queries": […]}`)."""
    names = list(dict.fromkeys(name for value in values for name in value))
    kinds = {name: kind_of_column([value.get(name) for value in values]) for name in names}
    passages = any(plain(n) in _PASSAGES and kinds[n] == "text" for n in names)
    listed = [n for n in names if kinds[n] in ("texts", "objects") and _names_queries(n)]
    others = any(plain(n) in KNOWN["query"] and n not in listed for n in names)
    return listed[0] if passages and len(listed) == 1 and not others else None


def split_queries(name: Any, value: Value) -> Iterator[dict[Any, Any]]:
    """A record for each query of its passage, with the label inside or in a parallel list."""
    queries = value.get(name)
    if not is_list(queries):
        yield {**value}
        return
    rest = {column: cell for column, cell in value.items() if column != name}
    parallel = [n for n, cell in rest.items() if is_list(cell) and len(cell) == len(queries)]
    for at, query in enumerate(queries):
        texts = _asked(query) if isinstance(query, Mapping) else []
        beside = {key if plain(key) not in _PASSAGES else f"{name}.query {key}": query[key]
                  for key in query if key not in texts} if texts else {}  # fmt: skip
        text = text_of({key: query[key] for key in texts}) if texts else query
        yield {**rest, **{n: rest[n][at] for n in parallel}, **beside, "query": text}


def _asked(query: Value) -> list[Any]:
    """The keys of a query's text in an object."""
    return [key for key in query if plain(key) in KNOWN["query"]] or keys_of_texts(query)


def _names_queries(name: object) -> bool:
    return plain(name) == "queries" or plain(name).removesuffix("s") in KNOWN["query"]


def split_groups(groups: Groups, value: Value) -> Iterator[dict[Any, Any]]:
    """A row as one record for each of its groups that is not empty."""
    grouped = {column for group in groups.values() for column in group.values()}
    rest = {name: cell for name, cell in value.items() if name not in grouped}
    for group in groups.values():
        cells = {stem: value.get(column) for stem, column in group.items()}
        if not all(map(is_empty, cells.values())):
            yield {**rest, **cells}
