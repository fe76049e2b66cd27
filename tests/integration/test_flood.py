"""The worst body of each route: memory stays bounded and the page goes on answering."""

import re
from pathlib import Path

import pytest

from reranker_ui.ui.api.gradio_routes import is_used
from tests.support.addresses import addresses_of_gradio, addresses_of_ours
from tests.support.serving import asking, with_people
from tests.support.worst_requests import BODIES, GETS, WIDE, covers

MEMORY, SESSIONS_MEMORY = 100, 300  # MB that may be added by one request, by 1,000 sessions
JSON = {"content-type": "application/json"}


class Watched:
    """A server whose memory is read from the kernel: resident now, and at its peak."""

    def __init__(self, server) -> None:
        self.folder = Path(f"/proc/{server.process.pid}")

    def megabytes(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+)", (self.folder / "status").read_text())
        return int(found.group(1)) / 1024

    def growth(self, act) -> float:
        """MB by which the peak during `act` lies above what was resident before."""
        (self.folder / "clear_refs").write_text("5")  # the peak is counted from now on
        before = self.megabytes("VmRSS")
        act()
        return self.megabytes("VmHWM") - before


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_model):
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of memory is read from /proc, which only Linux has")
    home = tmp_path_factory.mktemp("flood") / "home"
    models = {"RERANKER_UI_DEFAULT_BASE": str(tiny_model), "RERANKER_UI_ENGINE": "torch"}
    one = with_people(home, RERANKER_UI_RATE_LIMIT="0", **models)
    yield one.start()
    one.kill()


@pytest.fixture(scope="module")
def viewer(server):
    client = asking(server, "viewer")
    client.timeout = 120
    warm = {"model": "bm25", "query": "a", "documents": ["a b", "c"]}
    assert client.post("/v2/rerank", json=warm).status_code == 200
    return client


def test_every_address_has_a_worst_request(workspace):
    bodies = {path for path, _, _ in BODIES.values()} | {"/gradio_api/upload"}
    missing = [
        (method, path)
        for method, path in [*addresses_of_ours(workspace), *addresses_of_gradio(workspace)]
        if is_used(path) and method != "HEAD"
        and not any(covers(one, path) for one in (GETS if method == "GET" else bodies))
    ]  # fmt: skip
    assert not missing


@pytest.mark.parametrize("name", BODIES)
def test_the_worst_body_of_a_route_takes_little_memory(server, viewer, name):
    path, body, status = BODIES[name]
    answers = []
    grown = Watched(server).growth(
        lambda: answers.append(viewer.post(path, content=body, headers=JSON))
    )
    assert answers[0].status_code == status, answers[0].text
    assert grown < MEMORY
    assert viewer.get("/login/check").status_code == 200


@pytest.mark.parametrize(
    ("size", "count"), [(900, 10_000), (99_000, 110)], ids=["many passages", "long passages"]
)
def test_the_largest_ranking_takes_little_memory(server, viewer, size, count):
    documents = [f"{number} " + "a b c " * (size // 6) for number in range(count)]
    body = {"model": "bm25", "query": "a cave", "documents": documents}
    answers = []
    grown = Watched(server).growth(lambda: answers.append(viewer.post("/v2/rerank", json=body)))
    assert answers[0].status_code == 200 and grown < MEMORY


@pytest.mark.parametrize("model", ["base", "cosine"])
def test_long_passages_for_a_model_take_little_memory(viewer, server, model):
    body = {"model": model, "query": "a cave"}

    def rank(length):
        documents = [f"{number} " + "a b c " * (length // 6) for number in range(16)]
        return viewer.post("/v2/rerank", json={**body, "documents": documents})

    assert rank(1_000).status_code == 200  # loads the model
    answers = []
    grown = Watched(server).growth(lambda: answers.append(rank(99_000)))
    assert answers[0].status_code == 200 and grown < MEMORY


def test_uploads_keep_nothing_in_memory_and_take_files_only(server):
    admin = asking(server, "admin")
    admin.timeout = 120
    file, field = {"files": ("a.csv", b"x" * 30_000_000)}, {"files": "x" * 30_000_000}
    answers = []
    grown = Watched(server).growth(
        lambda: answers.extend(
            [
                admin.post("/gradio_api/upload", files=file),
                admin.post("/gradio_api/upload", data=field, files={"b": ("b", b"x")}),
            ]
        )
    )
    assert [answer.status_code for answer in answers] == [200, 400] and grown < MEMORY


def test_a_thousand_sessions_take_little_memory(server, viewer):
    config = viewer.get("/config").json()
    part = next(one for one in config["components"] if one["props"].get("elem_id") == "rr-data")
    call = {"component_id": part["id"], "fn_name": "export_formats", "data": {}}
    event = {"fn_index": event_of(config, "rankers"), "data": []}

    def ask():
        for number in range(500):
            name = {"session_hash": f"session {number}"}
            viewer.post("/gradio_api/component_server", json={**call, **name})
            answer = viewer.post("/gradio_api/queue/join", json={**event, **name})
        assert answer.status_code == 200

    watched = Watched(server)
    grown = watched.growth(ask)
    assert grown < SESSIONS_MEMORY / 2


def test_answers_that_nobody_reads_take_little_memory(server, viewer):
    number = event_of(viewer.get("/config").json(), "rank")
    body = b'{"fn_index": %d, "data": ["bm25", "a", [%s], false], "session_hash": "of %d"}'
    answers = []

    def ask():
        for session in range(16):
            content = body % (number, WIDE, session)
            answers.append(viewer.post("/gradio_api/queue/join", content=content, headers=JSON))

    grown = Watched(server).growth(ask)
    assert {answer.status_code for answer in answers} <= {200, 503} and grown < MEMORY


def event_of(config, name):
    return next(one["id"] for one in config["dependencies"] if one["api_name"] == name)
