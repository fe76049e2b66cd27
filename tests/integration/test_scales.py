"""The scale of a dataset: chosen at import and later, followed by everything that counts."""

import json

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.annotations import undo as undo_label
from reranker_ui.services.annotating.gold import mark_gold
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.quality_job import assess
from reranker_ui.services.datasets.undo import undo
from reranker_ui.services.imports.import_preview import import_preview
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.imports.uploads import (
    begin_upload,
    read_upload,
    store_upload,
    upload_state,
)
from reranker_ui.services.labels.dataset_details import describe, rename
from reranker_ui.services.labels.datasets import list_datasets, scale_of
from reranker_ui.services.labels.guidelines import stream_of
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.labels.scale_change import change_scale, preview_scale
from reranker_ui.services.ranking.candidates import labelled_queries
from reranker_ui.services.ranking.compare import evaluate
from reranker_ui.services.ranking.demo import demo_settings, set_demo
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import gold_pairs
from tests.support.labelling import finished_run

LIN = User("Lin", "annotator")
NAMES = ("Irrelevant", "Related", "Good", "Exact")
SHOP = Scale("graded", 3, relevant_from=2, names=NAMES)


def shop(folder, labels=(0, 1, 2, 3) * 30, name="shop"):
    """A file of four products a query, with a label each ("" for none)."""
    path = folder / f"{name}.csv"
    rows = [
        f"query {n // 4},product {n} of the shop,{label},test" for n, label in enumerate(labels)
    ]
    path.write_text("\n".join(["query,passage,label,split", *rows]))
    return path


def grades(workspace, name="shop"):
    counts = labelled_pairs(workspace, LOCAL, name)["grade"].value_counts()
    return {label: int(n) for label, n in sorted(counts.items())}


@pytest.mark.both_databases
def test_unlabelled_pairs_are_started_on_a_chosen_scale_and_keep_it(tmp_path, workspace):
    said = ReadOptions(scale="graded", max_grade=3, grade_names=[*NAMES], relevant_from=2)
    report = import_file(workspace, LOCAL, shop(tmp_path, [""] * 8), "shop", said)
    assert report["unlabelled"] == 8
    assert scale_of(workspace, LOCAL, "shop") == SHOP.as_json()
    output = tmp_path / "out.csv"
    export_dataset(workspace, LOCAL, "shop", "csv", output)
    import_file(workspace, LOCAL, output, "again")
    assert scale_of(workspace, LOCAL, "again") == SHOP.as_json()
    stream = stream_of(workspace, LIN, "shop")
    assert stream["scale"]["names"] == list(NAMES)
    annotate(workspace, LOCAL, 1, 3.0, "a")
    with pytest.raises(Refused, match="from 0 to 3"):
        annotate(workspace, LOCAL, 2, 4.0, "b")
    assert "Labelled #1 as 3 Exact" in [
        line["text"] for line in history(workspace, LOCAL, "shop")["lines"]
    ]


def test_a_typo_is_rejected_by_line_and_said(tmp_path, workspace):
    path = shop(tmp_path, [*[0, 1, 2, 3] * 30, 7, "2,5"])
    path.write_text(path.read_text().replace(",2,5,", ',"2,5",'))
    report = import_file(workspace, LOCAL, path, "shop")
    assert (report["kept"], report["bad_label"]) == (120, 2)
    assert [row["line"] for row in report["rejects"]] == [122, 123]
    assert any("rejected" in note and "7 (1)" in note for note in report["notes"])
    assert scale_of(workspace, LOCAL, "shop")["max"] == 3
    more = shop(tmp_path, [3, 5, 0], "more")
    more.write_text(more.read_text().replace("product", "further product"))
    again = import_file(workspace, LOCAL, more, "shop")
    assert (again["kept"], again["bad_label"]) == (2, 1)
    assert scale_of(workspace, LOCAL, "shop")["max"] == 3


def test_the_page_shows_a_histogram_and_names_the_labels_when_it_stores(tmp_path, workspace):
    upload = shop(tmp_path, [*[0, 1, 2, 3] * 30, 7])
    token = begin_upload(workspace, LOCAL, upload, "shop.csv")["token"]
    state = finished_reading(workspace, token)
    rows = [(row["from"], row["count"], row["outside"]) for row in state["histogram"]]
    assert rows == [*((grade, 30, False) for grade in range(4)), (7, 1, True)]
    with pytest.raises(Refused, match="2 names for 4 labels"):
        store_upload(workspace, LOCAL, token, "shop", grade_names=["a", "b"])
    store_upload(workspace, LOCAL, token, "shop", grade_names=list(NAMES))
    while (state := upload_state(workspace, LOCAL, token))["state"] == "storing":
        pass
    assert scale_of(workspace, LOCAL, "shop")["names"] == list(NAMES)


