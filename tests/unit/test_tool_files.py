"""Exports of tools, judges and search logs, and scores of models: what each must give."""

import json
import zipfile

import pytest

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read
from tests.unit.test_field_files import THREE, TWO, M, N, P, Q, gives, lines, read_file

UNLABELLED = {(Q, P, None), (Q, N, None)}
LABELS = ("relevant", "irrelevant")
TEXTS = tuple(zip((P, N), LABELS, strict=True))


def task(data, *results):
    return {"id": 1, "data": data, "predictions": [],
            "annotations": [{"completed_by": 1, "result": list(results)}]}  # fmt: skip


def compared(left, right, selected):
    data = {"prompt": Q, "answer1": left, "answer2": right}
    result = {"from_name": "comparison", "type": "pairwise", "value": {"selected": selected}}
    return task(data, result)


FILES = {
    "accepted and rejected labels of Prodigy": (
        lines(*[{"text": text, "label": "RELEVANT", "meta": {"query": Q}, "answer": answer,
                 "_input_hash": 1, "_task_hash": 2, "_session_id": "s-ann"}
                for text, answer in ((P, "accept"), (N, "reject"), (M, "ignore"))]),
        {*TWO, (Q, M, None)},
    ),
    "doccano with the query among the metadata": (
        lines(*[{"id": 1, "text": text, "meta": {"query": Q},
                 "annotations": [{"label": word, "user": 1}]} for text, word in TEXTS]), TWO,
    ),
    "doccano as a table": (
        f"id,data,label,query\n1,{P},relevant,{Q}\n2,{N},irrelevant,{Q}\n", TWO,
    ),
    "choices of Label Studio": (
        json.dumps([task({"query": Q, "passage": text},
                         {"from_name": "r", "type": "choices", "value": {"choices": [word]}})
                    for text, word in TEXTS]), TWO,
    ),
    "comparisons of Label Studio": (
        json.dumps([compared(P, N, "left"), compared(M, P, "right")]), THREE,
    ),
    "comparisons of Label Studio in short": (
        json.dumps([{"id": 1, "prompt": Q, "answer1": P, "answer2": N, "comparison": "left"},
                    {"id": 2, "prompt": Q, "answer1": M, "answer2": P, "comparison": "right"}]),
        THREE,
    ),
    "records of Argilla as a table": (
        lines(*[{"id": "1", "status": "completed", "_server_id": "x", "query": Q, "passage": text,
                 "relevance.responses": [word], "relevance.responses.users": ["u1"],
                 "relevance.responses.status": ["submitted"], "relevance.suggestion": "relevant",
                 "relevance.suggestion.score": 0.9} for text, word in TEXTS]), TWO,
    ),
    "UMBRELA's judgments": (
        json.dumps([{"model": "m", "query": Q, "passage": text, "prompt": f"Judge {text}",
                     "prediction": f"##final score: {grade}", "judgment": grade,
                     "result_status": 1} for text, grade in ((P, 3), (N, 0))]),
        {(Q, P, 3.0), (Q, N, 0.0)},
    ),
    "a judge model's scores with its reasons": (
        lines(*[{"query": Q, "document": text, "score": grade, "reasoning": "It says what it is.",
                 "model": "m", "prompt_tokens": 210, "latency_ms": 820.4}
                for text, grade in ((P, 3), (N, 0))]), {(Q, P, 3.0), (Q, N, 0.0)},
    ),
    "RAGAS with reference contexts": (
        lines({"user_input": Q, "retrieved_contexts": [P, N], "reference_contexts": [P],
               "response": "It is a rock.", "reference": "Some rock it is."}), TWO,
    ),
    "Cohere's fine-tuning file": (
        lines({"query": Q, "relevant_passages": [P], "hard_negatives": [N, M]}), THREE,
    ),
    "a Quepid case with its documents": (
        "Team Name,Case Name,Case ID,Query Text,Doc ID,Doc Position,Rating,title,text\n"
        f"T,C,1,{Q},d1,1,3,Slate,{P}\nT,C,1,{Q},d2,2,0,Trains,{N}\n", {(Q, P, 3.0), (Q, N, 0.0)},
    ),
    "a manifest of SageMaker": (
        lines(*[{"source": text, "query": Q, "relevance": 1 - at, "relevance-metadata": {
            "class-name": word, "confidence": 0.94, "job-name": "job"}}
            for at, (text, word) in enumerate(TEXTS)]), TWO,
    ),
    "a pool of Toloka": (
        "INPUT:query\tINPUT:document\tOUTPUT:result\tGOLDEN:result\tASSIGNMENT:worker_id\n"
        f"{Q}\t{P}\tyes\t\tw1\n{Q}\t{N}\tno\t\tw1\n", TWO,
    ),
    "a job of Appen": (
        "_unit_id,_golden,_trusted_judgments,relevance,relevance:confidence,product_title,query\n"
        f"1,false,3,4,1.0,{P},{Q}\n2,false,3,1,0.66,{N},{Q}\n", {(Q, P, 4.0), (Q, N, 1.0)},
    ),
    "FlagEmbedding with a teacher's scores": (
        lines({"query": Q, "pos": [P], "neg": [N, M], "pos_scores": [0.98],
               "neg_scores": [0.01, 0.2], "prompt": "", "type": "normal"}), THREE,
    ),
    "Phoenix's evaluated documents": (
        "document_position,input,reference,document_score,label,score,explanation\n"
        f"0,{Q},{P},0.8312,relevant,1,Says so.\n1,{Q},{N},0.7121,unrelated,0,Does not.\n", TWO,
    ),
    "passages with their labels by the query's text": (
        json.dumps({Q: [{"passage": P, "label": 1}, {"passage": N, "label": 0}]}), TWO,
    ),
    "grades by the texts of query and passage": (json.dumps({Q: {P: 1, N: 0, M: 0}}), THREE),
    "MS MARCO's first stage": (f"18871\t10005\t{Q}\t{P}\n18871\t10008\t{Q}\t{N}\n", UNLABELLED),
    "answers of a ranking API": (
        lines({"query": Q, "documents": [P, N], "results": [
            {"index": 1, "relevance_score": 0.98123}, {"index": 0, "relevance_score": 0.0212}]}),
        UNLABELLED,
    ),
    "groups of columns in a header of two rows": (
        f"Query,Document,,Judgments,\n,Title,Text,Ann,Bo\n{Q},Slate,{P},1,1\n{Q},Late,{N},0,0\n",
        TWO,
    ),
    "a header in German above words": (
        f"Suchanfrage;Treffer;Relevant\n{Q};{P};yes\n{Q};{N};no\n", TWO,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, pairs = FILES[name]
    gives(tmp_path, content, pairs)


BY_A_MODEL = {
    "RankLLM's output": (lines({"query": {"text": Q, "qid": "q1"}, "candidates": [
        {"docid": "d1", "score": 12.5321, "doc": {"segment": P}},
        {"docid": "d2", "score": -3.25, "doc": {"segment": N}}]}), "candidates.score"),
    "a ranked list": (lines({"query": Q, "hits": [
        {"content": P, "docid": "d1", "rank": 1, "score": 0.98321},
        {"content": N, "docid": "d2", "rank": 2, "score": 0.52112}]}), "hits.score"),
    "logits": (f"query,passage,logit\n{Q},{P},8.6192\n{Q},{N},-11.2031\n", "logit"),
    "raw scores": (f"query,passage,raw_score\n{Q},{P},0.6\n{Q},{N},0.2\n", "raw_score"),
    "BM25": (f"query,passage,score\n{Q},{P},17.4121\n{Q},{N},11.0312\n", "score"),
    "a teacher's scores": (lines({"query": Q, "passages": [P, N], "scores": [8.6, -11.2]}),
                           "scores"),
    "an answer of Text Embeddings Inference": (
        lines({"query": Q, "texts": [P, N], "raw_scores": [8.6, -11.2]}), "raw_scores"),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_A_MODEL)
def test_scores_of_a_model_are_no_labels_unless_chosen(name, tmp_path):
    content, column = BY_A_MODEL[name]
    result, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == UNLABELLED
    with pytest.raises(Refused, match=f"{column} .scores of a model, not labels.*--label {column}"):
        refuse_unread(result["unread"], "the file")
    for more in ({"ignore": [column]}, {"label": column}):
        folder = tmp_path / next(iter(more))
        folder.mkdir()
        result, stage = read_file(folder, content, **more)
        refuse_unread(result["unread"], "the file")
        labels = [label for (label,) in stage.execute("SELECT label FROM staged")]
        assert any(label is not None for label in labels) == ("label" in more)


def test_scores_of_documents_by_id_are_no_labels_unless_chosen(tmp_path):
    corpus, queries = tmp_path / "c.jsonl", tmp_path / "q.jsonl"
    corpus.write_text(lines({"_id": "d1", "text": P}, {"_id": "d2", "text": N}))
    queries.write_text(lines({"_id": "q1", "text": Q}))
    content = lines({"query_id": "q1", "document_ids": ["d1", "d2"], "scores": [8.6192, 0.5237]})
    texts = {"corpus": str(corpus), "queries": str(queries)}
    result, stage = read_file(tmp_path, content, **texts)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == UNLABELLED
    assert [(one["column"], one["asks"]) for one in result["unread"]] == [("scores", True)]
    (tmp_path / "chosen").mkdir()
    _, stage = read_file(tmp_path / "chosen", content, label="scores", **texts)
    assert {label for (label,) in stage.execute("SELECT label FROM staged")} == {8.6192, 0.5237}


def table_of(name, values):
    rows = [f"{Q} {at},{P} {at},{value}" for at, value in enumerate(values)]
    return "\n".join([f"query,passage,{name}", *rows])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("score", [5.0, 3.8, 2.6, 0.4, 1.25] * 8),  # means of a few people
        ("score", [1.0, 0.333333, 0.666667, 0.0] * 8),
        ("relevance_score", [1.0, 2.5, 3.0] * 8),
        ("label", [round(at * 7.618 % 23, 4) for at in range(40)]),  # our own export of scores
        ("score", ["87.5%", "12.25%"] * 8),
    ],
)
def test_labels_with_fractions_stay_labels(name, values, tmp_path):
    result, _ = read_file(tmp_path, table_of(name, values))
    assert result["plan"]["label"] == name and result["report"]["kept"] == len(values)
    assert result["unread"] == []


