"""What a worker says of errors, and what it leaves when it ends early."""

import errno

import pandas as pd
import pytest

from reranker_ui.core.evaluation import baselines
from reranker_ui.core.values.execution.sentences import sentence
from reranker_ui.core.values.refused import Diverged, Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.jobs import train as worker
from tests.unit.test_run_folder import checkpoint, new_folder


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Refused("Label some."), "Label some."),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (MemoryError(), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "smaller batch"),
        (RuntimeError("CUDA out of memory."), "smaller batch"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_an_error_becomes_a_sentence(error, word):
    assert word in sentence(error)
    assert sentence(error).endswith(".")


@pytest.fixture
def folder(tmp_path):
    found = new_folder(tmp_path, 1)
    checkpoint(found, 5)
    return found


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (MemoryError(), True),
        (Refused("The base is gone."), True),
        (Diverged("The loss became NaN at step 1."), False),
        (OSError(errno.ENOSPC, "No space left on device"), False),
    ],
)
def test_a_failed_run_can_go_on_unless_its_weights_or_the_room_are_lost(
    folder, monkeypatch, error, kept
):
    def fails(*_):
        raise error

    monkeypatch.setattr("reranker_ui.core.training.run.train", fails)
    assert worker._work(folder) == 1
    assert folder.status() == "failed"
    assert (folder.last_checkpoint() is not None) == kept


def test_a_resumed_run_that_is_stopped_and_saved_while_it_waits_loses_nothing(folder):
    folder.request_stop("keep")
    with folder.run_lock():
        assert worker._work(folder) == 0
    assert [event["event"] for event in folder.events()[0]] == ["queued"]
    assert folder.last_checkpoint()


@pytest.mark.parametrize("how", ["keep", "cancel"])
def test_a_model_that_was_kept_outlives_a_resume_that_was_given_up(folder, how):
    folder.model.mkdir()
    folder.emit("stopped", metrics={"tuned": {"ndcg@10": 0.5}})
    folder.emit("queued")
    folder.request_stop(how)
    with folder.run_lock():
        assert worker._work(folder) == 0
    last = folder.events()[0][-1]
    assert folder.status() == "stopped" and last["metrics"] == {"tuned": {"ndcg@10": 0.5}}


def cancelled_while_it_is_evaluated(folder, monkeypatch):
    """The run keeps its model and scores pairs; a cancel comes in the first slice of them."""
    monkeypatch.setattr(baselines, "SLICE", 2)
    frame = pd.DataFrame({"query": ["ice"] * 6, "passage": list("abcdef")})
    slices = []

    def score(pairs):
        folder.request_stop("cancel")
        slices.append(len(pairs))
        return [0.5] * len(pairs)

    def train(*_):
        folder.model.mkdir(exist_ok=True)
        assert baselines.scores_of(folder, score, frame) == [0.5] * 6
        folder.emit("stopped", metrics={})

    monkeypatch.setattr("reranker_ui.core.training.run.train", train)
    assert worker._work(folder) == 0
    return slices


def test_a_cancel_is_obeyed_while_the_model_is_evaluated(folder, monkeypatch):
    assert cancelled_while_it_is_evaluated(folder, monkeypatch) == [2]
    assert folder.status() == "cancelled" and not folder.model.exists()


def test_a_model_that_was_kept_before_is_evaluated_to_the_end(folder, monkeypatch):
    folder.emit("stopped", metrics={})
    folder.emit("queued")
    assert cancelled_while_it_is_evaluated(folder, monkeypatch) == [2, 2, 2]
    assert folder.status() == "stopped" and folder.model.is_dir()


def test_the_last_event_is_written_where_only_the_checkpoints_give_it_room(folder, monkeypatch):
    emit = RunFolder.emit

    def emits_where_there_is_room(self, event, *phase, **fields):
        if self.checkpoints.exists() and event == "failed":
            raise OSError(errno.ENOSPC, "No space left on device")
        emit(self, event, *phase, **fields)

    def fails(*_):
        raise RuntimeError("unexpected pos 64 vs 0")  # how torch.save says that the disk is full

    monkeypatch.setattr(RunFolder, "emit", emits_where_there_is_room)
    monkeypatch.setattr("reranker_ui.core.training.run.train", fails)
    assert worker._work(folder) == 1
    assert folder.status() == "failed"