def test_a_file_that_does_not_fit_is_read_on_the_scale_of_the_dataset(tmp_path, workspace):
    import_file(workspace, LOCAL, shop(tmp_path), "shop")
    upload = shop(tmp_path, [0, 5], "more")
    upload.write_text(upload.read_text().replace("product", "further product"))
    token = begin_upload(workspace, LOCAL, upload, "more.csv")["token"]
    finished_reading(workspace, token)
    seen = import_preview(workspace, LOCAL, token, "shop", "add")
    assert "a grade from 0 to 3, and the file has a grade from 0 to 5" in seen["refused"]
    scale = seen["scale"]
    said = {"scale": scale["kind"], "min_grade": scale["min"], "max_grade": scale["max"]}
    read_upload(workspace, LOCAL, token, said)
    assert finished_reading(workspace, token)["report"]["bad_label"] == 1
    seen = import_preview(workspace, LOCAL, token, "shop", "add")
    assert (seen["refused"], seen["added"]) == (None, 1) and "scale" not in seen


def finished_reading(workspace, token):
    while (state := upload_state(workspace, LOCAL, token))["state"] == "reading":
        pass
    return state


@pytest.mark.both_databases
def test_a_scale_is_changed_with_its_labels_and_back(tmp_path, workspace):
    import_file(workspace, LOCAL, shop(tmp_path), "shop", ReadOptions(max_grade=7, min_grade=0))
    set_label(workspace, LOCAL, "shop", [1], 7.0)
    annotate(workspace, LOCAL, 2, 3.0, "a")
    before = grades(workspace)
    seen = preview_scale(workspace, LOCAL, "shop", SHOP, {})
    labels = {row["label"]: (row["count"], row["to"]) for row in seen["labels"]}
    assert labels == {0: (30, 0), 1: (30, 1), 2: (30, 2), 3: (31, 3), 7: (1, None)}
    assert (seen["unmapped"], seen["changed"]) == (1, 0)
    with pytest.raises(Refused, match=r"7 \(1\).*--map-label 7=3"):
        change_scale(workspace, LOCAL, "shop", SHOP, {})
    assert grades(workspace) == before
    done = change_scale(workspace, LOCAL, "shop", SHOP, {7.0: 3.0})
    assert scale_of(workspace, LOCAL, "shop") == SHOP.as_json()
    assert done["positives"] == (91, 62)  # any above 0, then 2 and 3
    assert list_datasets(workspace, LOCAL)[0]["positives"] == 62
    assert history(workspace, LOCAL, "shop")["lines"][0]["undoable"]
    undo(workspace, LOCAL, done["edit"])
    assert grades(workspace) == before and scale_of(workspace, LOCAL, "shop")["max"] == 7


@pytest.mark.both_databases
def test_grades_become_binary_by_relevance_and_come_back(tmp_path, workspace):
    import_file(workspace, LOCAL, shop(tmp_path), "shop", ReadOptions(relevant_from=2))
    annotate(workspace, LOCAL, 1, 3.0, "a")
    annotate(workspace, LOCAL, 1, 2.0, "b")
    before = grades(workspace)
    mark_gold(workspace, LOCAL, "shop", [4], True)
    done = change_scale(workspace, LOCAL, "shop", Scale("binary"), {})
    with workspace.reading() as connection:
        assert connection.execute(sa.select(gold_pairs)).all() == [(4, 1.0)]  # was 3
    assert grades(workspace) == {0: 59, 1: 61}
    with pytest.raises(Refused, match="scale of the dataset has changed"):
        undo_label(workspace, LOCAL, 1, "c")  # would bring back the 3
    annotate(workspace, LOCAL, 5, 1.0, "d")
    assert undo(workspace, LOCAL, done["edit"])["newer"] == 0
    assert grades(workspace) == {**before, 0: 28, 1: 31}  # the label given since stays
    up = change_scale(workspace, LOCAL, "shop", Scale("graded", 4), {})
    annotate(workspace, LOCAL, 9, 4.0, "e")
    with pytest.raises(Refused, match=r"not on the former scale \(4 \(1\)\)"):
        undo(workspace, LOCAL, up["edit"])


def test_an_edit_from_before_a_change_of_the_scale_is_not_undone(tmp_path, workspace):
    import_file(workspace, LOCAL, shop(tmp_path), "shop")
    edit = set_label(workspace, LOCAL, "shop", [1], 3.0)
    set_label(workspace, LOCAL, "shop", [1], 2.0)
    names = change_scale(workspace, LOCAL, "shop", SHOP, {})  # maps no label
    assert names["changed"] == 0
    change_scale(workspace, LOCAL, "shop", Scale("binary"), {})
    with pytest.raises(Refused, match="scale of the dataset has changed"):
        undo(workspace, LOCAL, edit["edit"])


