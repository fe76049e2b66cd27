"""A small example of every format that is read: what it is taken for, and the pairs it gives."""

import gzip
import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(record) for record in records)


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


@dataclass
class Case:
    """A file by its content, what is said about it, and (query, passage, label) it holds."""

    content: Any
    family: str
    pairs: list[tuple[str, str, float | None]]
    said: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    votes: list[tuple[str, float]] | None = None  # of the first pair


PAIRS = [("how tall is K2", "8,611 m, they say", 1.0), ("how tall is K2", "a pear", 0.0)]
TABLE = 'how tall is K2{0}"8,611 m, they say"{0}1\nhow tall is K2{0}a pear{0}0\n'
TRIPLET = [("q", "p", 1.0), ("q", "n", 0.0)]
BOTH = [("q one", "T p1", 2.0), ("q one", "p2", 0.0)]
CORPUS = lines({"_id": "d1", "title": "T", "text": "p1"}, {"_id": "d2", "title": "", "text": "p2"})
QUERIES = lines({"_id": "q1", "text": "q one"})
TEXTS = {"corpus": "c.jsonl", "queries": "q.jsonl"}
BESIDE = {"c.jsonl": CORPUS, "q.jsonl": QUERIES}
BEIR = {
    "set/corpus.jsonl": CORPUS,
    "set/queries.jsonl": QUERIES,
    "set/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n",
}
LONG = [(f"what is {n}", f"number {n} is a fine one, says the book", f"pears grow, {n} does not")
        for n in range(9)]  # fmt: skip
HIT = {"rating": 2, "unrateable": False, "judge_later": False, "user_email": "a@x.org"}
BOOK = {"query_text": "q", "doc_id": "d1", "position": 1}
TASK = {"from_name": "relevance", "type": "choices", "value": {"choices": ["2"]}}
XML = (
    '<?xml version="1.0"?><data><head/><corpus>'
    '<paraphrase><value name="id">1</value><value name="text_1">q</value>'
    '<value name="text_2">p &amp; &#1103;</value><value name="class">1</value></paraphrase>\n'
    '<paraphrase><value name="id">2</value><value name="text_1">q</value>'
    '<value name="text_2">n</value><value name="class">0</value></paraphrase></corpus></data>'
)

