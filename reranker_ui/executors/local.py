"""Workers as detached processes on this machine, each the leader of its own process group."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

import psutil

from reranker_ui.core.values.run_folder import RunFolder


class LocalExecutor:
    """Starts `python -m reranker_ui.worker FOLDER`, which outlives the process that started it."""

    name = "local"

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is all that the worker gets to see; it should hold no secrets."""
        self.environment = dict(environment)

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder`; the handle is "pid:birth", as pids are used again."""
        with folder.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "reranker_ui.worker", str(folder.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder.path,
                env=self.environment,
                start_new_session=True,
            )
        # Reaps the worker, so that none is left as a zombie while this process lives.
        threading.Thread(target=process.wait, daemon=True, name=folder.path.name).start()
        return f"{process.pid}:{_birth(process.pid)}"

    def lives(self, handle: str) -> bool:
        """Whether the worker behind `handle` still exists."""
        pid, _, birth = handle.partition(":")
        return _birth(int(pid)) == birth != ""

    def end(self, handle: str, patience: float = 10.0) -> None:
        """End the worker's whole process group: SIGTERM, then SIGKILL after `patience` seconds."""
        if patience:
            self._signal(handle, signal.SIGTERM, patience)
        self._signal(handle, signal.SIGKILL, 5.0)

    def _signal(self, handle: str, number: signal.Signals, patience: float) -> None:
        if not self.lives(handle):
            return
        with suppress(ProcessLookupError):
            os.killpg(int(handle.partition(":")[0]), number)
        until = time.monotonic() + patience
        while self.lives(handle) and time.monotonic() < until:
            time.sleep(0.05)


def _birth(pid: int) -> str:
    """When the process began, as text; empty if there is none or it is a zombie."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return f"{process.create_time():.2f}"
    except psutil.Error:
        return ""
