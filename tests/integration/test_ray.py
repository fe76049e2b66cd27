"""Runs on a real Ray cluster of two nodes, where RERANKER_UI_TEST_RAY names the program `ray`."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
from sqlalchemy import select

from reranker_ui.core.models.encoder import Encoder, embedded_encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.training.parallel.task import Scoring, TaskFolder
from reranker_ui.core.training.run import train
from reranker_ui.core.values.execution.placement import Placement, job_of
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors import scoring_job
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.services.annotating import model_scores
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.database import pairs, scores
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import worker_environment
from tests.integration.test_processes import losses, resume
from tests.integration.test_worker import frozen, seen, wait_for
from tests.support import ROOT
from tests.support.cluster_run import last_step, live_through, long_recipe, pid_of, until
from tests.support.labelling import ADMIN, finished_run, seed
from tests.support.ray_cluster import FRUGAL, INSTALL, RayCluster


@pytest.fixture(scope="module")
def cluster():
    if not (program := os.environ.get("RERANKER_UI_TEST_RAY")):
        pytest.skip(f"RERANKER_UI_TEST_RAY is not ENV/bin/ray; install Ray with: {INSTALL}")
    with tempfile.TemporaryDirectory(prefix="rr-ray-") as folder:  # short: it holds sockets
        cluster = RayCluster(Path(program), Path(folder))
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture
def placing(cluster, workspace, monkeypatch):
    """The runs of the workspace train on the cluster."""
    monkeypatch.setenv("RERANKER_UI_THREADS", "1")
    monkeypatch.setattr(run_jobs, "REFRESHED", 0.2)
    workspace.settings.executors = "ray,local"
    workspace.settings.ray_address = cluster.address


def test_a_run_in_one_process_is_killed_and_resumed(placing, workspace, tiny_model):
    live_through(workspace, tiny_model, "Ray")


def test_a_run_on_two_nodes_is_killed_resumed_stopped_and_continued_on_this_machine(
    placing, workspace, tiny_model
):
    two = Placement("ray", processes=2)
    live_through(workspace, tiny_model, "Ray", two, lambda _: pids_of_ranks()[-1])
    assert seen(folder_of(workspace, 1), "started")[0]["processes"] == 2

    # No node has a GPU: it waits until it is cancelled.
    placed = Placement("ray", gpus=1)
    lifecycle.start(workspace, ADMIN, "caves", long_recipe(tiny_model), placement=placed)
    assert lifecycle.find_run(workspace, ADMIN, 2)["status"] == "queued"
    lifecycle.stop(workspace, ADMIN, 2, "cancel")
    assert until(lambda: lifecycle.find_run(workspace, ADMIN, 2)["status"] == "cancelled")


@pytest.fixture
def nodes(cluster, home, tiny_model, monkeypatch):
    """Makes run folders that are placed on processes of the cluster."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not in the environment of the tests: pip install 'ray[train,data]'")
    monkeypatch.setenv("RERANKER_UI_THREADS", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def make(number, processes):
        recipe = {"epochs": 6, "best_by": "last", "eval_every": 4, "learning_rate": 1e-4}
        folder = frozen(home, number, tiny_model, queries=10, **recipe)
        Placement("ray", processes=processes).save(folder.path)
        return folder

    return make


def test_processes_on_two_nodes_learn_as_one_does_though_one_is_killed(cluster, nodes):
    executor = RayExecutor(worker_environment(), cluster.address)
    whole, shared = nodes(1, 1), nodes(2, 2)

    def has_ended():
        executor.refresh([shared])
        return job_of(shared.path).phase == "ended"

    executor.submit(shared)
    train(whole, 1)
    wait_for(shared, "log", 6)
    os.kill(pids_of_ranks()[-1], signal.SIGKILL)
    until(has_ended)
    assert shared.status() == "lost" and job_of(shared.path).state == "FAILED, exit code 1"
    assert not (shared.path / "ranks").exists()

    resume(shared)
    logs, step = len(seen(shared, "log")), last_step(shared)
    executor.submit(shared)
    until(has_ended)
    assert seen(shared, "log")[logs]["step"] == step + 1
    assert losses(shared) == pytest.approx(losses(whole), rel=1e-3)
    ends = [seen(folder, "finished")[0]["metrics"]["tuned"] for folder in (whole, shared)]
    assert ends[1] == pytest.approx(ends[0], abs=0.02)
    assert seen(shared, "started")[0]["processes"] == 2


def test_a_run_that_waits_for_more_processors_than_there_are_is_cancelled(cluster, nodes):
    executor, folder = RayExecutor(worker_environment(), cluster.address), nodes(1, 3)
    executor.submit(folder)
    until(lambda: seen(folder, "notice"))
    (notice,) = seen(folder, "notice")
    assert notice["message"] == "Waiting until 3 processors of the cluster are free."
    folder.request_stop("cancel")
    assert until(lambda: folder.status() == "cancelled")


def pids_of_ranks():
    """The processes that Ray Train started, by its name for them."""
    found = psutil.process_iter(["cmdline"])
    return [one.pid for one in found if "ray::RayTrainWorker" in (one.info["cmdline"] or [""])[0]]


SCORE = """
import json, sys
from pathlib import Path
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.training.parallel.scoring import SharedScoring
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_ranks import run_on_ray

folder, model = RunFolder(sys.argv[1]), Path(sys.argv[2])
texts = json.load(sys.stdin)
together = SharedScoring(folder, run_on_ray, 1, 1)
found = {"vectors": together.vectors(embedded_encoder(), texts, "document").tolist()}
try:
    together.logits(model / "missing", 64, [(text, text) for text in texts])
except Refused as error:
    found["refused"] = str(error)
Path(sys.argv[3]).write_text(json.dumps(found))
"""


def test_texts_are_embedded_on_a_node_as_here(cluster, nodes, tiny_model, tmp_path):
    folder, answer = nodes(1, 2), tmp_path / "answer.json"
    texts = [f"passage {n} " * (n % 9 + 1) for n in range(20)]
    subprocess.run(
        [sys.executable, "-c", SCORE, folder.path, tiny_model, answer],
        input=json.dumps(texts),
        env=worker_environment() | FRUGAL | {"RAY_ADDRESS": cluster.head},
        cwd=ROOT,
        text=True,
        check=True,
    )
    found = json.loads(answer.read_text())
    alone = Encoder(embedded_encoder()).vectors(texts, "document")
    assert np.array(found["vectors"]) == pytest.approx(alone, abs=1e-5)
    assert "missing" in found["refused"] and not (folder.path / "ranks").exists()


@pytest.fixture
def scoring(nodes, cluster, workspace, tiny_model, monkeypatch):
    """Starts the scoring of 2,500 pairs by run 1, which was placed on two processes of Ray."""
    monkeypatch.setenv("RERANKER_UI_EXECUTORS", "local,ray")
    monkeypatch.setenv("RERANKER_UI_RAY_ADDRESS", cluster.address)
    seed(workspace, count=2500)
    run = finished_run(workspace, tiny_model)
    Placement("ray", processes=2).save(folder_of(workspace, run).path)

    def start():
        model_scores.score_pairs(workspace, ADMIN, "caves", run)
        return model_scores._job(workspace, 1, run)

    return start


def drivers(job):
    """The living jobs of the cluster that score for `job`."""
    return [folder for folder in map(RunFolder, job.path.glob("ray-*")) if folder.alive()]


def test_a_dataset_is_scored_on_two_nodes_though_its_process_is_killed(
    cluster, scoring, workspace, tiny_model
):
    job = scoring()
    (driver,) = until(lambda: drivers(job))
    pid = pid_of(driver, "reranker_ui.jobs.score")
    os.kill(job.process()[0], signal.SIGKILL)
    assert "killed" in until(lambda: model_scores.scoring(workspace, ADMIN, "caves", 1)["refused"])
    assert until(lambda: not psutil.pid_exists(pid)) and not drivers(job)

    job = scoring()
    assert until(lambda: job.state().name != "running")
    state = model_scores.scoring(workspace, ADMIN, "caves", 1)
    assert (state["scored"], state["refused"], state["notice"]) == (2500, None, "")
    with workspace.reading() as connection:
        query = select(pairs.c.query, pairs.c.passage, scores.c.score)
        rows = connection.execute(query.join(scores, scores.c.pair_id == pairs.c.id)).all()
    alone = Reranker(tiny_model).scores([(row.query, row.passage) for row in rows])
    assert [row.score for row in rows] == pytest.approx(alone, abs=1e-5) and len(rows) == 2500


def test_a_job_that_runs_is_ended(cluster, nodes, tmp_path, tiny_model):
    executor, asking = RayExecutor(worker_environment(), cluster.address), JobFolder(tmp_path)
    folder = RunFolder(tmp_path / "ray-1")
    folder.path.mkdir()
    Placement("ray", processes=2).save(folder.path)
    TaskFolder(folder.path).give_scoring(Scoring(tiny_model, "pair", 1), [("query", "passage")])
    with asking.lock():
        executor.submit(folder, scoring_job.MODULE)
        until(folder.alive)
        executor.end(folder)
    assert job_of(folder.path).state == "STOPPED" and not folder.alive()
