"""Runs as Ray jobs, over a stand-in of Ray's Jobs API."""

import os
import threading

import httpx2
import pytest

from reranker_ui.core.values.execution.placement import Placement, job_of
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.services.runs.executors import check_placement
from tests.support.fake_ray import FakeRay

SERVER = {"RERANKER_UI_THREADS": "2", "HF_HUB_OFFLINE": "1", "PATH": "/bin", "PYTHONPATH": "/code"}
REFUSED = "Traceback (most recent call last):\n  File x\nValueError: no such resource\n"


@pytest.fixture
def ray():
    return FakeRay()


@pytest.fixture
def executor(ray):
    return RayExecutor(SERVER, "http://head:8265", "a secret", ray.transport())


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "the runs" / "00007")
    folder.path.mkdir(parents=True)
    Placement("ray", gpus=1).save(folder.path)
    return folder


def test_a_job_gets_what_it_needs(ray, executor, folder):
    name = executor.submit(folder)
    job = ray.jobs[name]
    assert job_of(folder.path).id == name and name.startswith("reranker-00007-")
    assert "-m reranker_ui.worker" in job["entrypoint"] and f"'{folder.path}'" in job["entrypoint"]
    assert job["entrypoint"].startswith("trap '' TERM;")
    assert (job["entrypoint_num_cpus"], job["entrypoint_num_gpus"]) == (1, 1)
    assert set(job["runtime_env"]["env_vars"]) == set(SERVER) - {"PATH"}
    assert "secret" not in str(job) and ray.headers["authorization"] == "Bearer a secret"
    assert folder.status() == "queued"


@pytest.mark.parametrize(
    ("answered", "phase", "state"),
    [
        ({"status": "RUNNING"}, "running", "RUNNING"),
        ({"status": "SUCCEEDED"}, "ended", "SUCCEEDED"),
        ({"status": "FAILED", "driver_exit_code": -9}, "ended", "FAILED, exit code -9"),
        ({"status": "FAILED", "message": "No node\nmore"}, "ended", "FAILED, No node"),
    ],
)
def test_what_ray_says_of_a_job(ray, executor, folder, answered, phase, state):
    ray.jobs[executor.submit(folder)] |= answered
    executor.refresh([folder])
    assert (job_of(folder.path).phase, job_of(folder.path).state) == (phase, state)
    assert (folder.status() == "lost") == (phase == "ended")


def test_a_job_that_ray_does_not_have_has_ended(ray, executor, folder):
    executor.submit(folder)
    ray.jobs.clear()  # the cluster was started again
    executor.refresh([folder])
    assert job_of(folder.path).state == "GONE" and folder.status() == "lost"


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_a_job_is_ended_and_not_twice(ray, executor, folder, status):
    name = executor.submit(folder)
    ray.jobs[name]["status"] = status
    executor.end(folder)
    executor.end(folder)
    assert job_of(folder.path).phase == "ended"
    assert ray.calls.count(("POST", f"{name}/stop")) == 1


def test_a_job_has_ended_once_its_worker_has(ray, executor, folder):
    ray.jobs[executor.submit(folder)]["status"] = "RUNNING"
    lock = folder.take()
    worker = threading.Timer(0.5, os.close, [lock])
    worker.start()
    executor.end(folder)
    assert not folder.alive() and folder.status() == "lost"
    worker.join()


def test_a_cluster_that_does_not_answer_changes_nothing(ray, executor, folder):
    executor.submit(folder)
    ray.down = True
    executor.refresh([folder])
    assert job_of(folder.path).phase == "waiting"
    with pytest.raises(Refused, match="not stopped: no route to Ray"):
        executor.end(folder)
    with pytest.raises(Refused, match="RERANKER_UI_RAY_ADDRESS"):
        executor.submit(folder)


def test_something_else_than_ray_at_its_address_changes_nothing(ray, executor, folder):
    executor.submit(folder)
    for answer in (httpx2.Response(404, text="<html>"), httpx2.Response(200, text="<html>")):
        ray.answer = answer
        executor.refresh([folder])
        assert job_of(folder.path).phase == "waiting"
        with pytest.raises(Refused, match="RERANKER_UI_RAY_ADDRESS"):
            executor.submit(folder)


def test_what_ray_refuses_is_its_last_line(ray, executor, folder):
    ray.answer = httpx2.Response(500, text=REFUSED)
    with pytest.raises(Refused, match=r"not submitted: ValueError: no such resource\. Check"):
        executor.submit(folder)


def test_recipes_of_several_passes_are_refused():
    with pytest.raises(Refused, match="cannot train with Ray"):
        check_placement(Placement("ray"), 2)
    check_placement(Placement("slurm"), 2)
