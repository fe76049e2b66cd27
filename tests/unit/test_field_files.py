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

FILES: dict[str, tuple[str, dict[str, Any], set[Any]]] = {
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
    "ratings of Label Studio in a table": (
        f'annotation_id,query,passage,relevance\n1,{Q},{P},"{{""choices"": [""1""]}}"\n'
        f'2,{Q},{N},"[{{""number"": 0}}]"\n', {}, TWO,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, told, pairs = FILES[name]
    result, stage = read_file(tmp_path, content, **told)
    staged = stage.execute("SELECT query, passage, label FROM staged").fetchall()
    assert set(staged) == pairs
    refuse_unread(result["unread"], "the file")


def read_file(folder, content, **told):
    path = folder / "input.bin"
    path.write_text(content)
    result = read(folder, path, ReadOptions(**told))
    return result, sqlite3.connect(folder / "stage.db")


QUESTIONS = {
    "two answers and a winner by a number that may begin at 0 or 1": (
        f"question,answer_a,answer_b,winner\n{Q},{P},{N},1\n{Q},{P},{M},0\n"),
    "three texts whose names say nothing": f"frage,eins,zwei\n{Q},{P},{N}\n{Q} 2,{P} 2,{N} 2\n",
    "positives with a further text": lines(
        *[{"query": f"{Q} {n}", "positive": f"{P} {n}", "other": f"{N} {n}"} for n in range(3)]),
    "two columns that could be the label": (
        f"query,passage,eins,zwei\n{Q},{P},1,0\n{Q},{N},0,1\n{Q},{M},0,0\n"),
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


def test_a_file_that_gives_no_pair_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"None of the 2 records .* blank: the passage is empty"):
        read_file(tmp_path, "query,passage,label\nq,,1\nr,,0\n")


def test_a_column_that_was_ignored_is_no_question(tmp_path):
    content = QUESTIONS["positives with a further text"]
    result, _ = read_file(tmp_path, content, ignore=["other"])
    assert [(one["column"], one["asks"]) for one in result["unread"]] == [("other", False)]
    refuse_unread(result["unread"], "the file")