CASES = {
    **{
        f"{first},{second},{label}": Case(
            f"{first},{second},{label}\n" + TABLE.format(","), "pairs", PAIRS
        )
        for first, second, label in [
            ("query", "passage", "label"), ("sentence_0", "sentence_1", "label"),
            ("sentence1", "sentence2", "score"), ("premise", "hypothesis", "label"),
            ("question", "answer", "relevant"), ("text1", "text2", "label"),
            ("sentence_A", "sentence_B", "score"), ("query", "text", "score"),
            ("query", "document", "relevance"), ("anchor", "positive", "label"),
        ]
    },
    "tabs without a header": Case(TABLE.format("\t"), "pairs", PAIRS),
    "semicolons, UTF-16": Case(
        ("query;passage;label\n" + TABLE.format(";")).encode("utf-16"), "pairs", PAIRS
    ),
    "bars, Latin-1": Case(
        "query|passage|label\nné|pièce|1\n".encode("latin-1"), "pairs", [("né", "pièce", 1.0)]
    ),
    "a named column in another case": Case(
        "A,B,C\nq,p,1\n", "pairs", [("q", "p", 1.0)], {"query": "a", "passage": "b", "label": "c"}
    ),
    "JSON array": Case(
        json.dumps([{"question": "q", "text": "p", "label": True}]), "pairs", [("q", "p", 1.0)]
    ),
    "JSON by columns": Case(
        json.dumps({"query": {"0": "q", "1": "q"}, "passage": {"0": "p", "1": "n"},
                    "label": {"0": 1, "1": 0}}), "pairs", TRIPLET,
    ),
    "JSON Lines, gzipped": Case(
        gzip.compress(lines({"query": "q", "passage": "p", "label": 0.5}).encode()),
        "pairs", [("q", "p", 0.5)],
    ),
    "class names": Case(
        "query,product_title,esci_label\nq,p,Exact\nq,n,Irrelevant\n", "pairs",
        [("q", "p", 3.0), ("q", "n", 0.0)], {"map_label": {"exact": 3, "Irrelevant": 0}},
    ),
    "the lowest code is the best": Case(
        "query,passage,label\nq,p,1\nq,n,4\n", "pairs", [("q", "p", 4.0), ("q", "n", 1.0)],
        {"lowest_is_best": True},
    ),
    "positives only": Case("anchor,positive\nq,p\n", "triplets", [("q", "p", 1.0)]),
    "texts without labels": Case("query,answer\nq,p\n", "pairs", [("q", "p", None)]),
    "triplets": Case(lines({"query": "q", "positive": "p", "negative": "n"}), "triplets", TRIPLET),
    "triplets as CSV": Case("anchor,positive,negative\nq,p,n\n", "triplets", TRIPLET),
    "triplets with a margin": Case(
        lines({"query": "q", "positive": "p", "negative": "n", "score": 4.5}), "triplets", TRIPLET
    ),
    "n-tuples": Case(
        lines({"query": "q", "positive": "p", "negative_1": "n", "negative_2": "m"}), "n-tuples",
        [*TRIPLET, ("q", "m", 0.0)],
    ),
    "MS MARCO triples": Case(
        "".join("\t".join(one) + "\n" for one in LONG), "triplets",
        [pair for q, p, n in LONG for pair in ((q, p, 1.0), (q, n, 0.0))],
    ),
    "MS MARCO triples of ids": Case(
        "q1\td1\td2\n", "id-lists", [("q one", "T p1", 1.0), ("q one", "p2", 0.0)],
        {**TEXTS, "format": "triplets"}, BESIDE,
    ),
    "MS MARCO of sentence-transformers": Case(
        lines({"query_id": "q1", "positive_id": "d1", "negative_id": "d2", "score": 3.2}),
        "id-lists", [("q one", "T p1", 1.0), ("q one", "p2", 0.0)], TEXTS, BESIDE,
    ),
    "MS MARCO question answering": Case(
        lines({"query": "q", "query_id": 1, "answers": ["x"],
               "passages": {"is_selected": [1, 0], "passage_text": ["p", "n"]}}),
        "labelled-lists", TRIPLET,
    ),
    "labelled lists": Case(
        lines({"query": "q", "docs": ["p", "n"], "labels": [2, 0]}), "labelled-lists",
        [("q", "p", 2.0), ("q", "n", 0.0)],
    ),
    "MTEB": Case(lines({"query": "q", "positive": ["p"], "negative": ["n"]}), "mteb", TRIPLET),
    "MTEB with a first stage": Case(
        lines({"query": "q", "positive": ["p"], "documents": ["n", "p"]}), "mteb",
        [("q", "p", 1.0), ("q", "n", None)],
    ),
    "Cohere": Case(
        lines({"query": "q", "relevant_passages": ["p"], "hard_negatives": ["n"]}),
        "cohere", TRIPLET,
    ),
    "FlagEmbedding": Case(
        lines({"query": "q", "pos": ["p"], "neg": ["n"], "prompt": "x", "pos_scores": [0.9]}),
        "flagembedding", TRIPLET,
    ),
    "tevatron": Case(
        lines({"query_id": "1", "query": "q",
               "positive_passages": [{"docid": "d1", "title": "", "text": "p"}],
               "negative_passages": [{"docid": "d2", "title": "T", "text": "n"}]}),
        "tevatron", [("q", "p", 1.0), ("q", "T n", 0.0)],
    ),
    "ms-swift": Case(
        lines({"messages": [{"role": "user", "content": "q"}],
               "positive_messages": [[{"role": "assistant", "content": "p"}]],
               "negative_messages": [[{"role": "assistant", "content": "n"}]]}),
        "ms-swift", TRIPLET,
    ),
    "BEIR folder": Case(None, "beir", BOTH, beside=BEIR),
    "BEIR ZIP": Case(zipped(BEIR), "beir", BOTH),
    "BEIR judgments alone": Case(BEIR["set/qrels/test.tsv"], "judgments", BOTH, TEXTS, BESIDE),
    "TREC judgments": Case("q1 0 d1 2\nq1 0 d2 0\n", "trec", BOTH, TEXTS, BESIDE),
    "TREC judgments, tabs, gzipped": Case(
        gzip.compress(b"q1\t0\td1\t2.0\nq1\t0\td2\t0\n"), "trec", BOTH, TEXTS, BESIDE
    ),
    "four columns of Chinese in tabs": Case(
        "1\t怎么还款\t如何还钱\t1\n2\t怎么还款\t天气如何\t0\n", "pairs",
        [("怎么还款", "如何还钱", 1.0), ("怎么还款", "天气如何", 0.0)],
        {"query": "1", "passage": "2", "label": "3"},
    ),
    "four named columns of Chinese in tabs": Case(
        "id\tsentence1\tsentence2\tlabel\n1\t怎么还款\t如何还钱\t1\n", "pairs",
        [("怎么还款", "如何还钱", 1.0)],
    ),
    "TREC run": Case(
        "q1 Q0 d1 1 12.34 mytag\nq1 Q0 d2 2 9.1 mytag\n", "trec-run",
        [("q one", "T p1", None), ("q one", "p2", None)],
        {"corpus": "c.tsv", "queries": "q.tsv"},
        {"c.tsv": "d1\tT p1\nd2\tp2\n", "q.tsv": "q1\tq one\n"},
    ),
    "learning to rank": Case(
        "2 qid:1 # d1 q one\n0 qid:1 # d2 q one\n", "judgments", BOTH, {"corpus": "c.jsonl"}, BESIDE
    ),
    "Quepid ratings": Case(
        "query,docid,rating\n =x,d1,2\nq one,d2,\n", "judgments",
        [("=x", "T p1", 2.0), ("q one", "p2", None)], {"corpus": "c.jsonl"}, BESIDE,
    ),
    "Quepid book as CSV": Case(
        "query,docid,Ann Lee,Bo Ito\nq,d1,2,1\nq,d2,,0\n", "judgments",
        [("q", "T p1", 2.0), ("q", "p2", 0.0)], {"corpus": "c.jsonl"}, BESIDE,
        [("Ann Lee", 2.0), ("Bo Ito", 1.0)],
    ),
    "Quepid book": Case(
        json.dumps({"name": "b", "scale": None, "query_doc_pairs": [
            {**BOOK, "document_fields": {"title": "T", "text": "p"},
             "judgements": [HIT, {**HIT, "rating": 0, "user_email": "b@x.org"}]},
            {**BOOK, "document_fields": {"title": "n"},
             "judgements": [{**HIT, "rating": None, "unrateable": True}]}]}),
        "quepid-book", [("q", "T p", 2.0), ("q", "n", None)],
        votes=[("a@x.org", 2.0), ("b@x.org", 0.0)],
    ),
    "Quepid book without its documents": Case(
        json.dumps({"query_doc_pairs": [{**BOOK, "judgements": [HIT]}]}), "judgments",
        [("q", "T p1", 2.0)], {"corpus": "c.jsonl"}, BESIDE, [("a@x.org", 2.0)],
    ),
    "Quepid snapshot": Case(
        "Snapshot Name,Snapshot Time,Case ID,Query Text,Doc ID,Doc Position,title\ns,t,1,q,d,1,p\n",
        "pairs", [("q", "p", None)],
    ),
    "RRE": Case(
        json.dumps({"id_field": "id", "index": "i", "queries": [
            {"placeholders": {"$query": "q one"},
             "relevant_documents": {"d1": {"gain": 2}, "d2": {"gain": 0}}}]}),
        "judgments", BOTH, {"corpus": "c.jsonl"}, BESIDE,
    ),
    "OpenSearch": Case(
        json.dumps({"name": "j", "type": "IMPORT_JUDGMENT", "judgmentRatings": [
            {"query": "q one", "ratings": [{"docId": "d1", "rating": "2.000"},
                                           {"docId": "d2", "rating": "0.0"}]}]}),
        "judgments", BOTH, {"corpus": "c.jsonl"}, BESIDE,
    ),
    "Argilla": Case(
        json.dumps([
            {"fields": {"query": "q", "passage": "p"}, "suggestions": {"relevance": {"value": 2}},
             "responses": {"relevance": [{"value": 1, "user_id": "u1"},
                                         {"value": 0, "user_id": "u2", "status": "discarded"}]}},
            {"fields": {"query": "q", "passage": "n"}, "suggestions": {}, "responses": {}}]),
        "argilla", [("q", "p", 1.0), ("q", "n", None)], votes=[("u1", 1.0)],
    ),
    "Argilla, flat": Case(
        lines({"id": "1", "query": "q", "passage": "p", "relevance.responses": [1, 0],
               "relevance.responses.users": ["u1", "u2"],
               "relevance.responses.status": ["submitted", "submitted"],
               "relevance.suggestion": 1},
              {"id": "2", "query": "q", "passage": "n", "relevance.responses": None}),
        "argilla", [("q", "p", 1.0), ("q", "n", None)], votes=[("u1", 1.0), ("u2", 0.0)],
    ),
    "Label Studio": Case(
        json.dumps([
            {"id": 1, "data": {"query": "q", "passage": "p"}, "predictions": [{"result": [TASK]}],
             "annotations": [
                {"completed_by": 4, "was_cancelled": False, "result": [TASK]},
                {"completed_by": {"id": 5, "email": "bo@x.org"},
                 "result": [{"from_name": "language", "value": {"choices": ["en"]}},
                            {"from_name": "relevance", "value": {"rating": 1}}]}]},
            {"id": 2, "data": {"query": "q", "passage": "n"}, "annotations": [
                {"completed_by": 4, "was_cancelled": True, "result": [TASK]}]}]),
        "label-studio", [("q", "p", 2.0), ("q", "n", None)], votes=[("4", 2.0), ("bo@x.org", 1.0)],
    ),
    "Label Studio, short": Case(
        "annotation_id,annotator,id,lead_time,passage,query,relevance\n1,4,1,2,p,q,2\n2,5,1,2,p,q,1\n",
        "pairs", [("q", "p", 2.0)], votes=[("4", 2.0), ("5", 1.0)],
    ),
    "Prodigy": Case(
        lines({"query": "q", "text": "p", "options": [{"id": "no"}, {"id": "1", "text": "yes"}],
               "accept": ["1"], "answer": "accept", "_task_hash": 20, "_session_id": "ds-ann"},
              {"text": "n", "meta": {"query": "q"}, "answer": "reject", "_task_hash": 21},
              {"query": "q", "text": "m", "answer": "ignore", "_task_hash": 22}),
        "prodigy", [("q", "p", 1.0), ("q", "n", 0.0), ("q", "m", None)], votes=[("ds-ann", 1.0)],
    ),
    "SQuAD": Case(
        json.dumps({"data": [{"paragraphs": [{"context": "c", "qas": [
            {"question": "q", "answers": [{"text": "c"}]},
            {"question": "r", "answers": [], "is_impossible": True}]}]}]}),
        "squad", [("q", "c", 1.0), ("r", "c", 0.0)],
    ),
    "TAT-QA": Case(
        json.dumps([{"table": {"table": [["a", "1"]]}, "paragraphs": [{"order": 1, "text": "p"}],
                     "questions": [{"question": "q", "answer_from": "text",
                                    "rel_paragraphs": ["1"]}]}]),
        "tat-qa", [("q", "a | 1", 0.0), ("q", "p", 1.0)],
    ),
    "XML": Case(XML, "pairs", [("q", "p & я", 1.0), ("q", "n", 0.0)]),
}  # fmt: skip


