"""Packed files in a ZIP: read, or refused with a sentence that names the member."""

import gzip
import io
import json
import lzma
import zipfile
from contextlib import closing

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reranker_ui.core.formats.options import Limits
from reranker_ui.core.values.refused import Refused
from tests.unit.test_field_files import TWO, N, P, Q, lines, read_file

ROWS = [{"query": Q, "passage": text, "label": label} for text, label in ((P, 1), (N, 0))]
TABLE = f"query,passage,label\n{Q},{P},1\n{Q},{N},0\n"
MOST = "64,000,000"
SMALL = Limits(decoded_bytes=60)


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def parquet(rows) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def workbook(rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


READ = {
    "pairs.csv.gz": gzip.compress(TABLE.encode()),
    "set/pairs.jsonl.gz": gzip.compress(lines(*ROWS).encode()),
    "pairs.gz": gzip.compress(json.dumps(ROWS).encode()),
    "a set/train.parquet": parquet(ROWS),
    "judged.xlsx": workbook(ROWS),
    "named otherwise.csv": parquet(ROWS),
}


@pytest.mark.parametrize("name", READ)
def test_the_only_file_of_a_zip_is_read(name, tmp_path):
    result, stage = read_file(tmp_path, zipped(**{name: READ[name], "__MACOSX/._x": b"\x00\x05"}))
    with closing(stage):
        assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO
    assert result["report"]["kept"] == 2


def test_a_sheet_of_a_workbook_in_a_zip_can_be_chosen(tmp_path):
    with pytest.raises(Refused, match=r"judged\.xlsx has no sheet 7"):
        read_file(tmp_path, zipped(**{"judged.xlsx": workbook(ROWS)}), sheet="7")


def test_gzipped_files_of_a_test_collection_are_read(tmp_path):
    files = {
        "corpus.jsonl.gz": lines({"_id": "d1", "text": P}, {"_id": "d2", "text": N}),
        "queries.jsonl.gz": lines({"_id": "q1", "text": Q}),
        "qrels/test.tsv.gz": "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n",
    }
    content = zipped(**{name: gzip.compress(text.encode()) for name, text in files.items()})
    _, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO


COLLECTION = {
    "corpus.parquet": parquet([{"_id": "d1", "text": P}]),
    "queries.jsonl": lines({"_id": "q1", "text": Q}).encode(),
    "qrels/test.tsv": b"q1\td1\t1\n",
}
REFUSED = {
    "a ZIP": (zipped(**{"inner.zip": zipped(a=b"query,passage\nq,p\n")}), r"inner\.zip in input"),
    "gzipped twice": (
        zipped(**{"a.csv.gz": gzip.compress(gzip.compress(b"q"))}), r"a\.csv\.gz .*gzipped twice"),
    "a gzipped workbook": (
        zipped(**{"a.xlsx.gz": gzip.compress(workbook(ROWS))}), r"a\.xlsx\.gz .*workbook"),
    "gzipped Parquet": (
        zipped(**{"a.gz": gzip.compress(parquet(ROWS))}), r"a\.gz in input\.bin is Parquet"),
    "another packing": (
        zipped(**{"a.csv.xz": lzma.compress(b"q,p\n")}), r"a\.csv\.xz is an XZ archive\."),
    "damaged gzip": (
        zipped(**{"a.csv.gz": gzip.compress(TABLE.encode() * 99)[:-30]}), r"a\.csv\.gz is damaged"),
    "damaged Parquet": (
        zipped(**{"a.parquet": b"PAR1" + b"x" * 200}), r"a\.parquet is damaged Parquet"),
    "a damaged workbook": (
        zipped(**{"a.xlsx": zipped(**{"xl/workbook.xml": b"<x"})}), r"a\.xlsx is a damaged workb"),
    "several files": (
        zipped(**{"a.csv.gz": b"", "b.csv.gz": b""}), r"several files .a\.csv\.gz, b\.csv\.gz."),
    "Parquet in a collection": (
        zipped(**COLLECTION), r"corpus\.parquet in input\.bin is Parquet"),
    "a bomb of gzip": (zipped(**{"a.csv.gz": gzip.compress(b"a" * 70_000_000)}), MOST),
    "a bomb of Parquet": (
        zipped(**{"a.parquet": parquet([{"query": "a" * 100_000, "passage": "b"}] * 800)}), MOST),
    "a bomb of a workbook": (
        zipped(**{"a.xlsx": zipped(**{"xl/workbook.xml": b"<x/>", "y": b"a" * 70_000_000})}), MOST),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named(name, tmp_path):
    content, sentence = REFUSED[name]
    with pytest.raises(Refused, match=sentence) as refused:
        read_file(tmp_path, content)
    assert len(str(refused.value)) < 400


def test_a_file_that_is_not_packed_has_one_limit(tmp_path):
    _, stage = read_file(tmp_path, TABLE.encode(), limits=SMALL)
    with closing(stage):
        assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO


def test_a_file_that_is_too_large_names_the_setting(tmp_path):
    with pytest.raises(Refused, match=r"the limit is 60\. .* \(RERANKER_UI_MAX_UPLOAD_BYTES\)"):
        read_file(tmp_path, TABLE.encode(), limits=Limits(upload_bytes=60))


@pytest.mark.parametrize("name", READ)
def test_a_packed_file_is_bounded_by_the_setting(name, tmp_path):
    content = READ[name] if name == "pairs.gz" else zipped(**{name: READ[name]})
    with pytest.raises(Refused, match=r"60 .*RERANKER_UI_MAX_DECODED_BYTES"):
        read_file(tmp_path, content, limits=SMALL)


def test_more_records_than_the_setting_are_refused(tmp_path):
    with pytest.raises(Refused, match=r"more than 1 records.* \(RERANKER_UI_MAX_ROWS\)"):
        read_file(tmp_path, TABLE.encode(), limits=Limits(rows=1))
