"""Writing pairs in the formats that other tools read; what a format cannot carry is counted."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from reranker_ui.core.labels import number
from reranker_ui.core.pairs import passage_key, query_key
from reranker_ui.core.splits import SPLITS

VOTES = "labels_by"
COLUMNS = ("query", "passage", "label", "split", "source", VOTES)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as it is written: its effective label, and every label that it was given."""

    query: str
    passage: str
    label: float | None
    split: str | None
    source: str
    state: str
    votes: list[tuple[str, float]]


@dataclass
class Lost:
    """What a format could not carry: counted while writing, told afterwards."""

    always: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str) -> None:
        """Count one more."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def sentences(self) -> list[str]:
        """What was lost, one sentence each."""
        return self.always + [f"{what}: {n:,}" for what, n in self.counts.items()]


def lost_in(form: str) -> Lost:
    """What the format never carries, ready to count the rest."""
    return Lost(list(_ALWAYS.get(form, [])))


def write(form: str, rows: Iterable[Row], path: Path, lost: Lost, safe_for_excel: bool) -> int:
    """Write rows (ordered by query) to `path`; returns the number of pairs written."""
    return FORMATS[form](rows, path, lost, safe_for_excel)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what looks like one.

    An apostrophe that stands there already gets one too, so that reading it back is exact.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_safe_cell(text: str) -> str:
    """The text behind `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def votes_of(value: Mapping[Any, Any], label: Any) -> tuple[tuple[str, Any], ...]:
    """The named labels that our exports carry: all of a disputed pair, else those that agree."""
    told = value.get(VOTES)
    if not told:
        return ()
    try:
        votes = json.loads(told) if isinstance(told, str) else told
        final = number(value[label]) if value.get(label) not in (None, "") else None
        return tuple((str(who), vote) for who, vote in votes if final is None or vote == final)
    except (ValueError, TypeError, KeyError):
        return ()


def number_text(label: float | None) -> str:
    """A label as text: 1 rather than 1.0."""
    return "" if label is None else f"{label:.17g}" if label != int(label) else str(int(label))


def _csv(rows: Iterable[Row], path: Path, lost: Lost, safe: bool, delimiter: str = ",") -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig" if safe else "utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in rows:
            count += 1
            cells = [row.query, row.passage, number_text(row.label), row.split or "", row.source,
                     _votes_text(row, lost)]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells] if safe else cells)
    return count


def _tsv(rows: Iterable[Row], path: Path, lost: Lost, safe: bool) -> int:
    return _csv(rows, path, lost, safe, "\t")


def _record(row: Row, lost: Lost) -> dict[str, Any]:
    told = {"query": row.query, "passage": row.passage, "label": _plain(row.label),
            "split": row.split, "source": row.source}  # fmt: skip
    _disputed(row, lost)
    return {**told, "labels_by": [[who, _plain(value)] for who, value in row.votes]}


def _jsonl(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    return _lines((_record(row, lost) for row in rows), path)


def _parquet(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    text = pa.string()
    schema = pa.schema({**dict.fromkeys(COLUMNS, text), "label": pa.float64()})
    count = 0
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows):
            cells = [
                {"query": row.query, "passage": row.passage, "label": row.label,
                 "split": row.split, "source": row.source, "labels_by": _votes_text(row, lost)}
                for row in batch
            ]  # fmt: skip
            writer.write_table(pa.Table.from_pylist(cells, schema))
            count += len(batch)
    return count


def _lists(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    def records() -> Iterator[dict[str, Any]]:
        for query, group in _by_query(rows, lost):
            yield {
                "query": query, "docs": [row.passage for row in group],
                "labels": [_plain(row.label) for row in group], "split": group[0].split,
            }  # fmt: skip

    return _counted(records(), path, lambda record: len(record["docs"]))


def _positives_and_negatives(
    keys: tuple[str, str], extra: Callable[[str], dict[str, Any]] = lambda _query: {}
) -> Callable[[Iterable[Row], Path, Lost, bool], int]:
    good, bad = keys

    def form(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
        def records() -> Iterator[dict[str, Any]]:
            for query, group in _by_query(rows, lost):
                _binary(group, lost)
                positives = [row.passage for row in group if (row.label or 0) > 0]
                negatives = [row.passage for row in group if row.label == 0]
                yield {"query": query, good: positives, bad: negatives, **extra(query)}

        return _counted(records(), path, lambda record: len(record[good]) + len(record[bad]))

    return form


def _tevatron(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    def records() -> Iterator[dict[str, Any]]:
        for query, group in _by_query(rows, lost):
            _binary(group, lost)
            told = [(row.label, _document(row)) for row in group]
            yield {
                "query_id": query_key(query)[:12], "query": query,
                "positive_passages": [one for label, one in told if (label or 0) > 0],
                "negative_passages": [one for label, one in told if label == 0],
            }  # fmt: skip

    return _counted(
        records(), path,
        lambda record: len(record["positive_passages"]) + len(record["negative_passages"]),
    )  # fmt: skip


def _triplets(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    written = 0

    def records() -> Iterator[dict[str, Any]]:
        nonlocal written
        for query, group in _by_query(rows, lost):
            _binary(group, lost)
            positives = [row.passage for row in group if (row.label or 0) > 0]
            negatives = [row.passage for row in group if row.label == 0]
            if not positives or not negatives:
                for _ in group:
                    lost.add("pairs of queries without both a positive and a negative")
                continue
            written += len(positives) + len(negatives)
            for at in range(max(len(positives), len(negatives))):
                yield {"query": query, "positive": positives[at % len(positives)],
                       "negative": negatives[at % len(negatives)]}  # fmt: skip

    _lines(records(), path)
    return written


def _beir(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    """corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv in a ZIP, each spooled aside first."""
    import tempfile

    count = 0
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        base = Path(folder)
        corpus, queries = (base / f"{name}.jsonl" for name in ("corpus", "queries"))
        qrels = {split: (base / f"{split}.tsv").open("w") for split in SPLITS}
        seen: set[str] = set()
        with corpus.open("w") as texts, queries.open("w") as asked:
            for query, group in _by_query(rows, lost):
                query_id = query_key(query)
                asked.write(_line({"_id": query_id, "text": query}))
                for row in group:
                    passage_id = passage_key(row.passage)
                    if passage_id not in seen:
                        seen.add(passage_id)
                        texts.write(_line({"_id": passage_id, "title": "", "text": row.passage}))
                    grade = number_text(row.label)
                    qrels[row.split or "train"].write(f"{query_id}\t{passage_id}\t{grade}\n")
                    count += 1
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(corpus, "corpus.jsonl")
            archive.write(queries, "queries.jsonl")
            for split, out in qrels.items():
                out.close()
                lines = (base / f"{split}.tsv").read_text()
                if lines:
                    archive.writestr(f"qrels/{split}.tsv", "query-id\tcorpus-id\tscore\n" + lines)
    return count


FORMATS: dict[str, Callable[[Iterable[Row], Path, Lost, bool], int]] = {
    "csv": _csv,
    "tsv": _tsv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "lists": _lists,
    "triplets": _triplets,
    "mteb": _positives_and_negatives(("positive", "negative")),
    "cohere": _positives_and_negatives(("relevant_passages", "hard_negatives")),
    "flagembedding": _positives_and_negatives(("pos", "neg")),
    "tevatron": _tevatron,
    "beir": _beir,
}
_NO_PEOPLE = "Who gave which label, and pairs without one, are left out."
_NO_SPLIT = "Splits are left out."
_ALWAYS = {
    "lists": [_NO_PEOPLE],
    "beir": [_NO_PEOPLE],
    **{form: [_NO_PEOPLE, _NO_SPLIT]
       for form in ("triplets", "mteb", "cohere", "flagembedding", "tevatron")},
}  # fmt: skip


def _by_query(rows: Iterable[Row], lost: Lost) -> Iterator[tuple[str, list[Row]]]:
    """Labelled rows by query; those without a label are counted as lost."""
    for query, group in groupby(rows, key=lambda row: row.query):
        labelled = []
        for row in group:
            _disputed(row, lost)
            if row.label is None:
                lost.add("pairs without a label")
            else:
                labelled.append(row)
        if labelled:
            yield query, labelled


def _disputed(row: Row, lost: Lost) -> None:
    if row.state == "disputed":
        lost.add("disputed pairs, written without a label")
    elif row.state == "left out":
        lost.add("pairs left out by a decision, written without a label")
    elif any(value != row.label for _, value in row.votes):
        lost.add("labels by people that were outvoted or overruled")


def _binary(group: list[Row], lost: Lost) -> None:
    for row in group:
        if row.label not in (0, 1):
            lost.add("grades, written as positive")


def _votes_text(row: Row, lost: Lost) -> str:
    _disputed(row, lost)
    return json.dumps(row.votes, ensure_ascii=False) if row.votes else ""


def _document(row: Row) -> dict[str, str]:
    return {"docid": passage_key(row.passage), "title": "", "text": row.passage}


def _plain(label: float | None) -> float | int | None:
    return int(label) if label is not None and label == int(label) else label


def _lines(records: Iterable[dict[str, Any]], path: Path) -> int:
    return _counted(records, path, lambda _record: 1)


def _counted(
    records: Iterable[dict[str, Any]], path: Path, pairs: Callable[[dict[str, Any]], int]
) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(_line(record))
            count += pairs(record)
    return count


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
