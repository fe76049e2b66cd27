"""The served page: up in time, one process a home, and no door to the server's files."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests.support import ROOT
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A served page over an empty home."""
    home = tmp_path_factory.mktemp("serving") / "home"
    home.mkdir()
    one = Server(home)
    yield one.start()
    one.kill()


def log_of(server):
    return (server.home.parent / "home.log").read_text()


def post(server, path, body):
    return httpx.post(f"{server.url}{path}", json=body, timeout=30)


def test_the_first_page_names_the_app(server):
    assert "Reranker UI" in httpx.get(server.url, timeout=30).text


def test_files_of_the_server_are_not_served(server):
    for path in ("/etc/passwd", str(ROOT / "app.py"), str(server.home / "reranker-ui.db")):
        assert httpx.get(f"{server.url}/gradio_api/file={path}", timeout=30).status_code in (
            403,
            404,
        )


def test_a_path_that_was_not_uploaded_is_refused_by_every_event(server):
    config = httpx.get(f"{server.url}/config", timeout=30).json()
    data = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    leaked = []
    for event in config["dependencies"]:
        # Its own: when the stream of a session closes, Gradio drops the events of that session,
        # so a late close would take the next event with it.
        session = f"session{event['id']}"
        body = {
            "data": [data] * len(event["inputs"]),
            "fn_index": event["id"],
            "session_hash": session,
        }
        answer = post(server, "/gradio_api/queue/join", body)
        leaked += [event] if "root:x:" in answer.text else []
        stream = f"{server.url}/gradio_api/queue/data?session_hash={session}"
        with httpx.stream("GET", stream, timeout=20) as lines:
            for line in lines.iter_lines():
                leaked += [line] if "root:x:" in line else []
                if "process_completed" in line or "unexpected" in line:
                    break
    assert not leaked


def test_server_functions_do_not_read_a_path_that_was_not_uploaded(server):
    config = httpx.get(f"{server.url}/config", timeout=30).json()
    widgets = [part for part in config["components"] if part["props"].get("server_fns")]
    assert widgets
    data = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    for part in widgets:
        for name in part["props"]["server_fns"]:
            payload = dict.fromkeys(("file", "upload"), data) | {"path": "/etc/passwd"}
            body = {
                "component_id": part["id"],
                "fn_name": name,
                "session_hash": "x",
                "data": payload,
            }
            assert "root:x:" not in post(server, "/gradio_api/component_server", body).text


def test_foreign_pages_may_not_act_here(server):
    path = f"{server.url}/gradio_api/queue/join"
    body = {"data": [], "fn_index": 0, "session_hash": "x"}
    own = {"origin": server.url}
    foreign = ({"origin": "http://evil.example"}, {"origin": "null"})
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    for headers in (*foreign, rebound, {"sec-fetch-site": "cross-site"}):
        assert httpx.post(path, json=body, headers=headers, timeout=30).status_code == 403
    assert httpx.post(path, json=body, headers=own, timeout=30).status_code != 403
    assert httpx.get(server.url, headers={"host": "evil.example"}, timeout=30).status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "http://a:b:c", "\xff", "["])
def test_a_malformed_origin_is_refused(server, origin):
    before = len(log_of(server))
    for path in ("/login", "/gradio_api/queue/join", "/v2/rerank"):
        answer = httpx.post(
            f"{server.url}{path}", content=b"x", headers={"origin": origin.encode("latin-1")}
        )
        assert answer.status_code == 403, (path, answer.text)
    assert "Traceback" not in log_of(server)[before:]


@pytest.mark.parametrize("host", ["", "[", "[::1", "a b", "x/login?", "127.0.0.1:port", "\xff"])
def test_a_malformed_host_is_refused(server, host):
    before = len(log_of(server))
    head = b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host.encode("latin-1")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head)
        status = connection.makefile("rb").readline().split()[1]
    assert status in (b"400", b"403") or host == "127.0.0.1:port"
    assert "Traceback" not in log_of(server)[before:]


def test_security_headers_are_set(server):
    headers = httpx.get(server.url, timeout=30).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self' https://huggingface.co" in headers["content-security-policy"]


def test_a_second_process_on_the_same_home_says_so(server):
    environment = {**os.environ, "RERANKER_UI_HOME": str(server.home)}
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Another process already serves" in done.stderr


def test_the_command_line_works_while_the_page_is_served(server, command):
    code, out, _ = command("runs", "--json", RERANKER_UI_HOME=str(server.home))
    assert (code, json.loads(out)) == (0, [])


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_stopping_is_quick_and_quiet(tmp_path, asked):
    (tmp_path / "home").mkdir()
    one = Server(tmp_path / "home").start()
    try:
        one.kill(asked)
    finally:
        one.kill()
    assert one.process.returncode == 0
    assert "Traceback" not in (tmp_path / "home.log").read_text()


STUCK_AT_EXIT = """
import atexit, sys, threading
sys.path.insert(0, sys.argv[1])

class Cycle:
    def __init__(self):
        self.itself = self

    def __del__(self):
        import slow  # waits for the import lock of a thread that Python has stopped

threading.Thread(target=__import__, args=["slow"], daemon=True).start()
atexit.register(Cycle)
from reranker_ui.__main__ import main
sys.exit(main(["serve"]))
"""


def test_it_stops_while_a_thread_imports_and_a_page_is_open(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "slow.py").write_text("import time; time.sleep(600)")
    one = Server(tmp_path / "home", program=("-c", STUCK_AT_EXIT, str(tmp_path))).start()
    try:
        with httpx.stream("GET", f"{one.url}/gradio_api/heartbeat/page", timeout=30) as beats:
            chunks = beats.iter_raw()
            next(chunks)
            one.kill(signal.SIGTERM)
            assert one.process.returncode == 0
            b"".join(chunks)  # raises if the stream was cut, not closed
    finally:
        one.kill()
