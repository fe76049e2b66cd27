"""`serve --api-only`: the ranking API in several processes, without the page."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.serving import not_serving, serving, serving_api
from reranker_ui.settings import Settings
from tests.support.server import Server, free_port


@pytest.fixture
def api(home):
    words = ("-m", "reranker_ui", "serve", "--api-only", "--workers", "2")
    server = Server(home, program=words).start()
    yield server.url, server.process
    server.kill(signal.SIGTERM)


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def test_two_processes_answer_and_there_is_no_page(api):
    url, process = api
    body = {"model": "bm25", "query": "green tea", "documents": ["black coffee", "green tea"]}
    for _ in range(4):
        answer = httpx.post(f"{url}/v2/rerank", json=body, timeout=60)
        assert [row["index"] for row in answer.json()["results"]] == [1, 0]
    assert httpx.get(f"{url}/", timeout=30).status_code == 404
    assert httpx.post(f"{url}/v2/rerank", json={"query": 7}, timeout=30).status_code == 400
    workers = [pid for pid in children_of(process.pid) if "spawn_main" in command_of(pid)]
    assert len(workers) == 2


def test_the_processes_share_the_weights_of_a_model(tiny_base, api, home):
    url, process = api
    body = {"model": "base", "query": "green tea", "documents": ["black coffee", "green tea"]}
    answers = [httpx.post(f"{url}/v2/rerank", json=body, timeout=120) for _ in range(8)]
    assert len({str(answer.json()["results"]) for answer in answers}) == 1
    (file,) = (home / "cache" / "weights").glob("*/model.safetensors")
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in children_of(process.pid)]
    assert any(str(file) in each for each in maps)


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--workers", "2"], "needs --api-only"),
        (["--api-only", "--workers", "0"], "at least 1"),
        (["--api-only", "--demo"], "choose one"),
    ],
)
def test_flags_that_do_not_fit_are_refused(command, words, sentence):
    code, _, errors = command("serve", *words, timeout=60)
    assert code == 1 and sentence in errors


def test_a_home_is_not_restored_under_the_api(api, command):
    _, process = api
    workers = children_of(process.pid)
    code, _, errors = command("restore", "--replace", timeout=60)
    assert code == 1 and "is being served. Stop its servers first." in errors
    another = pytest.raises(Refused, match="one of them at a time")
    with serving(Settings()), another, serving_api(Settings()):  # the page may run beside it
        pass
    process.kill()  # its workers live on and have the database open
    process.wait(20)
    try:
        with pytest.raises(Refused, match="Stop its servers first"), not_serving(Settings()):
            pass
    finally:
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_port_that_is_taken(home, command, monkeypatch):
    taken = free_port()
    monkeypatch.setenv("GRADIO_SERVER_PORT", str(taken))
    with socket.create_server(("127.0.0.1", taken)):
        code, out, errors = command("serve", "--api-only", timeout=60)
    assert code == 1 and not out
    assert errors.startswith(f"Port {taken} on 127.0.0.1 cannot be used. Free it, or set")