def read_case(case: Case, folder: Path) -> tuple[dict[str, Any], sqlite3.Connection]:
    files = {"input.bin": case.content, **case.beside} if case.content else case.beside
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = {k: str(folder / "in" / v) if k in TEXTS else v for k, v in case.said.items()}
    path = folder / "in" / ("input.bin" if case.content else "set")
    result = read(folder, path, ReadOptions(**options))
    return result, sqlite3.connect(folder / "stage.db")


@pytest.mark.parametrize("name", CASES)
def test_a_small_example(name, tmp_path):
    case = CASES[name]
    result, stage = read_case(case, tmp_path)
    assert result["plan"]["format"] == case.family
    staged = stage.execute("SELECT query, passage, label FROM staged ORDER BY id").fetchall()
    assert staged == case.pairs
    found = "SELECT coalesce(annotator, ''), value FROM votes WHERE staged_id = 1 ORDER BY rowid"
    if case.votes is not None:
        assert stage.execute(found).fetchall() == case.votes
    report = result["report"]
    assert report["unreadable"] + report["blank"] + report["bad_label"] == 0
    assert report["conflicts"] == int(len({value for _, value in case.votes or ()}) > 1)


NO_TEXTS = ["MS MARCO of sentence-transformers", "TREC run", "Quepid ratings", "RRE"]


