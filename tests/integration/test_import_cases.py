"""Every import case of the test data gives the counts of its manifest."""

import json
from pathlib import Path

import pytest

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.store.access import LOCAL

# What a person has to say about a file, beyond what its content tells.
SAID = {
    "esci_sample200.csv": {
        "label": "esci_label",
        "map_label": {"Exact": 1, "Substitute": 0, "Complement": 0, "Irrelevant": 0},
    },
    "argkp2021_dev/labels_dev.csv": {
        "joins": [
            "FOLDER/argkp2021_dev/arguments_dev.csv:arg_id:argument",
            "FOLDER/argkp2021_dev/key_points_dev.csv:key_point_id:key_point",
        ]
    },
    "cranfield_cranqrel.txt": {
        "corpus": "FOLDER/cranfield_beir.zip",
        "queries": "FOLDER/cranfield_beir.zip",
        "lowest_is_best": True,
    },
    "xquad_en_trec/qrels.txt": {
        "corpus": "FOLDER/xquad_en_trec/corpus.tsv",
        "queries": "FOLDER/xquad_en_trec/queries.tsv",
    },
    "quepid_ratings.csv": {"corpus": "FOLDER/cranfield_beir.zip"},
}
FILES = [
    "wikiqa_WikiQA-test.tsv", "zh_atec_headerless.csv", "vi_zalo2019_headerless.csv",
    "esci_sample200.csv", "argkp2021_dev/labels_dev.csv", "tatqa_dev_first60.json",
    "cranfield_cranqrel.txt", "cranfield_beir.zip", "insuranceqa_crlf.csv", "xquad_vi_squad.json",
    "sentence01_label.csv", "utf16_bom.csv", "latin1.csv", "semicolon_decimal_comma.csv",
    "graded_semicolon_decimal_comma.csv", "triplets.jsonl", "docs_labels.jsonl",
    "cohere_rerank.jsonl", "flagembedding.jsonl", "pairs.parquet", "pairs_array.json",
    "label_studio_export.json", "argilla_export.json", "mteb_reranking.jsonl",
    "xquad_en_trec/qrels.txt", "quepid_ratings.csv", "quepid_book.json", "pairs.jsonl.gz",
    "messy_pairs.csv",
]  # fmt: skip


@pytest.fixture(scope="module")
def cases(data_folder) -> dict:
    manifest = json.loads((data_folder / "import_cases" / "manifest.json").read_text())
    return {case["file"]: case["expected"] for case in manifest["cases"]}


def test_no_case_is_forgotten(cases):
    assert set(cases) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_case(name, cases, data_folder, workspace):
    folder, expected = data_folder / "import_cases", cases[name]
    report = import_file(workspace, LOCAL, folder / name, "case", said(name, folder))
    assert report["records"] == expected["records"]
    assert report["pairs"] == expected["pairs_kept"]
    assert report["kept"] == expected["distinct_pairs"]
    assert report["positives"] == expected["distinct_positives"]
    assert report["duplicate"] == expected["duplicate_rows"]
    assert report["conflicts"] == expected["conflicting_pairs"]
    assert report["blank"] == expected["blank_query"] + expected["blank_passage"]
    assert report["unlabelled"] == expected["blank_label"] + expected.get("unlabelled", 0)
    codes = expected.get("codes", {})
    assert report["bad_label"] == expected["unreadable_label"] + codes.get("-1", 0)
    assert report["unreadable"] == 0
    stored = labelled_pairs(workspace, LOCAL, "case")
    assert len(stored) == expected["distinct_pairs"] - expected["conflicting_pairs"]
    assert_splits_hold(stored, list_datasets(workspace, LOCAL)[0])


def assert_splits_hold(stored, dataset) -> None:
    """No query is on two sides, and no split is empty where there are ten queries."""
    assert stored.groupby("query_key")["split"].nunique().max() == 1
    assert set(stored["split"]) <= {"train", "dev", "test"}
    if dataset["queries"] >= 10:
        assert all(dataset["splits"].values())


def said(name: str, folder: Path) -> ReadOptions:
    options = json.loads(json.dumps(SAID.get(name, {})).replace("FOLDER", str(folder)))
    return ReadOptions(**options)


def test_a_file_renamed_is_read_the_same(data_folder, workspace, tmp_path, cases):
    copy = tmp_path / "something.bin"
    copy.write_bytes((data_folder / "import_cases" / "zh_atec_headerless.csv").read_bytes())
    report = import_file(workspace, LOCAL, copy, "case")
    assert report["kept"] == cases["zh_atec_headerless.csv"]["distinct_pairs"]


def test_texts_and_grades_come_through(data_folder, workspace):
    folder = data_folder / "import_cases"
    import_file(workspace, LOCAL, folder / "graded_semicolon_decimal_comma.csv", "graded")
    grades = labelled_pairs(workspace, LOCAL, "graded")["grade"].value_counts().to_dict()
    assert grades == {0.0: 277, 0.25: 6, 0.5: 9, 0.75: 4, 1.0: 4}
    import_file(workspace, LOCAL, folder / "latin1.csv", "latin")
    texts = " ".join(labelled_pairs(workspace, LOCAL, "latin")[["query", "passage"]].stack())
    assert "ü" in texts and "Ã" not in texts