def test_labels_that_may_be_probabilities_of_a_model_are_named(tmp_path):
    content = table_of("score", [round(at * 0.61803 % 1, 6) for at in range(40)])
    result, _ = read_file(tmp_path, content)
    assert result["report"]["kept"] == 40
    assert any("like scores of a model" in note for note in result["notes"])
    (tmp_path / "without").mkdir()
    result, _ = read_file(tmp_path / "without", content, ignore=["score"])
    assert (result["report"]["kept"], result["report"]["unlabelled"]) == (0, 40)


def test_clicks_are_a_question_and_no_label(tmp_path):
    rows = [f"{Q},{P},120,37,0.3083", f"{Q},{N},118,2,0.0169"]
    content = "\n".join(["query,title,impressions,clicks,ctr", *rows])
    result, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == UNLABELLED
    with pytest.raises(Refused, match=r"clicks \(labels\), ctr \(labels\)"):
        refuse_unread(result["unread"], "the file")


COLLECTIONS = {
    "TREC": {
        "topics.dl20.tsv": f"q1\t{Q}\n", "collection.tsv": f"d1\t{P}\nd2\t{N}\n",
        "2020qrels-pass.txt": "q1 0 d1 3\nq1 0 d2 0\n", "run.bm25.txt": "q1 Q0 d1 1 9.5 t\n",
    },
    "TREC in SGML": {
        "topics.301-302": "", "trec/topics.txt":
            f"<top>\n<num> Number: 301\n<title> {Q}\n<desc> Description:\nAny.\n</top>\n",
        "trec/docs/part1.txt": f"<DOC>\n<DOCNO>d1</DOCNO>\n<TEXT>{P}</TEXT>\n</DOC>\n",
        "trec/docs/part2.txt": f"<DOC>\n<DOCNO>d2</DOCNO>\n<TEXT>{N}</TEXT>\n</DOC>\n",
        "trec/qrels.trec8.txt": "301 0 d1 1\n301 0 d2 0\n",
    },
    "BEIR": {
        "nq/corpus.jsonl": lines({"_id": "d1", "title": "", "text": P}, {"_id": "d2", "text": N}),
        "nq/queries.jsonl": lines({"_id": "q1", "text": Q}),
        "nq/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n",
        "nq/README.md": "A set.",
    },
    "MS MARCO": {
        "collection.tsv": f"1\t{P}\n2\t{N}\n", "queries.dev.small.tsv": f"7\t{Q}\n",
        "queries.train.tsv": "8\tanother query\n",
        "qrels.dev.small.tsv": "7\t0\t1\t1\n7\t0\t2\t0\n",
    },
    "a shop, as WANDS": {
        "dataset/query.csv": f"query_id\tquery\tquery_class\n0\t{Q}\tRocks\n",
        "dataset/product.csv": "product_id\tproduct_name\tproduct_class\tproduct_description\n"
            f"7\t{P}\tRocks\t\n8\t{N}\tTrains\t{M}\n",
        "dataset/label.csv": "id\tquery_id\tproduct_id\tlabel\n1\t0\t7\tyes\n2\t0\t8\tno\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_test_collection_is_read_as_a_whole(name, packed, tmp_path):
    source, files = tmp_path / "set", COLLECTIONS[name]
    if packed:
        with zipfile.ZipFile(source, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
    else:
        for path, text in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_text(text)
    result = read(tmp_path, source, ReadOptions())
    assert (result["report"]["kept"], result["report"]["positives"]) == (2, 1)
    assert {row["query"] for row in result["preview"]} == {Q}
    splits = {"BEIR": "test", "MS MARCO": "dev"}
    assert {row["split"] for row in result["preview"]} == {splits.get(name, "")}
    left = [note for note in result["notes"] if note.startswith("Not read")]
    assert any("run.bm25.txt" in note for note in left) == (name == "TREC")
    assert any("product_class" in note for note in left) == (name == "a shop, as WANDS")


def test_words_of_a_collection_are_mapped_to_grades(tmp_path):
    shop = COLLECTIONS["a shop, as WANDS"]
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as archive:
        for path, text in shop.items():
            words = text.replace("\tyes\n", "\tExact\n").replace("\tno\n", "\tPartial\n")
            archive.writestr(path, words)
    assert read(tmp_path, tmp_path / "shop.zip", ReadOptions())["asks"] == "labels"
    grades = ReadOptions(map_label={"Exact": 2, "Partial": 1, "Irrelevant": 0})
    (tmp_path / "mapped").mkdir()
    assert read(tmp_path / "mapped", tmp_path / "shop.zip", grades)["found"] == [1, 2]


def test_tables_of_ids_are_joined_with_files_of_their_texts(tmp_path):
    shop = COLLECTIONS["a shop, as WANDS"]
    for path, text in shop.items():
        (tmp_path / path.rpartition("/")[2]).write_text(text)
    with pytest.raises(Refused, match=r"product_id.*--corpus FILE"):
        read(tmp_path, tmp_path / "label.csv", ReadOptions())
    texts = {"queries": str(tmp_path / "query.csv"), "corpus": str(tmp_path / "product.csv")}
    result = read(tmp_path, tmp_path / "label.csv", ReadOptions(**texts))
    assert {row["passage"] for row in result["preview"]} == {P, f"{N} {M}"}


def test_a_parquet_of_mteb_gives_its_pairs(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"query": Q, "positive": [P], "negative": [N, M]}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "test.parquet")
    result, stage = read_file(tmp_path, (tmp_path / "test.parquet").read_bytes())
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == THREE
    refuse_unread(result["unread"], "the file")


UNCLEAR = {
    "Google's search console": (
        f"Query,Page,Clicks,Impressions,CTR,Position\n{Q},https://x/slate,37,120,30.83%,1.2\n"),
    "Algolia's analytics": f"Search,Count,Click-Through Rate,Click Position\n{Q},120,0.31,1.4\n",
    "a ranking question of Argilla": json.dumps([{
        "id": "1", "fields": {"query": Q, "passage-1": P, "passage-2": N}, "responses": {
            "ranking": [{"user_id": "u", "value": [{"rank": 1, "value": "passage-1"}]}]}}]),
    "Quepid's ratings without documents": f"query,docid,rating\n{Q},d1,3\n{Q},d2,0\n",
    "chats for fine-tuning": lines({"messages": [
        {"role": "user", "content": f"Query: {Q} Document: {P}"},
        {"role": "assistant", "content": "yes"}]}),
    "contexts that nobody judged": lines(
        {"question": Q, "contexts": [P, N], "answer": "A rock it is.", "ground_truth": "A rock."}),
    "an answer of Elasticsearch": json.dumps(
        {"hits": {"hits": [{"_id": "d1", "_score": 3.2, "_source": {"text": P}}]}}),
    "features of LETOR": "2 qid:10 1:0.03 2:0.1 #docid = G1\n0 qid:10 1:0.01 2:0.2 #docid = G2\n",
}  # fmt: skip


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_not_clear_is_asked(name, tmp_path):
    try:
        result, _ = read_file(tmp_path, UNCLEAR[name])
    except Refused as refused:
        assert "--" in str(refused)
        return
    if "asks" not in result:
        with pytest.raises(Refused, match="--"):
            refuse_unread(result["unread"], "the file")
