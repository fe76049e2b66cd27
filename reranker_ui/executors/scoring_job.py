"""The scores of many pairs by a job of a Ray cluster, on a home that all nodes share."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.parallel.task import Scoring, TaskFolder
from reranker_ui.core.values.execution.placement import Job, Placement
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_jobs import RayExecutor

MODULE = "reranker_ui.jobs.score"
EVERY = 1.0  # seconds between two looks
SILENCE = 60.0  # seconds without an answer of Ray and without a living job
SEEN = 5.0  # seconds in which all files of a job that has ended are seen here
Note: TypeAlias = Callable[[str], None]
Scored: TypeAlias = tuple[list[int], list[float]]  # places of pairs, and their logits


class NoCluster(Exception):  # noqa: N818 - the caller scores the pairs itself
    """Raised, with a sentence, where a job cannot be submitted or Ray no longer answers."""


def scored_by_job(
    executor: RayExecutor,
    job: JobFolder,
    placed: Placement,
    scoring: Scoring,
    pairs: Sequence[Pair],
    note: Note,
) -> Iterator[Scored]:
    """The logits of `pairs` in parts, as a job of the cluster computes them.

    The job works in a folder below that of `job`, whose process is this one, and ends with it.
    `note` gets what the job waits for, and nothing once it computes.
    NoCluster where the cluster cannot be reached; Refused where the job failed.
    """
    # A job of an earlier process, which may not have ended yet, has another folder.
    folder = RunFolder(job.path / f"ray-{secrets.token_hex(4)}")
    try:
        folder.path.mkdir()
        placed.save(folder.path)
        TaskFolder(folder.path).give_scoring(scoring, pairs)
        try:
            executor.submit(folder, MODULE)
        except Refused as error:
            raise NoCluster(str(error)) from error
        yield from _parts(executor, folder, len(pairs), note)
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)  # by which the job ends


def _parts(executor: RayExecutor, folder: RunFolder, count: int, note: Note) -> Iterator[Scored]:
    files, watch = TaskFolder(folder.path), _Watch(executor, folder)
    number, scored, noted = 0, 0, ""
    while scored < count:
        if (part := files.part(number)).exists():
            if noted:
                note(noted := "")
            places, logits = np.load(part)
            part.unlink()
            number, scored = number + 1, scored + len(places)
            yield places.astype(int).tolist(), logits.tolist()
            continue
        job = watch.look()
        if not number and (waits := _waits(folder, job)) != noted:
            note(noted := waits)
        time.sleep(EVERY)


class _Watch:
    """Looks at a job whose next part is not there yet."""

    def __init__(self, executor: RayExecutor, folder: RunFolder) -> None:
        self._executor, self._folder = executor, folder
        self._job = Job("")
        self._answered, self._ended = time.monotonic(), 0.0

    def look(self) -> Job:
        """The job as Ray last reported it. NoCluster and Refused as `scored_by_job`."""
        now = time.monotonic()
        try:
            self._job, self._answered = self._executor.look(self._folder), now
        except Refused as error:
            if now - self._answered > SILENCE and not self._folder.alive():
                raise NoCluster(str(error)) from error
        if self._job.phase == "ended":
            self._ended = self._ended or now
            if now - self._ended > SEEN:
                reported = f"Ray reports job {self._job.id}: {self._job.state}. Try again."
                raise Refused(TaskFolder(self._folder.path).failure() or reported)
        return self._job


def _waits(folder: RunFolder, seen: Job) -> str:
    if seen.phase == "waiting":
        return f"Waiting in Ray: job {seen.id}, {seen.state}"
    notices = [event["message"] for event in folder.events()[0] if event["event"] == "notice"]
    return notices[-1] if notices else ""
