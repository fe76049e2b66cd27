"""What a run's events amount to: progress, metrics, sentences, verdicts."""

import json

import pytest

from reranker_ui.core.evaluation.verdict import FEW
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.progress import (
    gain_interval,
    progress_and_status,
    progress_of,
    seconds,
    sentence,
    verdict,
    verdict_metric,
)

STARTED = {
    "event": "started",
    "time": 100.0,
    "phase": "warm_start",
    "plan": {"warm_start_steps": 30, "train_steps": 70},
    "notice": "The Hub cannot be reached.",
}
QUEUED = {"event": "queued", "time": 500.0}
METRICS = {"ndcg@10": 0.6, "average_precision": 0.5, "queries": 9}


def log(phase, step, **more):
    return {"event": "log", "time": 110.0, "phase": phase, "step": step, **more}


def metrics_with(**values):
    return {name: {"ndcg@10": value, "queries": 40} for name, value in values.items()}


@pytest.fixture
def folder(tmp_path):
    found = RunFolder(tmp_path / "runs" / "00001")
    found.path.mkdir(parents=True)
    return found


def test_steps_count_the_warm_start_first():
    assert progress_of([STARTED, log("warm_start", 12)]).step == 12
    assert progress_of([STARTED, log("train", 12)]).step == 42
    assert progress_of([STARTED]).steps == 100
    assert progress_of([]).steps is None


def test_test_metrics_and_dev_metrics_are_kept_apart():
    events = [
        {"event": "evaluated", "when": "during", "split": "dev", "metrics": METRICS},
        {"event": "evaluated", "when": "base", "split": "test", "metrics": METRICS},
    ]
    found = progress_of(events)
    assert found.dev["tuned"] == METRICS and found.dev["base"] is None
    assert found.metrics["base"] == METRICS and found.metrics["tuned"] is None


def test_a_run_says_how_near_its_warm_start_came_to_its_teacher():
    event = {"event": "agreement", "split": "dev", "pairs": 300, "value": 0.913}
    found = progress_of([STARTED, {"event": "notice", "message": "Slow."}, event])
    assert found.notices[1] == "Slow."
    assert "300 dev pairs" in found.notices[2] and found.notices[2].endswith("of 0.91.")
    assert progress_of([event | {"value": None}]).notices == []  # all scores were the same


def test_the_last_event_tells_the_metrics():
    found = progress_of(
        [STARTED, {"event": "finished", "time": 130.0, "metrics": metrics_with(base=0.1)}]
    )
    assert found.metrics["base"]["ndcg@10"] == 0.1
    assert found.metrics["tuned"] is None
    assert seconds(found, "finished", 999.0) == 30.0


def test_an_ended_run_is_not_probed_for_its_worker(folder, monkeypatch):
    folder.emit("stopped")
    monkeypatch.setattr(RunFolder, "lives", lambda self: pytest.fail("probed"))
    assert progress_and_status(folder)[1] == "stopped"


def test_a_worker_that_ends_while_it_is_looked_for_is_not_lost(folder, monkeypatch):
    folder.emit("queued")

    def ends(self):
        self.emit("finished", metrics=metrics_with(base=0.1))
        return False

    monkeypatch.setattr(RunFolder, "lives", ends)
    progress, state = progress_and_status(folder)
    assert state == "finished" and progress.metrics["base"]["ndcg@10"] == 0.1


def test_a_live_run_counts_on_and_a_lost_one_does_not():
    found = progress_of([STARTED, log("train", 5)])
    assert seconds(found, "running", 160.0) == 60.0
    assert seconds(found, "lost", 160.0) == 10.0
    assert seconds(progress_of([]), "queued", 160.0) is None


def test_the_time_of_a_resumed_run_is_that_since_it_started_again():
    lost = [STARTED, log("train", 5, eta=40.0, pairs_per_second=9.0), QUEUED]
    assert seconds(progress_of(lost), "queued", 520.0) is None
    assert seconds(progress_of(lost), "lost", 520.0) == 10.0
    assert seconds(progress_of([*lost, QUEUED | {"event": "stopped"}]), "stopped", 520.0) == 10.0
    again = progress_of([*lost, STARTED | {"time": 505.0}])
    assert seconds(again, "running", 520.0) == 15.0
    assert seconds(again, "lost", 520.0) == 0.0
    assert again.step == 35 and again.log["eta"] is None and again.log["pairs_per_second"] is None


