"""A Ray cluster of two nodes for a test, from an environment of its own."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

INSTALL = "python3 -m venv ENV && ENV/bin/pip install 'ray[default]'"
WAIT = 120.0  # seconds
HIGHEST = 10_000  # Ray's workers use the ports above
# No processes that nobody has asked for, and the statistics of a node once a minute.
FRUGAL = {
    "RAY_prestart_worker_first_driver": "0",
    "RAY_enable_worker_prestart": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_metrics_report_interval_ms": "60000",
    "REPORTER_UPDATE_INTERVAL_MS": "60000",
}


class RayCluster:
    """Two nodes of one processor each; `ray` is the program of their environment."""

    def __init__(self, ray: Path, folder: Path) -> None:
        self.ray, self.folder = ray, folder
        self.port = low_port(6_400 + os.getpid() % 3_000)
        self.dashboard = low_port(self.port + 1)
        self._nodes: list[subprocess.Popen[bytes]] = []

    @property
    def head(self) -> str:
        """The address for drivers on this machine."""
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.dashboard}"

    def start(self) -> None:
        self._start(
            "--head", "--no-monitor", f"--port={self.port}", "--dashboard-host=127.0.0.1",
            f"--dashboard-port={self.dashboard}", f"--temp-dir={self.folder}",
        )  # fmt: skip
        self._until(1)
        self._start(f"--address=127.0.0.1:{self.port}")
        self._until(2)

    def stop(self) -> None:
        """Kill all processes of the nodes: ended by SIGTERM, they take half a minute."""
        for node in self._nodes:
            started = psutil.Process(node.pid).children(recursive=True)
            for process in (psutil.Process(node.pid), *started):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            node.wait(60)

    def _start(self, *options: str) -> None:
        common = ("--block", "--node-ip-address=127.0.0.1", "--num-cpus=1", "--num-gpus=0",
                  "--disable-usage-stats", "--include-log-monitor=false")  # fmt: skip
        with (self.folder / "nodes.log").open("ab") as log:
            command = [self.ray, "start", *options, *common]
            node = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | FRUGAL)
        self._nodes.append(node)

    def _until(self, nodes: int) -> None:
        end = time.monotonic() + WAIT
        while self._alive() < nodes:
            if time.monotonic() > end:
                self.stop()
                raise AssertionError((self.folder / "nodes.log").read_text()[-2000:])
            time.sleep(0.5)

    def _alive(self) -> int:
        try:
            with urllib.request.urlopen(f"{self.address}/nodes?view=summary", timeout=5) as answer:
                nodes = json.load(answer)["data"]["summary"]
        except OSError:
            return 0
        return sum(node["raylet"].get("state") == "ALIVE" for node in nodes)


def low_port(first: int) -> int:
    """A free port, from `first` on, that Ray's workers do not take."""
    return next(port for port in range(first, HIGHEST) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
