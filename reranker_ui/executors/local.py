"""Child processes on this machine, each the leader of its own process group."""

import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.execution.process_folder import ProcessFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder


class LocalExecutor:
    """Starts `python -m reranker_ui.worker FOLDER`, which outlives the process that started it."""

    name, title, patience, in_order = "local", "This machine", 20.0, True

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is the worker's whole environment; it must not contain secrets."""
        self.environment = dict(environment)

    def submit(self, folder: RunFolder) -> str:
        """Start the worker of `folder` unless it has one; returns the worker's process id."""
        if (lock := folder.take()) is not None:
            launch(folder, lock, "reranker_ui.worker", self.environment, cwd=folder.path)
        pid, _machine = folder.process() or ("", "")
        return str(pid)

    def refresh(self, folders: Sequence[RunFolder]) -> None:
        """Nothing to ask: the lock of a folder says whether its worker lives."""

    def pass_stop(self, folder: RunFolder, how: str) -> None:
        """Nothing to do: the worker reads the folder itself."""

    def price(self) -> Price | None:
        """None."""
        return None

    def end(self, folder: RunFolder) -> None:
        """End the worker's whole process group at once.

        Refused where it runs on another machine, which shares the home.
        """
        _pid, machine = folder.process() or (0, platform.node())
        if folder.alive() and machine != platform.node():
            raise Refused(
                f"The worker runs on {machine} and cannot be ended from here. It stops after its"
                f" current step; if it hangs, end its process on {machine}."
            )
        folder.kill()


def launch(
    folder: ProcessFolder,
    lock: int,
    module: str,
    environment: Mapping[str, str],
    private: Any = None,
    cwd: Path | None = None,
) -> None:
    """Run `python -m module FOLDER LOCK`, with `private` as JSON on its standard input.

    `lock` is the file descriptor of the folder's lock. The child holds it until it ends; here it
    is closed.
    """
    try:
        with folder.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(folder.path), str(lock)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=environment,
                pass_fds=(lock,),
                start_new_session=True,
            )
        folder.note_process(lock, process.pid)
    finally:
        os.close(lock)
    # Reaped in a thread, so that no zombie is left while this process lives.
    threading.Thread(target=process.wait, daemon=True, name=folder.path.name).start()
    assert process.stdin
    with suppress(BrokenPipeError), process.stdin:  # it may have been killed already
        process.stdin.write(json.dumps(private).encode())
