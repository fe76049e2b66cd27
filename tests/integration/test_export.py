"""What is exported and imported again is the same: pairs, labels, splits, whatever the texts."""

import json

import pandas as pd
import pytest

from reranker_ui.core.formats.exports import FORMATS
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import scale_of
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.store.access import LOCAL, User

ODD = [
    "=1+1", "'=1+1", "-1", "@x", "+a", "a\tb", 'say "hi"', '"', "a,b;c|d", "line\nbreak",
    "a\r\nb", "a\rb", "C:\\new\\x", "${x}", "日本語", "naïve", "👍", "\u202eabc",
    "0", "true", "null",
    "''", "{", "[1]", "a" * 5000,
]  # fmt: skip


def stored(workspace, name: str) -> list[tuple]:
    frame = labelled_pairs(workspace, LOCAL, name)
    return sorted(frame[["query", "passage", "grade", "split"]].itertuples(index=False, name=None))


def import_pairs(workspace, tmp_path, rows, name: str = "d", **options):
    path = tmp_path / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return import_file(workspace, LOCAL, path, name, ReadOptions(**options))


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet", "lists", "beir"])
def test_round_trip_of_odd_texts(form, workspace, tmp_path):
    rows = [
        {"query": f"{text} q", "passage": passage, "label": (at + other) % 3}
        for at, text in enumerate(ODD) for other, passage in enumerate(ODD)
    ]  # fmt: skip
    rows += [{"query": text, "passage": "p", "label": 1} for text in ODD]
    import_pairs(workspace, tmp_path, rows)
    path = tmp_path / f"out{FORMATS[form].suffix}"
    done = export_dataset(workspace, LOCAL, "d", form, path)
    assert done["pairs"] == len(rows)
    import_file(workspace, LOCAL, path, "again")
    assert stored(workspace, "again") == stored(workspace, "d")


@pytest.mark.parametrize("form", ["triplets", "mteb", "cohere", "flagembedding", "tevatron"])
def test_shapes_of_other_tools_come_back(form, workspace, tmp_path):
    rows = [
        {"query": f"q{query}", "passage": f"p{query} {passage}", "label": int(passage == 0)}
        for query in range(20) for passage in range(3)
    ]  # fmt: skip
    import_pairs(workspace, tmp_path, rows)
    done = export_dataset(workspace, LOCAL, "d", form, tmp_path / "out.jsonl")
    import_file(workspace, LOCAL, tmp_path / "out.jsonl", "again")
    assert [row[:3] for row in stored(workspace, "again")] == [
        row[:3] for row in stored(workspace, "d")
    ]
    assert done["lost"]


@pytest.mark.parametrize("form", ["triplets", "n-tuples"])
def test_a_format_that_can_hold_no_pair_is_refused(form, workspace, tmp_path):
    import_pairs(workspace, tmp_path, [{"query": "q", "passage": "p", "label": 1}])
    with pytest.raises(Refused, match=f"The format {form} can hold no pair of d"):
        export_dataset(workspace, LOCAL, "d", form, tmp_path / "out")
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".part*"))


def test_a_spreadsheet_finds_no_formula(data_folder, workspace, tmp_path):
    path = data_folder / "hostile" / "formula_injection.csv"
    import_file(workspace, LOCAL, path, "d")
    export_dataset(workspace, LOCAL, "d", "csv", tmp_path / "out.csv")
    cells = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False).to_numpy().ravel()
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    import_file(workspace, LOCAL, tmp_path / "out.csv", "again")
    assert stored(workspace, "again") == stored(workspace, "d")