def test_a_lost_run_says_why_its_worker_gave_up_until_it_starts_again():
    reason = {"event": "lost", "time": 120.0, "error": "A process of the run was killed."}
    lost = [STARTED, log("train", 5), reason]
    assert sentence(progress_of(lost), "lost").endswith("step 35: a process of the run was killed.")
    again = progress_of([*lost, QUEUED])
    assert sentence(again, "lost").endswith("the worker ended without an error message.")


def test_notices_are_collected_in_order():
    events = [STARTED, {"event": "notice", "message": "fp16 became fp32."}]
    assert progress_of(events).notices == ["The Hub cannot be reached.", "fp16 became fp32."]


@pytest.mark.parametrize(
    ("state", "events", "words"),
    [
        ("queued", [], "Waiting"),
        ("running", [STARTED, log("train", 5)], "Running, step 35"),
        (
            "failed",
            [STARTED, {"event": "failed", "error": "The disk is full."}],
            "The disk is full.",
        ),
        ("lost", [STARTED, log("train", 5)], "Stopped unexpectedly at step 35"),
    ],
)
def test_status_in_words(state, events, words):
    assert words in sentence(progress_of(events), state)


def test_the_strongest_free_ranker_is_named_before_base():
    said = verdict(metrics_with(tuned=0.531, base=0.552, bm25=0.9))
    assert said.startswith("Not better than BM25: nDCG@10 0.531")
    assert "0.900" in said


def test_the_ranker_of_the_run_is_compared_not_its_model_alone():
    assert verdict(metrics_with(tuned=0.5, combined=0.9, base=0.2, cosine=0.8)) is None


def test_a_better_baseline_is_named():
    said = verdict(metrics_with(tuned=0.7, base=0.2, bm25=0.75, cosine=0.8))
    assert "cosine" in said and "0.800" in said


def test_where_hardly_a_query_can_be_ranked_all_pairs_decide():
    few = {"ndcg@10": None, "queries": 0}
    metrics = {"tuned": few | {"average_precision": 0.1}, "base": few | {"average_precision": 0.9}}
    said = verdict(metrics, "run 3")
    assert said.startswith("Not better than run 3: average precision 0.100")


@pytest.mark.parametrize("queries", [None, 0, FEW - 1, FEW])
def test_few_test_queries_have_a_verdict_by_average_precision(queries):
    tuned = None if queries is None else {"queries": queries}
    by = "ndcg@10" if queries == FEW else "average_precision"
    assert verdict_metric({"tuned": tuned}) == by


def test_the_sentence_uses_the_metric_of_the_verdict_on_the_page():
    values = {"base": 0.2, "bm25": 0.7, "cosine": 0.9, "tuned": 0.6}
    metrics = {
        name: {"ndcg@10": value, "average_precision": 1 - value, "queries": 10}
        for name, value in values.items()
    }
    assert verdict(metrics).startswith("Not better than cosine: nDCG@10 0.600")


def test_the_best_model_needs_no_words():
    assert verdict(metrics_with(tuned=0.9, base=0.2, bm25=0.75)) is None
    assert verdict({"tuned": None, "base": None}) is None
    assert verdict(metrics_with(base=0.2)) is None


@pytest.mark.parametrize(
    ("gain", "shown"),
    [
        ({"difference": 0.03, "low": 0.01, "high": 0.05, "p": 0.02}, (0.01, 0.05)),
        ({"difference": 0.03, "low": 0.01, "high": 0.05, "p": 0.06}, None),
        ({"difference": 0.01, "low": -0.01, "high": 0.03, "p": 0.04}, None),
        ({"low": -0.05, "high": -0.01}, (-0.05, -0.01)),
        ({"difference": 0.03, "p": 0.02}, None),
        (None, None),
    ],
)
def test_the_list_of_runs_colours_what_the_verdict_calls_significant(folder, gain, shown):
    folder.outcome_file.write_text(json.dumps({"against": {"base": gain}}))
    assert gain_interval(folder) == shown
