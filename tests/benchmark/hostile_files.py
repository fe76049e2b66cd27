"""Hostile files against a running page: `python -m tests.benchmark.hostile_files [FOLDER]`.

Starts a server over a fresh home and uploads every file of FOLDER/manifest.json through the page's
own functions, while somebody else asks for the page and for the list of datasets ten times a
second. Prints for each file how long it took, how long the slowest answer took, and what was said.
Files that can be read are imported; those that cannot must leave nothing.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from tests.support.server import Server
from tests.support.serving import asking, call


def main(folder: Path) -> None:
    """Print a line for each file, then the worst of all."""
    names = [one["file"] for one in json.loads((folder / "manifest.json").read_text())["files"]]
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home) / "home")
        server.home.mkdir()
        server.start()
        try:
            client = asking(server)
            config = client.get("/config").json()
            call(client, "all_datasets", {}, config)
            rows = [_file(server, client, config, folder / name) for name in names]
        finally:
            server.kill(signal.SIGTERM)
    print(f"slowest file {max(row[0] for row in rows):.1f} s, slowest answer"
          f" {max(row[1] for row in rows) * 1000:.0f} ms")  # fmt: skip


def _file(server: Server, client: httpx.Client, config: dict, path: Path) -> tuple[float, float]:
    stop, answers = threading.Event(), []
    watch = threading.Thread(target=_ask, args=(server, config, stop, answers))
    watch.start()
    begun = time.perf_counter()
    said = _upload(client, config, path)
    took = time.perf_counter() - begun
    stop.set()
    watch.join()
    print(f"{path.name:<28} {took:5.1f} s, answers at most {max(answers) * 1000:4.0f} ms  {said}")
    return took, max(answers)


def _ask(server: Server, config: dict, stop: threading.Event, answers: list[float]) -> None:
    client = asking(server)
    while not stop.is_set():
        for ask in (
            lambda: client.get("/health"),
            lambda: call(client, "all_datasets", {}, config),
        ):
            begun = time.perf_counter()
            assert ask().status_code == 200
            answers.append(time.perf_counter() - begun)
        time.sleep(0.05)


def _upload(client: httpx.Client, config: dict, path: Path) -> str:
    def function(name: str, payload: dict) -> dict:
        answer = call(client, name, payload, config).json()
        return answer["ok"] or {} if "ok" in answer else {"state": "refused", **answer}

    with path.open("rb") as file:
        (uploaded,) = client.post("/gradio_api/upload", files={"files": (path.name, file)}).json()
    token = function("begin_upload", {"path": uploaded, "name": path.name})["token"]
    state = _wait(function, token, "reading")
    if state["state"] == "read" and "report" in state:
        stored = function("store_upload", {"token": token, "dataset": path.name})
        assert "refused" not in stored, stored
        state = _wait(function, token, "storing")
    function("end_upload", {"token": token})
    there = [one["name"] for one in function("all_datasets", {})["datasets"]]
    whole = state["state"] == "stored"
    assert (path.name in there) == whole, f"half of {path.name} is there"
    if whole:
        counts = ("kept", "unlabelled", "duplicate", "blank", "bad_label", "unreadable")
        rejects = [f"line {one['line']}: {one['reason']}" for one in state["rejects"][:2]]
        summary = ", ".join(f"{name} {state[name]}" for name in counts if state[name])
        return " | ".join([summary, *rejects])
    return state.get("refused") or state.get("asks") or str(state)


def _wait(function, token: str, phase: str) -> dict:
    while (state := function("upload_state", {"token": token}))["state"] == phase:
        time.sleep(0.05)
    return state


if __name__ == "__main__":
    shared = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    data = Path(os.environ.get("RERANKER_UI_TEST_DATA", shared))
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else data / "hostile")
