"""The folder of a child process: one process at a time, and an end that is always reported."""

import errno
import fcntl
import io
import json
import os
import platform
import sys

import pytest

from reranker_ui.core.values.execution.process_folder import Busy
from reranker_ui.core.values.job_folder import JobFolder, failure_sentence, run_job
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.local import LocalExecutor


@pytest.fixture
def job(tmp_path):
    return JobFolder(tmp_path / "job", "The check")


def run(job, work, monkeypatch, private=None):
    """Run `work` as the child process of a job would, with the lock passed on."""
    lock = job.begin({"size": 3})
    monkeypatch.setattr(sys, "argv", ["job", str(job.path), str(lock)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(private)))
    return run_job(work)


def test_a_result_is_published(job, monkeypatch):
    assert job.state().name == "none"

    def work(job, private):
        job.report({"part": 0.5})
        assert job.alive() and job.state().name == "running"
        assert job.state().progress == {"part": 0.5}
        return {"size": job.request()["size"], "private": private}

    assert run(job, work, monkeypatch, "secret") == 0
    assert (job.state().name, job.state().refused) == ("done", None)
    assert job.state().result == {"size": 3, "private": "secret"}
    assert not job.alive()
    assert not any(
        "secret" in file.read_text() for file in job.path.iterdir() if file != job.result_file
    )


def test_a_refusal_and_a_bug_are_sentences_and_half_files_go(job, monkeypatch, caplog):
    def refuse(job, _private):
        (job.path / "half.db").touch()
        raise Refused("There is nothing to check.")

    assert run(job, refuse, monkeypatch) == 1
    assert job.state().failure == {"refused": "There is nothing to check."}
    assert {file.name for file in job.path.iterdir()} == {
        "request.json",
        "failure.json",
        "job.alive",
    }

    def crash(_job, _private):
        raise ValueError("odd")

    assert run(job, crash, monkeypatch) == 1
    for _ in range(2):
        assert (
            job.state().refused == "The check failed with ValueError: odd. The log has the details."
        )
    assert caplog.text.count("Traceback") == 1


def test_a_process_that_is_gone_without_a_word_has_failed(job):
    os.close(job.begin({}))
    job.progress_file.write_text("{}")
    (job.path / "result.part").write_text("{")
    assert job.state().name == "failed" and "killed" in job.state().refused
    assert not (job.path / "result.part").exists()
    lock = job.begin({})  # started again, nothing of before is left
    assert job.state().name == "running" and job.state().progress == {}
    os.close(lock)


def test_one_process_at_a_time(job):
    lock = job.begin({"turn": 1})
    assert job.begin({"turn": 2}) is None
    assert job.request()["turn"] == 1
    with pytest.raises(Busy), job.lock():
        pass
    os.close(lock)
    with job.lock():
        assert job.alive()
    assert not job.alive()


def test_a_reader_does_not_keep_a_process_from_its_lock(job, monkeypatch):
    os.close(job.begin({}))
    looking = os.open(job.alive_file, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert not job.alive()
    monkeypatch.setattr("time.sleep", lambda _seconds: fcntl.flock(looking, fcntl.LOCK_UN))
    with job.lock():
        assert job.alive()
    os.close(looking)


def test_a_process_of_another_machine_is_not_killed(job, monkeypatch):
    """The number means another process here."""
    killed = []
    monkeypatch.setattr(os, "killpg", lambda pid, _signal: killed.append(pid))
    lock = job.begin({})
    job.note_process(lock, 7)
    assert job.process() == (7, platform.node())
    job.kill(patience=0.1)
    assert killed and set(killed) == {7}
    job.alive_file.write_text("8")  # as version 0.1 wrote it
    assert job.process() == (8, platform.node())
    job.alive_file.write_text("9 another-machine")
    job.kill(patience=0.1)
    assert 9 not in killed and job.alive()
    os.close(lock)


def test_a_worker_of_another_machine_is_left_to_it(tmp_path):
    folder = RunFolder(tmp_path)
    with folder.lock():
        folder.alive_file.write_text("9 another-machine")
        with pytest.raises(Refused, match="runs on another-machine"):
            LocalExecutor({}).end(folder)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Refused("No."), "No."),
        (OSError(errno.ENOSPC, "full"), "The disk is full."),
        (MemoryError(), "The check ran out of memory."),
        (KeyError("x"), "The check failed with KeyError"),
    ],
)
def test_sentences(error, sentence):
    assert failure_sentence(error, "The check").startswith(sentence)
