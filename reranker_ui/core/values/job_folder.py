"""The folder of a job, a child process: request, progress, result or failure, log and lock."""

import json
import logging
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from reranker_ui.core.values.execution.process_folder import POLL, ProcessFolder
from reranker_ui.core.values.filesystems import DISK_FULL, RESERVE, as_refused
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.machine import free_disk

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobState:
    """The state of a job. `failure` is {"refused": a sentence for the user, more facts}."""

    name: Literal["none", "running", "done", "failed"]
    progress: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    failure: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> str | None:
        """Why the job failed, as a sentence; None if it did not."""
        return self.failure.get("refused")


class JobFolder(ProcessFolder):
    """A child process that gets a request and returns JSON. It owns everything in its folder.

    `what` begins the sentence about a failure: "The quality check".
    """

    def __init__(self, path: Path | str, what: str = "The job") -> None:
        super().__init__(path)
        self.what = what
        self.request_file = self.path / "request.json"
        self.progress_file = self.path / "progress.json"
        self.result_file = self.path / "result.json"
        self.failure_file = self.path / "failure.json"

    def begin(self, request: dict[str, Any]) -> int | None:
        """Take the lock and replace what an earlier process left by the new request.

        Returns the lock's file descriptor, None if a process is alive.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if (lock := self.take()) is None:
            return None
        self._clear(keep=())
        save(self.request_file, {"what": self.what, **request})
        return lock

    def request(self) -> dict[str, Any]:
        """The request of the last process; empty if there was none."""
        return read_object(self.request_file) or {}

    def report(self, progress: dict[str, Any]) -> None:
        """Publish the progress of the job."""
        save(self.progress_file, progress)

    def finish(self, result: Any) -> None:
        """Publish the result."""
        save(self.result_file, result)

    def fail(self, sentence: str, **facts: Any) -> None:
        """Delete unfinished files, and publish why there is no result.

        On a full disk the next call of `state` that finds space publishes it.
        """
        self._clear(keep=(self.log_file, self.request_file, self.progress_file))
        with suppress(OSError):
            save(self.failure_file, {"refused": sentence, **facts})

    def state(self) -> JobState:
        """The state of the job now. A process that was killed has failed."""
        alive = self.alive()  # first: a process that ends meanwhile has written its result
        progress = read_object(self.progress_file) or {}
        if (result := read_object(self.result_file)) is not None:
            return JobState("done", progress, result)
        if failure := read_object(self.failure_file):
            return JobState("failed", progress, failure=self._logged(failure))
        if alive:
            return JobState("running", progress)
        if not self.request_file.exists():
            return JobState("none")
        if (lock := self.take()) is None:  # it was started again meanwhile
            return JobState("running")
        sentence = f"{self.what} was killed, possibly because memory ran out. Try again."
        if free_disk(self.path) < RESERVE:
            sentence = DISK_FULL
        try:
            self.fail(sentence)
        finally:
            os.close(lock)
        return JobState("failed", progress, failure={"refused": sentence})

    def wait(self, seconds: float = float("inf")) -> JobState:
        """Block until the job is no longer running, or `seconds` have passed."""
        until = time.monotonic() + seconds
        while (state := self.state()).name == "running" and time.monotonic() < until:
            time.sleep(POLL)
        return state

    def remove(self) -> None:
        """Kill the process, if it is alive, and delete the folder."""
        self.kill()
        shutil.rmtree(self.path, ignore_errors=True)

    def _logged(self, failure: dict[str, Any]) -> dict[str, Any]:
        # Only the process that reads the failure first logs the traceback.
        if trace := failure.pop("traceback", None):
            log.error("%s failed:\n%s", self.what, trace)
            save(self.failure_file, failure)
        return failure

    def _clear(self, keep: Sequence[Path]) -> None:
        for file in {*self.path.iterdir()} - {self.alive_file, *keep}:
            shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)


def failure_sentence(error: BaseException, what: str) -> str:
    """The sentence for the user: what happened, the cause if known, and what to do."""
    if refused := as_refused(error):
        return str(refused)
    if isinstance(error, MemoryError):
        return f"{what} ran out of memory. Close other programs, then try again."
    return (
        f"{what} failed with {type(error).__name__}: {str(error)[:300]}. The log has the details."
    )


def run_job(work: Callable[[JobFolder, Any], Any], seconds: int = 0) -> int:
    """The main function of a child process, `python -m MODULE FOLDER LOCK`; returns its exit code.

    `work` gets the folder and the private part of the request, which comes on standard input and
    is never written to disk. It returns the result, or None if it has published one itself.
    `seconds` is the time after which the system kills the process, 0 for none.
    """
    signal.alarm(seconds)
    job = JobFolder(sys.argv[1])
    job.what = job.request().get("what", job.what)
    with job.lock(sys.argv[2:]):
        try:
            if (result := work(job, json.loads(sys.stdin.read() or "null"))) is not None:
                job.finish(result)
        except Exception as error:
            bug = as_refused(error) is None
            facts = {"traceback": traceback.format_exc()} if bug else {}
            job.fail(failure_sentence(error, job.what), **facts)
            return 1
    return 0
