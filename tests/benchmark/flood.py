"""How long the page takes to answer under floods: python -m tests.benchmark.flood [NAME...]

Names are those of requests, "bodies" or "gets"; all without.

Each worst request of tests/support/worst_requests.py is sent by 8 clients at once, again and again,
while one person asks for the page. One line a request: answers of the page, their median and
longest time, and by how much the server's memory grew. Fails where one took a second or 100 MB were
added by requests that are refused, 300 MB by ones that are worked on.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from tests.integration.test_flood import JSON, MEMORY, SESSIONS_MEMORY, Watched
from tests.support.serving import asking, with_people
from tests.support.worst_requests import BODIES, ENDLESS, GETS

CLIENTS, SECONDS = 8, 2.0
LONGEST = 1.0  # seconds
PAGE = ("/", "/login/check", "/config")
QUERY = "a" * 60_000  # the server reads lines of 64 kB
Send = Callable[[httpx.Client, int], None]


def requests() -> Iterator[tuple[str, Send, bool]]:
    """Name, what sends it for the n-th time, and whether it is worked on."""
    for name, (path, body, status) in BODIES.items():
        yield name, _posting(path, body), status == 200
    for path in GETS:
        yield path, _getting(path), False


def _posting(path: str, body: bytes) -> Send:
    def send(client: httpx.Client, number: int) -> None:
        # A session of its own for each event, whose answer is never read.
        name = b'"session_hash": "%d %d"' % (threading.get_ident(), number)
        content = body.replace(b'"session_hash": "a"', name)
        client.post(path, content=content, headers=JSON)

    return send


def _getting(path: str) -> Send:
    def send(client: httpx.Client, number: int) -> None:
        named = f"session_hash={threading.get_ident()}-{number}"
        with client.stream("GET", f"{path}?{named}&page={QUERY}") as answer:
            if path.startswith(ENDLESS):
                next(answer.iter_bytes(), None)
            else:
                answer.read()

    return send


def main() -> None:
    """Serve, flood with each request in turn, and report the times of the page."""
    with tempfile.TemporaryDirectory() as space:
        server = with_people(Path(space) / "home", RERANKER_UI_RATE_LIMIT="0").start()
        try:
            watched, person = Watched(server), asking(server, "viewer")
            flooding = asking(server, "viewer").cookies
            bad = [
                name for name, send, works in requests()
                if (not sys.argv[1:] or {name, _kind(name)} & {*sys.argv[1:]})
                and not flood(name, send, works, server.url, watched, person, flooding)
            ]  # fmt: skip
        finally:
            server.kill()
    assert not bad, bad


def _kind(name: str) -> str:
    return "gets" if name in GETS else "bodies"


def flood(
    name: str, send: Send, works: bool, url: str, watched: Watched, person: httpx.Client,
    cookies: httpx.Cookies,
) -> bool:  # fmt: skip
    """Flood with one request; returns whether the page stayed quick and the memory small."""
    over, times, sent = threading.Event(), [0.0], [0]

    def crowd() -> None:
        with httpx.Client(base_url=url, cookies=cookies, timeout=120) as client:
            while not over.is_set():
                send(client, sent[0])
                sent[0] += 1

    def ask() -> None:
        threads = [threading.Thread(target=crowd) for _ in range(CLIENTS)]
        for one in threads:
            one.start()
        times[:] = _times(lambda address: person.get(address).raise_for_status())
        over.set()
        for one in threads:
            one.join()

    grown = watched.growth(ask)
    print(
        f"{name}: {sent[0]} times, page {len(times)} times, median"
        f" {1000 * statistics.median(times):.0f} ms, longest {1000 * max(times):.0f} ms,"
        f" {grown:+.0f} MB",
        flush=True,
    )
    return max(times) < LONGEST and grown < (SESSIONS_MEMORY if works else MEMORY)


def _times(ask: Callable[[str], object]) -> list[float]:
    times: list[float] = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for address in PAGE:
            begun = time.perf_counter()
            ask(address)
            times.append(time.perf_counter() - begun)
    return times


if __name__ == "__main__":
    main()
