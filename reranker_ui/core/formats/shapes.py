"""Writing datasets in the shapes of other tools: lists, triplets, MTEB, Cohere, BEIR and more."""

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.writing import (
    Lost,
    Row,
    json_line,
    note_state,
    number_text,
    plain_number,
    write_counted,
    write_csv,
    write_jsonl,
    write_lines,
    write_parquet,
    write_tsv,
)  # fmt: skip
from reranker_ui.core.pairs import passage_key, query_key
from reranker_ui.core.splits import SPLITS


def lost_in(form: str) -> Lost:
    """What the format never carries, ready to count the rest."""
    return Lost(list(_ALWAYS.get(form, [])))


def write(form: str, rows: Iterable[Row], path: Path, lost: Lost, safe_for_excel: bool) -> int:
    """Write rows (ordered by query) to `path`; returns the number of pairs written."""
    return FORMATS[form](rows, path, lost, safe_for_excel)


def _lists(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    def records() -> Iterator[dict[str, Any]]:
        for query, group in _by_query(rows, lost):
            yield {
                "query": query, "docs": [row.passage for row in group],
                "labels": [plain_number(row.label) for row in group], "split": group[0].split,
            }  # fmt: skip

    return write_counted(records(), path, lambda record: len(record["docs"]))


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

        return write_counted(records(), path, lambda record: len(record[good]) + len(record[bad]))

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

    return write_counted(
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

    write_lines(records(), path)
    return written


def _beir(rows: Iterable[Row], path: Path, lost: Lost, _safe: bool) -> int:
    """corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv in a ZIP, each spooled aside first."""
    count = 0
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        base = Path(folder)
        corpus, queries = (base / f"{name}.jsonl" for name in ("corpus", "queries"))
        qrels = {split: (base / f"{split}.tsv").open("w") for split in SPLITS}
        seen: set[str] = set()
        with corpus.open("w") as texts, queries.open("w") as asked:
            for query, group in _by_query(rows, lost):
                query_id = query_key(query)
                asked.write(json_line({"_id": query_id, "text": query}))
                for row in group:
                    passage_id = passage_key(row.passage)
                    if passage_id not in seen:
                        seen.add(passage_id)
                        texts.write(
                            json_line({"_id": passage_id, "title": "", "text": row.passage})
                        )
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
    "csv": write_csv,
    "tsv": write_tsv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
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
            note_state(row, lost)
            if row.label is None:
                lost.add("pairs without a label")
            else:
                labelled.append(row)
        if labelled:
            yield query, labelled


def _binary(group: list[Row], lost: Lost) -> None:
    for row in group:
        if row.label not in (0, 1):
            lost.add("grades, written as positive")


def _document(row: Row) -> dict[str, str]:
    return {"docid": passage_key(row.passage), "title": "", "text": row.passage}
