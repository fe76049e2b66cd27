"""The life of one run on a cluster: killed, resumed, stopped, and continued on this machine."""

import os
import signal
import time

import psutil

from reranker_ui.core.values.execution.placement import Placement, job_of
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from tests.integration.test_worker import seen, wait_for
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN

WAIT = 300.0  # seconds; a worker of Ray starts slowly on a busy machine


def until(holds):
    """What `holds` returns once it is true."""
    end = time.monotonic() + WAIT
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.5)  # each look asks the cluster
    return found


def last_step(folder):
    return int(folder.last_checkpoint().name.rpartition("-")[2])


def pid_of(folder, module="reranker_ui.worker"):
    words = ["-m", module, str(folder.path)]
    workers = psutil.process_iter(["cmdline"])
    return next(one.pid for one in workers if (one.info["cmdline"] or [])[-3:] == words)


def long_recipe(tiny_model):
    return recipe_from(
        base=str(tiny_model), warm_start="off", precision="fp32", max_length=32, epochs=1000,
        batch_size=8, eval_every=5, learning_rate=1e-4, warm_start_pairs=100,
    )  # fmt: skip


def live_through(workspace, tiny_model, title, placed=None, pid_to_kill=pid_of):
    """The default executor is a cluster with this title, whose nodes share the home."""
    labelled_dataset(workspace)
    run = lifecycle.start(workspace, ADMIN, "caves", long_recipe(tiny_model), placement=placed)
    folder = RunFolder(run["folder"])

    def now():
        return lifecycle.find_run(workspace, ADMIN, 1)

    assert run["place"]["title"] == title and run["status"] == "queued"
    assert run["sentence"].startswith(f"Waiting in {title}: job {run['place']['job']}, PENDING")
    wait_for(folder, "checkpoint", 2)
    assert until(lambda: now()["place"]["state"] == "RUNNING") and now()["status"] == "running"
    os.kill(pid_to_kill(folder), signal.SIGKILL)
    lost = until(lambda: (row := now())["status"] == "lost" and row)
    assert f"{title} reports job" in lost["sentence"] and "FAILED" in lost["sentence"]

    logs, step = len(seen(folder, "log")), last_step(folder)
    assert lifecycle.resume(workspace, ADMIN, 1)["status"] == "queued"
    wait_for(folder, "log", logs + 1)
    assert seen(folder, "log")[logs]["step"] > step  # a run that begins logs its first step
    lifecycle.stop(workspace, ADMIN, 1, "keep")
    assert until(lambda: now()["status"] == "stopped") and folder.model.is_dir()
    until(lambda: job_of(folder.path).phase == "ended" or not run_jobs.refresh(workspace))

    logs, step = len(seen(folder, "log")), last_step(folder)
    lifecycle.resume(workspace, ADMIN, 1, Placement())
    wait_for(folder, "log", logs + 1)
    assert seen(folder, "log")[logs]["step"] > step  # a run that begins logs its first step
    assert now()["place"]["executor"] == "local" and now()["place"]["job"] is None
    lifecycle.stop(workspace, ADMIN, 1, "cancel")
    assert until(lambda: now()["status"] == "stopped"), "its saved model was kept"