@pytest.mark.both_databases
def test_an_edited_label_is_exported_and_a_disputed_one_stays_disputed(workspace, tmp_path):
    rows = [
        {"query": "q", "passage": "p1", "label": 1},
        {"query": "q", "passage": "p2", "label": 1},
        {"query": "q", "passage": "p2", "label": 0},
    ]
    import_pairs(workspace, tmp_path, rows)
    set_label(workspace, LOCAL, "d", [1], 0)
    done = export_dataset(workspace, LOCAL, "d", "jsonl", tmp_path / "out.jsonl")
    assert any("isputed" in what for what in done["lost"])
    report = import_file(workspace, LOCAL, tmp_path / "out.jsonl", "again")
    assert report["conflicts"] == 1
    assert [row[:3] for row in stored(workspace, "again")] == [("q", "p1", 0.0)]


@pytest.mark.parametrize("form", ["jsonl", "datasets", "label-studio"])
def test_people_and_what_they_disagree_on_come_back(form, workspace, tmp_path):
    """Agreed, outvoted, overruled and tied: labels, names and the dispute are as they were."""
    rows = [{"query": "q", "passage": f"p{n}", "topic": "t"} for n in range(4)]
    import_pairs(workspace, tmp_path, rows)
    given = {"ann": [1, 1, 1, 1], "bo": [1, 1, 1, 0], "cy": [1, 0, 1, None]}
    for name, labels in given.items():
        for number, label in enumerate(labels, 1):
            if label is not None:
                annotate(workspace, User(name, "annotator"), number, label, f"{name}{number}")
    set_label(workspace, LOCAL, "d", [3], 0)
    path = tmp_path / f"out{FORMATS[form].suffix}"
    export_dataset(workspace, LOCAL, "d", form, path)
    report = import_file(workspace, LOCAL, path, "again")
    assert (report["kept"], report["conflicts"]) == (4, 1)
    assert stored(workspace, "again") == stored(workspace, "d")
    (tied,) = page_of_pairs(workspace, LOCAL, "again", label="disputed")["pairs"]
    assert tied["passage"] == "p3"
    second = tmp_path / f"second{FORMATS[form].suffix}"
    export_dataset(workspace, LOCAL, "again", "jsonl", second)
    records = {one["passage"]: one for one in map(json.loads, second.read_text().splitlines())}
    assert records["p1"]["labels_by"] == [["ann", 1], ["bo", 1], ["cy", 0]]
    assert (records["p2"]["label"], [value for _, value in records["p2"]["labels_by"]]) == (
        0,
        [1, 1, 1],
    )
    assert form != "jsonl" or records["p0"]["topic"] == "t"


@pytest.mark.parametrize("form", ["csv", "label-studio", "argilla"])
def test_names_of_labels_come_back(form, workspace, tmp_path):
    names = ["Irrelevant", "Complement", "Exact"]
    rows = [{"query": "q", "passage": f"p{n}", "label": n} for n in range(3)]
    path = tmp_path / f"out{FORMATS[form].suffix}"
    import_pairs(workspace, tmp_path, rows, scale="graded", max_grade=2, grade_names=tuple(names))
    annotate(workspace, User("ann", "annotator"), 1, 0, "a1")
    done = export_dataset(workspace, LOCAL, "d", form, path)
    assert not any("Names of labels" in what for what in done["lost"])
    assert form == "csv" or '"Exact"' in path.read_text()
    import_file(workspace, LOCAL, path, "again")
    assert scale_of(workspace, LOCAL, "again")["names"] == names
    assert stored(workspace, "again") == stored(workspace, "d")


def test_what_cannot_be_exported_is_refused(workspace, tmp_path):
    import_pairs(workspace, tmp_path, [{"query": "q", "passage": "p", "label": 1}])
    with pytest.raises(Refused, match="not an export format"):
        export_dataset(workspace, LOCAL, "d", "docx", tmp_path / "out")
    with pytest.raises(Refused, match="no folder"):
        export_dataset(workspace, LOCAL, "d", "csv", tmp_path / "none" / "out")
    with pytest.raises(Refused, match="no dataset"):
        export_dataset(workspace, LOCAL, "other", "csv", tmp_path / "out")
    (tmp_path / "taken").mkdir()
    with pytest.raises(Refused, match="existing folder"):
        export_dataset(workspace, LOCAL, "d", "datasets", tmp_path / "taken")
