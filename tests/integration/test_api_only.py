"""`serve --api-only`: the ranking API in several processes, without the page."""

import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server


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
