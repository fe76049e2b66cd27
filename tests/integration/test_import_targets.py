"""Where an import goes: new, added or replaced, said before, and the same counts everywhere."""

import json
import shutil

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.gold import mark_gold
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.pages import filter_choices, page_of_pairs
from reranker_ui.services.datasets.pair_details import pair_details
from reranker_ui.services.datasets.undo import undo
from reranker_ui.services.imports.duplicate import duplicate
from reranker_ui.services.imports.import_preview import import_preview
from reranker_ui.services.imports.importer import import_file, load_sample, load_starter
from reranker_ui.services.imports.read_state import left_out, start_reading, wait_for_reading
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.labels.comments import add_comment, comments_of
from reranker_ui.services.labels.datasets import delete_dataset, list_datasets
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import datasets, imports

FIRST = ["q1,p1,1", "q1,p2,", "q2,p3,0"]
SECOND = ["q1,p1,1", "q1,p2,1", "q3,p4,0", "q3,p4,0", "q3,p5,"]


def write(path, rows, header="query,passage,label"):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def texts(workspace, name="d") -> list[str]:
    return sorted(pair["passage"] for pair in page_of_pairs(workspace, LOCAL, name)["pairs"])


def read(workspace, path) -> str:
    token = start_reading(workspace, LOCAL, path, ReadOptions())
    wait_for_reading(workspace, LOCAL, token)
    return token


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("into", "summary", "after"),
    [
        ("add", "2 added, 1 new label, 2 already there", ["p1", "p2", "p3", "p4", "p5"]),
        ("replace", "4 added, 3 replaced", ["p1", "p2", "p4", "p5"]),
    ],
)
def test_what_is_said_before_is_what_happens(into, summary, after, tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", FIRST), "d")
    token = read(workspace, write(tmp_path / "b.csv", SECOND))
    before = import_preview(workspace, LOCAL, token, "d", into)
    assert (before["existing_pairs"], before["refused"], before["summary"]) == (3, None, summary)
    assert texts(workspace) == ["p1", "p2", "p3"]  # nothing was written
    report = store_reading(workspace, LOCAL, token, "d", into=into, source="b.csv")
    assert report["summary"] == summary
    assert {k: report[k] for k in before if k in report} == {
        k: v for k, v in before.items() if k in report
    }
    assert texts(workspace) == after
    newest, first = history(workspace, LOCAL, "d")["lines"]
    assert newest["text"] == f"Imported b.csv: {summary}"
    assert first["text"] == "Imported a.csv: 3 pairs added"
    again = store_reading(workspace, LOCAL, token, "d", into="add", source="b.csv")
    assert again["summary"] == "0 added, 0 new labels, 4 already there"


@pytest.mark.both_databases
def test_a_replacement_is_undone_with_every_label(tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", FIRST), "d")
    pairs = page_of_pairs(workspace, LOCAL, "d")["pairs"]
    annotate(workspace, LOCAL, pairs[1]["id"], 0, "one")
    token = read(workspace, write(tmp_path / "b.csv", SECOND))
    assert import_preview(workspace, LOCAL, token, "d", "replace")["human_labels"] == 1
    store_reading(workspace, LOCAL, token, "d", into="replace")
    assert all(pair["effective"] != 0 or pair["passage"] != "p2"
               for pair in page_of_pairs(workspace, LOCAL, "d")["pairs"])  # fmt: skip
    line = history(workspace, LOCAL, "d")["lines"][0]
    assert line["undoable"]
    assert undo(workspace, LOCAL, line["id"]) == {"undone": "replace pairs", "newer": 0}
    undone = history(workspace, LOCAL, "d")["lines"][0]["text"]
    assert undone == f"Undid: i{line['text'][1:]}" and "imported" in undone
    after = page_of_pairs(workspace, LOCAL, "d")["pairs"]
    assert [(p["id"], p["passage"], p["split"]) for p in after] == [
        (p["id"], p["passage"], p["split"]) for p in pairs
    ]
    assert after[1]["effective"] == 0
    import_file(workspace, LOCAL, tmp_path / "b.csv", "d")
    assert texts(workspace) == ["p1", "p2", "p3", "p4", "p5"]


def test_a_replaced_pair_that_came_back_is_not_doubled_by_undo(tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", FIRST), "d")
    import_file(workspace, LOCAL, write(tmp_path / "b.csv", SECOND), "d", into="replace")
    import_file(workspace, LOCAL, write(tmp_path / "c.csv", ["q2,p3,1"]), "d", into="add")
    replaced = history(workspace, LOCAL, "d")["lines"][1]
    with pytest.raises(Refused, match="have been added again"):
        undo(workspace, LOCAL, replaced["id"])
    assert texts(workspace) == ["p1", "p2", "p3", "p4", "p5"]


def test_a_replacement_that_dies_leaves_the_dataset_as_it_was(tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", FIRST), "d")
    token = read(workspace, write(tmp_path / "b.csv", SECOND))

    def die(_through):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_reading(workspace, LOCAL, token, "d", into="replace", on_progress=die)
    assert texts(workspace) == ["p1", "p2", "p3"]
    with workspace.reading() as connection:
        counts = [connection.scalar(sa.select(sa.func.count()).select_from(table))
                  for table in (datasets, imports)]  # fmt: skip
    assert counts == [1, 1]


def test_a_replacement_keeps_the_split_of_known_queries(tmp_path, workspace):
    rows = [f"query {n},passage {n},{n % 2}" for n in range(40)]
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", rows), "d")
    before = {p["query"]: p["split"] for p in page_of_pairs(workspace, LOCAL, "d")["pairs"]}
    rows = [f"query {n},another {n},{n % 2}" for n in range(40)]
    import_file(workspace, LOCAL, write(tmp_path / "b.csv", rows), "d", into="replace")
    assert before == {p["query"]: p["split"] for p in page_of_pairs(workspace, LOCAL, "d")["pairs"]}


def test_a_target_that_does_not_fit_is_refused_before_anything_is_read(tmp_path, workspace):
    file = write(tmp_path / "a.csv", FIRST)
    for into in ("add", "replace"):
        with pytest.raises(Refused, match="no dataset called d"):
            import_file(workspace, LOCAL, file, "d", into=into)
    import_file(workspace, LOCAL, file, "d", into="new")
    with pytest.raises(Refused, match="called d already exists"):
        import_file(workspace, LOCAL, file, "d", into="new")
    token = read(workspace, write(tmp_path / "b.csv", ["q,p,0.5", "q,r,0.25"]))
    assert "a score" in import_preview(workspace, LOCAL, token, "d", "add")["refused"]
    assert import_preview(workspace, LOCAL, token, "e", "new")["summary"] == "2 pairs added"


def test_the_whole_file_goes_to_one_split(tmp_path, workspace):
    rows = [f"query {n},passage {n},{n % 2}" for n in range(12)]
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", rows), "d", split="train")
    more = [f"query {n},passage {n},1" for n in range(10, 20)]
    more += [f"query {n},other {n},1" for n in range(2)]
    report = import_file(workspace, LOCAL, write(tmp_path / "b.csv", more), "d", split="test")
    assert "4 pairs stay in the split that the dataset has for their query." in report["notes"]
    assert list_datasets(workspace, LOCAL)[0]["splits"] == {"train": 14, "dev": 0, "test": 8}
    with pytest.raises(Refused, match="train, dev"):
        import_file(workspace, LOCAL, tmp_path / "a.csv", "d", split="holdout")


def test_several_files_are_one_import(tmp_path, workspace):
    first = write(tmp_path / "a.csv", [*FIRST, "q9,,1"])
    second = tmp_path / "b.jsonl"
    second.write_text("".join(
        json.dumps({"question": q, "passage": p, "label": label}) + "\n"
        for q, p, label in (("q1", "p1", 1), ("q5", "p6", 0), ("q5", "", 1))))  # fmt: skip
    token = start_reading(workspace, LOCAL, first, ReadOptions(), more=[second])
    wait_for_reading(workspace, LOCAL, token)
    causes = [row["why"] for row in left_out(workspace, LOCAL, token)]
    assert "b.jsonl: same query and passage as line 2 of a.csv" in causes
    report = import_file(workspace, LOCAL, first, "d", more=[second])
    assert (report["records"], report["added"], report["blank"]) == (7, 4, 2)
    assert report["rejects"] == [
        {"line": 5, "reason": "blank: a.csv: the passage is empty"},
        {"line": 3, "reason": "blank: b.jsonl: the passage is empty"},
    ]
    pairs = page_of_pairs(workspace, LOCAL, "d")["pairs"]
    assert {p["passage"]: (p["source"], p["line"]) for p in pairs}["p6"] == ("b.jsonl", 2)
    assert filter_choices(workspace, LOCAL, "d")["sources"] == ["a.csv", "b.jsonl"]
    assert [line["text"] for line in history(workspace, LOCAL, "d")["lines"]] == [
        "Imported a.csv, b.jsonl: 4 pairs added"
    ]


@pytest.mark.both_databases
def test_a_duplicate_has_everything_but_the_runs(tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", [*FIRST, "q1,p1,0"]), "d")
    pairs = page_of_pairs(workspace, LOCAL, "d")["pairs"]
    annotate(workspace, LOCAL, pairs[1]["id"], 1, "one", "sure")
    mark_gold(workspace, LOCAL, "d", [pairs[1]["id"]], True)
    add_comment(workspace, LOCAL, pairs[1]["id"], "Is it?")
    assert duplicate(workspace, LOCAL, "d", "copy") == {"dataset": "copy", "pairs": 3}
    compared = ("query", "passage", "label", "effective", "state", "split", "by", "source", "line")
    same = [[{k: p[k] for k in compared} for p in page_of_pairs(workspace, LOCAL, name)["pairs"]]
            for name in ("d", "copy")]  # fmt: skip
    assert same[0] == same[1]
    copy, first = (next(o for o in list_datasets(workspace, LOCAL) if o["name"] == name)
                   for name in ("copy", "d"))  # fmt: skip
    skipped = ("id", "name", "updated_at")
    assert {k: v for k, v in copy.items() if k not in skipped} == {
        k: v for k, v in first.items() if k not in skipped
    }
    assert history(workspace, LOCAL, "copy")["lines"][0]["text"] == (
        "Duplicated from d: 3 pairs added"
    )
    twin = page_of_pairs(workspace, LOCAL, "copy")["pairs"][1]["id"]
    assert pair_details(workspace, LOCAL, twin)["gold"] == 1
    assert [one["text"] for one in comments_of(workspace, LOCAL, twin)] == ["Is it?"]
    with pytest.raises(Refused, match="called copy already exists"):
        duplicate(workspace, LOCAL, "d", "copy")
    annotate(workspace, LOCAL, pairs[2]["id"], 1, "two")
    again = page_of_pairs(workspace, LOCAL, "copy")["pairs"]
    assert [p["effective"] for p in again] == [p["effective"] for p in pairs[:1]] + [1, 0]


def test_the_sample_comes_back(workspace):
    load_starter(workspace, LOCAL)
    with pytest.raises(Refused, match="called starter already exists"):
        load_sample(workspace, LOCAL)
    delete_dataset(workspace, LOCAL, "starter")
    assert not load_starter(workspace, LOCAL)
    shutil.rmtree(workspace.cache)  # its files can be rebuilt
    workspace.cache.mkdir()
    assert not load_starter(workspace, LOCAL)
    assert load_sample(workspace, LOCAL)["summary"].endswith("pairs added")
    assert [one["name"] for one in list_datasets(workspace, LOCAL)] == ["starter"]


def test_the_command_line_asks_before_it_replaces(tmp_path, home, command):
    file = str(write(tmp_path / "a.csv", FIRST))
    assert command("import", file, "--dataset", "d")[0] == 0
    replace = ("import", file, "--dataset", "d", "--into", "replace", "--json")
    code, _out, err = command(*replace)
    assert code == 1 and "replaces the 3 pairs of d; 0 of them have human labels" in err
    code, out, _err = command(*replace, "--yes", "--into-split", "dev")
    assert code == 0 and json.loads(out)["summary"] == "3 added, 3 replaced"
    code, out, _err = command("dataset", "d", "--duplicate", "copy", "--json")
    assert (json.loads(out)["name"], json.loads(out)["pairs"]) == ("copy", 3)