@pytest.mark.parametrize("name", NO_TEXTS)
def test_ids_without_their_texts_are_asked_for(name, tmp_path):
    said = {k: v for k, v in CASES[name].said.items() if k == "format"}
    case = Case(CASES[name].content, "", [], said)
    with pytest.raises(Refused, match=r"--corpus|three ids|No column"):
        read_case(case, tmp_path)


def test_what_is_not_read_is_said(tmp_path):
    result, _ = read_case(CASES["FlagEmbedding"], tmp_path)
    assert "Not read: pos_scores." in result["notes"]


def test_entities_in_xml_are_refused(tmp_path):
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<d><r><q>&b;</q><p>x</p></r></d>'
    with pytest.raises(Refused, match=r"Line 1: .* declares entities"):
        read_case(Case(bomb, "", []), tmp_path)
    with pytest.raises(Refused, match=r"Line 2: .* broken XML"):
        read_case(Case("<page><body>\n<p>x<br></p>", "", []), tmp_path)


def test_records_by_name_are_no_table_by_columns(tmp_path):
    named = {f"q{n}": {"query": f"a {n}", "passage": "b", "label": 1} for n in range(5)}
    assert read_case(Case(json.dumps(named), "", []), tmp_path)[0]["report"]["kept"] == 5


def test_judgments_by_id_are_no_table_by_columns(tmp_path):
    held = json.dumps({"q1": {"d1": 2, "d2": 0}})
    _, stage = read_case(Case(held, "", [], TEXTS, BESIDE), tmp_path)
    assert stage.execute("SELECT query, passage, label FROM staged").fetchall() == BOTH


