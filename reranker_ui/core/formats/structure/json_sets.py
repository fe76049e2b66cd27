"""Records inside one JSON object: under a key, by id, by columns, or as texts and judgments."""

from collections.abc import Iterator, Mapping
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_list, is_prose, kind_of

Object = Mapping[str, Any]
# Keys under which well-known files keep their list of records.
_LISTS = ("query_doc_pairs", "data", "rows", "records", "pairs", "examples", "samples", "items")
_NAMES = ("columns", "header", "headers", "fields")  # of a table by rows
_ROWS = ("data", "rows", "values", "records")
_TOOLS = ("judgmentRatings", "id_field", "requests")  # `tools.search_tools` reads them as they are
_NAMED = {name for role in ("query", "passage", "label") for name in KNOWN[role]}


def records_in(value: Object) -> list[Any] | None:
    """The records in an object; None where it is a record itself."""
    for key in _LISTS:
        inner = value.get(key)
        if not is_list(inner) or not inner or not all(isinstance(each, dict) for each in inner):
            continue
        if not _has_query(value) or any(map(_has_query, inner)):
            return [each.get("row", each) if key == "rows" else each for each in inner]
    if any(key in value for key in _TOOLS):
        return None
    shapes = (_table, _set, _by_query, _judgments, _transposed, _by_id, _listed, _inside)
    return next((records for shape in shapes if (records := shape(value))), None)


def _table(value: Object) -> list[Any] | None:
    """Rows below the names of their columns, as pandas writes them with orient="split"."""
    names = next((value[key] for key in _NAMES if is_list(value.get(key))), None)
    rows = next((value[key] for key in _ROWS if is_list(value.get(key))), None)
    if not names or not rows or not all(isinstance(name, str) for name in names):
        return None
    if not all(is_list(row) and len(row) == len(names) for row in rows):
        return None
    return [dict(zip(names, row, strict=True)) for row in rows]


def _listed(value: Object) -> list[Any] | None:
    """The only list of records, each with a query, besides plain values."""
    lists = [each for each in value.values() if is_list(each) and each]
    if len(lists) != 1 or _has_query(value) or not all(isinstance(e, dict) for e in lists[0]):
        return None
    if any(plain(key) in KNOWN["passage"] and is_prose(each) for key, each in value.items()):
        return None  # the list has what belongs to this passage
    return list(lists[0]) if all(_has_query(each) for each in lists[0]) else None


def _inside(value: Object) -> list[Any] | None:
    """The records in the one object among the values that has some, each with a query."""
    if _has_query(value):
        return None
    inner_records = [records for each in value.values() if isinstance(each, dict)
             and (records := _listed(each) or _inside(each))]  # fmt: skip
    return inner_records[0] if len(inner_records) == 1 else None


def _by_id(value: Object) -> list[Any] | None:
    """Records keyed by their ids."""
    records = list(value.values())
    if not records or not all(isinstance(each, dict) and _has_query(each) for each in records):
        return None
    return [{"id": key, **each} for key, each in value.items()]


def _set(value: Object) -> list[Any] | None:
    """Queries and corpus by id with the documents relevant to each query, as LlamaIndex writes."""
    queries, corpus = value.get("queries"), value.get("corpus")
    relevant = value.get("relevant_docs") or value.get("qrels")
    if not all(isinstance(part, dict) for part in (queries, corpus, relevant)):
        return None
    return [
        {"query": queries.get(query), "passage": corpus.get(document), "label": grade}  # type: ignore[union-attr]
        for query, document, grade in _judged(relevant)  # type: ignore[arg-type]
    ]


def _by_query(value: Object) -> list[Any] | None:
    """Passages with their labels below the text of each query: in objects, or as their grades."""
    if not all(is_prose(key) for key in value) or len(value) == 0:
        return None
    graded = all(isinstance(each, dict) and kind_of(each) == "grades" for each in value.values())
    if not graded and not all(_are_passages(each) for each in value.values()):
        return None
    return [{"query": query, "passages": each} for query, each in value.items()]


def _are_passages(cell: Any) -> bool:
    objects = is_list(cell) and bool(cell) and all(isinstance(each, dict) for each in cell)
    return objects and all(any(plain(key) in _NAMED for key in each) for each in cell)


def _judgments(value: Object) -> list[Any] | None:
    """Judgments or a run as nested dicts: query id to document id to grade."""
    inner = [each for each in value.values() if isinstance(each, dict) and each]
    if len(inner) != len(value) or any(plain(key) in _NAMED for key in value):
        return None
    numbers = all(kind_of(grade) == "number" for each in inner for grade in each.values())
    if not numbers or any(plain(key) in _NAMED for each in inner for key in each):
        return None
    return [
        {"query-id": query, "corpus-id": document, "score": grade}
        for query, document, grade in _judged(value)
    ]


def _judged(relevant: Object) -> Iterator[tuple[str, str, Any]]:
    for query, documents in relevant.items():
        graded = documents if isinstance(documents, dict) else dict.fromkeys(documents, 1)
        yield from ((query, document, grade) for document, grade in graded.items())


def _transposed(value: Object) -> list[Any] | None:
    """Rows of a table written by columns, as by pandas: {"query": {"0": ...}, ...}."""
    columns = [
        list(c.values()) if isinstance(c, dict) and all(map(str.isdecimal, c)) else c
        for c in value.values()
    ]
    if len(columns) < 2 or not all(isinstance(column, list) for column in columns):
        return None
    flat = all(isinstance(cell, str | int | float | None) for c in columns for cell in c)
    lists = _names_queries(value) and all(is_list(cell) or isinstance(cell, str | int | float)
                                          for column in columns for cell in column)  # fmt: skip
    if not (flat or lists) or len({len(column) for column in columns}) > 1:
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _names_queries(value: Object) -> bool:
    """Whether a list of texts has a query's name, and another list has lists."""
    queries = (cells for key, cells in value.items() if plain(key) in KNOWN["query"])
    texts = any(
        is_list(cells) and all(isinstance(cell, str) for cell in cells) for cells in queries
    )
    return texts and any(is_list(cell) for cells in value.values() for cell in cells)


def _has_query(value: Object) -> bool:
    return any(plain(key) in KNOWN["query"] and not is_list(cell) for key, cell in value.items())
