"""The jobs of runs: submitted, watched and ended by one server at a time, of all that there are."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import sqlalchemy as sa
from filelock import FileLock, Timeout

from reranker_ui.core.values.execution.placement import (
    JOB,
    LOCAL,
    Job,
    has_live_job,
    job_of,
    placement_of,
)
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder, Stop
from reranker_ui.services.runs.execution.known_executors import executor_of
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

REFRESHED = 3.0  # seconds between two questions to an executor
WAIT = 60.0  # seconds for another server to finish with the job of a run
UNNUMBERED = ""  # the id of a job while it is submitted


@contextmanager
def handling(workspace: Workspace, number: int) -> Iterator[None]:
    """Have the job of run `number` to itself; Refused where another request keeps it for long."""
    lock = _lock(workspace, number)
    try:
        lock.acquire(timeout=WAIT)
    except Timeout as error:
        raise Refused(
            f"Another request is working on run {number}, for example transferring its files. Try"
            " again in a minute."
        ) from error
    try:
        yield
    finally:
        lock.release()


def submit(workspace: Workspace, folder: RunFolder) -> None:
    """Submit the run in `folder` while `handling` it; what is refused is a failed run."""
    placed = placement_of(folder.path)
    executor = executor_of(workspace, placed.executor)
    if placed.executor != LOCAL:  # so that the run is not lost while its files are sent
        Job(UNNUMBERED).save(folder.path)
    try:
        handle = executor.submit(folder)
    except (Refused, OSError) as error:
        refused = isinstance(error, Refused)
        reason = str(error) if refused else f"The worker could not be started: {error}."
        folder.emit("failed", error=reason, traceback="")
        (folder.path / JOB).unlink(missing_ok=True)
        return
    values = {"handle": handle, "executor": placed.executor}
    with workspace.writing() as connection:
        connection.execute(runs.update().where(runs.c.id == folder.number).values(values))


def is_waiting(folder: RunFolder) -> bool:
    """Whether the run's job waits for its executor."""
    job = job_of(folder.path)
    return job is not None and job.phase == "waiting" and not folder.alive()


def ends_now(folder: RunFolder, how: Stop) -> bool:
    """Whether a stop request ends the waiting job of a run.

    A "keep" does not where there is only a checkpoint: the worker saves it when the job runs.
    """
    if not is_waiting(folder):
        return False
    return how == "cancel" or folder.was_saved() or folder.last_checkpoint() is None


def end(workspace: Workspace, folder: RunFolder) -> None:
    """End the worker or the waiting job of a run.

    It is cancelled, or stopped again: a resumed run whose job waited and whose model was saved.
    """
    with handling(workspace, folder.number):
        waited = is_waiting(folder)
        executor_of(workspace, placement_of(folder.path).executor).end(folder)
        if folder.status() == "lost" and not (waited and folder.stop_again()):
            folder.emit("cancelled")


def pass_stop(workspace: Workspace, folder: RunFolder, how: Stop) -> None:
    """Pass a stop request on to a worker that does not read the folder here."""
    executor_of(workspace, placement_of(folder.path).executor).pass_stop(folder, how)


def refresh(workspace: Workspace) -> None:
    """Ask the executors for the jobs that wait or run; for all callers at once."""
    workspace.memory.get("jobs of runs", lambda: _refresh(workspace), seconds=REFRESHED)


def _refresh(workspace: Workspace) -> None:
    """Skips the runs whose jobs another server or request handles now."""
    with workspace.reading() as connection:
        elsewhere = sa.select(runs.c.id, runs.c.executor).where(runs.c.executor != LOCAL)
        rows = connection.execute(elsewhere).all()
    folders: dict[str, list[RunFolder]] = {}
    with ExitStack() as locks:
        for number, name in rows:
            folder = RunFolder(workspace.home.resolve() / "runs" / f"{number:05d}")
            if not has_live_job(folder.path) or placement_of(folder.path).executor != name:
                continue
            with suppress(Timeout):
                locks.enter_context(_lock(workspace, number).acquire(timeout=0))
                folders.setdefault(name, []).append(folder)
        for name, jobs in folders.items():
            executor_of(workspace, name).refresh([job for job in jobs if _was_submitted(job)])


def _was_submitted(folder: RunFolder) -> bool:
    """False where the server that submitted it was killed: the run is lost then."""
    job = job_of(folder.path)
    if job is None or job.id != UNNUMBERED:
        return True
    Job(UNNUMBERED, "ended").save(folder.path)
    return False


def _lock(workspace: Workspace, number: int) -> FileLock:
    # Not in the run's folder, which may be deleted or taken along.
    return FileLock(workspace.cache / "job-locks" / f"{number:05d}.lock")
