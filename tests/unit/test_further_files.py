"""Files whose labels or texts were read wrongly without a word, and what they mean."""

import json

import pytest

from reranker_ui.core.formats.structure.cells import opened
from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.refused import Refused
from tests.unit.test_field_files import THREE, TWO, M, N, P, Q, gives, lines, read_file

FILES = {
    "a column of marks for each label": (
        f"query,passage,relevant,irrelevant\n{Q},{P},1,0\n{Q},{N},0,1\n", TWO),
    "marks of an annotation tool": (
        "user,query,passage,relevance:::relevant,relevance:::irrelevant\n"
        f"ann,{Q},{P},true,\nann,{Q},{N},,true\n", TWO),
    "crosses in a spreadsheet": (
        f"Query;Text;Comment;Relevant;Not relevant\n{Q};{P};fine;x;\n{Q};{N};;;X\n", TWO),
    "lists as NumPy writes them": (
        f"query,positives,negatives\n{Q},\"['{P}']\",\"['{N}' '{M}']\"\n", THREE),
    "lists as NumPy writes them, over several lines": (
        f"query,passages,labels\n{Q},\"['{P}'\n '{N}'\n \"\"{M}\"\"]\",[1 0 0]\n", THREE),
    "passages as objects in the cells of a table": (
        "query,passage,label\n" + "".join(
            f"{Q},\"{{'title': '', 'text': '{text}'}}\",{1 - at}\n"
            for at, text in enumerate((P, N))), TWO),
    "a table in Markdown": (
        f"| query | passage | label |\n|:---|:---:|---|\n| {Q} | {P} | 1 |\n| {Q} | {N} | 0 |\n",
        TWO),
    "a table in Markdown without labels": (
        f"| query | passage |\n| --- | --- |\n| {Q} | {P} |\n| {Q} | {N} |\n",
        {(Q, P, None), (Q, N, None)}),
    "a dataset by columns, some of lists": (
        json.dumps({"query": [Q, Q], "pos": [[P], [P]], "neg": [[N], [M]]}), THREE),
    "columns that end with their scale": (
        "Query text,Document text,Relevance (0-3),Confidence [1-5]\n"
        f"{Q},{P},3,4\n{Q},{N},0,5\n", {(Q, P, 3.0), (Q, N, 0.0)}),
    "a task and its response as objects": (
        lines(*[{"task_id": at, "params": {"query": Q, "document": text},
                 "response": {"relevance": str(2 - 2 * at)}} for at, text in enumerate((P, N))]),
        {(Q, P, 2.0), (Q, N, 0.0)}),
    "entailment and contradiction": (
        lines({"anchor": Q, "entailment": P, "contradiction": N}), TWO),
    "TRUE and FALSE in German": (f"query;passage;label\n{Q};{P};WAHR\n{Q};{N};FALSCH\n", TWO),
    "yes and no in Chinese": (f"query,passage,label\n{Q},{P},是\n{Q},{N},否\n", TWO),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, pairs = FILES[name]
    result = gives(tmp_path, content, pairs)
    assert result["report"]["bad_label"] == 0


@pytest.mark.parametrize("orders", [([2, 0, 1], [0, 2, 1]), ([3, 1, 2], [1, 2, 3])])
@pytest.mark.parametrize("name", ["ranking", "gpt_answer"])
def test_the_order_of_a_model_is_no_label(name, orders, tmp_path):
    records = [{"query": f"{Q} {at}", "docs": [P, N, M], name: order}
               for at, order in enumerate(orders)]  # fmt: skip
    result, _ = read_file(tmp_path, lines(*records))
    assert (result["report"]["kept"], result["report"]["unlabelled"]) == (0, 6)
    with pytest.raises(Refused, match=f"--label {name}"):
        refuse_unread(result["unread"], "the file")


def test_a_passage_that_is_json_of_other_fields_is_kept_as_it_is(tmp_path):
    passages = [json.dumps({"name": "Slate", "price": price}) for price in (3, 5)]
    content = lines(*[{"query": Q, "passage": text, "label": 1} for text in passages])
    _, stage = read_file(tmp_path, content)
    assert {text for (text,) in stage.execute("SELECT passage FROM staged")} == set(passages)


def test_ids_of_documents_are_no_texts(tmp_path):
    record = {"query": Q, "retrieval_ground_truth": [{"document_id": "1", "label": 4}],
              "retrieved_documents": [{"document_id": "2", "relevance_score": 45.1}]}  # fmt: skip
    with pytest.raises(Refused, match="recognized as the passage"):
        read_file(tmp_path, lines(record))


def test_marks_with_another_name_are_asked_for(tmp_path):
    rows = [f"{Q},{text},{marks}" for text, marks in ((P, "1,0,0"), (N, "0,0,1"), (M, "0,1,0"))]
    content = "\n".join(["query,passage,relevant,partially relevant,irrelevant", *rows])
    result, _ = read_file(tmp_path, content)
    assert {name for name, _ in result["labels"]} == {
        "relevant", "partially relevant", "irrelevant"}  # fmt: skip
    assert result["asks"] == "labels"


@pytest.mark.parametrize(
    ("text", "value"),
    [("['a' 'b']", ["a", "b"]), ("['a', 'b' 'c']", ["a", "b", "c"]), ("[1. 0. 0.5]", [1, 0, 0.5]),
     ("[ 1 0]", [1, 0]), ("[0 1 ]", [0, 1]), ("[\"it's\" 'a]b']", ["it's", "a]b"]),
     ("[['a' 'b']\n ['c']]", "[['a' 'b']\n ['c']]"), ("['a' 'b'", None), ("[a 'b' 'c']", None),
     ("['''a' 'b']", None), ("[" * 2000 + "'a' 'b'" + "]" * 2000, None)],
)  # fmt: skip
def test_a_list_in_a_string(text, value):
    assert opened(text) == (text if value is None else value)


def test_long_names_of_columns_are_left_out_and_named(tmp_path):
    record = {"query": Q, "passage": P, "label": 1}
    content = lines(record, {**record, "passage": N, "x" * 1_001: "a text of some words"})
    result, stage = read_file(tmp_path, content)
    assert result["report"]["unreadable"] == 1 and len(json.dumps(result)) < 5_000
    ((why,),) = stage.execute("SELECT why FROM left_out").fetchall()
    assert "1,001 characters, the limit is 1,000" in why
    (tmp_path / "nested").mkdir()
    nested = {"query": Q, "docs": [{"text": P, "label": 1, "x" * 9_000: "a text of some words"}]}
    result, _ = read_file(tmp_path / "nested", lines(nested, nested))
    assert result["report"]["kept"] == 1 and len(json.dumps(result)) < 9_000


def test_many_columns_over_all_records_are_refused(tmp_path):
    records = [{"query": Q, "passage": P, **{f"{row} {at}": "a b" for at in range(20)}}
               for row in range(20)]  # fmt: skip
    with pytest.raises(Refused, match="has 402 columns, and the limit is 256"):
        read_file(tmp_path, lines(*records))


@pytest.mark.parametrize(
    "options",
    [{"header_line": -5}, {"encoding": "\0"}, {"encoding": "x" * 9_000}, {"query": "9" * 5_000},
     {"negative": ["9" * 5_000]}, {"passage_template": "{" * 5_000}, {"query": "x" * 9_000},
     {"passage_template": "a" * 9_000}, {"sheet": "9" * 5_000, "header_line": 0}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_odd_answers_are_refused_in_a_sentence(options, tmp_path):
    with pytest.raises(Refused) as refused:
        read_file(tmp_path, f"query,passage,label\n{Q},{P},1\n", **options)
    assert len(str(refused.value)) < 500
