"""How long the page takes to answer under floods: python -m tests.benchmark.flood

Each worst body of tests/integration/test_flood.py is sent by 8 clients at once, again and again,
while one person asks for the page. One line a body: answers of the page, their median and longest
time, and by how much the server's memory grew. Fails where one took a second or 300 MB were added.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.integration.test_flood import BODIES, JSON, Watched
from tests.support.serving import asking, with_people

CLIENTS, SECONDS = 8, 4.0
LONGEST, MEMORY = 1.0, 300  # seconds, MB
ADDRESSES = ("/", "/login/check", "/config")


def main() -> None:
    """Serve, flood with each body in turn, and say how the page fared."""
    with tempfile.TemporaryDirectory() as space:
        server = with_people(Path(space) / "home", RERANKER_UI_RATE_LIMIT="0").start()
        try:
            watched, person = Watched(server), asking(server, "viewer")
            flooding = asking(server, "viewer").cookies
            slow = [
                name for name in sys.argv[1:] or BODIES
                if not flood(name, server.url, watched, person, flooding)
            ]  # fmt: skip
        finally:
            server.kill()
    assert not slow, slow


def flood(
    name: str, url: str, watched: Watched, person: httpx.Client, cookies: httpx.Cookies
) -> bool:
    """Flood with one body; returns whether the page stayed quick and the memory small."""
    path, body, _ = BODIES[name]
    over, times, sent = threading.Event(), [0.0], [0]

    def send() -> None:
        with httpx.Client(base_url=url, cookies=cookies, timeout=120) as client:
            while not over.is_set():
                client.post(path, content=body, headers=JSON)
                sent[0] += 1

    def ask() -> None:
        crowd = [threading.Thread(target=send) for _ in range(CLIENTS)]
        for one in crowd:
            one.start()
        times[:] = _times(lambda address: person.get(address).raise_for_status())
        over.set()
        for one in crowd:
            one.join()

    grown = watched.growth(ask)
    print(
        f"{name}: {sent[0]} bodies, page {len(times)} times, median"
        f" {1000 * statistics.median(times):.0f} ms, longest {1000 * max(times):.0f} ms,"
        f" {grown:+.0f} MB",
        flush=True,
    )
    return max(times) < LONGEST and grown < MEMORY


def _times(ask: Callable[[str], object]) -> list[float]:
    times: list[float] = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for address in ADDRESSES:
            begun = time.perf_counter()
            ask(address)
            times.append(time.perf_counter() - begun)
    return times


if __name__ == "__main__":
    main()
