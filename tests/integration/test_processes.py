"""A run on several processes: equal results; stopped, killed and resumed."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import numpy as np
import psutil
import pytest

from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.training.parallel import scoring
from reranker_ui.core.training.parallel.scoring import SharedScoring, score_as_rank
from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.training.run import train
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import Cancelled, Lost
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
        folder.alive_file.touch()  # else the folder is new, and its worker may still start
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


def test_processes_score_together_what_one_scores_alone(home, tiny_model, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", worker_environment()["PYTHONPATH"])
    folder = frozen(home, 1, tiny_model)
    pairs = [(f"query {n % 3}", f"passage {n} " * (n + 1)) for n in range(7)]
    together = SharedScoring(folder, run_ranks, 2, 2)
    alone = Reranker(tiny_model, 64).scores(pairs, raw=True)
    assert together.logits(tiny_model, 64, [*pairs, pairs[0]]) == pytest.approx(
        [*alone, alone[0]], abs=1e-5
    )
    assert not (folder.path / "ranks").exists()


def test_texts_are_dealt_to_processes_and_put_together_in_their_order(home, monkeypatch):
    def in_turn(path, ranks):
        for rank in range(ranks):
            monkeypatch.setenv("RANK", str(rank))
            monkeypatch.setenv("WORLD_SIZE", str(ranks))
            score_as_rank(path)
        return True

    def killed(path, _ranks):
        TaskFolder(path).fail("The connection was lost.")
        return False

    class Lengths:
        def __init__(self, *_):
            pass

        def scores(self, pairs, raw):
            return [float(len(passage)) for _, passage in pairs]

        def vectors(self, texts, kind):
            return np.array([[len(text), len(kind)] for text in texts], dtype=np.float32)

    monkeypatch.setattr(scoring, "Encoder", Lengths)
    monkeypatch.setattr(scoring, "Reranker", Lengths)
    folder = frozen(home, 1, "nowhere")
    texts = ["a" * n for n in range(1, 8)]
    found = SharedScoring(folder, in_turn, 3, 1).vectors(home, texts, "query")
    assert found.tolist() == [[n, 5] for n in range(1, 8)]
    pairs = [("q", text) for text in texts]
    assert SharedScoring(folder, in_turn, 3, 1).logits(home, 64, pairs) == [*range(1, 8)]
    with pytest.raises(Lost, match="killed"):
        SharedScoring(folder, killed, 3, 1).vectors(home, texts, "query")
    with pytest.raises(Refused, match="connection"):
        SharedScoring(folder, lambda *args: not killed(*args), 3, 1).logits(home, 64, [("q", "p")])
    folder.request_stop("cancel")
    with pytest.raises(Cancelled):
        SharedScoring(folder, in_turn, 3, 1).logits(home, 64, [("q", "p")])


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
