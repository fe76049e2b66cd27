"""Judgments of search tools: LTR files, RRE, OpenSearch and Quepid books, as flat records.

They contain the query's text and a document id, so their passages come from a corpus.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.pairs import Left

Value = Mapping[Any, Any]
Flat = Callable[[Value], Iterator[dict[Any, Any] | Left]]
_LTR = re.compile(r"\s*(\S+)\s+qid:(\S+)\s.*?#\s*(\S+)\s+(.+)")


def is_ltr(lines: Sequence[str]) -> bool:
    """Whether the lines are judgments for learning to rank: `3 qid:1 # 1370 star trek`."""
    return bool(lines) and all(re.match(r"\s*\S+\s+qid:\S+", line) for line in lines)


def ltr_records(lines: Iterator[str]) -> Iterator[tuple[int, dict[Any, Any] | Left]]:
    """Each line as a flat record; a line without a document and its query is unreadable."""
    for number_, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LTR.fullmatch(line.rstrip())
        if match is None:
            yield number_, Left("unreadable", "the line has no “# document query” at its end")
            continue
        grade, _query_id, document, query = match.groups()
        yield number_, {"query": query, "docid": document, "rating": grade}


def flat_of(values: Sequence[Value]) -> Flat | None:
    """The function that flattens records of RRE, OpenSearch or a Quepid book without documents."""
    for keys, flat in _FLAT:
        if values and all(keys <= value.keys() for value in values):
            return flat
    return None


def judges_of(names: Sequence[Any], values: Sequence[Value]) -> list[Any]:
    """The columns of a Quepid book in CSV, one per judge."""
    if [plain(name) for name in names[:2]] != ["query", "docid"] or len(names) < 3:
        return []
    columns = [
        [v.get(name) for v in values if str(v.get(name) or "").strip()] for name in names[2:]
    ]
    rated = all(number(cell) is not None for cells in columns for cell in cells)
    return list(names[2:]) if rated and any(columns) else []


def _rre(value: Value) -> Iterator[dict[Any, Any] | Left]:
    for entry in value["queries"]:
        placeholders = entry.get("placeholders") or {}
        query = placeholders.get("$query") or next(iter(placeholders.values()), None)
        for document, gain in (entry.get("relevant_documents") or {}).items():
            grade = gain.get("gain") if isinstance(gain, Mapping) else gain
            yield {"query": query, "docid": document, "rating": grade}


def _opensearch(value: Value) -> Iterator[dict[Any, Any] | Left]:
    for entry in value["judgmentRatings"]:
        for rating in entry.get("ratings") or []:
            yield {
                "query": entry.get("query"),
                "docid": rating["docId"],
                "rating": rating.get("rating"),
            }


def _quepid(value: Value) -> Iterator[dict[Any, Any] | Left]:
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


_FLAT: list[tuple[set[str], Flat]] = [
    ({"queries", "id_field"}, _rre),
    ({"judgmentRatings"}, _opensearch),
    ({"query_text", "doc_id", "judgements"}, _quepid),
]
