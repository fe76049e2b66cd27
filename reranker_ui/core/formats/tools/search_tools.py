"""Judgments of search tools: LTR files, RRE, OpenSearch and Quepid books, as flat records.

They contain the query's text and a document id, so their passages come from a corpus.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.nested import NestedColumns
from reranker_ui.core.formats.structure.passages import inner_of, objects_in, text_keys
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.pairs import LeftOut

Value = Mapping[Any, Any]
Flat = Callable[[Value], Iterator[dict[Any, Any] | LeftOut]]
_LTR = re.compile(r"\s*(\S+)\s+qid:(\S+)\s.*?#\s*(\S+)(?:\s+(.+))?")
_LTR_QUERY = re.compile(r"#\s*qid:([^\s:]+):\s*(.+)")
_DOCUMENT_IDS = ("id", "docid", "documentid", "doc", "pid", "passageid", "corpusid", "uri", "url")


def is_ltr(lines: Sequence[str]) -> bool:
    """Whether the lines are judgments for learning to rank: `3 qid:1 # 1370 star trek`."""
    judged = [line for line in lines if line.strip() and not line.startswith("#")]
    return bool(judged) and all(re.match(r"\s*\S+\s+qid:\S+", line) for line in judged)


def ltr_records(lines: Iterator[str]) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """Each line as a flat record; a line without a document and its query is unreadable.

    The query follows the document, or a comment names it: `# qid:1: star trek`. Then the
    document's title follows.
    """
    queries: dict[str, str] = {}
    for number_, line in enumerate(lines, 1):
        if line.startswith("#"):
            if named := _LTR_QUERY.match(line.strip()):
                queries[named[1]] = named[2]
            continue
        if line.strip():
            yield number_, _ltr_record(line.rstrip(), queries)


def _ltr_record(line: str, queries: Mapping[str, str]) -> dict[Any, Any] | LeftOut:
    match = _LTR.fullmatch(line)
    if match is None:
        return LeftOut("unreadable", "the line has no “# document query” at its end")
    grade, query_id, document, rest = match.groups()
    if query_id in queries:
        return {"query": queries[query_id], "docid": document, "rating": grade, "title": rest}
    if rest is None:
        return LeftOut(
            "unreadable", "neither the line nor a comment “# qid:1: query” has its query"
        )
    return {"query": rest, "docid": document, "rating": grade}


def flat_of(values: Sequence[Value]) -> Flat | None:
    """The function that flattens judgments of documents by their ids; None for other records.

    Of RRE, OpenSearch, Elasticsearch or a Quepid book without documents, or a query with a list
    of objects that hold an id and no text.
    """
    for keys, flat in _FLAT:
        if values and all(keys <= value.keys() for value in values):
            return flat
    return _named_documents(values)


def judges_of(names: Sequence[Any], values: Sequence[Value]) -> list[Any]:
    """The columns of a Quepid book in CSV, one per judge."""
    if [plain(name) for name in names[:2]] != ["query", "docid"] or len(names) < 3:
        return []
    columns = [
        [v.get(name) for v in values if str(v.get(name) or "").strip()] for name in names[2:]
    ]
    rated = all(number(cell) is not None for cells in columns for cell in cells)
    return list(names[2:]) if rated and any(columns) else []


def _rre(value: Value) -> Iterator[dict[Any, Any] | LeftOut]:
    for entry in value["queries"]:
        placeholders = entry.get("placeholders") or {}
        query = placeholders.get("$query") or next(iter(placeholders.values()), None)
        for document, gain in (entry.get("relevant_documents") or {}).items():
            grade = gain.get("gain") if isinstance(gain, Mapping) else gain
            yield {"query": query, "docid": document, "rating": grade}


def _opensearch(value: Value) -> Iterator[dict[Any, Any] | LeftOut]:
    for entry in value["judgmentRatings"]:
        for rating in entry.get("ratings") or []:
            yield {
                "query": entry.get("query"),
                "docid": rating["docId"],
                "rating": rating.get("rating"),
            }


def _quepid(value: Value) -> Iterator[dict[Any, Any] | LeftOut]:
    pair = {"query": value["query_text"], "docid": value["doc_id"]}
    rated = [
        judgement for judgement in value["judgements"] or [] if judgement.get("rating") is not None
    ]
    rated = [
        judgement
        for judgement in rated
        if not (judgement.get("unrateable") or judgement.get("judge_later"))
    ]
    for judgement in rated:
        yield {**pair, "rating": judgement["rating"], "annotator": judgement.get("user_email")}
    if not rated:
        yield {**pair, "rating": None, "annotator": None}


def _rank_eval(value: Value) -> Iterator[dict[Any, Any] | LeftOut]:
    for entry in value["requests"]:
        request = entry.get("request")
        body = request.get("query") if isinstance(request, Mapping) else None
        query = _first_text(entry.get("params")) or _first_text(body) or entry.get("id")
        for rating in entry.get("ratings") or []:
            yield {"query": query, "qid": entry.get("id"), "docid": rating.get("_id"),
                   "rating": rating.get("rating")}  # fmt: skip


def _first_text(cell: Any) -> str | None:
    if isinstance(cell, Mapping):
        return next((text for each in cell.values() if (text := _first_text(each))), None)
    return cell if isinstance(cell, str) and cell.strip() else None


def _named_documents(values: Sequence[Value]) -> Flat | None:
    """Of a query with documents by id, as pyvespa and Vertex AI write them."""
    columns = NestedColumns(values)
    query = columns.query()
    listed = [name for name, kind in columns.kinds.items() if kind == "objects"]
    if query is None or len(listed) != 1:
        return None
    (name,) = listed
    documents = [each for cell in columns.cells[name] for each in objects_in(cell)]
    keys = {key for each in documents for key in each if plain(key) in _DOCUMENT_IDS}
    label = inner_of(columns.cells[name], by_content=False).label
    if len(keys) != 1 or any(text_keys(each) != (None, None) for each in documents):
        return None
    (key,) = keys

    def flat(value: Value) -> Iterator[dict[Any, Any] | LeftOut]:
        rest = {column: cell for column, cell in value.items() if column not in (query, name)}
        for each in objects_in(value.get(name)):
            grade = 1 if label is None else each.get(label, 1)  # listed, so relevant
            yield {**rest, "query": value.get(query), "docid": each.get(key), "rating": grade}

    return flat


_FLAT: list[tuple[set[str], Flat]] = [
    ({"queries", "id_field"}, _rre),
    ({"judgmentRatings"}, _opensearch),
    ({"requests"}, _rank_eval),
    ({"query_text", "doc_id", "judgements"}, _quepid),
]
