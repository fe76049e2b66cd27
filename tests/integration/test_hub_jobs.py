"""Runs as Hugging Face Jobs, over a stand-in of the Hub whose jobs are real processes."""

import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO, StringIO

import pytest

from reranker_ui.__main__ import main
from reranker_ui.core.values.execution.placement import Job, Placement, job_of
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors import hf_jobs
from reranker_ui.executors.hf_jobs import HubJobOptions, HubJobsExecutor
from reranker_ui.services.labels.datasets import delete_dataset
from reranker_ui.services.runs.execution import known_executors, run_jobs
from reranker_ui.services.runs.executors import check_hardware
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle, plan
from reranker_ui.services.training.run_places import offered_places
from tests.integration.test_worker import seen, wait_for
from tests.support.cluster_run import last_step, long_recipe, until
from tests.support.fake_hub import IMAGE, NAME, FakeHub
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN

PAID = Placement("hf-jobs", agreed=0.6)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    hub = FakeHub(tmp_path / "hub")
    options = HubJobOptions("t4-small", "4h", IMAGE)
    environment = {"RERANKER_UI_THREADS": "1", "RERANKER_UI_HOME": "/here", "PATH": "/bin"}
    executor = HubJobsExecutor(hub, options, environment)
    monkeypatch.setattr(known_executors, "_hub_jobs", lambda _: executor)
    monkeypatch.setenv("RERANKER_UI_EXECUTORS", "local,hf-jobs")
    monkeypatch.setenv("RERANKER_UI_THREADS", "1")
    monkeypatch.setattr(run_jobs, "REFRESHED", 0.0)
    monkeypatch.setattr(hf_jobs, "EVERY", 0.1)
    yield hub
    for name in hub.jobs:
        hub.kill(name)


@pytest.fixture
def recipe(tiny_model):
    return long_recipe(tiny_model)


def row(workspace):
    return lifecycle.find_run(workspace, ADMIN, 1)


def test_a_run_is_watched_killed_and_resumed_on_this_machine(hub, workspace, recipe):
    labelled_dataset(workspace)
    folder = RunFolder(lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)["folder"])
    until(lambda: row(workspace)["status"] == "running")
    wait_while_watched(workspace, folder, "checkpoint", 2)
    assert not folder.checkpoints.exists(), "checkpoints come when the job has ended"
    hub.kill("job0")
    lost = until(lambda: (found := row(workspace))["status"] == "lost" and found)
    assert "Hugging Face Jobs reports job job0: ERROR" in lost["sentence"]
    assert hub.files() == [] and folder.last_checkpoint()

    logs, step = len(seen(folder, "log")), last_step(folder)
    lifecycle.resume(workspace, ADMIN, 1, Placement())
    wait_for(folder, "log", logs + 1)
    assert seen(folder, "log")[logs]["step"] > step
    lifecycle.stop(workspace, ADMIN, 1, "cancel")
    assert until(lambda: row(workspace)["status"] == "cancelled")


def wait_while_watched(workspace, folder, event, count):
    until(lambda: row(workspace) and len(seen(folder, event)) >= count)


