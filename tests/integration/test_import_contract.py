"""The verb import: its JSON, its exit codes, appends, conflicts, splits and killed imports."""

import csv
import json
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.pages import page_of_pairs
from reranker_ui.services.imports import importer, storing, sweep
from reranker_ui.services.imports.batch_writer import Writer
from reranker_ui.services.imports.importer import import_file, load_starter
from reranker_ui.services.imports.stage import Staged
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.imports.sweep import command_at_work, sweep_imports
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import datasets, decisions, imported_labels, imports, pairs

pytestmark = pytest.mark.both_databases


def write(path, rows, header="query,passage,label"):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_json_and_exit_codes(tmp_path, home, command):
    rows = ["q1,p1,1", "q1,p2,0", "q1,p1,1", "q2,,1", "q3,p3,maybe", '"q4,p4,1', "q5,p5,"]
    file = write(tmp_path / "pairs.csv", rows)
    code, out, _err = command("import", str(file), "--dataset", "d", "--quotes", "on", "--json")
    assert code == 0
    assert json.loads(out) == {
        "dataset": "d", "summary": "3 pairs added", "added": 3, "new_labels": 0,
        "already_there": 0, "replaced": 0, "records": 7, "pairs": 3, "kept": 2, "duplicate": 1,
        "unlabelled": 1,
        "conflicts": 0, "positives": 1, "blank": 1, "bad_label": 1, "unreadable": 1,
        "rejects": [
            {"line": 5, "reason": "blank: the passage is empty"},
            {"line": 6, "reason": "bad_label: “maybe” is not a number"},
            {"line": 7, "reason": "unreadable: a quote opens a cell and is never closed"},
        ],
    }  # fmt: skip
    code, out, err = command("import", str(tmp_path / "none.csv"), "--dataset", "d", "--json")
    assert (code, out) == (1, "")
    assert "no file" in err and "Traceback" not in err
    assert command("import", str(file))[0] == 2


def test_columns_by_number_and_words_mapped(tmp_path, workspace):
    file = tmp_path / "pairs.tsv"
    file.write_text("good\tp1\tq1\nbad\tp2\tq1\n")
    options = ReadOptions(query="2", passage="1", label="0", map_label={"Good": 1, "bad": 0})
    report = import_file(workspace, LOCAL, file, "d", options)
    assert (report["kept"], report["positives"]) == (2, 1)
    assert set(labelled_pairs(workspace, LOCAL, "d")["query"]) == {"q1"}


def test_classes_nobody_mapped_are_asked_for(tmp_path, workspace):
    file = write(tmp_path / "pairs.csv", ["q1,p1,Exact", "q1,p2,Substitute"])
    with pytest.raises(Refused, match=r"Exact \(1\), Substitute \(1\)"):
        import_file(workspace, LOCAL, file, "d")
    assert list_datasets(workspace, LOCAL) == []


def test_an_append_counts_what_is_there_as_duplicate(tmp_path, workspace):
    first = write(tmp_path / "a.csv", ["q1,p1,1", "q1,p2,", "q1,p3,0"])
    second = write(tmp_path / "b.csv", ["q1,p1,1", "q1,p2,1", "q1,p3,1", "q1,p4,0"])
    import_file(workspace, LOCAL, first, "d")
    report = import_file(workspace, LOCAL, second, "d")
    counted = {name: report[name] for name in ("pairs", "kept", "duplicate", "conflicts")}
    assert counted == {"pairs": 4, "kept": 2, "duplicate": 2, "conflicts": 1}
    grades = labelled_pairs(workspace, LOCAL, "d").set_index("passage")["grade"].to_dict()
    assert grades == {"p1": 1.0, "p2": 1.0, "p4": 0.0}
    (disputed,) = page_of_pairs(workspace, LOCAL, "d", label="disputed")["pairs"]
    assert disputed["passage"] == "p3"


def test_every_vote_on_a_pair_that_is_there_is_stored_once(tmp_path, workspace):
    file = write(tmp_path / "a.csv", ["q,p,", "q,r,1"])
    import_file(workspace, LOCAL, file, "d")
    voted = tmp_path / "votes.json"
    voted.write_text(json.dumps([task("p", ann=1, bob=1, cy=0), task("r", ann=1)]))
    report = import_file(workspace, LOCAL, voted, "d")
    counted = {name: report[name] for name in ("kept", "positives", "conflicts")}
    assert counted == {"kept": 1, "positives": 1, "conflicts": 1}
    again = import_file(workspace, LOCAL, voted, "d")
    assert (again["kept"], again["conflicts"]) == (0, 0)
    with workspace.reading() as connection:
        columns = pairs.c.passage, imported_labels.c.annotator, imported_labels.c.value
        stored = connection.execute(sa.select(*columns).join(pairs)).all()
    assert sorted(stored) == [("p", "ann", 1), ("p", "bob", 1), ("p", "cy", 0), ("r", "ann", 1)]


