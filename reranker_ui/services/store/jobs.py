"""Child processes: start one over a folder, ask whether it lives, stop it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from reranker_ui.settings import worker_environment


def spawn(folder: Path, module: str, told: Any = None) -> None:
    """Run `python -m module folder` in a session of its own, `told` as JSON on its input."""
    with (folder / "error.log").open("ab") as log, (folder / "pid").open("w") as pid:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(folder)],
            env=worker_environment(),
            stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        pid.write(str(child.pid))
    assert child.stdin
    with child.stdin:
        child.stdin.write(json.dumps(told).encode())


def is_alive(folder: Path) -> bool:
    """Whether the process noted in the folder runs."""
    import psutil

    try:
        pid = int((folder / "pid").read_text())
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child that ended stays a zombie until asked for
        process = psutil.Process(pid)
        line = process.cmdline()  # empty for a moment while the process starts
        return process.status() != psutil.STATUS_ZOMBIE and (not line or str(folder) in line)
    except (OSError, ValueError, psutil.Error):
        return False


def stop(folder: Path) -> None:
    """Kill the process noted in the folder, if it runs."""
    if is_alive(folder):
        pid = int((folder / "pid").read_text())
        os.killpg(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
