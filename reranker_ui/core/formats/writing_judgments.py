"""Writing judgments by ids together with their texts: BEIR, and TREC judgments in the same ZIP."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from reranker_ui.core.formats.shapes import by_query
from reranker_ui.core.formats.writing import Row, Target, json_line, number_text
from reranker_ui.core.values.pairs import passage_key, query_key
from reranker_ui.core.values.splits import SPLITS

_PLAIN = (".txt", ".qrels", ".trec")
_HEADER = "query-id\tcorpus-id\tscore\n"


def write_beir(rows: Iterable[Row], target: Target) -> int:
    """corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv: a folder where the path has no suffix, else
    a ZIP."""
    return _write(rows, target, "qrels/{}.tsv", _HEADER, "{}\t{}\t{}\n".format)


def write_trec(rows: Iterable[Row], target: Target) -> int:
    """The same with qrels/SPLIT.txt as `query 0 passage grade`; a text file has only those."""
    if target.path.suffix in _PLAIN:
        return _write_plain(rows, target)
    return _write(rows, target, "qrels/{}.txt", "", "{} 0 {} {}\n".format)


def _write_plain(rows: Iterable[Row], target: Target) -> int:
    count = 0
    with target.path.open("w") as out:
        for query, group in by_query(rows, target.lost):
            for row in group:
                count += 1
                out.write(
                    f"{query_key(query)} 0 {passage_key(row.passage)} {number_text(row.label)}\n"
                )
                target.lost.add("Pairs with ids only: their texts are in the BEIR export")
    return count


def _write(
    rows: Iterable[Row], target: Target, name: str, header: str, line: Callable[..., str]
) -> int:
    """Written to a temporary folder first: members of a ZIP cannot be written in parallel."""
    with tempfile.TemporaryDirectory(dir=target.path.parent) as workdir:
        folder = Path(workdir)
        (folder / "qrels").mkdir()
        count = _spool(rows, target, folder, name, header, line)
        if not target.path.suffix:
            shutil.copytree(folder, target.path)
            return count
        with zipfile.ZipFile(target.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
    return count


def _spool(
    rows: Iterable[Row], target: Target, folder: Path, name: str, header: str,
    line: Callable[..., str],
) -> int:  # fmt: skip
    count = 0
    seen: set[str] = set()
    with ExitStack() as stack:
        corpus, queries = (
            stack.enter_context((folder / f"{part}.jsonl").open("w", encoding="utf-8"))
            for part in ("corpus", "queries")
        )
        qrels: dict[str, IO[str]] = {}
        for query, group in by_query(rows, target.lost):
            query_id = query_key(query)
            queries.write(json_line({"_id": query_id, "text": query}))
            for row in group:
                count += 1
                passage_id = passage_key(row.passage)
                if passage_id not in seen:
                    seen.add(passage_id)
                    corpus.write(json_line({"_id": passage_id, "title": "", "text": row.passage}))
                split = row.split or SPLITS[0]
                if split not in qrels:
                    path = folder / name.format(split)
                    qrels[split] = stack.enter_context(path.open("w"))
                    qrels[split].write(header)
                qrels[split].write(line(query_id, passage_id, number_text(row.label)))
    return count
