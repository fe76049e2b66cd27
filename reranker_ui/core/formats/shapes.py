"""Writing one record per query for trainers: lists, triplets, MTEB, Cohere and more."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from reranker_ui.core.formats.writing import (
    Lost,
    Row,
    Target,
    note_votes,
    plain_number,
    write_counted,
)  # fmt: skip
from reranker_ui.core.values.pairs import passage_key, query_key

Record = dict[str, Any]
Query = tuple[str, list[Row], list[Row]]  # with its positives and negatives
Sides = Callable[[str, list[Row], list[Row]], Record]
Writer = Callable[[Iterable[Row], Target], int]
_LEFT_OUT = {
    "disputed": "Disputed pairs, left out",
    "left out": "Pairs excluded from training by a decision, left out",
}


def by_query(rows: Iterable[Row], lost: Lost) -> Iterator[tuple[str, list[Row]]]:
    """Labelled rows by query; those without a label are counted as lost."""
    for query, group in groupby(rows, key=lambda row: row.query):
        labelled = []
        for row in group:
            if row.label is None:
                lost.add(_LEFT_OUT.get(row.state, "Pairs without a label, left out"))
            else:
                note_votes(row, lost)
                labelled.append(row)
        if labelled:
            yield query, labelled


def write_lists(rows: Iterable[Row], target: Target) -> int:
    """`{"query", "docs", "labels", "split"}`, one record for each split of a query."""

    def records() -> Iterator[Record]:
        for query, group in by_query(rows, target.lost):
            for split in dict.fromkeys(row.split for row in group):
                pairs = [row for row in group if row.split == split]
                yield {
                    "query": query, "docs": [row.passage for row in pairs],
                    "labels": [plain_number(row.label) for row in pairs], "split": split,
                }  # fmt: skip

    return write_counted(records(), target.path, lambda record: len(record["docs"]))


def two_sided(make: Sides) -> Writer:
    """A writer of one record per query: `make(query, positives, negatives)`."""
    return _writer(_sides, lambda *query: iter([make(*query)]))


def _triplets(query: str, positives: list[Row], negatives: list[Row]) -> Iterator[Record]:
    for at in range(max(len(positives), len(negatives))):
        yield {"query": query, "positive": positives[at % len(positives)].passage,
               "negative": negatives[at % len(negatives)].passage}  # fmt: skip


def _tuples(query: str, positives: list[Row], negatives: list[Row]) -> Iterator[Record]:
    against = {f"negative_{n}": row.passage for n, row in enumerate(negatives, 1)}
    for row in positives:
        yield {"query": query, "positive": row.passage, **against}


def _writer(
    queries: Callable[[Iterable[Row], Target], Iterator[Query]],
    records_of: Callable[[str, list[Row], list[Row]], Iterator[Record]],
) -> Writer:
    """A writer of the records of each of the `queries`; it returns how many pairs they hold."""

    def write(rows: Iterable[Row], target: Target) -> int:
        count = 0

        def records() -> Iterator[Record]:
            nonlocal count
            for query, positives, negatives in queries(rows, target):
                count += len(positives) + len(negatives)
                yield from records_of(query, positives, negatives)

        write_counted(records(), target.path, lambda _record: 1)
        return count

    return write


def keyed(good: str, bad: str) -> Sides:
    """Passages as plain texts under two keys."""
    return lambda query, positives, negatives: {
        "query": query,
        good: [row.passage for row in positives],
        bad: [row.passage for row in negatives],
    }


def tevatron(query: str, positives: list[Row], negatives: list[Row]) -> Record:
    """Passages as objects with an id."""
    return {
        "query_id": query_key(query)[:12],
        "query": query,
        "positive_passages": [_document(row) for row in positives],
        "negative_passages": [_document(row) for row in negatives],
    }


def swift(query: str, positives: list[Row], negatives: list[Row]) -> Record:
    """Passages as messages of a chat."""
    return {
        "messages": [{"role": "user", "content": query}],
        "positive_messages": [[_answer(row)] for row in positives],
        "negative_messages": [[_answer(row)] for row in negatives],
    }


def _sides(rows: Iterable[Row], target: Target) -> Iterator[Query]:
    for query, group in by_query(rows, target.lost):
        good = [bool(target.scale.relevant(row.label)) for row in group]
        for row, positive in zip(group, good, strict=True):
            if row.label not in (0, 1):
                target.lost.add(f"Grades, written as {'positive' if positive else 'negative'}")
        positives = [row for row, positive in zip(group, good, strict=True) if positive]
        negatives = [row for row, positive in zip(group, good, strict=True) if not positive]
        yield query, positives, negatives


def _whole_sides(rows: Iterable[Row], target: Target) -> Iterator[Query]:
    for query, positives, negatives in _sides(rows, target):
        if positives and negatives:
            yield query, positives, negatives
        else:
            for _ in (*positives, *negatives):
                target.lost.add("Pairs of queries without both a positive and a negative, left out")


def _document(row: Row) -> dict[str, str]:
    return {"docid": passage_key(row.passage), "title": "", "text": row.passage}


def _answer(row: Row) -> dict[str, str]:
    return {"role": "assistant", "content": row.passage}


# {"query", "positive", "negative"}: every pair is in a triplet, with as few as possible.
write_triplets = _writer(_whole_sides, _triplets)
# {"query", "positive", "negative_1", ...}, one for each positive, with all negatives.
write_tuples = _writer(_whole_sides, _tuples)
