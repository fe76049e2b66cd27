"""Runs over a real database and, where they train, a real worker with a tiny model."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from reranker_ui.core.values import event_log
from reranker_ui.core.values.execution.placement import Job, job_of
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.store.home_key import home_key
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.frozen_files import FrozenFiles, row_hashes
from reranker_ui.services.training.recipes import recipe_from
from reranker_ui.settings import worker_environment
from tests.support.checkpoint import checkpoint
from tests.support.labelled_dataset import Nowhere, label, labelled_dataset
from tests.support.labelling import ADMIN, MAI, VIEWER, seed


@pytest.fixture
def recipe(tiny_model):
    return recipe_from(base=str(tiny_model), warm_start="off", precision="fp32", max_length=32)


def test_a_stop_that_did_not_arrive_is_sent_again(workspace, monkeypatch, recipe):
    sent = []

    class Away(Nowhere):
        def pass_stop(self, folder, how):
            sent.append(how)
            if len(sent) == 1:
                raise Refused("The Hub does not answer.")

    monkeypatch.setattr(run_jobs, "executor_of", lambda *_: Away())
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    with pytest.raises(Refused, match="does not answer"):
        lifecycle.stop(workspace, ADMIN, run["id"], "cancel")
    lifecycle.stop(workspace, ADMIN, run["id"], "cancel")
    assert sent == ["cancel", "cancel"]
    assert RunFolder(run["folder"]).stop_requested() == "cancel"


@pytest.mark.both_databases
def test_a_run_is_frozen_whole(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    assert run["name"] == "run 1" and folder.path.name == "00001"
    assert run["counts"] == {name: len(folder.pairs(name)) for name in SPLITS}
    assert run["counts"] == {"train": 72, "dev": 9, "test": 9}
    assert folder.recipe() == recipe
    assert folder.scale() == Scale("binary", 1.0)
    assert run["status"] == "queued" and run["metrics"]["tuned"] is None
    assert [path.name for path in workspace.runs.iterdir()] == ["00001"]


@pytest.mark.both_databases
def test_a_label_given_later_does_not_touch_a_frozen_run(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first = lifecycle.start(workspace, ADMIN, "caves", recipe)
    hashes = [RunFolder(first["folder"]).lineage()["hash"]]
    again = lifecycle.run_again(workspace, ADMIN, first["id"])
    hashes.append(RunFolder(again["folder"]).lineage()["hash"])
    assert hashes[0] == hashes[1]
    rows = {split: row_hashes(RunFolder(first["folder"]).pairs(split)) for split in SPLITS}
    assert hashes[0] == FrozenFiles({}, rows, {}).hash(home_key(workspace))
    assert hashes[0] != FrozenFiles({}, rows, {}).hash(b"another home")


@pytest.mark.parametrize(
    ("labels", "splits", "words"),
    [
        (lambda n: None, lambda n: "train", "no labelled pair"),
        (lambda n: 1.0, lambda n: "train", "training labels of caves are 1"),
        (label, lambda n: "test", "train split"),
    ],
)
def test_what_cannot_be_learned_is_refused_and_leaves_nothing(
    workspace, nowhere, recipe, labels, splits, words
):
    seed(workspace, count=12, label=labels, split=splits)
    with pytest.raises(Refused, match=words):
        lifecycle.start(workspace, ADMIN, "caves", recipe)
    assert lifecycle.list_runs(workspace, ADMIN) == [] and not list(workspace.runs.iterdir())


def test_unknown_names_are_refused(workspace, nowhere, recipe):
    with pytest.raises(Refused):
        lifecycle.start(workspace, ADMIN, "nothing", recipe)
    for name in ("7", "run 7", "", "'; DROP TABLE runs"):
        with pytest.raises(Refused, match="There is no run"):
            lifecycle.find_run(workspace, ADMIN, name)


def test_a_dataset_without_test_pairs_runs_and_says_so(workspace, nowhere, recipe):
    seed(workspace, count=90, label=label)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    assert any("test split" in notice for notice in run["notices"])


def test_only_an_admin_runs(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    for user in (VIEWER, MAI):
        for verb in (
            lambda user=user: lifecycle.start(workspace, user, "caves", recipe),
            lambda user=user: lifecycle.run_again(workspace, user, run["id"]),
            lambda user=user: lifecycle.stop(workspace, user, run["id"], "keep"),
            lambda user=user: lifecycle.delete(workspace, user, run["id"]),
        ):
            with pytest.raises(Refused, match="admin"):
                verb()
        assert lifecycle.find_run(workspace, user, "run 1")["id"] == run["id"]


@pytest.mark.both_databases
def test_a_deleted_run_leaves_nothing_and_its_name_is_not_used_again(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    with pytest.raises(Refused, match="Cancel it"):
        lifecycle.delete(workspace, ADMIN, run["id"])
    RunFolder(run["folder"]).emit("cancelled")
    lifecycle.delete(workspace, ADMIN, run["id"])
    assert not list(workspace.runs.iterdir())
    assert lifecycle.start(workspace, ADMIN, "caves", recipe)["name"] == "run 2"


def test_a_folder_left_without_a_row_is_not_taken(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    (workspace.runs / "00004").mkdir()
    assert lifecycle.start(workspace, ADMIN, "caves", recipe)["id"] == 5


def test_a_worker_that_cannot_start_is_a_failed_run(workspace, monkeypatch, recipe):
    def submit(self, folder):
        raise OSError("no more processes")

    monkeypatch.setattr(LocalExecutor, "submit", submit)
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    assert run["status"] == "failed" and "no more processes" in run["sentence"]
    pulse = lifecycle.current(workspace, ADMIN)
    assert pulse["failed_lately"] and pulse["ended"]["name"] == "run 1"


@pytest.mark.both_databases
def test_a_page_gets_each_event_once_and_all_of_it_anew_after_a_resume(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    plan = {"warm_start_steps": 0, "train_steps": 9}
    folder.emit("started", plan=plan)
    folder.emit("log", step=1, max_steps=9, loss=0.7)
    first = lifecycle.follow(workspace, ADMIN, None)
    assert first["since"] == 0 and len(first["events"]) == 2 and first["run"]["step"] == 1
    known = {"drawn": run["id"], "steps": 9, "since": first["next"]}
    folder.emit("log", step=2, max_steps=9, loss=0.6)
    delta = lifecycle.follow(workspace, ADMIN, None, **known)
    assert [event["step"] for event in delta["events"]] == [2] and delta["since"]
    assert lifecycle.follow(workspace, ADMIN, None, drawn=99, since=5)["since"] == 0
    folder.emit("started", plan=plan)
    anew = lifecycle.follow(workspace, ADMIN, None, **known | {"since": delta["next"]})
    assert anew["since"] == 0 and len(anew["events"]) == 4


def test_a_run_says_how_long_it_takes_only_while_it_trains(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    folder.emit("started")
    folder.emit("log", step=1, eta=500.0)

    def left():
        return lifecycle.find_run(workspace, ADMIN, run["id"])["left"]

    Job("7", "running", "RUNNING").save(folder.path)
    assert left() > 400
    Job("7", "waiting", "PENDING").save(folder.path)  # queued again before its time limit
    assert left() is None
    Job("7", "running", "RUNNING").save(folder.path)
    folder.request_stop("keep")
    assert left() is None


def test_the_time_of_a_run_stands_still_while_its_job_waits_again(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    hour_ago = time.time() - 3600
    for event, seconds in (("started", 0), ("log", 60)):
        event_log.append(folder.events_file, {"event": event, "time": hour_ago + seconds})

    def shown(phase):
        Job("7", phase, "").save(folder.path)
        return lifecycle.find_run(workspace, ADMIN, run["id"])["seconds"]

    assert shown("running") >= 3600
    assert shown("waiting") == pytest.approx(60)


def test_a_run_whose_job_was_queued_again_says_what_it_can_save(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])

    def can_save(phase):
        Job("7", phase, "").save(folder.path)
        row = lifecycle.find_run(workspace, ADMIN, run["id"])
        return row["can_save"], row["saved"]

    assert can_save("waiting") == (False, False)  # queued
    folder.emit("started")
    assert can_save("running") == (True, False)
    assert can_save("waiting") == (False, False)  # "keep" would cancel it
    checkpoint(folder, 4)
    assert can_save("waiting") == (True, False)
    shutil.rmtree(folder.checkpoints)
    folder.emit("stopped", metrics={})
    folder.model.mkdir()
    for event in ("queued", "started"):
        folder.emit(event)
    assert can_save("waiting") == (True, True)
    assert can_save("ended") == (False, False)


def test_a_waiting_job_saves_its_checkpoint_when_it_runs(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    folder.emit("started")
    checkpoint(folder, 4)
    Job("7", "waiting", "PENDING").save(folder.path)
    asked = lifecycle.stop(workspace, ADMIN, run["id"], "keep")
    assert (asked["status"], asked["stopping"]) == ("running", "keep")
    assert "saves its model when the job runs" in asked["sentence"]
    assert job_of(folder.path).phase == "waiting" and folder.stop_requested() == "keep"
    Job("7", "running", "RUNNING").save(folder.path)
    sentence = lifecycle.find_run(workspace, ADMIN, run["id"])["sentence"]
    assert sentence == "Stopping after this step"


def test_a_run_that_waits_for_its_parent_says_so_and_what_to_do(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe.model_copy(update={"passes": (0, 0)}))
    child, parent = lifecycle.list_runs(workspace, ADMIN)
    assert (child["parent"], child["sentence"]) == (parent["id"], "Waiting for run 1")
    os.utime(parent["folder"], (1e9, 1e9))  # its worker never came
    child, parent = lifecycle.list_runs(workspace, ADMIN)
    assert parent["status"] == "lost" and "resume that one" in child["sentence"]


def test_half_a_line_is_not_read(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    folder.emit("started")
    with folder.events_file.open("ab") as file:
        file.write(b'{"event": "log", "ti')
    assert len(lifecycle.events(workspace, ADMIN, run["id"])["events"]) == 1


@pytest.mark.both_databases
def test_rows_travel_only_when_they_changed(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    for _ in range(3):
        run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    everything = lifecycle.changed_rows(workspace, ADMIN, {}, 2)
    assert everything["order"] == [3, 2] and everything["total"] == 3
    have = {number: row["mark"] for number, row in everything["rows"].items()}
    assert lifecycle.changed_rows(workspace, ADMIN, have, 2)["rows"] == {}
    RunFolder(run["folder"]).emit("cancelled")
    assert list(lifecycle.changed_rows(workspace, ADMIN, have, 2)["rows"]) == ["3"]


def test_the_worker_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    monkeypatch.setenv("RERANKER_UI_DATABASE_URL", "postgresql://me:pass@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("RERANKER_UI_THREADS", "2")
    seen = worker_environment()
    assert seen["RERANKER_UI_THREADS"] == "2" and seen["PATH"]
    assert not {"HF_TOKEN", "RERANKER_UI_DATABASE_URL", "AWS_SECRET_ACCESS_KEY"} & set(seen)


def test_a_deaf_worker_and_its_children_are_ended(tmp_path, monkeypatch):
    script = "import subprocess, time; print(subprocess.Popen(['sleep', '99']).pid, flush=True)"
    script += "\nimport signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda words, **more: real([sys.executable, "-c", script], **more)
    )
    executor, folder = LocalExecutor(dict(os.environ)), RunFolder(tmp_path)
    executor.submit(folder)
    while not folder.log_file.read_text():
        time.sleep(0.02)
    child = int(folder.log_file.read_text())
    assert folder.alive()
    executor.end(folder)
    assert not folder.alive()
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(child, 0)
            time.sleep(0.02)


def test_a_second_cancel_ends_a_worker_that_does_not_listen(
    workspace, nowhere, recipe, monkeypatch
):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    lifecycle.stop(workspace, ADMIN, run["id"], "cancel")
    row = lifecycle.find_run(workspace, ADMIN, run["id"])
    assert (row["stopping"], row["sentence"]) == ("cancel", "Cancelling")
    monkeypatch.setattr(LocalExecutor, "patience", -1.0)
    folder = RunFolder(run["folder"])
    folder.alive_file.touch()
    monkeypatch.setattr(RunFolder, "alive", lambda self: False)
    monkeypatch.setattr(RunFolder, "is_new", lambda self: self.events()[0] == [])
    folder.emit("started")
    monkeypatch.setattr(lifecycle, "find_run", lambda *_: {**run, "status": "running"})
    lifecycle.stop(workspace, ADMIN, run["id"], "cancel")
    assert folder.status() == "cancelled"


# -- with a real worker


def test_the_queue_moves_without_a_web_process(home, command, workspace, tiny_model):
    labelled_dataset(workspace)
    words = ["train", "--dataset", "caves", "--base", str(tiny_model), "--warm-start", "off"]
    words += ["--precision", "fp32", "--epochs", "2", "--max-length", "32", "--json"]
    code, out, _ = command(*words, timeout=60)
    assert code == 0 and json.loads(out)["status"] in ("queued", "running")
    code, out, said = command(*words, "--wait", timeout=180)
    second = json.loads(out)
    assert "run 2: running, step" in said
    assert code == 0 and second["status"] == "finished" and second["id"] == 2
    assert list(second) == ["id", "name", "status", "metrics", "counts", "folder", "damage"]
    assert list(second["metrics"]) == ["base", "tuned", "bm25", "cosine", "combined"]
    keys = {"ndcg@10", "mrr@10", "map", "average_precision", "queries"}
    assert all(set(metrics) == keys for metrics in second["metrics"].values() if metrics)
    code, out, _ = command("runs", "--json")
    assert [row["id"] for row in json.loads(out)] == [2, 1]
    assert {row["status"] for row in json.loads(out)} == {"finished"}
    begun = [RunFolder(row["folder"]).events()[0] for row in json.loads(out)]
    ends = [[event["time"] for event in events if event["event"] == "finished"] for events in begun]
    starts = [
        [event["time"] for event in events if event["event"] == "started"] for events in begun
    ]
    assert starts[0][0] >= ends[1][0], "one run learns at a time"


def test_a_killed_worker_is_lost_and_can_be_resumed(home, workspace, tiny_model):
    labelled_dataset(workspace)
    recipe = recipe_from(base=str(tiny_model), warm_start="off", precision="fp32", epochs=20)
    run, waiting = (lifecycle.start(workspace, ADMIN, "caves", recipe) for _ in range(2))
    until(lambda: lifecycle.find_run(workspace, ADMIN, run["id"])["step"] > 3)
    os.kill(worker_of(run), signal.SIGKILL)
    until(lambda: lifecycle.find_run(workspace, ADMIN, run["id"])["status"] == "lost")
    lifecycle.stop(workspace, ADMIN, waiting["id"], "cancel")
    assert lifecycle.wait(workspace, ADMIN, waiting["id"], every=0.1)["status"] == "cancelled"
    assert lifecycle.resume(workspace, ADMIN, run["id"])["status"] == "queued"
    assert lifecycle.wait(workspace, ADMIN, run["id"], every=0.1)["status"] == "finished"


def worker_of(run):
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        if run["folder"] in (process.info["cmdline"] or []):
            return process.pid
    raise AssertionError(f"no worker of {run['name']}")


def until(true, seconds=300):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def test_a_wrong_use_and_a_refusal_have_their_exit_codes(home, command):
    assert command("train")[0] == 2
    code, out, errors = command("train", "--dataset", "nothing", "--json")
    assert (code, out) == (1, "") and "nothing" in errors


# -- runs that go on from runs


def ended(workspace, recipe, end="finished"):
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    folder = RunFolder(run["folder"])
    folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    folder.model.mkdir()
    for name in ("config.json", "model.safetensors"):
        (folder.model / name).write_text("{}")
    folder.emit(end)
    return run


def test_a_finished_run_is_continued_from_its_model(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    first = ended(workspace, recipe)
    second = lifecycle.continue_run(workspace, ADMIN, first["name"], learning_rate=1e-5)
    frozen, lineage = (RunFolder(second["folder"]) for _ in range(2))
    assert frozen.recipe().base == str(RunFolder(first["folder"]).model.resolve())
    assert frozen.recipe().learning_rate == 1e-5 and frozen.recipe().warm_start == "off"
    assert lineage.lineage()["parent_run"] == first["id"] == second["parent"]
    assert second["base"] == "run 1"
    with pytest.raises(Refused, match="Cancel it first"):
        lifecycle.delete(workspace, ADMIN, first["id"])


def test_a_run_without_a_model_is_not_continued(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    with pytest.raises(Refused, match="no model to continue from"):
        lifecycle.continue_run(workspace, ADMIN, run["id"])


def test_passes_are_runs_that_continue_each_other(workspace, nowhere, recipe):
    labelled_dataset(workspace)
    several = recipe.model_copy(update={"passes": (20, 0)})
    first = lifecycle.start(workspace, ADMIN, "caves", several)
    (later,) = first["later"]
    second = lifecycle.find_run(workspace, ADMIN, later)
    assert (first["counts"]["train"], second["counts"]["train"]) == (20, 72)
    assert (second["parent"], second["base"]) == (first["id"], "run 1")


def test_only_a_stopped_run_with_a_checkpoint_is_resumed(workspace, nowhere, recipe, monkeypatch):
    labelled_dataset(workspace)
    run = ended(workspace, recipe, "stopped")
    with pytest.raises(Refused, match="no checkpoint"):
        lifecycle.resume(workspace, ADMIN, run["id"])
    monkeypatch.setattr(RunFolder, "last_checkpoint", lambda self: self.checkpoints)
    assert lifecycle.resume(workspace, ADMIN, run["id"])["status"] == "queued"
    done = ended(workspace, recipe)
    with pytest.raises(Refused, match="lost, stopped or failed"):
        lifecycle.resume(workspace, ADMIN, done["id"])
    with pytest.raises(Refused, match="not running"):
        lifecycle.stop(workspace, ADMIN, done["id"], "keep")


def test_a_plan_for_a_form_starts_nothing_and_tells_the_passes(workspace, recipe):
    from reranker_ui.services.training import plan as plans

    labelled_dataset(workspace)
    several = recipe.model_copy(update={"passes": (20, 0), "batch_size": 10, "epochs": 1.0})
    found = plans.plan(workspace, ADMIN, "caves", several)
    assert found["measurable"] and found["seconds"] is None
    facts = {fact["name"]: fact["value"] for fact in found["facts"]}
    assert found["steps"] == 2 * several.epochs + 8 * several.epochs
    assert facts["Steps"] == f"{found['steps']} in 2 runs"
    assert found["seconds"] is None and not (workspace.cache / "speeds").exists()
    assert "--passes 20,0" in found["command"]
