"""What a run costs those who look at it, and they the run: python -m tests.benchmark.watched_run

A run with the quick recipe on the embedded base and the sample, in a home of its own, and the page
over HTTP. In turn nobody watches, then 20 watchers who ask what the Train tab asks, as often; the
ratio is that of the pairs a second between neighbouring turns, its median. Then one person uses the
page while all watch: the time of each answer. A browser draws on its own machine, so none is here.
"""

import itertools
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx

from reranker_ui.core.values.recipe import EMBEDDED_BASE, PRESETS
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import Settings
from tests.support.server import Server

WATCHERS, TURN, TURNS, VISITS = 20, 12.0, 3, 25
NEXT = {"dataset": "starter", "order": "unlabelled", "n": 10, "have": [], "imported": True}
Ask = Callable[..., Any]


def main() -> None:
    """Serve, start a run, and measure while it goes on."""
    with tempfile.TemporaryDirectory() as space:
        home = Path(space) / "home"
        home.mkdir()
        server = Server(home).start()
        workspace = open_workspace(Settings(home=home))
        try:
            recipe = PRESETS["quick"].model_copy(
                update={"base": EMBEDDED_BASE, "epochs": 9, "warm_start": "off"}
            )
            run = lifecycle.start(workspace, LOCAL, "starter", recipe)
            folder = RunFolder(home / "runs" / f"{run['id']:05d}")
            learning(folder, 3)
            speed(server, folder)
            visits(server)
            lifecycle.stop(workspace, LOCAL, run["id"], "cancel")
            lifecycle.wait(workspace, LOCAL, run["id"])
        finally:
            server.kill()
            workspace.engine.dispose()


def learning(folder: RunFolder, steps: int) -> None:
    """Wait until the run has logged so many times."""
    while len([one for one in folder.events()[0] if one["event"] == "log"]) < steps:
        time.sleep(0.5)


def asker(server: Server) -> Ask:
    """Ask a function of a widget as the page does, with a connection of its own."""
    # The watchers run on the cores that are measured, so they take the lightest client there is.
    connection, widgets = (
        HTTPConnection("127.0.0.1", server.port, timeout=30),
        widgets_of(server.url),
    )

    def ask(function: str, **payload: Any) -> Any:
        body = {"component_id": widgets[function], "fn_name": function, "session_hash": "watcher"}
        asked = json.dumps(body | {"data": payload})
        kind = {"content-type": "application/json"}
        connection.request("POST", "/gradio_api/component_server", asked, kind)
        return json.loads(connection.getresponse().read())["ok"]

    return ask


@lru_cache
def widgets_of(url: str) -> dict[str, int]:
    """Where each function of the page lives."""
    return {
        function: part["id"]
        for part in httpx.get(f"{url}/config").json()["components"]
        for function in part["props"].get("server_fns") or []
    }


@contextmanager
def watched(server: Server, count: int) -> Iterator[None]:
    """So many watchers of the Train tab, until the end of the block."""
    over = threading.Event()

    def watch(page: str) -> None:
        ask, since, drawn, have = asker(server), 0, {}, {}
        for turn in itertools.count():
            answer = ask("follow", **drawn, since=since, panel=190)
            since = answer["next"]
            drawn = {"drawn": answer["run"]["id"], "steps": answer["run"]["steps"]}
            every = ask("overview", dataset="starter", page=page)["every"]
            if turn % 3 == 0:
                rows = ask("rows", have=have, limit=12)["rows"]
                have |= {number: row["mark"] for number, row in rows.items()}
            if over.wait(every):
                return

    crowd = [threading.Thread(target=watch, args=(f"page {n}",)) for n in range(count)]
    for one in crowd:
        one.start()
        time.sleep(2 / count)  # people do not open their pages at one moment
    try:
        yield
    finally:
        over.set()
        for one in crowd:
            one.join()


def speed(server: Server, folder: RunFolder) -> None:
    """Pairs a second without and with watchers, turn by turn."""
    answers: list[tuple[float, float]] = []
    for _ in range(TURNS):
        alone = learned(folder)
        with watched(server, WATCHERS):
            answers.append((alone, learned(folder)))
    ratio = [seen / alone for alone, seen in answers]
    alone, seen = (statistics.median(part) for part in zip(*answers, strict=True))
    print(
        f"pairs/s: {alone:.1f} unwatched, {seen:.1f} with {WATCHERS} watchers, ratio "
        f"{statistics.median(ratio):.3f} ({min(ratio):.3f}-{max(ratio):.3f})",
        flush=True,
    )


def learned(folder: RunFolder) -> float:
    """Pairs a second over one turn, from the steps it logged: batches of one size."""
    begun = time.time()
    time.sleep(TURN)
    logs = [one for one in folder.events()[0] if one["event"] == "log" and one["time"] > begun]
    first, last = logs[0], logs[-1]
    steps = last["step"] - first["step"]
    return 32 * steps / (last["time"] - first["time"])


def visits(server: Server) -> None:
    """How long one person waits for each kind of answer, while all watch."""
    ask, client = asker(server), httpx.Client(base_url=server.url, timeout=30)
    kinds: dict[str, Callable[[], Any]] = {
        "the page itself": lambda: client.get("/").raise_for_status(),
        "the whole curve": lambda: ask("follow", since=0, panel=190),
        "datasets": lambda: ask("all_datasets"),
        "50 pairs": lambda: ask("page_of_pairs", dataset="starter"),
        "a search": lambda: ask("page_of_pairs", dataset="starter", search="school uniform"),
        "pairs to label": lambda: ask("next_pairs", **NEXT),
    }
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    with watched(server, WATCHERS):
        for _ in range(VISITS):
            for kind, act in kinds.items():
                begun = time.perf_counter()
                act()
                took[kind].append(1000 * (time.perf_counter() - begun))
                time.sleep(0.1)
    print(f"ms, one person beside a run and {WATCHERS} watchers   median    p95    max")
    for kind, times in took.items():
        ordered = sorted(times)
        p95 = ordered[int(0.95 * len(ordered))]
        print(f"{kind:48}{statistics.median(times):8.0f}{p95:7.0f}{ordered[-1]:7.0f}", flush=True)


if __name__ == "__main__":
    main()
