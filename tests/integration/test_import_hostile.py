"""Broken and hostile files end soon, with a sentence or with the good rows, and leave nothing."""

import json
import time

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.store.access import LOCAL

REFUSED = {
    "empty.csv": "is empty",
    "header_only.csv": "no record below",
    "binary_junk.csv": "is not text",
    "png_renamed.csv": "PNG picture",
    "columns_5000.csv": "5,000 columns",
    "single_line_900kb.csv": "no column separator",
    "deep_nested_100k.json": "nested too deep",
    "constant_500mb.parquet": "64,000,000 bytes",
    "bomb_500mb.jsonl.gz": "64,000,000 bytes",
}
KEPT = {
    "broken_middle_line.jsonl": {"kept": 100, "positives": 10, "unreadable": 1},
    "odd_labels.csv": {"kept": 8, "unlabelled": 2, "bad_label": 20},
    "formula_injection.csv": {"kept": 17},
    "xss_payloads.csv": {"kept": 30},
    "null_bytes.csv": {"kept": 5, "unreadable": 2, "bad_label": 1},
    "mojibake_macroman.csv": {"kept": 6, "unlabelled": 4},
    "mojibake_cp1252.csv": {"kept": 6, "unlabelled": 4},
    "zip_slip.zip": {"kept": 1},
}


def test_no_file_is_forgotten(data_folder):
    manifest = json.loads((data_folder / "hostile" / "manifest.json").read_text())
    assert {one["file"] for one in manifest["files"]} == set(REFUSED) | set(KEPT)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name, data_folder, workspace):
    begun = time.monotonic()
    with pytest.raises(Refused, match=REFUSED[name]) as refused:
        import_file(workspace, LOCAL, data_folder / "hostile" / name, "hostile")
    assert time.monotonic() - begun < 30  # ten where nothing else runs
    assert len(str(refused.value)) < 400
    assert list_datasets(workspace, LOCAL) == []
    assert list((workspace.home / "uploads").iterdir()) == []


@pytest.mark.parametrize("name", KEPT)
def test_good_rows_are_kept(name, data_folder, workspace):
    path = data_folder / "hostile" / name
    before = sorted(path.parent.parent.parent.iterdir())
    report = import_file(workspace, LOCAL, path, "hostile")
    assert {count: report[count] for count in KEPT[name]} == KEPT[name]
    assert report["pairs"] == report["kept"] + report["duplicate"]
    assert len(labelled_pairs(workspace, LOCAL, "hostile")) == report["kept"]
    assert list((workspace.home / "uploads").iterdir()) == []
    assert sorted(path.parent.parent.parent.iterdir()) == before


def test_the_broken_line_is_named(data_folder, workspace):
    path = data_folder / "hostile" / "broken_middle_line.jsonl"
    (reject,) = import_file(workspace, LOCAL, path, "hostile")["rejects"]
    assert reject["line"] == 51
    assert reject["reason"].startswith("unreadable: ")


def test_payloads_stay_as_they_are(data_folder, workspace):
    manifest = json.loads((data_folder / "hostile" / "manifest.json").read_text())
    entries = {one["file"]: one for one in manifest["files"]}
    for name in ("xss_payloads", "formula_injection"):
        import_file(workspace, LOCAL, data_folder / "hostile" / f"{name}.csv", name)
        stored = labelled_pairs(workspace, LOCAL, name)
        texts = set(stored["query"]) | set(stored["passage"])
        missing = [p for p in entries[f"{name}.csv"]["payloads"] if p.strip() not in texts]
        assert missing == []