@pytest.mark.parametrize(
    ("scale", "low", "positives"),
    [(Scale("graded", 3, 0, 2), 0, 2), (Scale("graded", 4, 1, 3), 1, 2)],
)
def test_everything_that_counts_follows_the_scale(scale, low, positives, tmp_path, workspace):
    """The test split holds relevant labels and labels just below: never "above the lowest"."""
    labels = [low + 1, low + 1, low + 2, low + 3] * 12  # the lowest grade does not occur
    said = ReadOptions(scale="graded", max_grade=scale.max, min_grade=scale.min,
                       relevant_from=scale.relevant_from)  # fmt: skip
    report = import_file(workspace, LOCAL, shop(tmp_path, labels), "shop", said)
    assert scale_of(workspace, LOCAL, "shop") == scale.as_json()
    assert report["positives"] == list_datasets(workspace, LOCAL)[0]["positives"] == 24
    assert {row["positives"] for row in labelled_queries(workspace, LOCAL, "shop")} == {positives}
    found = evaluate(workspace, LOCAL, "bm25", "shop")
    assert found["queries"] == 12
    quality, _rows = assess(workspace, "shop", "none", None, lambda _phase, _part: None)
    assert quality["balance"]["splits"]["test"]["positives"] == 24
    assert not {"no_negative", "no_positive"} & {one["key"] for one in quality["findings"]}
    lower = change_scale(
        workspace, LOCAL, "shop", Scale("graded", scale.max, scale.min, low + 1), {}
    )
    assert lower["positives"] == (24, 48)
    quality, _rows = assess(workspace, "shop", "none", None, lambda _phase, _part: None)
    assert "no_negative" in {one["key"] for one in quality["findings"]}


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "parquet", "datasets"])
def test_names_of_labels_are_exported_and_imported_back(form, tmp_path, workspace):
    said = ReadOptions(max_grade=3, grade_names=[*NAMES], relevant_from=2)
    import_file(workspace, LOCAL, shop(tmp_path), "shop", said)
    path = tmp_path / ("set.zip" if form == "datasets" else f"out.{form}")
    assert export_dataset(workspace, LOCAL, "shop", form, path)["lost"] == []
    import_file(workspace, LOCAL, path, "again")
    assert scale_of(workspace, LOCAL, "again")["names"] == list(NAMES)
    assert grades(workspace, "again") == grades(workspace)


def test_words_that_are_mapped_name_their_labels(tmp_path, workspace):
    path = shop(tmp_path, ["irrelevant thing", "Good", "Exact", ""] * 5)
    mapping = {"irrelevant thing": 0.0, "Good": 1.0, "Exact": 2.0}
    import_file(workspace, LOCAL, path, "shop", ReadOptions(map_label=mapping))
    assert scale_of(workspace, LOCAL, "shop")["names"] == ["irrelevant thing", "Good", "Exact"]


def test_a_dataset_is_renamed_and_described(tmp_path, workspace, tiny_model):
    import_file(workspace, LOCAL, shop(tmp_path), "shop")
    import_file(workspace, LOCAL, shop(tmp_path, name="other"), "other")
    run = finished_run(workspace, tiny_model, "shop")
    for wrong, why in (
        ("other", "already"),
        ("x" * 81, "81 characters"),
        ("a/b", "slashes"),
        ("\u200b\u2060", "cannot be read"),
        ("\u202egpj", "cannot be read"),
    ):
        with pytest.raises(Refused, match=why):
            rename(workspace, LOCAL, "shop", wrong)
    set_demo(workspace, LOCAL, title="t", text="", dataset="shop", run="", queries=[])
    rename(workspace, LOCAL, "shop", " Shop (DE) ")
    assert demo_settings(workspace, LOCAL)["dataset"] == "Shop (DE)"
    describe(workspace, LOCAL, "Shop (DE)", "Grades of the shop's products.")
    found = {row["name"]: row for row in list_datasets(workspace, LOCAL)}
    assert set(found) == {"Shop (DE)", "other"}
    assert found["Shop (DE)"]["description"] == "Grades of the shop's products."
    from reranker_ui.services.runs.listing import find_run

    assert find_run(workspace, LOCAL, run)["dataset"] == "Shop (DE)"
    lines = [line["text"] for line in history(workspace, LOCAL, "Shop (DE)")["lines"]]
    assert lines[:2] == ["Changed the description", "Renamed the dataset from shop to Shop (DE)"]


def test_the_command_line_chooses_and_changes_the_scale(tmp_path, home, command):
    file = str(shop(tmp_path, [0, 1, 2, 3, ""] * 4))
    code, _, errors = command(
        "import", file, "--dataset", "shop", "--scale", "graded", "--max-grade", "7",
        "--relevant-from", "2",
    )  # fmt: skip
    assert code == 0, errors
    code, _, errors = command("dataset", "shop", "--max-grade", "2")
    assert code == 1 and "3 (4)" in errors and "--map-label 3=2" in errors
    change = ["dataset", "shop", "--max-grade", "3", "--grade-names", ",".join(NAMES)]
    code, output, _ = command(*change, "--dry-run")
    assert code == 0 and "would be a grade from 0 to 3" in output and "->  3 Exact" in output
    code, output, errors = command(*change, "--rename", "new", "--describe", "Grades.", "--json")
    assert code == 0, errors
    found = json.loads(output)
    assert (found["name"], found["description"], found["positives"]) == ("new", "Grades.", 8)
    assert found["scale"] == SHOP.as_json()
    code, output, _ = command("dataset", "new")
    assert code == 0 and "0 Irrelevant, 1 Related, 2 Good, 3 Exact" in output
