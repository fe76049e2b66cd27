"""A run on several processes: equal results; stopped, killed and resumed."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import psutil
import pytest

from reranker_ui.core.training.run import train
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.run_folder import Lost
from reranker_ui.executors.torchrun import run_ranks
from reranker_ui.settings import worker_environment
from tests.integration.test_worker import frozen, seen, wait_for


def losses(folder):
    return {log["step"]: log["loss"] for log in seen(folder, "log")}  # of a step done twice, last


def children():
    """The processes that torchrun started from this one or from a worker: rank to process id."""
    found = {}
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            if "reranker_ui.jobs.rank" in (process.info["cmdline"] or []):
                found[int(process.environ()["RANK"])] = process.pid
    return found


def when(folder, event, count, act):
    """Do `act` in a thread once `folder` has so many events of a kind."""

    def watch():
        wait_for(folder, event, count)
        act()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def placed(home, tiny_model, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", worker_environment()["PYTHONPATH"])

    def make(number, processes=2, **recipe):
        recipe |= {"eval_every": 4, "learning_rate": 1e-4, "warm_start_pairs": 100}
        folder = frozen(home, number, tiny_model, queries=10, **recipe)
        Placement(processes=processes).save(folder.path)
        folder.alive_file.touch()  # else the folder is young, and its worker may still start
        return folder

    return make


def test_several_processes_learn_as_one_does_though_stopped_and_killed(placed):
    recipe = {"epochs": 6, "best_by": "last"}
    whole, shared = placed(1, processes=1, **recipe), placed(2, **recipe)
    train(whole, 1)

    when(shared, "log", 3, lambda: shared.request_stop("keep"))  # all stop at the same step
    train(shared, 1, launch=run_ranks)
    assert seen(shared, "stopped")[0]["metrics"]["tuned"]["queries"] == 10
    assert (shared.model / "model.safetensors").exists()

    resume(shared)
    logs, stopped = len(seen(shared, "log")), last_step(shared)
    killer = when(shared, "log", logs + 14, lambda: os.kill(children()[1], signal.SIGKILL))
    with pytest.raises(Lost):
        train(shared, 1, launch=run_ranks)
    killer.join()
    assert seen(shared, "log")[logs]["step"] == stopped + 1
    assert shared.status() == "lost" and not (shared.path / "ranks").exists()

    resume(shared)
    logs, before = len(seen(shared, "log")), last_step(shared)
    train(shared, 1, launch=run_ranks)
    assert seen(shared, "log")[logs]["step"] == before + 1 > stopped + 1
    assert losses(shared) == pytest.approx(losses(whole), rel=1e-3)
    ends = [seen(folder, "finished")[0]["metrics"]["tuned"] for folder in (whole, shared)]
    assert ends[1] == pytest.approx(ends[0], abs=0.02)
    assert [seen(folder, "started")[0]["processes"] for folder in (whole, shared)] == [1, 2]
    assert not children()


def resume(folder):
    folder.stop_file.unlink(missing_ok=True)
    folder.emit("queued")


def last_step(folder):
    return int(folder.last_checkpoint().name.rpartition("-")[2])


def test_a_process_ends_with_the_one_that_started_it():
    code = (
        "import os, sys, time; from reranker_ui.core.values.machine import die_with_parent\n"
        "if os.fork() == 0: die_with_parent(); print(os.getpid(), flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    child.wait(30)