def test_a_zip_that_is_not_one_file_is_refused(tmp_path):
    two = zipped({"a.csv": "query,passage\nq,p\n", "b.csv": "query,passage\nq,p\n"})
    with pytest.raises(Refused, match="contains several files"):
        read_case(Case(two, "", []), tmp_path)
    with pytest.raises(Refused, match="contains no file that can be opened"):
        read_case(Case(zipped({".hidden": "query,passage\nq,p\n"}), "", []), tmp_path)


def test_a_locked_or_broken_zip_is_refused(tmp_path):
    plain = zipped({"a.csv": "query,passage\nq,p\n"})
    locked = bytearray(plain)  # the first bit of the flags: encrypted
    locked[6] |= 1
    locked[plain.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused, match="encrypted"):
        read_case(Case(bytes(locked), "", []), tmp_path)
    with pytest.raises(Refused, match="damaged"):
        read_case(Case(plain.replace(b"q,p", b"q,x", 1), "", []), tmp_path)


@pytest.mark.parametrize(
    "odd",
    [{"data": {"query": "q", "passage": "p"}, "annotations": [5]},
     {"data": {"query": "q", "passage": "p"}, "annotations": 5},
     {"data": 5, "annotations": []},
     {"data": {"query": "q", "passage": "p"},
      "annotations": [{"completed_by": "\ud800", "result": [TASK]}]}],
)  # fmt: skip
def test_a_task_built_otherwise_is_left_out(odd, tmp_path):
    good = {"data": {"query": "q", "passage": "p"}, "annotations": [{"result": [TASK]}]}
    result, stage = read_case(Case(json.dumps([good, odd]), "", []), tmp_path)
    assert (result["report"]["kept"], result["report"]["unreadable"]) == (1, 1)
    assert stage.execute("SELECT count(*) FROM left_out").fetchone() == (1,)


def test_a_label_that_is_no_text_is_left_out(tmp_path):
    rows = [{"query": "q", "passage": "p", "label": label} for label in (1, 0, "\ud800")]
    result, _ = read_case(Case(lines(*rows), "", []), tmp_path)
    assert (result["report"]["kept"], result["report"]["bad_label"]) == (1, 1)


def test_digits_of_another_kind_are_no_grades(tmp_path):
    case = Case("q1 d1 ²\nq1 d2 1\nq1 d2 0\n", "", [], TEXTS, BESIDE)
    report = read_case(case, tmp_path)[0]["report"]
    assert (report["kept"], report["bad_label"]) == (1, 1)


@pytest.mark.parametrize("name", ["docx", "", "csvv"])
def test_a_format_that_is_none(name, tmp_path):
    with pytest.raises(Refused, match="not a format"):
        read_case(Case("query,passage\nq,p\n", "", [], {"format": name}), tmp_path)


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Preis", ["9,99", "12,5", "9,99", "20"]),
        ("Kosten", ["9,99", "12,5", "9,99", "20"]),  # a name that is not known
        ("Artikel", ["4", "5", "6", "7"]),
        ("SKU", ["1", "2", "1", "2"]),
    ],
)
def test_a_column_of_prices_or_ids_is_not_taken_for_the_label(column, cells, tmp_path):
    rows = [f"query {n};passage {n};{cell}" for n, cell in enumerate(cells * 3)]
    distinct = len(set(cells)) == len(cells)
    table = "\n".join([f"query;passage;{column}", *(rows[:4] if distinct else rows)])
    result, _ = read_case(Case(table, "", []), tmp_path)
    assert result["plan"]["label"] is None
    assert result["report"]["unlabelled"] == result["report"]["records"]
