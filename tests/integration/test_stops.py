"""SIGTERM and Ctrl-C while a program starts: it ends quietly."""

import os
import signal
import subprocess
import sys

import pytest

from tests.integration.test_worker import frozen
from tests.support import ROOT
from tests.support.server import free_port

# Gets the signal when it begins to import a module that marks a moment of its start.
STOPPED = """
import os, runpy, sys

program, number, moment, *words = sys.argv[1:]

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == moment:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), int(number))

sys.meta_path.insert(0, Stop())
sys.argv[1:] = words
run = runpy.run_path if program.endswith(".py") else runpy.run_module
run(program, run_name="__main__")
"""
APP, COMMAND, WORKER = "app.py", "reranker_ui", "reranker_ui.worker"
COMMANDS, PAGE, DATABASE, LAUNCH = "reranker_ui.commands", "gradio", "pysqlite3", "uvicorn.server"


def stopped(home, program, number, moment, *words):
    """The exit code, and what was printed, of a program that is stopped while it starts."""
    environment = {"RERANKER_UI_HOME": str(home), "GRADIO_SERVER_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, program, str(int(number)), moment, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("program", "number", "moment", "words"),
    [
        (APP, signal.SIGTERM, COMMANDS, []),
        (APP, signal.SIGINT, PAGE, []),
        (APP, signal.SIGTERM, DATABASE, []),
        (APP, signal.SIGTERM, LAUNCH, []),
        (COMMAND, signal.SIGINT, COMMANDS, ["serve"]),
        (COMMAND, signal.SIGTERM, DATABASE, ["serve", "--api-only"]),
    ],
)
def test_a_server_that_is_stopped_while_it_starts(tmp_path, program, number, moment, words):
    assert stopped(tmp_path / "home", program, number, moment, *words) == (0, "")


# As a terminal does by Ctrl-C: to a worker of the API that just starts, and to its parent.
INTERRUPTED = """
import os, signal, sys

if "spawn_main" in " ".join(sys.orig_argv):
    os.killpg(0, signal.SIGINT)
"""


def test_the_api_is_interrupted_while_its_workers_start(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED)
    environment = {"RERANKER_UI_HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "reranker_ui", "serve", "--api-only", "--workers", "2"],
        cwd=ROOT,
        env=os.environ | environment | {"GRADIO_SERVER_PORT": str(free_port())},
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_that_is_interrupted_while_it_starts(tmp_path):
    assert stopped(tmp_path / "home", COMMAND, signal.SIGINT, COMMANDS, "runs") == (130, "")


def test_a_worker_that_is_stopped_while_it_starts_stops_its_run(home, tiny_model):
    folder = frozen(home, 1, tiny_model)
    moment = "reranker_ui.core.values.run_folder"
    assert stopped(home, WORKER, signal.SIGTERM, moment, str(folder.path)) == (0, "")
    assert folder.status() == "stopped"
