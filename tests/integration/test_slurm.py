"""Runs on a real Slurm cluster of one node, started for these tests."""

import shutil
import sys

import pytest

from reranker_ui.core.values.execution.placement import Job, Placement, job_of
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.slurm import SlurmExecutor, SlurmOptions
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from reranker_ui.settings import worker_environment
from tests.conftest import IN_CI
from tests.support.cluster_run import live_through, until
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN
from tests.support.slurm import INSTALL, Cluster, missing

SLURM = Placement("slurm")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if (absent := missing()) and not IN_CI:
        pytest.skip(f"no {absent[0]} on this machine; install Slurm with: {INSTALL}")
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def slurm(cluster, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(cluster.file))
    monkeypatch.setenv("RERANKER_UI_EXECUTORS", "slurm,local")
    monkeypatch.setenv("RERANKER_UI_THREADS", "1")
    monkeypatch.setattr(run_jobs, "REFRESHED", 0.2)
    return cluster


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """A program in place of Python, which does not end by SIGTERM as a worker does not."""
    program = tmp_path / "worker"
    program.write_text("#!/bin/sh\ntouch begun\nwhile true; do sleep 0.2; done\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_a_run_is_killed_resumed_stopped_and_continued_on_this_machine(
    slurm, workspace, tiny_model
):
    live_through(workspace, tiny_model, "Slurm")


def test_a_job_that_waits_is_cancelled_and_leaves_the_queue(slurm, workspace, tiny_model):
    workspace.settings.slurm_lines = ["#SBATCH --hold"]
    labelled_dataset(workspace)
    recipe = recipe_from(base=str(tiny_model))
    run = lifecycle.start(workspace, ADMIN, "caves", recipe)
    why = "PENDING (JobHeldUser)"
    until(lambda: lifecycle.find_run(workspace, ADMIN, run["id"])["sentence"].endswith(why))
    assert lifecycle.stop(workspace, ADMIN, run["id"], "keep")["status"] == "cancelled"
    assert slurm.ask("squeue", "--noheader", "--format=%T", "--job", run["place"]["job"]) == ""


def test_a_stopped_run_whose_resumed_job_waits_is_stopped_again(
    slurm, workspace, tiny_model, monkeypatch
):
    monkeypatch.setattr(RunFolder, "last_checkpoint", lambda self: self.checkpoints)
    workspace.settings.slurm_lines = ["#SBATCH --hold"]
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe_from(base=str(tiny_model)))
    folder = RunFolder(run["folder"])
    lifecycle.stop(workspace, ADMIN, run["id"], "cancel")
    for how in ("keep", "cancel"):
        folder.emit("stopped", metrics={"tuned": {"ndcg@10": 0.5}})
        folder.model.mkdir(exist_ok=True)
        resumed = lifecycle.resume(workspace, ADMIN, run["id"])
        assert resumed["status"] == "queued" and resumed["saved"]
        ended = lifecycle.stop(workspace, ADMIN, run["id"], how)
        assert ended["status"] == "stopped" and ended["metrics"]["tuned"]["ndcg@10"] == 0.5


def test_what_slurm_refuses_is_a_failed_run_with_its_sentence(slurm, workspace, tiny_model):
    workspace.settings.slurm_partition = "nowhere"
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", recipe_from(base=str(tiny_model)))
    assert run["status"] == "failed"
    assert "invalid partition" in run["sentence"] and "RERANKER_UI_SLURM" in run["sentence"]


def test_a_job_without_an_answer_of_sbatch_is_found_and_ended_by_its_name(
    slurm, tmp_path, monkeypatch
):
    silent = tmp_path / "sbatch"
    silent.write_text(f'#!/bin/sh\n{shutil.which("sbatch")} "$@" >/dev/null\n')
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    folder = RunFolder(tmp_path / "00001")
    folder.path.mkdir()
    executor = SlurmExecutor(worker_environment(), SlurmOptions(lines=["#SBATCH --hold"]))
    with monkeypatch.context() as blind:
        blind.setattr(executor, "_queue", lambda: None)
        name = executor.submit(folder)
    assert not name.isdecimal() and folder.status() == "queued"
    executor.refresh([folder])
    number = job_of(folder.path).id
    assert slurm.ask("squeue", "--noheader", "--format=%T %j", "--job", number) == f"PENDING {name}"
    Job(name).save(folder.path)  # as before it was found
    executor.end(folder)
    assert (job_of(folder.path).id, job_of(folder.path).phase) == (number, "ended")
    assert slurm.ask("squeue", "--noheader", "--job", number) == ""


def test_a_job_is_queued_again_before_its_time_limit_and_ended_at_once(slurm, tmp_path, stub):
    folder = RunFolder(tmp_path / "runs" / "00001")
    folder.path.mkdir(parents=True)
    SLURM.save(folder.path)
    executor = SlurmExecutor(worker_environment(), SlurmOptions(time="5", requeue=True))
    number = executor.submit(folder)
    assert job_of(folder.path).id == number and folder.status() == "queued"
    until((folder.path / "begun").exists)
    slurm.ask("scancel", "--batch", "--signal=USR1", number)  # as Slurm does a minute before

    def phase():
        executor.refresh([folder])
        return job_of(folder.path).phase

    until(lambda: phase() == "waiting")
    executor.end(folder)
    assert phase() == "ended" and folder.status() == "lost"
