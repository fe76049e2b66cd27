"""Over HTTP: another person's stream is refused, and a WebSocket upgrade is answered plainly."""

import json

import pytest

from tests.support.serving import asking, with_people

UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = with_people(tmp_path_factory.mktemp("streams") / "home")
    yield one.start()
    one.kill()


def test_nobody_reads_another_persons_stream(server):
    owner, other = asking(server, "annotator"), asking(server, "viewer")
    (number,) = (
        one["id"] for one in owner.get("/config").json()["dependencies"]
        if one["api_name"] == "rankers"
    )  # fmt: skip
    body = {"data": [], "fn_index": number, "session_hash": "of-the-annotator"}
    assert owner.post("/gradio_api/queue/join", json=body).status_code == 200
    address = "/gradio_api/queue/data?session_hash=of-the-annotator"
    assert other.get(address).status_code == 403
    assert other.post("/gradio_api/queue/join", json=body).status_code == 400
    with owner.stream("GET", address, timeout=30) as lines:
        ended = next(line for line in lines.iter_lines() if "process_completed" in line)
    assert json.loads(ended.removeprefix("data: "))["success"]


def test_a_tab_from_another_start_of_the_server_is_asked_to_reload(server):
    """F43: its calls end with a sentence, and not with a traceback in the log."""
    body = {"data": [], "fn_index": 99_999, "session_hash": "of-an-old-tab"}
    answer = asking(server, "annotator").post("/gradio_api/queue/join", json=body)
    assert answer.status_code == 400 and "The server has restarted" in answer.text
    assert "Traceback" not in server.log.read_text()


def test_nobody_reads_another_persons_event(server):
    owner, other = asking(server, "annotator"), asking(server, "viewer")
    event = owner.post("/gradio_api/call/rankers", json={"data": []}).json()["event_id"]
    assert other.get(f"/gradio_api/call/rankers/{event}").status_code == 403
    with owner.stream("GET", f"/gradio_api/call/rankers/{event}", timeout=30) as lines:
        assert any("bm25" in line for line in lines.iter_lines())


@pytest.mark.parametrize(
    "path", ["/", "/login", "/health", "/gradio_api/queue/join", "/ws", "/docs"]
)
def test_a_websocket_upgrade_is_answered_plainly(server, path):
    nobody, viewer = asking(server), asking(server, "viewer")
    for client in (nobody, viewer):
        answer = client.get(path, headers=UPGRADE, timeout=10)
        assert answer.status_code in (200, 303, 401, 403, 404, 405), (path, answer.status_code)
        assert "traceback" not in answer.text.lower()
    assert nobody.get("/gradio_api/queue/join", headers=UPGRADE).status_code in (401, 403)
    assert viewer.get("/health").status_code == 200
