"""Memory of the server under 1,000 sessions: python -m tests.benchmark.sessions

Each session keeps a heartbeat open and calls server functions under a session hash of its own, as
an open page does; every tenth loads the page too. Then it asks the queue that programs use, and
reads the answer. "unread": a tenth as many ask for large answers and never read them. One line a
stage: resident memory now and at its peak, against a server that has answered one session. Fails
where more than 300 MB were added.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.integration.test_flood import SESSIONS_MEMORY, Watched
from tests.support.serving import asking, with_people

SESSIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
AT_ONCE = 16  # sessions at work at the same time
LONG = "a cave by the river " * 45_000  # 900 kB: four of them are the largest event that is taken


class Visits:
    """The sessions of one signed-in person over one client."""

    def __init__(self, client: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self.client, self.open = client, AsyncExitStack()
        widgets = {one["props"].get("elem_id"): one["id"] for one in config["components"]}
        events = {one["api_name"]: one["id"] for one in config["dependencies"]}
        self.calls = [(widgets["rr-header"], "overview"), (widgets["rr-data"], "export_formats")]
        self.rankers, self.rank = events["rankers"], events["rank"]

    async def page(self, name: str) -> None:
        """Open the page and keep it open."""
        for path in ("/", "/config") if name.endswith("0") else ():
            (await self.client.get(path)).raise_for_status()
        stream = self.client.stream("GET", f"/gradio_api/heartbeat/{name}", timeout=None)
        (await self.open.enter_async_context(stream)).raise_for_status()
        for component, function in self.calls:
            call = {"component_id": component, "fn_name": function, "data": {}}
            body = {**call, "session_hash": name}
            (await self.client.post("/gradio_api/component_server", json=body)).raise_for_status()

    async def event(self, name: str) -> None:
        """Ask the queue, and read the answer."""
        assert await self._join(name, self.rankers, []) == 200
        address = f"/gradio_api/queue/data?session_hash={name}"
        async with self.client.stream("GET", address) as answer:
            async for line in answer.aiter_lines():
                if "process_completed" in line:
                    assert json.loads(line.removeprefix("data: "))["success"], line

    async def unread(self, name: str) -> None:
        """Ask the queue for a large answer, and do not read it."""
        passages = [f"{part} {LONG}" for part in "wxyz"]
        status = await self._join(name, self.rank, ["bm25", "a cave", passages, False])
        assert status in (200, 429, 503), status  # the last two: too much at once

    async def _join(self, name: str, event: int, data: list[Any]) -> int:
        body = {"fn_index": event, "data": data, "session_hash": name}
        return (await self.client.post("/gradio_api/queue/join", json=body)).status_code


async def all_of(
    act: Callable[[str], Awaitable[None]], prefix: str, sessions: int = SESSIONS
) -> None:
    """`act` for each session, AT_ONCE at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            await act(f"{prefix} {number}")

    await asyncio.gather(*(one(number) for number in range(sessions)))


async def measure(url: str, cookies: httpx.Cookies, watched: Watched) -> list[str]:
    """The stages that added too much."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=url, cookies=cookies, timeout=120, limits=limits
    ) as client:
        visits = Visits(client, (await client.get("/config")).json())
        for act in (visits.page, visits.event, visits.unread):
            await act("warm")
        before = watched.megabytes("VmRSS")
        print(f"before: {before:.0f} MB", flush=True)
        return [
            stage
            for stage, act in (
                ("open pages", lambda: all_of(visits.page, "page")),
                ("events", lambda: all_of(visits.event, "page")),
                ("unread", lambda: all_of(visits.unread, "unread", SESSIONS // 10)),
                ("closed", visits.open.aclose),
            )
            if not await _within(stage, act, watched, before)
        ]


async def _within(
    stage: str, act: Callable[[], Awaitable[None]], watched: Watched, before: float
) -> bool:
    begun = time.perf_counter()
    await act()
    now, peak = (watched.megabytes(name) - before for name in ("VmRSS", "VmHWM"))
    seconds = time.perf_counter() - begun
    size = f"{now:+.0f} MB, peak {peak:+.0f} MB"
    print(f"{stage}: {seconds:.0f} s, {size}", flush=True)
    return peak < SESSIONS_MEMORY


def main() -> None:
    """Serve, open the sessions, and say how the memory grew."""
    print(f"{SESSIONS:,} sessions", flush=True)
    with tempfile.TemporaryDirectory() as space:
        server = with_people(Path(space) / "home", RERANKER_UI_RATE_LIMIT="0").start()
        try:
            cookies = asking(server, "viewer").cookies
            large = asyncio.run(measure(server.url, cookies, Watched(server)))
        finally:
            server.kill()
    assert not large, large


if __name__ == "__main__":
    main()
