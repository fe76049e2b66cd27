"""Memory of the workers of `serve --api-only`: python -m tests.benchmark.api_memory [MODEL]

Two workers over a fresh home are asked for scores by MODEL (`embedded` by default) until both have
loaded it. Prints the private memory of each before and after, and what it maps of the weights.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from tests.benchmark.large_run import own_memory
from tests.support.server import Server

MODEL = sys.argv[1] if len(sys.argv) > 1 else "embedded"
WORDS = ("-m", "reranker_ui", "serve", "--api-only", "--workers", "2")
PATIENCE = 300  # seconds until both have loaded the model


def workers_of(server: Server) -> list[int]:
    """The processes that answer."""
    assert server.process
    started = psutil.Process(server.process.pid).children()
    return [one.pid for one in started if any("spawn_main" in word for word in one.cmdline())]


def mapped_weights(pid: int) -> int:
    """Bytes of mapped weights in the memory of a process."""
    mapped, ours = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
            ours = line.endswith((".safetensors", "/model.bin"))
        elif ours and line.startswith("Rss:"):
            mapped += int(line.split()[1]) * 1024
    return mapped


def ask(server: Server) -> None:
    """One request, on a connection of its own: the system deals them to the workers."""
    body = {"model": MODEL, "query": f"{time.monotonic()}", "documents": ["green tea", "coffee"]}
    httpx.post(f"{server.url}/v2/rerank", json=body, timeout=PATIENCE).raise_for_status()


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as space:
        server = Server(Path(space) / "home", {"RERANKER_UI_RATE_LIMIT": "0"}, WORDS).start()
        try:
            workers = workers_of(server)
            before = {pid: own_memory(pid) for pid in workers}
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and not all(map(mapped_weights, workers)):
                ask(server)
            for _ in range(20):
                ask(server)
            for pid in workers:
                print(f"private {before[pid] / 1e6:.0f} MB, then {own_memory(pid) / 1e6:.0f} MB,"
                      f" and {mapped_weights(pid) / 1e6:.0f} MB of mapped weights")  # fmt: skip
        finally:
            server.kill(15)


if __name__ == "__main__":
    main()
