"""Exports of Label Studio whose tasks have several passages, or answers of other controls."""

import csv
import io
import json
from collections import Counter

import pytest

from reranker_ui.core.formats.structure.unread import refuse_unread
from reranker_ui.core.values.refused import Refused
from tests.unit.test_field_files import THREE, TWO, M, N, P, Q, read_file

ITEMS = [
    {"id": name, "title": "", "body": text} for name, text in zip("abc", (P, N, M), strict=True)
]
DATA, DOCS = {"query": Q, "items": ITEMS}, {"query": Q, "docs": [{"text": t} for t in (P, N, M)]}
TEXTS = {"query": Q, "text1": P, "text2": N, "text3": M}
SHORT = {"id": 1, "annotator": 1, "annotation_id": 7, "created_at": "2023-08-28T03:18:13Z",
         "updated_at": "2023-08-28T03:20:54Z", "lead_time": 6.7}  # fmt: skip
BUCKETS = {"relevant": ["a"], "irrelevant": ["b"], "_": ["c"]}
ONE_OPEN = {*TWO, (Q, M, None)}


def task(data, *results, **more):
    annotation = {"completed_by": 1, "result": list(results)}
    return {"id": 1, "data": data, "predictions": [], "annotations": [annotation], **more}


def ranked(value):
    return {"from_name": "rank", "to_name": "list", "type": "ranker", "value": {"ranker": value}}


def chosen(name, *words):
    return {"from_name": name, "type": "choices", "value": {"choices": list(words)}}


def table(*records):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]))
    writer.writeheader()
    for record in records:
        cells = {name: json.dumps(cell) for name, cell in record.items() if isinstance(cell, list)}
        writer.writerow({**record, **cells})
    return out.getvalue()


