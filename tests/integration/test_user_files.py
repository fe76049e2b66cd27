"""Files of the kinds that people bring: each gives the pairs that its author means."""

from pathlib import Path

import pytest

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.store.access import LOCAL

# file of the folder `cases`, what is said about it, distinct positives and negatives
CASES = [
    ("01-st-triplet-answer/triplet.csv", {}, 3, 4),
    ("01-st-triplet-answer/triplet.jsonl", {}, 3, 4),
    ("01-st-triplet-answer/ntuple.jsonl", {}, 2, 4),
    ("01-st-triplet-answer/ntuple_scores.jsonl", {}, 1, 2),
    ("01-st-triplet-answer/passage_negative.jsonl", {}, 2, 2),
    ("02-st-labeled-list/anchor_positive_labels.jsonl", {}, 2, 3),
    ("02-st-labeled-list/question_answer_labels.jsonl", {}, 2, 3),
    ("03-excel-sep-line/sep.csv", {}, 2, 2),
    ("03-excel-sep-line/sep_bom.csv", {}, 2, 2),
    ("03-excel-sep-line/sep.csv", {"header": True, "query": "query"}, 2, 2),
    ("05-space-after-comma/spaced.csv", {}, 2, 2),
    ("05-space-after-comma/no_commas.csv", {}, 1, 1),
    ("06-msmarco-original/train_v2.1.jsonl", {}, 2, 3),
    ("07-doccano-label-list/label.jsonl", {"map_label": {"relevant": 1, "not relevant": 0}}, 2, 1),
    (
        "10-webtrack-minus2/qrels.txt",
        {"map_label": {"-2": 0}, "corpus": "10-webtrack-minus2/corpus.jsonl",
         "queries": "10-webtrack-minus2/topics.tsv"}, 2, 4,
    ),
    *(
        ("11-trec-topics-sgml/qrels.txt",
         {"corpus": "11-trec-topics-sgml/corpus.tsv", "queries": f"11-trec-topics-sgml/{topics}"},
         2, 2)
        for topics in ("topics.sgml", "topics.xml")
    ),
    ("15-ls-rating/export.csv", {}, 2, 1),
    ("15-ls-rating/json_min.json", {}, 2, 1),
    ("16-preamble-lines/comment_lines.csv", {}, 2, 2),
    ("16-preamble-lines/encoding_line.csv", {}, 2, 2),
    ("19-jsonl-arrays/triplets.jsonl", {}, 3, 3),
    ("20-chosen-rejected/pref.jsonl", {}, 2, 3),
]  # fmt: skip


def test_no_folder_is_forgotten(data_folder):
    elsewhere = {"19-jsonl-arrays", "24-stars-without-zero", "26-ranking-loss-ties",
                 "29-max-length", "30-stars-bce"}  # fmt: skip
    folders = {path.name for path in (data_folder / "cases").iterdir() if path.is_dir()}
    assert folders == {name.split("/")[0] for name, *_ in CASES} | elsewhere


@pytest.mark.parametrize(("name", "answers", "positives", "negatives"), CASES)
def test_a_file_gives_its_pairs(name, answers, positives, negatives, data_folder, workspace):
    folder = data_folder / "cases"
    report = import_file(workspace, LOCAL, folder / name, "case", said(answers, folder))
    assert (report["positives"], report["kept"]) == (positives, positives + negatives)
    assert (report["blank"], report["bad_label"], report["unreadable"]) == (0, 0, 0)


def test_texts_are_exact(data_folder, workspace):
    folder = data_folder / "cases/05-space-after-comma"
    import_file(workspace, LOCAL, folder / "spaced.csv", "spaced")
    texts = set(labelled_pairs(workspace, LOCAL, "spaced")["passage"])
    assert "about 90 metres, with the mast" in texts
    assert not any('"' in text for text in texts)


def test_ratings_of_label_studio_are_read_without_a_mapping(data_folder, workspace):
    for name in ("export.csv", "json_min.json"):
        path = data_folder / "cases/15-ls-rating" / name
        report = import_file(workspace, LOCAL, path, name)
        grades = labelled_pairs(workspace, LOCAL, name)["grade"]
        assert sorted(grades) == [1, 4, 5] and report["unlabelled"] == 1


def test_an_empty_list_is_no_label(data_folder, workspace):
    options = ReadOptions(map_label={"relevant": 1, "not relevant": 0})
    path = data_folder / "cases/07-doccano-label-list/label.jsonl"
    assert import_file(workspace, LOCAL, path, "doccano", options)["unlabelled"] == 1


def test_arrays_of_two_texts_are_pairs_without_labels(data_folder, workspace):
    path = data_folder / "cases/19-jsonl-arrays/pairs.jsonl"
    assert import_file(workspace, LOCAL, path, "arrays")["unlabelled"] == 3


def said(answers: dict, folder: Path) -> ReadOptions:
    files = {k: str(folder / answers[k]) for k in ("corpus", "queries") if k in answers}
    return ReadOptions(**{**answers, **files})
