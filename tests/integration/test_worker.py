"""A real worker process on a tiny model: how runs end, wait, are stopped and are lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pandas as pd
import pytest
from filelock import FileLock

from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import Lost, RunFolder
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.jobs import train as training_job
from reranker_ui.services.runs.progress import progress_and_status, sentence
from reranker_ui.settings import worker_environment
from tests.support import ROOT

WAIT = 300.0  # seconds; the imports of a worker alone take 10 on a machine that is free
LOG_FIELDS = {"step", "max_steps", "epoch", "loss", "learning_rate", "grad_norm"}
LOG_FIELDS |= {"pairs_per_second", "eta"}


def train_until(monkeypatch, step, folder, *precision):
    """Train the run in this process, and die after a step."""
    from reranker_ui.core.training import run_events
    from reranker_ui.core.training.run import train

    log = run_events.Reporter.on_log

    def die(self, args, state, control, **rest):
        log(self, args, state, control, **rest)
        if state.global_step == step:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(run_events.Reporter, "on_log", die)
        train(folder, 1, *precision)


def frozen(home, number, base, queries=4, **recipe):
    """A run folder with `queries` queries a split, one relevant passage of three each."""
    folder = RunFolder(home / "runs" / f"{number:05d}")
    splits = {}
    for split in ("train", "dev", "test"):
        splits[split] = pd.DataFrame(
            {
                "pair_id": n * 3 + place,
                "query_key": f"{split}{n}",
                "query": f"which word of {split} is number {n}?",
                "passage": f"the answer is {n}" if place == 0 else f"nothing of use {n} {place}",
                "grade": float(place == 0),
            }
            for n in range(queries)
            for place in range(3)
        )
    counts = {split: len(frame) for split, frame in splits.items()}
    lineage = {"dataset": "tiny", "scale": {"kind": "binary", "max": 1}, "counts": counts}
    recipe = {"warm_start": "off", "max_length": 64, "epochs": 2, "batch_size": 4} | recipe
    recipe.setdefault("precision", "fp32")
    folder.write_inputs(Recipe(base=str(base), **recipe), splits, lineage)
    return folder


@pytest.fixture
def start(home):
    """Starts workers; those still alive at the end of the test are killed."""
    started = []

    def begin(folder):
        with folder.log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "reranker_ui.worker", str(folder.path)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "RERANKER_UI_THREADS": "1"},
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def work(home, monkeypatch):
    """The worker's program in this process, which has torch already; returns its exit code."""
    monkeypatch.setenv("RERANKER_UI_THREADS", "1")
    monkeypatch.setattr(training_job, "prepare_training", lambda *_: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    yield lambda folder: training_job.main([str(folder.path)])
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_worker_whose_process_was_killed_leaves_the_reason(home, work, tiny_model, monkeypatch):
    def lose(*_):
        raise Lost("A process of the run was killed, so the others were ended too.")

    monkeypatch.setattr("reranker_ui.core.training.run.train", lose)
    folder = frozen(home, 1, tiny_model)
    assert work(folder) == 1
    progress, state = progress_and_status(folder)
    assert state == "lost" and "a process of the run was killed" in sentence(progress, state)


def seen(folder, name):
    return [event for event in folder.events()[0] if event["event"] == name]


def wait_for(folder, name, count=1):
    until = time.monotonic() + WAIT
    while len(seen(folder, name)) < count:
        assert time.monotonic() < until, folder.log_file.read_text()
        time.sleep(0.05)
    return seen(folder, name)


def test_a_run_finishes_and_its_model_ranks(home, tiny_model, start, monkeypatch):
    monkeypatch.setenv("RERANKER_UI_PRECISION", "fp32")
    folder = frozen(home, 1, tiny_model, precision="auto")
    assert start(folder).wait(WAIT) == 0, folder.log_file.read_text()
    check_finished(folder, "fp32")


def test_a_run_in_bf16_finishes_and_its_model_ranks(home, tiny_model, work, monkeypatch):
    monkeypatch.setenv("RERANKER_UI_PRECISION", "bf16")
    folder = frozen(home, 1, tiny_model, precision="auto")
    assert work(folder) == 0
    check_finished(folder, "bf16")


def check_finished(folder, precision):
    """A run of six steps finished in this precision, with all its events, and its model ranks."""
    events = folder.events()[0]
    names = [event["event"] for event in events]
    assert folder.status() == "finished"
    assert names[:2] == ["queued", "started"] and names[-1] == "finished"
    assert events[1]["precision"] == precision
    assert all(isinstance(event["time"], float) and event["phase"] == "train" for event in events)
    logs = seen(folder, "log")
    assert [log["step"] for log in logs] == [1, 2, 3, 4, 5, 6]
    assert all(log.keys() >= LOG_FIELDS and log["max_steps"] == 6 for log in logs)
    assert events[1]["plan"] == {"warm_start_steps": 0, "train_steps": 6}
    evaluated = {(event["when"], event["split"]) for event in seen(folder, "evaluated")}
    baselines = {(when, split) for when in ("base", "bm25", "cosine") for split in ("dev", "test")}
    assert evaluated == baselines | {("during", "dev"), ("tuned", "dev"), ("tuned", "test")}
    metrics = events[-1]["metrics"]
    assert set(metrics) == {"base", "tuned", "bm25", "cosine"}
    assert all(found["queries"] == 4 for found in metrics.values())
    assert not folder.checkpoints.exists() and not (folder.path / "model.new").exists()
    assert "number 0" not in (folder.model / "README.md").read_text()

    from sentence_transformers import CrossEncoder

    scores = CrossEncoder(str(folder.model)).predict([("which word?", "the answer is 1")] * 2)
    assert all(0 < score < 1 for score in scores)


def test_a_run_that_was_lost_under_version_0_1_is_resumed(home, tiny_model):
    folder = frozen(home, 1, tiny_model)
    lines = [{"event": name, "time": 1.0, "phase": "train"} for name in ("queued", "started")]
    folder.events_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with FileLock(folder.alive_file):  # as its worker held it
        assert folder.status() == "running"
        assert LocalExecutor({}).submit(folder) == "", "a second worker was started"
    assert folder.status() == "lost"
    assert (
        int(LocalExecutor({**worker_environment(), "RERANKER_UI_THREADS": "1"}).submit(folder)) > 1
    )
    wait_for(folder, "finished")
    assert (folder.model / "model.safetensors").exists()


def test_stop_and_keep_keeps_the_best_so_far(home, tiny_model, work):
    folder = frozen(home, 1, tiny_model, epochs=1000)

    def stop():
        wait_for(folder, "log", 3)
        os.kill(os.getpid(), signal.SIGTERM)  # asks for the same as the file `stop` with `keep`

    stopper = threading.Thread(target=stop)
    stopper.start()
    assert work(folder) == 0
    stopper.join()
    assert folder.status() == "stopped"
    assert seen(folder, "stopped")[0]["metrics"]["tuned"]["queries"] == 4
    assert (folder.model / "model.safetensors").exists()


def test_runs_wait_for_each_other_in_order_and_a_killed_one_is_lost(home, tiny_model, start):
    first, second, third = (frozen(home, n, tiny_model, epochs=1000) for n in (1, 2, 3))
    killed = start(first)
    wait_for(first, "log")
    waiting = start(third), start(second)
    wait_for(second, "queued"), wait_for(third, "queued")
    assert [folder.status() for folder in (first, second, third)] == ["running", "queued", "queued"]

    killed.kill()
    killed.wait()
    assert first.status() == "lost" and not first.model.exists()
    wait_for(second, "started")
    assert not seen(third, "started")

    third.request_stop("cancel")
    assert waiting[0].wait(WAIT) == 0
    assert third.status() == "cancelled" and not seen(third, "started")
    wait_for(second, "log")
    second.request_stop("cancel")
    assert waiting[1].wait(WAIT) == 0
    assert second.status() == "cancelled"
    assert not second.model.exists() and not second.checkpoints.exists()


def test_a_loss_that_is_not_a_number_fails_with_a_sentence(home, tiny_model, tmp_path, work):
    import shutil

    from safetensors.torch import load_file, save_file

    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["classifier.weight"][0, 0] = float("inf")
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    folder = frozen(home, 1, broken, queries=4)
    folder.pairs("dev").head(0).to_parquet(folder.path / "dev.parquet")
    assert work(folder) == 1
    assert folder.status() == "failed"
    assert "learning rate" in seen(folder, "failed")[0]["error"]
    assert not folder.model.exists()


def test_a_base_that_cannot_be_had_fails_with_a_sentence(home, start):
    folder = frozen(home, 1, "someone/else")
    assert start(folder).wait(WAIT) == 1
    failed = seen(folder, "failed")[0]
    assert "someone/else" in failed["error"] and not failed["traceback"]


def test_a_second_worker_does_not_touch_a_run_that_has_one(home, start):
    folder = frozen(home, 1, "someone/else")
    with folder.lock():
        assert start(folder).wait(WAIT) == 1
    assert folder.events()[0] == []


def test_a_run_that_has_ended_is_left_alone(home, start):
    folder = frozen(home, 1, "someone/else")
    folder.emit("cancelled")
    assert start(folder).wait(WAIT) == 0
    assert len(folder.events()[0]) == 1


# -- in this process, where torch is there already


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_warm_start_is_a_phase_of_its_own_and_is_used_again(home, tiny_model, precision):
    from reranker_ui.core.training.run import train

    recipe = {"warm_start": "on", "warm_start_pairs": 60, "precision": "auto"}
    first, second = (frozen(home, n, tiny_model, queries=10, **recipe) for n in (1, 2))
    train(first, 1, precision), train(second, 1, precision)
    phases = [(log["phase"], log["step"]) for log in seen(first, "log")]
    plan = seen(first, "started")[0]["plan"]
    warm, labels = plan["warm_start_steps"], plan["train_steps"]
    assert warm > 0
    assert phases == [("warm_start", n + 1) for n in range(warm)] + [
        ("train", n + 1) for n in range(labels)
    ]
    assert {log["phase"] for log in seen(second, "log")} == {"train"}
    assert seen(second, "started")[0]["plan"]["warm_start_steps"] == 0
    assert any("is reused" in event["message"] for event in seen(second, "notice"))
    assert {seen(folder, "started")[0]["precision"] for folder in (first, second)} == {precision}
    ends = [seen(folder, "finished")[0]["metrics"]["tuned"] for folder in (first, second)]
    assert ends[0] == ends[1]
    logs = [[log for log in seen(run, "log") if log["phase"] == "train"] for run in (first, second)]
    losses = [[log["loss"] for log in one] for one in logs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_both_phases_train_in_the_precision_of_the_run(home, tiny_model, monkeypatch, precision):
    import torch

    from reranker_ui.core.training import fitting
    from reranker_ui.core.training.run import train

    seen_in: dict[str, set[torch.dtype]] = {"warm_start": set(), "train": set()}
    learn = fitting.learn

    def watched(model, spec, *rest):
        def note(_layer, _given, made):
            if torch.is_grad_enabled():  # not while the model is evaluated
                seen_in[spec.phase].add(made.dtype)

        with model[0].model.classifier.register_forward_hook(note):
            return learn(model, spec, *rest)

    monkeypatch.setattr(fitting, "learn", watched)
    recipe = {"warm_start": "on", "warm_start_pairs": 60, "precision": "auto"}
    train(frozen(home, 1, tiny_model, queries=10, **recipe), 1, precision)
    made = {torch.bfloat16 if precision == "bf16" else torch.float32}
    assert seen_in == {"warm_start": made, "train": made}


def test_a_warm_start_says_how_near_it_came_to_its_teacher(home, tiny_model):
    from reranker_ui.core.training.run import train

    recipe = {"warm_start": "on", "warm_start_pairs": 60}
    folder = frozen(home, 1, tiny_model, queries=10, **recipe)
    train(folder, 1)
    (agreement,) = seen(folder, "agreement")
    assert (
        agreement["phase"] == "warm_start"
        and -1 <= agreement["value"] <= 1
        and agreement["pairs"] > 1
    )


def test_a_run_learns_the_same_where_its_pairs_are_memory_mapped(home, tiny_model, monkeypatch):
    from reranker_ui.core.training.rows import mapped_pairs
    from reranker_ui.core.training.run import train

    read, mapped = (frozen(home, number, tiny_model, queries=10) for number in (1, 2))
    train(read, 1)
    monkeypatch.setattr(mapped_pairs, "MANY", 10)
    unpack, unpacked = mapped_pairs._unpack, []
    monkeypatch.setattr(
        mapped_pairs, "_unpack", lambda *paths: (unpack(*paths), unpacked.append(paths))
    )
    train(mapped, 1)
    assert len(unpacked) == 1 and not mapped.mapped_file.exists()
    weights = [(folder.model / "model.safetensors").read_bytes() for folder in (read, mapped)]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("collapses", [1, 2])
def test_a_warm_start_that_collapses_is_done_once_more(home, tiny_model, monkeypatch, collapses):
    from reranker_ui.core.training.run import train
    from reranker_ui.core.training.warm_start import distillation

    outcomes = iter([True] * collapses + [False])
    monkeypatch.setattr(distillation, "is_collapsed", lambda *_: next(outcomes))
    recipe = {"warm_start": "on", "warm_start_pairs": 60}
    folder = frozen(home, 1, tiny_model, queries=10, **recipe)
    train(folder, 1)
    rates = [log["learning_rate"] for log in seen(folder, "log") if log["phase"] == "warm_start"]
    steps = len(rates) // 2
    assert max(rates[steps:]) == pytest.approx(max(rates[:steps]) / 4)
    said = [one["message"] for one in seen(folder, "notice") if "collapsed" in one["message"]]
    assert len(said) == collapses
    kept = list((home / "cache" / "warm_starts").glob("*/config.json"))
    assert len(kept) == (collapses == 1)
    assert seen(folder, "finished")


def test_constant_scores_are_a_collapse():
    from reranker_ui.core.training.warm_start.distillation import is_collapsed

    fresh = [0.1, 0.12, 0.09]
    assert is_collapsed(fresh, [0.4, 0.4001, 0.4]) and is_collapsed(fresh, [float("nan"), 0.0])
    assert not is_collapsed(fresh, [-2.0, 0.2, 3.0])


@pytest.mark.parametrize("start", [0.9, 0.1])
def test_labels_that_do_harm_leave_the_warm_start_as_it_was(home, tiny_model, monkeypatch, start):
    from safetensors.torch import load_file

    from reranker_ui.core.training import run_events
    from reranker_ui.core.training.run import train

    values = iter([start] + [0.5] * 99)
    monkeypatch.setattr(
        run_events,
        "metrics_of",
        lambda *_: {"ndcg@10": 0.5, "average_precision": next(values), "queries": 5},
    )
    recipe = {"warm_start": "on", "warm_start_pairs": 60, "best_by": "average_precision"}
    folder = frozen(home, 1, tiny_model, queries=10, **recipe)
    train(folder, 1)
    (kept,) = (home / "cache" / "warm_starts").glob("*/model.safetensors")
    tuned, warm = load_file(folder.model / "model.safetensors"), load_file(kept)
    same = all(tuned[name].equal(warm[name]) for name in warm)
    said = any("did not help" in event["message"] for event in seen(folder, "notice"))
    assert same == said == (start == 0.9)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_lost_run_goes_on_from_its_last_checkpoint(home, tiny_model, monkeypatch, precision):
    from reranker_ui.core.training.run import train

    recipe = {"epochs": 4, "precision": "auto"}
    whole, lost = (frozen(home, n, tiny_model, queries=10, **recipe) for n in (1, 2))
    train(whole, 1, precision)
    train_until(monkeypatch, 20, lost, precision)
    assert lost.last_checkpoint().name == "checkpoint-16"
    train(lost, 1, precision)
    steps = [log["step"] for log in seen(lost, "log")]
    assert steps == [*range(1, 21), *range(17, 33)]
    losses = [{log["step"]: log["loss"] for log in seen(run, "log")} for run in (whole, lost)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_lost_run_that_is_asked_to_stop_saves_the_model_of_its_checkpoint(
    home, tiny_model, monkeypatch
):
    from reranker_ui.core.training.run import train

    folder = frozen(home, 1, tiny_model, epochs=4, eval_every=4)
    train_until(monkeypatch, 6, folder)
    assert folder.last_checkpoint()
    folder.request_stop("keep")
    before = len(seen(folder, "log"))
    train(folder, 1)
    assert len(seen(folder, "log")) == before + 1  # one step after the checkpoint
    assert folder.status() == "stopped" and (folder.model / "model.safetensors").exists()


def test_two_pairs_and_no_dev_or_test_split_are_enough(home, tiny_model):
    from reranker_ui.core.training.run import train

    folder = frozen(home, 1, tiny_model, queries=1, epochs=3)
    pairs = folder.pairs("train")
    pairs.head(2).to_parquet(folder.path / "train.parquet")
    for split in ("dev", "test"):
        pairs.head(0).to_parquet(folder.path / f"{split}.parquet")
    train(folder, 1)
    assert len(seen(folder, "log")) == 3
    metrics = seen(folder, "finished")[0]["metrics"]
    assert {found["ndcg@10"] for found in metrics.values()} == {None}
    assert json.loads((folder.model / "reranker_ui.json").read_text())["recipe"]["epochs"] == 3
