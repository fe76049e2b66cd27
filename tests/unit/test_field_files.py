"""Files of the kinds that people in this field produce, with the pairs that their authors mean."""

import json
import sqlite3
from typing import Any

import pytest

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.read_job import read


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(record) for record in records)


Q, P, N, M = "what is slate", "Slate is a rock.", "Late trains annoy.", "Plates are clay."
TWO = {(Q, P, 1.0), (Q, N, 0.0)}
THREE = {*TWO, (Q, M, 0.0)}
USER, ANSWER = {"role": "user", "content": Q}, {"role": "assistant", "content": P}
DPR = [{"title": "", "text": text, "score": 12.5, "passage_id": "7"} for text in (P, N, M)]
ARTICLES = [["Slate", ["Slate is ", "a rock."]], ["Late trains", ["They annoy."]]]

FILES: dict[str, tuple[str | bytes, dict[str, Any], set[Any]]] = {
    "a French spreadsheet with its booleans": (
        f"requete;reponse;pertinent\n{Q};{P};VRAI\n{Q};{N};FAUX\n", {}, TWO,
    ),
    "a search log with clicks": (
        f"query,doc_title,doc_text,position,clicked\n{Q},Slate,{P},1,1\n{Q},Trains,{N},2,0\n",
        {}, TWO,
    ),
    "a search log as nested hits": (
        lines({"searchTerm": Q, "timestamp": "2024-01-01", "hits": [
            {"_id": "a", "_score": 3.5, "_source": {"title": "", "body": P}, "clicked": True},
            {"_id": "b", "_score": 1.5, "_source": {"title": "", "body": N}, "clicked": False}]}),
        {}, TWO,
    ),
    "a judge model's answer as an object": (
        lines({"query": Q, "passage": P, "judgment": {"score": 1, "reasoning": "It says so."}},
              {"query": Q, "passage": N, "judgment": {"score": 0, "reasoning": "It does not."}}),
        {}, TWO,
    ),
    "a judge model's answer as JSON in a string": (
        lines({"query": Q, "document": P, "label": '{"relevance": 1, "why": "It says so."}'},
              {"query": Q, "document": N, "label": '{"relevance": 0, "why": "It does not."}'}),
        {}, TWO,
    ),
    "a column of labels for each judge": (
        f"query,passage,gpt_label,human_label\n{Q},{P},1,1\n{Q},{N},0,0\n", {}, TWO,
    ),
    "labels of several people in a list": (
        lines({"query": Q, "passage": P, "labels": [1, 1, 0]},
              {"query": Q, "passage": N, "labels": [0, 0, 0]}),
        {}, TWO,
    ),
    "a spreadsheet with a passage and a label in each pair of columns": (
        f"query,doc_1,rel_1,doc_2,rel_2,doc_3,rel_3\n{Q},{P},1,{N},0,{M},0\n", {}, THREE,
    ),
    "a spreadsheet that names the query once": (
        f"Query,Result,Relevant?\n{Q},{P},yes\n,{N},no\n,{M},no\n", {}, THREE,
    ),
    "article numbers with letters, and addresses, before the texts": (
        f"Suche;Link;Artikel;Titel;Bewertung\n{Q};https://a.example/1;SKU-1;{P};1\n"
        f"{Q};https://a.example/2;SKU-2;{N};0\n", {}, TWO,
    ),
    "a German header": (f"Frage;Antwort;Bewertung\n{Q};{P};1\n{Q};{N};0\n", {}, TWO),
    "a title above the header": (
        f"Relevance judgments,,\n,,\nexported,2024-05-01,\nquery,passage,label\n{Q},{P},1\n"
        f"{Q},{N},0\n,,\n", {}, TWO,
    ),
    "an index column of pandas": (f",query,passage,label\n0,{Q},{P},1\n1,{Q},{N},0\n", {}, TWO),
    "Excel's separator line with tabs": (
        f"sep=\\t\nquery\tpassage\tlabel\n{Q}\t{P}\t1\n{Q}\t{N}\t0\n", {}, TWO,
    ),
    "comments above and between rows": (
        f"# tool 1, of May\n# by us\nquery,passage,label\n{Q},{P},1\n# end of part one\n"
        f"{Q},{N},0\n", {}, TWO,
    ),
    "one column name twice": (
        f"query,passage,label,comment,comment\n{Q},{P},1,a,b\n{Q},{N},0,c,d\n", {}, TWO,
    ),
    "lists written into the cells of a table": (
        f'query,positives,negatives\n{Q},"[\'{P}\']","[\'{N}\', \'{M}\']"\n', {}, THREE,
    ),
    "questions with a right answer and distractors": (
        lines({"question": Q, "correct_answer": P, "distractor1": N, "distractor2": M}), {}, THREE,
    ),
    "questions with true and false answers": (
        lines({"question": Q, "category": "Rocks", "best_answer": P, "correct_answers": [P],
               "incorrect_answers": [N, M]}), {}, THREE,
    ),
    "preferences as chats": (
        lines({"prompt": Q, "chosen": [USER, ANSWER], "rejected": [USER, {**ANSWER, "content": N}],
               "score_chosen": 8.5, "score_rejected": 2.0}), {}, TWO,
    ),
    "DPR": (
        lines({"question": Q, "answers": ["a rock"], "positive_ctxs": DPR[:1],
               "negative_ctxs": DPR[1:2], "hard_negative_ctxs": DPR[2:]}), {}, THREE,
    ),
    "multi-hop questions with supporting titles": (
        lines({"question": Q, "answer": "rock", "context": ARTICLES,
               "supporting_facts": [["Slate", 0]]}),
        {}, {(Q, "Slate Slate is  a rock.", 1.0), (Q, "Late trains They annoy.", 0.0)},
    ),
    "multi-hop questions as parallel lists": (
        lines({"question": Q, "answer": "rock",
               "context": {"title": [title for title, _ in ARTICLES],
                           "sentences": [sentences for _, sentences in ARTICLES]},
               "supporting_facts": {"title": ["Slate"], "sent_id": [0]}}),
        {}, {(Q, "Slate Slate is  a rock.", 1.0), (Q, "Late trains They annoy.", 0.0)},
    ),
    "paragraphs that support an answer": (
        lines({"question": Q, "answer": "rock", "paragraphs": [
            {"idx": 0, "title": "", "paragraph_text": P, "is_supporting": True},
            {"idx": 1, "title": "", "paragraph_text": N, "is_supporting": False}]}), {}, TWO,
    ),
    "candidates and the ids of those that are relevant": (
        lines({"query": Q, "candidates": [{"docid": "d1", "text": P}, {"docid": "d2", "text": N}],
               "relevant_docs": ["d1"]}), {}, TWO,
    ),
    "passages with a grade each, by their text": (
        lines({"query": Q, "judgments": {P: 1, N: 0, M: 0}}), {}, THREE,
    ),
    "pairs of a passage and its label": (
        lines({"query": Q, "candidates": [[P, 1], [N, 0], [M, 0]]}), {}, THREE,
    ),
    "arrays of a query, its passages and their labels": (
        lines([Q, [P, N, M], [1, 0, 0]], [Q, [P], [1]]), {}, THREE,
    ),
    "documents and grades in objects": (
        lines({"query": {"id": "q1", "text": Q}, "results": [
            {"document": {"title": "", "body": P}, "relevance": {"grade": 1}},
            {"document": {"title": "", "body": N}, "relevance": {"grade": 0}}]}), {}, TWO,
    ),
    "records under a name of their own": (
        json.dumps({"set": "May", "queries": [{"query": Q, "docs": [P, N], "labels": [1, 0]}]}),
        {}, TWO,
    ),
    "records by id": (
        json.dumps({"q1": {"query": Q, "docs": [P, N], "labels": [1, 0]},
                    "q2": {"query": Q, "docs": [M], "labels": [0]}}), {}, THREE,
    ),
    "queries, corpus and relevant documents in one object": (
        json.dumps({"queries": {"q1": Q}, "corpus": {"d1": P, "d2": N},
                    "relevant_docs": {"q1": ["d1"]}, "mode": "text"}), {}, {(Q, P, 1.0)},
    ),
    "passages of a query in XML": (
        f'<set><query id="1"><text>{Q}</text><passage label="1">{P}</passage>'
        f'<passage label="0">{N}</passage></query></set>', {}, TWO,
    ),
    "more negatives in later records": (
        lines({"query": Q, "positive": P, "negative_1": N},
              *[{"query": f"{Q} {n}", "positive": P, "negative_1": N} for n in range(500)],
              {"query": Q, "positive": P, "negative_1": N, "negative_2": M}),
        {}, {*THREE, *((f"{Q} {n}", t, x) for n in range(500) for t, x in ((P, 1.0), (N, 0.0)))},
    ),
    "columns named by the person": (
        f"a,b,c\n{Q},{P},{N}\n", {"query": "a", "positive": ["b"], "negative": ["c"]}, TWO,
    ),
    "nested columns named by the person": (
        lines({"a": Q, "b": [P, N], "c": [1, 0]}), {"query": "a", "passage": "b", "label": "c"},
        TWO,
    ),
    "JSON Lines below a comment": (
        "// exported in May\n" + lines({"query": Q, "passage": P, "label": 1},
                                       {"query": Q, "passage": N, "label": 0}), {}, TWO,
    ),
    "two answers and a winner": (
        f"question,answer_a,answer_b,winner\n{Q},{P},{N},a\n{Q},{M},{P},B\n", {}, THREE,
    ),
    "comparisons of models in an arena, one a tie": (
        lines({"prompt": Q, "model_a": "x-1", "model_b": "y-2", "response_a": P, "response_b": N,
               "winner": "model_a", "judge": "ann"},
              {"prompt": Q, "model_a": "x-1", "model_b": "y-2", "response_a": P, "response_b": M,
               "winner": "tie (bothbad)", "judge": "ann"}),
        {}, {(Q, P, 1.0), (Q, N, 0.0), (Q, M, None)},
    ),
    "documents 1 and 2 and the preferred one": (
        lines({"query": Q, "doc_1": N, "doc_2": P, "preferred": 2},
              {"query": Q, "doc_1": P, "doc_2": M, "preferred": 1}), {}, THREE,
    ),
    "a flag for the winner of each side": (
        "id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n"
        f"1,x,y,{Q},{P},{N},1,0,0\n2,x,y,{Q},{M},{P},0,1,0\n3,x,y,{Q},{P},{M},0,0,1\n", {}, THREE,
    ),
    "flags for the winner beside texts as JSON": (
        "model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n"
        f'x,y,"[""{Q}""]","[""{P}""]","[""{N}""]",1,0,0\n'
        f'x,y,"[""{Q}""]","[""{M}""]","[""{P}""]",0,1,0\n', {}, THREE,
    ),
    "the text of the winner": (
        lines({"query": Q, "passage_1": P, "passage_2": N, "better": P},
              {"query": Q, "passage_1": M, "passage_2": P, "better": P}), {}, THREE,
    ),
    "percentages": (
        f"query,passage,label\n{Q},{P},100%\n{Q},{N},0%\n{Q},{M},50 %\n",
        {}, {*TWO, (Q, M, 0.5)},
    ),
    "percentages with a decimal comma": (
        f"query;passage;label\n{Q};{P};87,5 %\n{Q};{N};0 %\n", {}, {(Q, P, 0.875), (Q, N, 0.0)},
    ),
    "thumbs": (f"query,passage,label\n{Q},{P},👍\n{Q},{N},👎\n", {}, TWO),
    "check marks": (f"query,passage,relevant\n{Q},{P},✔️\n{Q},{N},❌\n", {}, TWO),
    "stars as signs": (
        f"query,passage,rating\n{Q},{P},★★★★☆\n{Q},{N},★☆☆☆☆\n", {}, {(Q, P, 4.0), (Q, N, 1.0)},
    ),
    "thousands beside larger numbers": (
        f'query,passage,clicks\n{Q},{P},"1,234,567"\n{Q},{N},0\n{Q},{M},"1,000"\n',
        {"label": "clicks", "scale": "score", "max_grade": 2e6},
        {(Q, P, 1234567.0), (Q, N, 0.0), (Q, M, 1000.0)},
    ),
    "three decimals behind a comma": (
        f'query,passage,score\n{Q},{P},"1,000"\n{Q},{N},"0,250"\n', {},
        {(Q, P, 1.0), (Q, N, 0.25)},
    ),
    "related and unrelated": (
        f"input,reference,label\n{Q},{P},related\n{Q},{N},unrelated\n", {}, TWO,
    ),
    "UTF-16 without a mark": (
        f"query\tpassage\tlabel\n{Q}\t{P}\t1\n{Q}\t{N}\t0\n".encode("utf-16-le"), {}, TWO,
    ),
    "a date and a judge beside each label": (
        f"judged_at,query,passage,label,judge\n2024-03-01 10:00,{Q},{P},1,ann\n"
        f"01.03.2024,{Q},{N},0,bo\n", {}, TWO,
    ),
    "line breaks and quotes in cells": (
        f'query,passage,label\n{Q},"{P}\n\nIt ""splits"", they say.",1\n{Q},{N},0\n',
        {}, {(Q, f'{P}\n\nIt "splits", they say.', 1.0), (Q, N, 0.0)},
    ),
    "a task of Mechanical Turk": (
        "HITId,WorkerId,AssignmentStatus,Input.query,Input.passage,Answer.relevance\n"
        f"A,W1,Approved,{Q},{P},1\nB,W2,Approved,{Q},{N},0\n", {}, TWO,
    ),
    "a median label and its variance": (
        "id,query,product_title,median_relevance,relevance_variance\n"
        f"1,{Q},{P},4,0.471\n2,{Q},{N},1,0\n", {}, {(Q, P, 4.0), (Q, N, 1.0)},
    ),
    "two questions with ids": (
        "id,qid1,qid2,question1,question2,is_duplicate\n"
        f"0,1,2,{Q},{P},1\n1,1,3,{Q},{N},0\n", {}, TWO,
    ),
    "pandas by rows": (
        json.dumps({"columns": ["query", "passage", "label"], "index": [0, 1],
                    "data": [[Q, P, 1], [Q, N, 0]]}), {}, TWO,
    ),
    "arrays below their names": (
        json.dumps([["query", "passage", "label"], [Q, P, 1], [Q, N, 0]]), {}, TWO,
    ),
    "rows of the Hub's viewer": (
        json.dumps({"features": [{"name": "query"}], "num_rows_total": 2, "rows": [
            {"row_idx": n, "row": {"query": Q, "passage": text, "label": 1 - n}}
            for n, text in enumerate((P, N))]}), {}, TWO,
    ),
    "a label of each judge in an object": (
        lines({"query": Q, "passage": P, "annotations": {"ann": 1, "bo": 1}},
              {"query": Q, "passage": N, "annotations": {"ann": 0, "bo": 0}}), {}, TWO,
    ),
    "one text with a mark between query and passage": (
        lines({"id": 1, "text": f"{Q} [SEP] {P}", "label": ["1"], "Comments": []},
              {"id": 2, "text": f"{Q} [SEP] {N}", "label": ["0"], "Comments": []}), {}, TWO,
    ),
    "choices of Prodigy without hashes": (
        lines(*[{"text": text, "meta": {"query": Q}, "answer": "accept", "accept": [one],
                 "options": [{"id": "a", "text": "relevant"}, {"id": "b", "text": "irrelevant"}]}
                for text, one in ((P, "a"), (N, "b"))]), {}, TWO,
    ),
    "records of Argilla's first version": (
        json.dumps([{"fields": {"query": Q, "passage": text}, "metadata": {}, "responses": [
            {"user_id": "u1", "status": "submitted", "values": {"relevance": {"value": word}}},
            {"user_id": "u2", "status": "discarded", "values": None}]}
            for text, word in ((P, "yes"), (N, "no"))]), {}, TWO,
    ),
    "a judge's answer in a fence": (
        lines(*[{"query": Q, "passage": text, "label": f'```json\n{{"score": {n}}}\n```'}
                for text, n in ((P, 1), (N, 0))]), {}, TWO,
    ),
    "ratings of Label Studio in a table": (
        f'annotation_id,query,passage,relevance\n1,{Q},{P},"{{""choices"": [""1""]}}"\n'
        f'2,{Q},{N},"[{{""number"": 0}}]"\n', {}, TWO,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, options, pairs = FILES[name]
    gives(tmp_path, content, pairs, **options)


def gives(folder, content, pairs, **options):
    """Assert that a file gives these pairs and leaves nothing unread; returns the result."""
    result, stage = read_file(folder, content, **options)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == pairs
    refuse_unread(result["unread"], "the file")
    return result


def read_file(folder, content, **options):
    path = folder / "input.bin"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = read(folder, path, ReadOptions(**options))
    return result, sqlite3.connect(folder / "stage.db")


BY_ID: dict[str, str] = {
    "Elasticsearch's rank_eval": json.dumps({"requests": [
        {"id": "q1", "request": {"query": {"match": {"text": Q}}}, "ratings": [
            {"_index": "i", "_id": "d1", "rating": 1}, {"_index": "i", "_id": "d2", "rating": 0}]}],
        "metric": {"precision": {"k": 20}}}),
    "rank_eval with a template": json.dumps({"requests": [
        {"id": "q1", "template_id": "t", "params": {"query_string": Q}, "ratings": [
            {"_id": "d1", "rating": 1}, {"_id": "d2", "rating": 0}]}]}),
    "pyvespa": json.dumps([{"query_id": 0, "query": Q, "relevant_docs": [
        {"id": "d1"}, {"id": "d2", "score": 0}]}]),
    "Vertex AI": lines({"queryEntry": {"query": Q, "targets": [
        {"uri": "d1", "score": 1}, {"uri": "d2", "score": 0}]}}),
    "judgments with the queries in comments": (
        f"# grade (0-4)\tqueryid\tdocId\ttitle\n#\n# qid:1: {Q}\n#\n"
        "1\tqid:1 #\td1\tSlate\n0\tqid:1 #\td2\tTrains\n"),
    "ids with the scores of a teacher": lines(
        {"query_id": "q1", "document_ids": ["d1", "d2"], "scores": [1, 0]}),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_ID)
def test_documents_by_id_get_their_texts(name, tmp_path):
    corpus, queries = tmp_path / "c.jsonl", tmp_path / "q.jsonl"
    corpus.write_text(lines({"_id": "d1", "text": P}, {"_id": "d2", "text": N}))
    queries.write_text(lines({"_id": "q1", "text": Q}))
    more = {"queries": str(queries)} if "teacher" in name else {}
    _, stage = read_file(tmp_path, BY_ID[name], corpus=str(corpus), **more)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO


@pytest.mark.parametrize("name", [name for name in BY_ID if "comments" not in name])
def test_documents_by_id_are_no_texts(name, tmp_path):
    with pytest.raises(Refused, match="--corpus"):
        read_file(tmp_path, BY_ID[name])


@pytest.mark.parametrize("odd", [5, [5], [{"ratings": 5}], {"a": 1}, None])
def test_a_record_of_another_structure_is_refused(odd, tmp_path):
    with pytest.raises(Refused):
        read_file(tmp_path, json.dumps({"requests": odd, "metric": {}}))


def test_minus_one_is_not_relevant_where_the_labels_are_signs(tmp_path):
    signs = f"query,passage,label\n{Q},{P},1\n{Q},{N},-1\n"
    result, stage = read_file(tmp_path, signs)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO
    assert any("-1 is read as 0" in note for note in result["notes"])
    (tmp_path / "other").mkdir()
    result, _ = read_file(tmp_path / "other", signs + f"{Q},{M},0\n")  # then -1 is unclear
    assert result["report"]["bad_label"] == 1


def test_votes_for_and_against_are_asked_about(tmp_path):
    content = f"question,answer,upvotes,downvotes\n{Q},{P},7,0\n{Q},{N},0,4\n"
    result, stage = read_file(tmp_path, content)
    labels = set(stage.execute("SELECT label FROM staged"))
    assert labels == {(None,)} and any(part["asks"] for part in result["unread"])


@pytest.mark.parametrize(
    ("name", "cells", "asks"),
    [
        ("verdict", ("pass", "fail"), True),
        ("judge_score", ("3/3", "0/3"), True),
        ("is_correct_answer", ("y!", "n!"), True),
        ("language", ("en", "de"), False),  # a category
        ("judge_comment", ("It says so, and more.", "It does not say so at all."), None),  # texts
    ],
)
def test_words_that_may_be_labels_are_asked_about(name, cells, asks, tmp_path):
    rows = [
        {"query": Q, "passage": text, name: cell} for text, cell in zip((P, N), cells, strict=True)
    ]
    result, _ = read_file(tmp_path, lines(*rows))
    found = {part["column"]: part["holds"] for part in result["unread"] if part["asks"]}
    assert (found.get(name) == "labels") == bool(asks)


@pytest.mark.parametrize(
    ("name", "cells", "holds"),
    [
        ("rank", ("1", "2", "3"), "ranks"),
        ("search_position", ("0", "1", "2"), "ranks"),
        ("clicked_position", ("1", "2", "1"), "labels"),
        ("is_valid", ("1", "0", "1"), "labels"),
        ("yes_or_no", ("1", "0", "0"), "labels"),
        ("usefulness", ("0.91", "0.17", "0.08"), "labels"),
        ("my_rating", ("87", "15", "40"), "labels"),
        ("match_type", ("Exact", "Partial", "Irrelevant"), "labels"),
        ("product_id", ("1", "2", "3"), None),
        ("price", ("3", "2", "3"), None),
        ("color", ("red", "blue", "green"), None),
    ],
)
def test_numbers_and_words_that_may_be_labels_are_confirmed(name, cells, holds, tmp_path):
    rows = [f"{Q},{text},{cell}" for text, cell in zip((P, N, M), cells, strict=True)]
    result, stage = read_file(tmp_path, "\n".join([f"query,passage,{name}", *rows]))
    if result["plan"]["label"] != name:
        assert set(stage.execute("SELECT label FROM staged")) == {(None,)}
        asked = {part["column"]: part["holds"] for part in result["unread"] if part["asks"]}
        assert asked.get(name) == holds


def test_a_lone_rank_is_refused_until_it_is_excluded(tmp_path):
    content = f"query,passage,rank\n{Q},{P},1\n{Q},{N},2\n{Q},{M},3\n"
    result, _ = read_file(tmp_path, content)
    with pytest.raises(Refused, match=r"positions in a list.*--lowest-is-best.*--ignore"):
        refuse_unread(result["unread"], "the file")
    (tmp_path / "without").mkdir()
    result, _ = read_file(tmp_path / "without", content, ignore=["rank"])
    refuse_unread(result["unread"], "the file")
    assert result["report"]["unlabelled"] == 3


def test_averages_of_grades_are_said_to_be_scores(tmp_path):
    rows = [f"{Q},{P} {at},{label}" for at, label in enumerate((1, 2.33, 2.67, 3, 2.33, 2))]
    result, _ = read_file(tmp_path, "\n".join(["search_term,product_title,relevance", *rows]))
    assert result["scale"]["kind"] == "score" and result["report"]["kept"] == 6
    assert any("such as 2.33" in note for note in result["notes"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"<html><body><table><tr><th>query</th></tr><tr><td>{Q}</td></tr></table>", "web page"),
        (f"<!DOCTYPE html>\n<html><body>{P}</body></html>", "save it as CSV"),
        (f"- query: {Q}\n  passage: {P}\n  label: 1\n- query: {Q}\n  passage: {N}\n", "YAML"),
    ],
)
def test_what_is_not_read_is_named(content, words, tmp_path):
    with pytest.raises(Refused, match=words):
        read_file(tmp_path, content)


def test_a_discount_is_no_label(tmp_path):
    content = f"query,passage,discount\n{Q},{P},20%\n{Q},{N},5%\n"
    _, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == {
        (Q, P, None), (Q, N, None)}  # fmt: skip


QUESTIONS = {
    "two answers and a winner by a number that may begin at 0 or 1": (
        f"question,answer_a,answer_b,winner\n{Q},{P},{N},1\n{Q},{P},{M},0\n"),
    "three texts whose names say nothing": f"frage,eins,zwei\n{Q},{P},{N}\n{Q} 2,{P} 2,{N} 2\n",
    "positives with a further text": lines(
        *[{"query": f"{Q} {n}", "positive": f"{P} {n}", "other": f"{N} {n}"} for n in range(3)]),
    "two columns that could be the label": (
        f"query,passage,eins,zwei\n{Q},{P},1,0\n{Q},{N},0,1\n{Q},{M},0,0\n"),
    "options of a form, one of them true": (
        f"Input.query,Input.passage,Answer.rel.0,Answer.rel.1\n{Q},{P},false,true\n"
        f"{Q},{N},true,false\n"),
    "the place of the passage that was clicked": lines(
        {"query": Q, "results": [P, N, M], "clicked_position": 1}),
    "an array of a query and two lists": lines([Q, [P], [N, M]], [f"{Q} 2", [P], [N, M]]),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_not_clear_is_asked(name, tmp_path):
    with pytest.raises(Refused, match=r"--|Say"):
        refuse_unread(read_file(tmp_path, QUESTIONS[name])[0]["unread"], "the file")


def test_names_of_grades_are_asked_for(tmp_path):
    rows = [f"{Q} {n},{P},{grade}" for n in range(4) for grade in ("2 - fine", "0 - off")]
    result, _ = read_file(tmp_path, "\n".join(["query,passage,grade", *rows]))
    assert result["asks"] == "labels"
    assert [name for name, _ in result["labels"]] == ["2 - fine", "0 - off"]


@pytest.mark.parametrize("odd", ["partially", "somewhat relevant"])
def test_a_name_that_recurs_among_words_is_asked_for(odd, tmp_path):
    content = "\n".join(["query,passage,relevant", f"{Q},{P},yes", f"{Q},{N},no", f"{Q},{M},{odd}"])
    assert read_file(tmp_path, content)[0]["asks"] == "labels"
    (tmp_path / "mapped").mkdir()
    result, stage = read_file(tmp_path / "mapped", content, map_label={odd: 0.5})
    assert "asks" not in result
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == {*TWO, (Q, M, 0.5)}


def test_a_name_among_many_labels_is_rejected_and_named(tmp_path):
    rows = [f"{Q} {n},{P},{n % 2}" for n in range(20)]
    result, _ = read_file(tmp_path, "\n".join(["query,passage,label", *rows, f"{Q},{N},maybe"]))
    assert result["report"]["bad_label"] == 1
    assert any("maybe (1)" in note and "--map-label maybe" in note for note in result["notes"])


def test_a_number_that_could_be_two_is_rejected_and_named(tmp_path):
    content = f'query,passage,label\n{Q},{P},"1,000"\n{Q},{N},0\n{Q},{M},1\n'
    result, stage = read_file(tmp_path, content)
    assert (Q, P, 1.0) not in set(stage.execute("SELECT query, passage, label FROM staged"))
    assert any("1,000 (1)" in note for note in result["notes"])


def test_a_file_that_gives_no_pair_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"None of the 2 records .* blank: the passage is empty"):
        read_file(tmp_path, "query,passage,label\nq,,1\nr,,0\n")


def test_a_column_that_was_ignored_is_no_question(tmp_path):
    content = QUESTIONS["positives with a further text"]
    result, _ = read_file(tmp_path, content, ignore=["other"])
    assert [(one["column"], one["asks"]) for one in result["unread"]] == [("other", False)]
    refuse_unread(result["unread"], "the file")
