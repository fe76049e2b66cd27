"""The worker of one run: `python -m reranker_ui.worker FOLDER`. It outlives its parent process."""

import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import Timeout

from reranker_ui.core.values.event_log import TERMINAL
from reranker_ui.core.values.execution.placement import LOCAL, placement_of
from reranker_ui.core.values.execution.process_folder import Busy
from reranker_ui.core.values.execution.sentences import sentence
from reranker_ui.core.values.execution.signals import release
from reranker_ui.core.values.execution.stops import Waited, obey_while_waiting
from reranker_ui.core.values.filesystems import is_disk_full
from reranker_ui.core.values.machine import import_large, prepare_training
from reranker_ui.core.values.refused import Diverged, Refused
from reranker_ui.core.values.run_folder import BRING_BACK, Cancelled, Lost, RunFolder
from reranker_ui.executors.launch import launch_of
from reranker_ui.settings import Settings

EVERY = 0.3  # seconds between two checks of the queue


def main(arguments: Sequence[str]) -> int:
    """Train the run in the folder `arguments[0]`; returns 0 unless it failed.

    SIGTERM stops it and saves the model, unless whatever started it ignores that signal; SIGHUP,
    the end of a terminal, is ignored.
    """
    folder = RunFolder(Path(arguments[0]).resolve())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:  # as a batch script may want it
        signal.signal(signal.SIGTERM, lambda *_: folder.request_stop("keep"))
    release(signal.SIGTERM)
    placed = placement_of(folder.path)
    prepare_training(placed.processes, placed.gpus)
    try:
        with folder.lock(arguments[1:]):
            return _work(folder)
    except Busy:
        print(f"Another worker is already running in {folder.path}.", file=sys.stderr)
        return 1


def _work(folder: RunFolder) -> int:
    if folder.status() in TERMINAL:
        return 0
    folder.emit("queued")
    try:
        if damage := folder.damage():
            raise Refused(f"The run cannot start. {damage} {BRING_BACK}")
        with _wait_for_turn(folder):
            import_large("sentence_transformers")
            from reranker_ui.core.training.run import train

            settings = Settings()
            launch = launch_of(placement_of(folder.path))
            train(folder, settings.threads, settings.precision, launch)
    except Waited:
        # A lost run that was resumed becomes lost again and keeps its checkpoints.
        if folder.model.is_dir() or not folder.last_checkpoint():
            _cancel(folder)
    except Cancelled:
        _cancel(folder)
    except Lost as reason:
        print(reason, file=sys.stderr)
        with suppress(OSError):  # on a full disk it is lost without a reason
            folder.emit("lost", error=str(reason))
        return 1
    except BaseException as error:
        traceback.print_exc()
        trace = "" if isinstance(error, Refused) else traceback.format_exc()
        # The checkpoints allow a retry once the cause is fixed, unless they fill the disk.
        lost = isinstance(error, Diverged) or is_disk_full(error)
        _end(folder, "failed", lost, error=sentence(error), traceback=trace)
        return 1
    return 0


@contextmanager
def _wait_for_turn(folder: RunFolder) -> Iterator[None]:
    """Wait until the parent has its model, and on this machine until no earlier run is ahead.

    A run on this machine then holds the home's run lock; other executors have their own queue.
    """
    with ExitStack() as locks:
        local = placement_of(folder.path).executor == LOCAL
        while folder.waits_for_its_parent() or (local and not _is_next(folder, locks)):
            obey_while_waiting(folder)
            time.sleep(EVERY)
        if folder.stop_requested() == "cancel":
            raise Cancelled
        yield


def _is_next(folder: RunFolder, locks: ExitStack) -> bool:
    """Whether this run may train now; it then has the home's run lock until `held` is closed."""
    if folder.has_run_ahead():
        return False
    with suppress(Timeout):
        locks.enter_context(folder.run_lock().acquire(timeout=0))
        return True
    return False


def _cancel(folder: RunFolder) -> None:
    if not folder.stop_again():
        shutil.rmtree(folder.model, ignore_errors=True)  # saved before it was evaluated
        _end(folder, "cancelled")


def _end(folder: RunFolder, event: str, lost: bool = True, **fields: Any) -> None:
    if lost:
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
    try:
        folder.emit(event, **fields)
    except OSError:  # on a full disk deleting the checkpoints makes room for the last event
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
        folder.emit(event, **fields)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