PASSAGES = [{"query": Q, "passage": text} for text in (P, N)]
FILES = {
    "buckets of a Ranker": (task(DATA, ranked(BUCKETS)), ONE_OPEN),
    "buckets named at more length": (
        task(DATA, ranked({"positives": ["a"], "hard_negatives": ["b", "c"], "_": []})), THREE),
    "one bucket for what is relevant": (task(DATA, ranked({"relevant_results": ["a"]})), THREE),
    "buckets named by a grade": (
        task(DATA, ranked({"2": ["a"], "1": ["b"], "0": ["c"]})),
        {(Q, P, 2.0), (Q, N, 1.0), (Q, M, 0.0)}),
    "the order of a Ranker": (
        task(DATA, ranked({"rank": ["b", "a", "c"]})), {(Q, N, 1.0), (Q, P, 0.5), (Q, M, 0.0)}),
    "an order as a list": (
        task(DATA, ranked(["b", "c"])), {(Q, N, 1.0), (Q, M, 0.0), (Q, P, None)}),
    "an order of one": (task(DATA, ranked(["b"]), chosen("docs_9", "yes")), None),
    "buckets in JSON-min": ({**DATA, **SHORT, "rank": [{"ranker": BUCKETS}]}, ONE_OPEN),
    "buckets in a table": (table({**DATA, **SHORT, "rank": [{"ranker": BUCKETS}]}), ONE_OPEN),
    "a Repeater": (
        task(DOCS, chosen("relevance_0", "relevant"), chosen("relevance_1", "irrelevant")),
        ONE_OPEN),
    "a Repeater that asks for the style too": (
        task(DOCS, *[chosen(f"{name}_{at}", word) for at, words in
                     enumerate((("bad", "yes"), ("good", "no"), ("fine", "no")))
                     for name, word in zip(("style", "relevance"), words, strict=True)]), THREE),
    "a Repeater over texts with stars": (
        task({"query": Q, "docs": [P, N]},
             *[{"from_name": f"stars_{at}", "type": "rating", "value": {"rating": stars}}
               for at, stars in enumerate((5, 1))]), {(Q, P, 5.0), (Q, N, 1.0)}),
    "a Repeater in JSON-min": (
        {**DOCS, **SHORT, "relevance_0": "relevant", "relevance_1": "irrelevant"}, ONE_OPEN),
    "questions numbered from 1": (
        task({"query": Q, "docs": [P, N]}, chosen("rel1", "yes"), chosen("rel2", "no")), TWO),
    "a question for each numbered field": (
        task({"query": Q, "doc1": P, "doc2": N}, chosen("rel1", "yes"), chosen("rel2", "no")), TWO),
    "the template for document retrieval": (
        task(TEXTS, chosen("selection", "One")), THREE),
    "the template for document retrieval in JSON-min": (
        {**TEXTS, **SHORT, "selection": {"choices": ["One", "Three"]}},
        {*TWO, (Q, M, 1.0)}),
    "fields numbered by words": (
        task({"query": Q, "respone": P, "resptwo": N}, chosen("best", "One")), TWO),
    "choices made from the texts of a task": (task(DOCS, chosen("best", P)), THREE),
    "choices made from the names of labels": (
        [task({**one, "options": ["relevant", "not relevant"]}, chosen("r", word))
         for one, word in zip(PASSAGES, ("relevant", "not relevant"), strict=True)], TWO),
    "taxonomies": (
        [task(one, {"from_name": "t", "value": {"taxonomy": [[word]]}})
         for one, word in zip(PASSAGES, ("relevant", "irrelevant"), strict=True)], TWO),
    "taxonomies in JSON-min": (
        [{**one, **SHORT, "t": [{"taxonomy": [[word]]}]}
         for one, word in zip(PASSAGES, ("relevant", "irrelevant"), strict=True)], TWO),
    "stars in JSON-min whose column could be anything": (
        [{**one, **SHORT, "s": [{"rating": stars}]}
         for one, stars in zip(PASSAGES, (4, 1), strict=True)],
        {(Q, P, 4.0), (Q, N, 1.0)}),
    "comparisons in JSON-min": (
        [{"prompt": Q, "answer1": a, "answer2": b, **SHORT, "c": [{"selected": side}]}
         for a, b, side in ((P, N, "left"), (M, P, "right"))], THREE),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_pairs(name, tmp_path):
    content, pairs = FILES[name]
    if not isinstance(content, str):
        content = json.dumps(content if isinstance(content, list) else [content])
    if pairs is None:
        with pytest.raises(Refused, match="--passage FIELD"):
            read_file(tmp_path, content)
        return
    result, stage = read_file(tmp_path, content)
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == pairs
    refuse_unread(result["unread"], "the file")


def test_each_annotator_of_a_ranker_has_a_vote(tmp_path):
    answers = {"ann": ["a"], "bo": ["a", "b"]}
    annotations = [
        {
            "completed_by": {"email": who},
            "result": [ranked({"relevant": names, "irrelevant": ["c"]})],
        }
        for who, names in answers.items()
    ]
    annotations.append({"was_cancelled": True, "result": [ranked({"relevant": ["c"]})]})
    labelled = task(DATA, annotations=annotations)
    more = {"data": {"query": "another", "items": ITEMS}, "annotations": [], "predictions": [
        {"result": [ranked({"relevant": ["b"]})]}]}  # fmt: skip
    result, stage = read_file(tmp_path, json.dumps([labelled, more]))
    assert (result["report"]["kept"], result["report"]["unlabelled"]) == (3, 3)
    votes = Counter(stage.execute("SELECT annotator, value FROM votes"))
    assert votes == {("ann", 1.0): 1, ("ann", 0.0): 1, ("bo", 1.0): 2, ("bo", 0.0): 1}


def test_names_of_buckets_and_several_choices_are_asked_for(tmp_path):
    content = json.dumps([task(DATA, ranked({"relevant": ["a"], "partly": ["b", "c"]}))])
    result, _ = read_file(tmp_path, content)
    assert (result["asks"], dict(result["labels"])) == ("labels", {"relevant": 1, "partly": 2})
    (tmp_path / "two").mkdir()
    content = json.dumps([task(PASSAGES[0], chosen("r", "relevant", "outdated"))])
    result, _ = read_file(tmp_path / "two", content)
    assert dict(result["labels"]) == {"relevant, outdated": 1}


def test_how_an_order_and_one_bucket_are_read_is_said(tmp_path):
    for at, (value, note) in enumerate(
        (({"rank": ["a", "b"]}, "read as scores"), ({"best": ["a"]}, "the bucket best"))
    ):
        (tmp_path / str(at)).mkdir()
        result, _ = read_file(tmp_path / str(at), json.dumps([task(DATA, ranked(value))]))
        assert any(note in one for one in result["notes"])


@pytest.mark.parametrize(
    "odd",
    [{"data": 5, "annotations": []}, {"data": DATA, "annotations": 5},
     {"data": {"query": Q, "items": 5}, "annotations": []}, {"data": DATA, "annotations": [5]}],
)  # fmt: skip
def test_a_task_of_another_structure_is_left_out(odd, tmp_path):
    tasks = [task(DATA, ranked(value)) for value in [BUCKETS] * 9 + [5, {"relevant": 5}, [{}]]]
    result, _ = read_file(tmp_path, json.dumps([*tasks, odd]))
    assert (result["report"]["kept"], result["report"]["unreadable"]) == (2, 1)


def test_other_texts_of_a_task_are_named(tmp_path):
    data = {**PASSAGES[0], "background": "It is about rocks."}
    result, _ = read_file(tmp_path, json.dumps([task(data, chosen("r", "relevant"))]))
    assert "Not read: background." in result["notes"]


def test_records_with_a_query_and_a_list_named_items_are_records(tmp_path):
    items = [{"text": text, "label": at} for text, at in ((P, 1), (N, 0))]
    _, stage = read_file(tmp_path, json.dumps([{"query": Q, "items": items}]))
    assert set(stage.execute("SELECT query, passage, label FROM staged")) == TWO