def test_a_settled_label_decides_pairs_that_are_there(tmp_path, workspace):
    rows = ["q,p,0", "q,r,", "q,s,"]
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", rows), "d")
    with workspace.writing() as connection:
        decision = {"pair_id": 3, "label": 0, "decided_by": "Sara", "decided_at": 0}
        connection.execute(decisions.insert().values(decision))
    settled = tmp_path / "settled.json"
    settled.write_text(json.dumps([task(name, truth="bob", ann=0, bob=1) for name in "prs"]))
    report = import_file(workspace, LOCAL, settled, "d")
    assert (report["kept"], report["positives"], report["conflicts"]) == (2, 2, 0)
    grades = labelled_pairs(workspace, LOCAL, "d").set_index("passage")["grade"].to_dict()
    assert grades == {"p": 1.0, "r": 1.0, "s": 0.0}


def task(passage, truth="", **given) -> dict:
    """A task of Label Studio; the answer of `truth` is marked as the one that counts."""
    return {"data": {"query": "q", "passage": passage}, "annotations": [
        {"completed_by": who, "ground_truth": who == truth,
         "result": [{"from_name": "relevance", "value": {"choices": [str(value)]}}]}
        for who, value in given.items()]}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (["q,p,0", "q,r,3"], ["q,s,0.17", "q,t,0.47"], "a grade from 0 to 3, and .* a score"),
        (["q,p,0", "q,r,0.5"], ["q,s,0.5", "q,t,86.5"], "from 0 to 1, and .* from 0 to 87.*change"),
        (["q,p,0", "q,r,1"], ["q,s,0", "q,t,3"], "0 or 1, and .* a grade"),
        (["q,p,0", "q,r,3"], ["q,s,0", "q,t,1"], ""),
        (["q,p,0", "q,r,3"], ["q,s,0", "q,t,5"], "from 0 to 3, .*from 0 to 5.*--max-grade 5"),
        (["q,p,0", "q,r,0.5"], ["q,s,0", "q,t,1"], ""),
    ],
)
def test_what_is_off_the_scale_of_a_dataset_is_refused(first, second, why, tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", first), "d")
    file = write(tmp_path / "b.csv", second)
    token = importer.start_reading(workspace, LOCAL, file, ReadOptions())  # as the page does
    importer.wait_for_reading(workspace, LOCAL, token)
    if why:
        with pytest.raises(Refused, match=why):
            store_reading(workspace, LOCAL, token, "d")
    else:
        assert store_reading(workspace, LOCAL, token, "d")["kept"] == 2
    scale = Scale(**list_datasets(workspace, LOCAL)[0]["scale"])
    assert all(map(scale.holds, labelled_pairs(workspace, LOCAL, "d")["grade"]))


@pytest.mark.parametrize("there", [[], ["beta,pa,1"]])
def test_a_row_without_a_split_goes_where_its_query_is(there, tmp_path, workspace):
    if there:
        import_file(workspace, LOCAL, write(tmp_path / "a.csv", there), "d")
    sides = ["train", "test"] * 10
    rows = [f"alpha {n},p{m},1,{side}" for n in range(20) for m, side in ((0, sides[n]), (1, ""))]
    file = write(tmp_path / "b.csv", rows, "query,passage,label,split")
    import_file(workspace, LOCAL, file, "d")
    stored = labelled_pairs(workspace, LOCAL, "d")
    assert stored["split"].notna().all()
    assert stored.groupby("query")["split"].nunique().max() == 1


def test_splits_of_the_file_are_kept(tmp_path, workspace):
    rows = [f"q{i},p{i},1,{'validation' if i % 3 else 'train'}" for i in range(30)]
    rows += [f"q{i},p{i},1,test" for i in range(30, 40)]
    file = write(tmp_path / "a.csv", rows, "query,passage,label,split")
    import_file(workspace, LOCAL, file, "d")
    assert list_datasets(workspace, LOCAL)[0]["splits"] == {"train": 10, "dev": 20, "test": 10}


def test_a_split_that_the_file_leaves_out(tmp_path, workspace):
    def splits(name, file_splits):
        rows = [f"q{i},p{i},{i % 2},{file_splits[i % len(file_splits)]}" for i in range(40)]
        file = write(tmp_path / f"{name}.csv", rows, "query,passage,label,split")
        report = import_file(workspace, LOCAL, file, name)
        found = {one["name"]: one["splits"] for one in list_datasets(workspace, LOCAL)}[name]
        return found, " ".join(report["notes"])

    alone, said = splits("alone", ["test"])
    assert alone == {"train": 0, "dev": 0, "test": 40}
    assert "no train and no dev" in said
    two, said = splits("two", ["train", "train", "train", "test"])
    assert two == {"train": 27, "dev": 3, "test": 10}
    assert "no dev split" in said


def test_near_duplicate_queries_stay_together(tmp_path, workspace):
    rows = [f"{text},{i}{n},{n}" for i in range(40) for n, text in
            enumerate((f"What is thing {i}?", f"what is THING {i}"))]  # fmt: skip
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", rows), "d")
    stored = labelled_pairs(workspace, LOCAL, "d")
    assert stored.groupby(stored["query_key"].str[:16])["split"].nunique().max() == 1
    assert stored["split"].value_counts().to_dict() == {"train": 64, "dev": 8, "test": 8}
    late = write(tmp_path / "b.csv", [f"what is thing {i}!,new {i},1" for i in range(40)])
    import_file(workspace, LOCAL, late, "d")
    stored = labelled_pairs(workspace, LOCAL, "d")
    assert stored.groupby(stored["query_key"].str[:16])["split"].nunique().max() == 1


def test_an_import_that_dies_leaves_nothing(tmp_path, workspace, monkeypatch):
    file = write(tmp_path / "a.csv", [f"q{i},p{i},1" for i in range(50)])
    monkeypatch.setattr(storing, "_BATCH", 10)

    def die(_through):
        assert list_datasets(workspace, LOCAL) == []  # unseen while it runs
        raise KeyboardInterrupt

    token = importer.start_reading(workspace, LOCAL, file, ReadOptions())
    importer.wait_for_reading(workspace, LOCAL, token)
    with pytest.raises(KeyboardInterrupt):
        store_reading(workspace, LOCAL, token, "d", on_progress=die)
    assert rows_left(workspace) == (0, 0, 0)


def test_what_a_killed_process_left_is_swept(tmp_path, workspace):
    import_file(workspace, LOCAL, write(tmp_path / "a.csv", ["q,p,1"]), "d")
    with workspace.writing() as connection:  # as a process that was killed leaves it
        new = imports.insert().values(
            dataset_id=1, source="b", state="importing", created_by="x", created_at=time.time()
        )
        (import_id,) = connection.execute(new).inserted_primary_key
        row = dict(connection.execute(sa.select(pairs)).mappings().one())
        del row["id"]
        connection.execute(
            pairs.insert().values({**row, "import_id": import_id, "pair_key": "other"})
        )
    assert list_datasets(workspace, LOCAL)[0]["pairs"] == 1
    assert sweep_imports(workspace) == 1
    assert rows_left(workspace) == (1, 1, 1)


@pytest.mark.parametrize("before", [[], ["q0,p0,1", "new,one,0"]])
def test_what_was_killed_is_stored_whole_when_tried_again(before, tmp_path, workspace, monkeypatch):
    if before:
        import_file(workspace, LOCAL, write(tmp_path / "a.csv", before), "d")
    file = write(tmp_path / "b.csv", [f"q{i},p{i},1" for i in range(50)])
    monkeypatch.setattr(storing, "_BATCH", 10)
    token = importer.start_reading(workspace, LOCAL, file, ReadOptions())
    importer.wait_for_reading(workspace, LOCAL, token)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(sweep, "remove_import", lambda *_: None)  # as SIGKILL leaves it
        store_reading(workspace, LOCAL, token, "d", on_progress=interrupt)
    assert rows_left(workspace)[2] > len(before)
    report = store_reading(workspace, LOCAL, token, "d")
    assert report["kept"] == 50 - len(before) // 2
    assert sweep_imports(workspace) == 0
    assert list_datasets(workspace, LOCAL)[0]["pairs"] == 50 + len(before) // 2


def test_one_import_at_a_time_goes_into_a_dataset(tmp_path, workspace):
    file = write(tmp_path / "a.csv", ["q,p,1"])
    refused = []

    def meanwhile(_through):
        import_file(workspace, LOCAL, file, "other")
        with pytest.raises(Refused, match="Another import into d is running") as refusal:
            import_file(workspace, LOCAL, file, "d")
        refused.append(refusal)

    token = importer.start_reading(workspace, LOCAL, file, ReadOptions())
    importer.wait_for_reading(workspace, LOCAL, token)
    store_reading(workspace, LOCAL, token, "d", on_progress=meanwhile)
    assert len(refused) == 1
    assert rows_left(workspace) == (2, 2, 2)


def interrupt(_through) -> None:
    raise KeyboardInterrupt


def rows_left(workspace) -> tuple[int, ...]:
    with workspace.reading() as connection:
        return tuple(
            connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (datasets, imports, pairs)
        )


def test_the_starter_is_loaded_once(workspace):
    assert load_starter(workspace, LOCAL)
    assert not load_starter(workspace, LOCAL)
    (starter,) = list_datasets(workspace, LOCAL)
    assert starter["name"] == "starter"
    assert all(starter["splits"].values())


def test_only_an_admin_imports(tmp_path, workspace):
    file = write(tmp_path / "a.csv", ["q,p,1"])
    with pytest.raises(Refused, match="admin"):
        import_file(workspace, User("ann", "annotator"), file, "d")


@pytest.mark.parametrize("name", ["", " d", "a/b", "a\\b", "x" * 81, "a\nb"])
def test_names_that_are_none(name, tmp_path, workspace):
    with pytest.raises(Refused, match="name"):
        import_file(workspace, LOCAL, write(tmp_path / "a.csv", ["q,p,1"]), name)


def test_every_record_left_out_goes_to_a_file(tmp_path, workspace):
    lines = [f"q{n},=p{n},{n % 2}" for n in range(30)]
    lines += ["q1,=p1,0", "q,,1", *(f"q{n},=cmd,maybe {n}" for n in range(30))]
    file, rejects = write(tmp_path / "a.csv", lines), tmp_path / "rejects.csv"
    report = import_file(workspace, LOCAL, file, "d", rejects=rejects)
    assert (report["kept"], report["bad_label"], len(report["rejects"])) == (30, 30, 20)
    with rejects.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 1 + 32
    assert rows[1] == [
        "32",
        "duplicate",
        "same query and passage as line 3, another label",
        "q1 | =p1",
    ]
    assert rows[2][:3] == ["33", "blank", "the passage is empty"]
    with pytest.raises(Refused, match="no folder"):
        import_file(workspace, LOCAL, file, "e", rejects=tmp_path / "none" / "r.csv")


def test_what_a_killed_command_read_is_swept(tmp_path, workspace, monkeypatch):
    file, uploads = write(tmp_path / "a.csv", ["q,p,1"]), workspace.home / "uploads"
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(importer, "store_reading", lambda *_, **__: interrupt(0))
        killed.setattr(importer, "end_reading", lambda *_: None)  # as SIGKILL leaves it
        import_file(workspace, LOCAL, file, "d")
    (folder,) = (one for one in uploads.iterdir() if one.is_dir())
    with command_at_work(workspace, folder.name):
        sweep_imports(workspace)
        assert folder.exists()  # that command is at work
    (uploads / f"{folder.name}.command.lock").touch()
    sweep_imports(workspace)
    assert not any(uploads.iterdir())


@pytest.mark.parametrize("name", [".", "..", "-rf", "--help", "", "a/b", " a"])
def test_names_that_a_shell_or_a_path_would_misread_are_refused(name):
    with pytest.raises(Refused, match="needs a name"):
        check_name(name)
    check_name(".net"), check_name("a-b")


def test_pairs_of_no_dataset_raise_what_an_insert_raises(workspace):
    pair = Staged(1, "k", "q", "p", "Why?", "Ice.", 1.0, 1, "train", None, None, 0, 0, 0)
    with pytest.raises(sa.exc.IntegrityError), workspace.writing() as connection:
        Writer(connection, 999, 1, "pairs.csv", "Mai", 0.0).write([pair], {})
    with workspace.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(pairs)) == 0


def test_a_large_import_updates_the_statistics(workspace, tmp_path, monkeypatch, database):
    monkeypatch.setattr(storing, "MANY", 20)
    rows = [f"q{number},p{number},{number % 2}" for number in range(20)]
    assert import_file(workspace, LOCAL, write(tmp_path / "a.csv", rows), "d")["kept"] == 20
    if database == "postgresql":
        with workspace.reading() as connection:
            counted = "SELECT reltuples FROM pg_class WHERE relname = 'pairs'"
            assert connection.exec_driver_sql(counted).scalar() == 20
