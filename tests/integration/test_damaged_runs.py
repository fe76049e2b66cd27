"""A run folder that is missing, cut or garbled is one row that says so; all others stay."""

import json
import shutil

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.operating.health import health, pulse
from reranker_ui.services.ranking import cutoffs
from reranker_ui.services.runs import push
from reranker_ui.services.runs.outcomes import outcome
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.training import lifecycle


def missing(folder):
    shutil.rmtree(folder.path)


def a_file_in_its_place(folder):
    shutil.rmtree(folder.path)
    folder.path.write_text("not a folder")


def a_link_to_itself(folder):
    shutil.rmtree(folder.path)
    folder.path.symlink_to(folder.path.name)


def a_folder_for_events(folder):
    folder.events_file.unlink()
    folder.events_file.mkdir()


def no_recipe_and_half_a_lineage(folder):
    folder.recipe_file.unlink()
    folder.lineage_file.write_text("{")


def a_list_for_a_lineage(folder):
    folder.lineage_file.write_text("[1]")


def a_recipe_of_wrong_types(folder):
    folder.recipe_file.write_text('{"epochs": "many"}')


DAMAGES = [missing, a_file_in_its_place, a_link_to_itself, a_folder_for_events,
           no_recipe_and_half_a_lineage, a_list_for_a_lineage, a_recipe_of_wrong_types]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", [1, 2])
def test_one_damaged_folder_is_one_row_that_says_so(old, damage, number):
    damage(RunFolder(old.runs / f"{number:05d}"))
    rows = {row["id"]: row for row in lifecycle.list_runs(old, LOCAL)}
    hurt, whole = rows[number], rows[3 - number]
    assert "Bring the run back with" in hurt["damage"] and hurt["damage"] in hurt["sentence"]
    assert whole["damage"] is None and whole["status"] == ("lost" if number == 1 else "finished")
    assert lifecycle.current(old, LOCAL)["damaged"] == [f"run {number}"]
    assert pulse(old)["runs"] == "damaged" and pulse(old)["worker"] == "ok"
    assert health(old, LOCAL)["worker"]["damaged"] == [f"run {number}"]
    assert lifecycle.follow(old, LOCAL, number)["run"]["id"] == number
    assert outcome(old, LOCAL, number)["id"] == number
    assert not hurt["resumable"]
    if hurt["status"] == "lost":
        with pytest.raises(Refused, match="cannot be resumed"):
            lifecycle.resume(old, LOCAL, number)
    lifecycle.delete(old, LOCAL, number)
    assert [row["id"] for row in lifecycle.list_runs(old, LOCAL)] == [3 - number]


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "finished", "time": 1.0, "phase": "train", "metrics": [1]}',
        '{"event": "finished", "metrics": {}}',
        '{"event": ["finished"], "time": 1.0}',
        '{"event": "log", "time": 1e999, "step": 3}',
        '{"event": "log", "time": 1.0, "step": "three"}',
        '{"event": "evaluated", "time": 1.0, "when": "tuned", "metrics": 7}',
        '{"event": "started", "time": 1.0, "plan": []}',
        "[]",
        "7",
        "[" * 100_000,
        "\udcff\udcfe",
    ],
)
def test_a_garbled_event_is_skipped_and_said(old, line):
    folder = RunFolder(old.runs / "00001")
    with folder.events_file.open("ab") as file:
        file.write(line.encode(errors="surrogateescape") + b"\n")
    row = lifecycle.find_run(old, LOCAL, 1)
    assert row["status"] == "finished" and row["metrics"]["tuned"]["queries"] == 21
    assert [notice for notice in row["notices"] if "1 line of the events" in notice]


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "finished", "time": 1.0}',
        '{"event": "evaluated", "time": 1.0}',
        '{"event": "evaluated", "time": 1.0, "when": "tuned", "metrics": {"ndcg@10": {"a": 1}}}',
        '{"event": "finished", "time": 1.0, "metrics": {"tuned": 3, "base": {"ndcg@10": null}}}',
        '{"event": "notice", "time": 1.0}',
        '{"event": "started", "time": 1.0, "plan": {}}',
        '{"event": "something new", "time": 1.0}',
    ],
)
def test_an_event_without_some_of_its_fields_harms_nothing(old, line):
    with RunFolder(old.runs / "00001").events_file.open("a") as file:
        file.write(line + "\n")
    row = lifecycle.find_run(old, LOCAL, 1)
    assert row["status"] == "finished" and json.dumps(row, allow_nan=False)


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "null", '{"goal": 3, "state": 4}', "\x00"])
def test_damaged_results_cutoffs_and_pushes_count_as_none(old, text):
    folder = RunFolder(old.runs / "00001")
    for file in (folder.outcome_file, folder.cutoff_file, folder.pushed_file):
        file.write_text(text)
    found = outcome(old, LOCAL, 1)
    assert found["results"] is None and found["pushed"] is None and found["files"]
    assert cutoffs.load_cutoff(old, LOCAL, "1") is None
    assert push.state(old, LOCAL, 1) is None


def test_damaged_pairs_are_refused_by_name(old):
    folder = RunFolder(old.runs / "00001")
    (folder.path / "dev.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Refused, match=r"dev\.parquet of run 1 is missing or damaged"):
        cutoffs.find_cutoff(old, LOCAL, 1)


@pytest.mark.parametrize("name", ["checkpoints", "stop", "model", "push", "outcome.json"])
def test_a_link_to_itself_harms_no_other_run(old, name):
    path = RunFolder(old.runs / "00002").path / name
    path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    path.symlink_to(name)
    assert RunFolder(path.parent).stop_requested() is None
    assert [row["status"] for row in lifecycle.list_runs(old, LOCAL)][1] == "finished"
    assert outcome(old, LOCAL, 2)["id"] == 2 and pulse(old)["status"] == "ok"


def test_another_run_does_not_wait_for_a_damaged_one(old):
    RunFolder(old.runs / "00001").lineage_file.write_text("{")
    later = RunFolder(old.runs / "00003")
    later.path.mkdir()
    assert not later.has_run_ahead() and not later.waits_for_its_parent()


def test_the_command_line_lists_a_damaged_run(old, command):
    missing(RunFolder(old.runs / "00001"))
    code, out, errors = command("runs")
    assert code == 0 and "Its folder is missing." in out and "run 2" in out, errors
    code, out, _ = command("runs", "--json")
    assert {row["id"]: bool(row["damage"]) for row in json.loads(out)} == {1: True, 2: False}


def test_a_worker_on_a_damaged_folder_fails_with_a_sentence(old):
    from reranker_ui.jobs.train import _work

    folder = RunFolder(old.runs / "00002")
    folder.lineage_file.write_text("{")
    assert _work(folder) == 1
    row = lifecycle.find_run(old, LOCAL, 2)
    assert row["status"] == "failed" and "Its lineage.json is damaged." in row["error"]
