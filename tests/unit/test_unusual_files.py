"""Files that were read wrongly without a word: by polarity, columns, languages, judges."""

import io
import json

import pytest

from reranker_ui.core.formats.structure.groups import separated_of
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.refused import Refused
from tests.unit.test_field_files import THREE, TWO, M, N, P, Q, gives, lines, read_file

TEXTS = ((P, 1), (N, 0))
WORDS = ((P, "relevant"), (N, "irrelevant"))
OTHER = "how deep is the sea"
GRADED = {(Q, P, 3.0), (Q, N, 0.0)}
HUMAN, BOT = {"from": "human", "value": Q}, {"from": "gpt", "value": P}
OPENAI = {"role": "assistant", "content": P}


def table(header, *rows):
    return "\n".join([header, *rows]) + "\n"


def flags(name, right, wrong):
    return table(f"query,passage,{name}", f"{Q},{P},{right}", f"{Q},{N},{wrong}")


def answered(*questions):
    return {"completed_by": 1, "result": [
        {"from_name": name, "type": kind, "value": {kind: value}}
        for name, kind, value in questions]}  # fmt: skip


FILES = {
    **{f"a flag named {name}": (flags(name, "0", "1"), TWO) for name in (
        "irrelevant", "negative", "is_hard_negative", "rejected", "off_topic", "Unrelated")},
    "a flag of words": (flags("not_relevant", "false", "true"), TWO),
    "a flag for what is relevant": (flags("positive", "1", "0"), TWO),
    "unanswerable questions": (
        lines(*[{"question": Q, "context": text, "is_impossible": not n} for text, n in TEXTS]),
        TWO),
    "distractors in a list": (
        lines({"query": Q, "passages": [{"text": t, "is_distractor": not n} for t, n in TEXTS]}),
        TWO),
    "Korean with the passage first": (
        table("문서,질의,관련성", f"{P},{Q},1", f"{N},{Q},0"), TWO),
    "Russian with the passage first": (
        table("документ;запрос;релевантность", f"{P};{Q};да", f"{N};{Q};нет"), TWO),
    "Arabic with the passage first": (
        table("النص,الاستعلام,التقييم", f"{P},{Q},3", f"{N},{Q},0"), GRADED),
    "Vietnamese with the passage first": (
        table("Đoạn văn,Câu hỏi,Nhãn", f"{P},{Q},1", f"{N},{Q},0"), TWO),
    "an empty label beside the label": (
        table("query,passage,label,relevance", f"{Q},{P},,1", f"{Q},{N},,0"), TWO),
    "a passage's id beside its text": (
        table("query,query_text,doc,doc_text,label", f"q1,{Q},d1,{P},1", f"q1,{Q},d2,{N},0"), TWO),
    "an address beside the text": (
        table("query,document,content,label", f"{Q},https://a.example/1,{P},1",
              f"{Q},https://a.example/2,{N},0"), TWO),
    "documents of an index": (
        lines(*[{"_index": "j", "_id": str(n), "_score": 1, "_source": {
            "query": Q, "text": text, "rating": str(3 * n)}} for text, n in TEXTS]), GRADED),
    "a score beside what a person says": (
        table("query,passage,score,human", f"{Q},{P},0.8312,1", f"{Q},{N},0.9121,0"), TWO),
    "raters and what they agreed on": (
        table("query,passage,rater1,rater2,final", f"{Q},{P},1,0,1", f"{Q},{N},0,1,0"), TWO),
    "a prediction and the truth": (
        table("query,passage,predicted_label,true_label", f"{Q},{P},0,1", f"{Q},{N},1,0"), TWO),
    "preferences of ShareGPT": (
        lines({"conversations": [HUMAN], "chosen": BOT, "rejected": {**BOT, "value": N}}), TWO),
    "preferences of OpenAI": (
        lines({"input": {"messages": [{"role": "user", "content": Q}], "tools": []},
               "preferred_output": [OPENAI],
               "non_preferred_output": [{**OPENAI, "content": N}]}), TWO),
    "queries of one passage": (
        lines({"doc": P, "queries": [{"text": Q, "label": 1}, {"text": OTHER, "label": 0}]}),
        {(Q, P, 1.0), (OTHER, P, 0.0)}),
    "queries of one passage with parallel labels": (
        lines({"passage": P, "questions": [Q, OTHER], "labels": [1, 0]}),
        {(Q, P, 1.0), (OTHER, P, 0.0)}),
    "passages by their ids": (
        lines({"query": Q, "positives": {"d1": P}, "negatives": {"d2": N, "d3": M}}), THREE),
    "passages with labels by their ids": (
        lines({"query": Q, "documents": {f"d{n}": {"text": t, "label": n} for t, n in TEXTS}}),
        TWO),
    "an object around a list": (
        lines({"inputs": {"question": Q}, "outputs": {"documents": [
            {"page_content": text, "metadata": {"source": "a"}, "relevant": bool(n)}
            for text, n in TEXTS]}}), TWO),
    "records at the second level": (
        json.dumps({"meta": {"v": 1}, "data": {"all": [
            {"query": Q, "passage": text, "label": n} for text, n in TEXTS]}}), TWO),
    "prompts that name query and document": (
        lines(*[{"id": 1, "text": f"Query: {Q}\nDocument: {text}", "label": [word]}
                for text, word in WORDS]), TWO),
    "instructions": (
        lines(*[{"instruction": "Does the passage answer?", "output": ("no", "yes")[n],
                 "input": f"Query: {Q}\nPassage: {text}"} for text, n in TEXTS]), TWO),
    "LightTag": (
        json.dumps({"examples": [{"content": text, "metadata": {"query": Q}, "annotations": [],
                                  "classifications": [{"classname": word, "annotator": "ann"}]}
                                 for text, word in WORDS]}), TWO),
    "several questions of Label Studio": (
        json.dumps([{"data": {"query": Q, "text": text}, "annotations": [answered(
            ("fluency", "choices", [("Yes", "No")[n]]), ("is_relevant", "choices", [word]))]}
            for (text, n), (_, word) in zip(TEXTS, WORDS, strict=True)]), TWO),
    "several questions of Argilla in a table": (
        lines(*[{"id": "1", "query": Q, "passage": text, "quality.responses": [("yes", "no")[n]],
                 "quality.responses.status": ["submitted"], "relevance.responses": [word],
                 "relevance.responses.status": ["submitted"]}
                for (text, n), (_, word) in zip(TEXTS, WORDS, strict=True)]), TWO),
    "grades with comments of several people": (
        lines(*[{"query": Q, "passage": text, "ratings": [
            {"grade": n, "comment": "It says so clearly."}, {"grade": n, "comment": "I agree."}]}
            for text, n in TEXTS]), TWO),
    "an answer of each judge model": (
        lines(*[{"query": Q, "passage": text, "gpt-4o": {"score": n, "reason": "so"},
                 "claude": {"score": n, "reason": "so"}} for text, n in TEXTS]), TWO),
    "a flag inside the label": (
        lines(*[{"query": Q, "passage": t, "label": {"irrelevant": not n}} for t, n in TEXTS]),
        TWO),
    "a flag for each word inside the label": (
        lines(*[{"query": Q, "passage": text, "label": {"relevant": n, "irrelevant": 1 - n}}
                for text, n in TEXTS]), TWO),
    "questions and answers of one context": (
        json.dumps([{"context": P, "questions": [{"question": Q, "answer": "a rock"}]}]),
        {(Q, P, None)}),
    "texts, their ids, and the ids of the relevant ones": (
        lines({"query": Q, "doc_ids": ["d1", "d2"], "docs": [P, N], "relevant_ids": ["d1"]}), TWO),
    "a header of six words above tabs": (
        f"Anchor\tPositive\tNegative 1\tNegative 2\n{Q}\t{P}\t{N}\t{M}\n", THREE),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, pairs = FILES[name]
    result = gives(tmp_path, content, pairs)
    assert (result["report"]["bad_label"], result["report"]["unreadable"]) == (0, 0)


PREFERENCE = {"prompt": Q, "response_1": P, "response_2": N, "overall_preference": -2}
UNCLEAR = {
    "a session is not a label": table(
        "session,query,doc_text,action", f"1,{Q},{P},click", f"1,{Q},{N},skip", f"2,{Q},{M},skip"),
    "a strength of a preference is not the number of a text": lines(
        PREFERENCE, {**PREFERENCE, "response_1": M, "overall_preference": 1}),
    "names of a team and a case are no passages": table(
        "Team Name,Case Name,Case ID,Query Text,Doc ID,Doc Position,Rating",
        f"My team,My case,1,{Q},d1,1,3", f"My team,My case,1,{Q},d2,2,0"),
    "names of events are no passages": lines(
        {"action_name": "click", "query_id": "q1", "user_query": Q, "position": 1}),
    "ids of documents are no passages": lines(
        {"query_id": "q1", "query_text": Q, "positive_document_ids": ["d1"]}),
    "answers of yes and no are no labels": lines(
        {"question": Q, "passage": P, "answer": True},
        {"question": OTHER, "passage": N, "answer": False}),
    "classes of premises": table(
        "premise,hypothesis,label", f"{Q},{P},0", f"{Q},{N},2", f"{Q},{M},1"),
    "chats without a query": lines(
        {"chosen": f"Human: {Q}\n\nAssistant: {P}", "rejected": f"Human: {Q}\n\nAssistant: {N}"}),
    "labels deep in a project": lines(*[
        {"data_row": {"id": "x", "row_data": text}, "projects": {"p": {"labels": [
            {"classifications": [{"name": "relevance", "answer": word}]}]}},
         "metadata_fields": [{"schema_name": "query", "value": Q}]} for text, word in WORDS]),
    "a grade of each judge in a list": lines({"query": Q, "judgments": [
        {"doc": {"title": "", "text": text}, "grades": [
            {"judge": "a", "grade": n}, {"judge": "b", "grade": n}]} for text, n in TEXTS]}),
    "contexts beside a score of the answer": lines(
        {"input": Q, "retrieval_context": [P, N], "actual_output": "It is a rock.", "score": 0.5}),
    "choices of a question": lines(
        {"premise": Q, "choice1": P, "choice2": N, "question": "cause", "label": 0},
        {"premise": Q, "choice1": M, "choice2": P, "question": "effect", "label": 1}),
    "votes for and against": table(
        "query,passage,positive_votes,negative_votes", f"{Q},{P},5,0", f"{Q},{N},0,4"),
    "crosses for what is irrelevant": table("query,passage,irrelevant", f"{Q},{P},", f"{Q},{N},x"),
    "a distance is not a label": table("query,passage,distance", f"{Q},{P},1", f"{Q},{N},5"),
    "labels beside an empty label": lines(
        *[{"text": text, "query": Q, "label": [], "cats": [word]} for text, word in WORDS]),
    "an answer of a judge model with names of its own": lines(
        *[{"query": Q, "passage": text, "output": json.dumps({"M": 2 * n, "O": 3 * n})}
          for text, n in TEXTS]),
    "judgments of five columns": "q1\t0\td1\t1\tann\nq1\t0\td2\t0\tann\n",
    "questions of Label Studio whose names say nothing": json.dumps([
        {"data": {"query": Q, "text": text}, "annotations": [answered(
            ("one", "choices", ["Yes"]), ("two", "choices", ["No"]))]} for text, _ in TEXTS]),
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


def test_an_odd_name_of_a_label_is_quoted_for_the_shell(tmp_path):
    rows = [f"{Q} {n},{P},{n % 2}" for n in range(20)]
    content = table("query,passage,label", *rows, f"{Q},{N},it's so so")
    result, _ = read_file(tmp_path, content)
    assert any("--map-label 'it'\"'\"'s so so=GRADE'" in note for note in result["notes"])


def test_a_flag_is_turned_unless_its_values_are_mapped(tmp_path):
    content = flags("irrelevant", "0", "1")
    result, _ = read_file(tmp_path, content)
    assert any("irrelevant marks what is not relevant" in note for note in result["notes"])
    for at, more in enumerate(({"label": "irrelevant"}, {"map_label": {"1": 1, "0": 0}})):
        (tmp_path / str(at)).mkdir()
        _, stage = read_file(tmp_path / str(at), content, **more)
        labels = dict(stage.execute("SELECT passage, label FROM staged").fetchall())
        assert labels == {P: 1 - at, N: at}
    (tmp_path / "both").mkdir()
    both = table("query,passage,label,is_negative", f"{Q},{P},1,0", f"{Q},{N},0,1")
    _, stage = read_file(tmp_path / "both", both)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO


def test_a_chat_is_a_query_with_all_its_turns(tmp_path):
    chat = [{"role": "system", "content": "You are kind."}, {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "Hi!"}, {"role": "user", "content": Q}]  # fmt: skip
    _, stage = read_file(tmp_path, lines({"messages": chat, "positive": P, "negative": N}))
    queries = {query for (query,) in stage.execute("SELECT query FROM staged")}
    assert queries == {f"hello\nHi!\n{Q}"}


def test_an_annotator_who_skipped_the_question_has_no_vote(tmp_path):
    tasks = [{"data": {"query": Q, "text": P}, "annotations": [
        answered(("fluency", "choices", ["No"]), ("relevance", "choices", ["Yes"])),
        answered(("fluency", "choices", ["No"]))]}]  # fmt: skip
    for label in (None, "relevance"):
        (tmp_path / str(label)).mkdir()
        _, stage = read_file(tmp_path / str(label), json.dumps(tasks), label=label)
        assert stage.execute("SELECT value FROM votes").fetchall() == [(1.0,)]
    with pytest.raises(Refused, match=r"several questions: fluency, relevance.*--label"):
        read_file(tmp_path, json.dumps(tasks), label="grade")


@pytest.mark.parametrize(
    ("values", "kept"),
    [([0, 25, 50, 75, 100, 90, 10, 85], 8), ([0, 10, 20, 95, 100, 87, 3, 55] * 10, 80)],
)
def test_whole_numbers_up_to_100_are_scores(values, kept, tmp_path):
    rows = [f"{Q},{P} {at},{value}" for at, value in enumerate(values)]
    result, _ = read_file(tmp_path, table("query,passage,relevance", *rows))
    assert (result["report"]["kept"], result["report"]["bad_label"]) == (kept, 0)
    assert result["scale"] == {"kind": "score", "max": 100, "min": 0, "relevant_from": 50}


def test_whole_numbers_up_to_20_are_scores_too(tmp_path):
    rows = [f"{Q},{P} {value},{value}" for value in (0, 5, 20, 15, 12, 18, 3, 17)]
    result, _ = read_file(tmp_path, table("query,passage,relevance", *rows))
    assert result["report"]["positives"] == 5 and result["scale"]["max"] == 20


def test_a_row_of_totals_is_no_pair(tmp_path):
    content = table("query;passage;label", f"{Q};{P};1", f"{Q};{N};0", "Total;2;")
    result, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO
    assert result["report"]["unreadable"] == 1


NAMES = [
    (["relevant", "irrelevant"], [0, 1], TWO),
    (["not_duplicate", "duplicate"], [1, 0], TWO),
    (["duplicate", "not_duplicate"], [0, 1], TWO),
    (["0", "1"], [1, 0], TWO),
    (["entailment", "neutral", "contradiction"], [0, 2], None),
]


@pytest.mark.parametrize(("names", "labels", "pairs"), NAMES)
@pytest.mark.parametrize("saved", [False, True])
def test_numbers_of_names_are_read_by_their_names(names, labels, pairs, saved, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    feature = {"names": names, "_type": "ClassLabel"}
    rows = [{"query": Q, "passage": text, "label": n}
            for text, n in zip((P, N), labels, strict=True)]  # fmt: skip
    hub = {b"huggingface": json.dumps({"info": {"features": {"label": feature}}}).encode()}
    data, out = pa.Table.from_pylist(rows).replace_schema_metadata(hub), io.BytesIO()
    parquet.write_table(data, out)
    if saved:
        (tmp_path / "set").mkdir()
        (tmp_path / "set/state.json").write_text("{}")
        with pa.ipc.new_stream(tmp_path / "set/data.arrow", data.schema) as stream:
            stream.write_table(data)
        result, stage = read_folder(tmp_path)
    else:
        result, stage = read_file(tmp_path, out.getvalue())
    assert ("asks" in result) == (pairs is None)
    if pairs:
        assert set(stage.execute("SELECT query, passage, label FROM staged")) == pairs


def read_folder(folder):
    import sqlite3

    from reranker_ui.core.formats.options import ReadOptions
    from reranker_ui.services.imports.read_job import read

    result = read(folder, folder / "set", ReadOptions())
    return result, sqlite3.connect(folder / "stage.db")


def test_a_broken_line_of_a_corpus_is_left_out_and_named(tmp_path):
    corpus, queries = tmp_path / "c.jsonl", tmp_path / "q.tsv"
    corpus.write_text(
        lines({"_id": "d1", "text": P}) + '\n{"_id": "d2", "te\n' + lines({"_id": "d3", "text": N})
    )
    queries.write_text(f"q1\t{Q}\n")
    texts = {"corpus": str(corpus), "queries": str(queries)}
    result, stage = read_file(tmp_path, "q1 0 d1 1\nq1 0 d2 1\nq1 0 d3 0\n", **texts)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO
    assert result["report"]["unreadable"] == 1
    assert any("Left out of c.jsonl" in note and "line 2 (" in note for note in result["notes"])
    corpus.write_text('{"_id": "d2", "te\n{"_id": "d3", "te\n')
    (tmp_path / "none").mkdir()
    with pytest.raises(Refused, match=r"c\.jsonl is broken JSON"):
        read_file(tmp_path / "none", "q1 0 d1 1\nq1 0 d3 0\n", **texts)


def test_triplets_with_a_margin_are_no_judgments(tmp_path):
    margins = "q1\td1\td2\t5.3142\nq1\td1\td3\t2.1112\n"
    with pytest.raises(Refused, match=r"three ids and a number.*--format triplets"):
        read_file(tmp_path, margins, corpus="c", queries="q")


def test_ids_beside_the_text_of_the_query_need_the_corpus_alone(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text(lines({"_id": "d1", "text": P}, {"_id": "d2", "text": N}))
    content = lines({"query_id": "q1", "query_text": Q, "positive_document_ids": ["d1"],
                     "negative_document_ids": ["d2"]})  # fmt: skip
    _, stage = read_file(tmp_path, content, corpus=str(corpus))
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO


def test_a_workbook_is_read_under_any_name(tmp_path):
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    header = ["Query", "Document", None, "Grade (0-3)"], [None, "Title", "Text", None]
    rows = [Q, "Slate", P, 3], [None, "Trains", N, 0]
    for row in (["Search quality", None, None, None], *header, *rows):
        sheet.append(row)
    for cells in ("A1:D1", "B2:C2", "A4:A5"):
        sheet.merge_cells(cells)
    notes = book.create_sheet("Notes")
    notes.append(["Grade", "Meaning"])
    book.save(out)
    gives(tmp_path, out.getvalue(), GRADED)


def test_blanks_after_the_mark_of_a_prompt_take_no_cubic_time():
    texts = [{"text": f"query: {blank * 50_000}"} for blank in (" ", " \n", "a ", "text ")]
    assert [separated_of([value]) for value in texts] == [None] * 4