def test_the_job_gets_what_it_needs_and_no_token(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    assert run["sentence"] == "Waiting in Hugging Face Jobs: job job0, SCHEDULING"
    (job,) = hub.called("run_job")
    assert (job["image"], job["flavor"], job["timeout"]) == (IMAGE, "t4-small", "4h")
    assert job["namespace"] == NAME and "TOKEN" not in str(job)
    assert job["env"] == hf_jobs.PLACES | {"RERANKER_UI_THREADS": "1"}
    assert hub.called("create_bucket")[0]["private"]
    prefix = hub.folder / job["volumes"][0].source / job["volumes"][0].path
    assert {"recipe.json", "train.parquet", "executor.json"} <= {
        path.name for path in (prefix / "folder").iterdir()
    }
    assert (prefix / "base" / "config.json").exists()
    packed = zipfile.ZipFile(BytesIO((prefix / "code.zip").read_bytes())).namelist()
    assert {"requirements.txt", "reranker_ui/jobs/bucket_worker.py"} <= set(packed)

    assert lifecycle.stop(workspace, ADMIN, 1, "keep")["status"] == "cancelled"
    assert hub.called("cancel_job") == [{"job_id": "job0", "namespace": NAME}]
    assert hub.files() == [] and job_of(RunFolder(run["folder"]).path).phase == "ended"


def test_a_stop_request_reaches_the_bucket(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    hub.jobs["job0"].process = Running()
    until(lambda: row(workspace)["place"]["state"] == "RUNNING")
    lifecycle.stop(workspace, ADMIN, 1, "keep")
    (stop,) = hub.folder.rglob("stop")
    assert stop.read_text() == "keep" and not hub.called("cancel_job")
    hub.jobs["job0"].process = None


class Running:
    """A process that never ends."""

    def poll(self):
        return None


def test_no_job_starts_before_its_price_is_agreed_to(hub, workspace, recipe):
    labelled_dataset(workspace)
    for agreed in (None, 0.5):
        placed = Placement("hf-jobs", agreed=agreed)
        with pytest.raises(Refused, match=r"T4 - small costs \$0.60 an hour, at most \$2.40"):
            lifecycle.start(workspace, ADMIN, "caves", recipe, placement=placed)
    assert not hub.called("run_job") and not lifecycle.list_runs(workspace, ADMIN)
    found = plan.plan(workspace, ADMIN, "caves", recipe, placement=PAID)
    assert found["price"]["hourly"] == 0.6
    assert {"$0.60 an hour, at most $2.40 (Nvidia T4 - small)"} == {
        fact["value"] for fact in found["facts"] if fact["name"] == "Price"
    }
    chain = recipe.model_copy(update={"passes": (10, 0)})
    for placed in (PAID, Placement("hf-jobs")):  # nobody is asked to pay for what is refused
        with pytest.raises(Refused, match="2 passes"):
            lifecycle.start(workspace, ADMIN, "caves", chain, placement=placed)


def test_a_paid_job_that_cannot_succeed_is_refused(hub, workspace, recipe):
    labelled_dataset(workspace)
    missing = recipe.model_copy(update={"base": "/no such model"})
    four = replace(PAID, gpus=4)
    for act in (lifecycle.start, plan.plan):
        with pytest.raises(Refused, match=r"needs 4 GPUs, and Nvidia T4 - small has 1 GPU\. Cho"):
            act(workspace, ADMIN, "caves", recipe, placement=four)
        with pytest.raises(Refused, match="There is no model folder /no such model"):
            act(workspace, LOCAL, "caves", missing, placement=PAID)
    assert not hub.called("run_job") and not lifecycle.list_runs(workspace, ADMIN)
    hub.held = True
    assert lifecycle.start(workspace, ADMIN, "caves", recipe, placement=replace(PAID, gpus=1))
    lifecycle.stop(workspace, ADMIN, 1, "cancel")
    with pytest.raises(Refused, match="T4 - small costs"):  # of what can start
        lifecycle.run_again(workspace, ADMIN, 1)


def test_hardware_without_a_gpu_says_so(hub, workspace, monkeypatch):
    options = HubJobOptions("cpu-basic", "4h", IMAGE)
    monkeypatch.setattr(known_executors, "_hub_jobs", lambda _: HubJobsExecutor(hub, options))
    with pytest.raises(Refused, match=r"needs 1 GPU, and CPU Basic has no GPU\."):
        check_hardware(workspace, Placement("hf-jobs", gpus=1))
    check_hardware(workspace, Placement("hf-jobs", processes=2))


def test_the_page_offers_the_gpus_of_the_hardware(hub, workspace, monkeypatch):
    def offered():
        place = offered_places(workspace)[1]
        return place["value"], place["unit"], place["number"], place["limit"]

    assert offered() == ("hf-jobs", "GPUs", 1, 1)
    hub.down = True
    workspace.memory.clear()
    assert offered() == ("hf-jobs", "GPUs", 1, 1)  # the plan says that the price is not known
    hub.down = False
    options = HubJobOptions("cpu-basic", "4h", IMAGE)
    monkeypatch.setattr(known_executors, "_hub_jobs", lambda _: HubJobsExecutor(hub, options))
    workspace.memory.clear()
    assert offered() == ("hf-jobs", "Processes", 1, 64)


def test_starting_again_asks_for_the_price_again(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    lifecycle.stop(workspace, ADMIN, 1, "cancel")
    assert (
        lifecycle.run_price(workspace, ADMIN, 1, "again")["text"] == "$0.60 an hour, at most $2.40"
    )
    with pytest.raises(Refused, match="Agree to the price"):
        lifecycle.run_again(workspace, ADMIN, 1)
    assert lifecycle.run_again(workspace, ADMIN, 1, PAID)["status"] == "queued"
    assert lifecycle.run_price(workspace, ADMIN, 2, "again") is not None
    assert lifecycle.run_price(workspace, ADMIN, 2, "again", Placement()) is None


def test_the_page_shows_no_price_of_what_would_not_start(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)

    def price(what, placed=PAID):
        return lifecycle.run_price(workspace, ADMIN, 1, what, placed)

    with pytest.raises(Refused, match="Only a lost, stopped or failed run is resumed"):
        price("resume")
    for what in ("again", "resume"):
        RunFolder(row(workspace)["folder"]).emit("failed", error="", traceback="")
        assert price(what)["hourly"] == 0.6
        with pytest.raises(Refused, match="needs 4 GPUs"):
            price(what, replace(PAID, gpus=4))
    delete_dataset(workspace, ADMIN, "caves")
    with pytest.raises(Refused, match="caves"):
        price("again")
    assert price("resume")["hourly"] == 0.6 and len(hub.jobs) == 1


def test_the_command_line_asks_for_the_price(hub, workspace, tiny_model, monkeypatch, capsys):
    hub.held = True
    labelled_dataset(workspace)
    asked = ["train", "--dataset", "caves", "--base", str(tiny_model), "--executor", "hf-jobs"]
    assert main(asked) == 1 and not hub.jobs
    errors = capsys.readouterr().err
    assert "T4 - small: $0.60 an hour, at most $2.40." in errors and "add --yes to agree" in errors
    monkeypatch.setattr("sys.stdin", Typed("n\n"))
    assert main(asked) == 1 and "Nothing was started" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", Typed("y\n"))
    assert main(asked) == 0 and main([*asked, "--yes"]) == 0 and len(hub.jobs) == 2


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (["train", "--dataset", "nowhere"], "no dataset called nowhere"),
        (["train", "--dataset", "caves", "--base", "/no such model"], "no model folder"),
        (["sweep", "--dataset", "caves", "--recipe", "quick", "--seeds", "100"], "at most 5"),
        (["sweep", "--dataset", "caves", "--recipe", "quick", "--seeds", "0"], "at least one"),
        (["resume", "1"], "Only a lost"),
    ],
)
def test_nobody_is_asked_to_pay_for_what_is_refused(hub, workspace, recipe, words, refused, capsys):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    assert main([*words, "--executor", "hf-jobs"]) == 1
    errors = capsys.readouterr().err
    assert refused in errors and "$" not in errors and len(hub.jobs) == 1


def test_a_sweep_says_what_all_its_jobs_cost(hub, workspace, capsys):
    labelled_dataset(workspace)
    words = ["--dataset", "caves", "--recipe", "quick", "--base", "embedded", "--seeds", "4"]
    assert main(["sweep", *words, "--executor", "hf-jobs"]) == 1
    assert "at most $2.40 for each of 4 jobs, at most $9.60 in all." in capsys.readouterr().err
    assert not hub.jobs


@pytest.mark.parametrize("limit", ["4", "0h", "", "4 hours", "-1h", "59s"])
def test_a_time_limit_that_makes_no_sense_is_refused(hub, limit):
    with pytest.raises(Refused, match=r"HF_JOBS_TIMEOUT is .*such as 4h"):
        HubJobsExecutor(hub, HubJobOptions("t4-small", limit, IMAGE)).price()


class Typed(StringIO):
    """What somebody types at a terminal."""

    def isatty(self):
        return True


def test_what_the_hub_does_not_answer_changes_nothing(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    hub.down = True
    assert row(workspace)["status"] == "queued"
    with pytest.raises(Refused, match="not cancelled: no route to the Hub"):
        lifecycle.stop(workspace, ADMIN, 1, "cancel")
    hub.down = False
    hub.jobs["job0"].gone = True  # deleted on the Hub
    lost = until(lambda: (found := row(workspace))["status"] == "lost" and found)
    assert "DELETED" in lost["sentence"]
    assert RunFolder(lost["folder"]).log_file.read_text() == "installing\nno such package\n"


def test_a_public_bucket_and_an_unreachable_hub_are_failed_runs(hub, workspace, recipe):
    hub.private = False
    labelled_dataset(workspace)
    first = lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    assert first["status"] == "failed" and "lab/reranker-ui-runs is public" in first["sentence"]
    hub.down = True
    second = lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    assert second["status"] == "failed" and "HF_TOKEN" in second["sentence"]


def test_a_run_whose_server_was_killed_while_it_submitted_is_lost(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    folder = RunFolder(lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)["folder"])
    Job("").save(folder.path)
    with run_jobs.handling(workspace, 1):
        assert row(workspace)["sentence"] == "Being submitted to Hugging Face Jobs"
    assert until(lambda: (found := row(workspace))["status"] == "lost" and found)


def test_two_servers_resume_a_run_once(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)
    hub.jobs["job0"].gone = True
    assert until(lambda: row(workspace)["status"] == "lost")
    other = open_workspace(workspace.settings)

    def resume(one):
        try:
            return lifecycle.resume(one, ADMIN, 1, PAID)["status"]
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(resume, (workspace, other)))
    other.engine.dispose()
    assert said[0] == "queued" and "Only a lost" in said[1]
    assert len(hub.called("run_job")) == 2, "that of the start and one more"


def test_a_worker_in_a_job_has_longer_to_obey(hub, workspace, recipe):
    hub.held = True
    labelled_dataset(workspace)
    folder = RunFolder(lifecycle.start(workspace, ADMIN, "caves", recipe, placement=PAID)["folder"])
    folder.request_stop("cancel")

    def overdue(seconds):
        then = time.time() - seconds
        os.utime(folder.stop_file, (then, then))
        return row(workspace)["overdue"]

    assert (overdue(60), overdue(120)) == (False, True)
