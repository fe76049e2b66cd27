"""The worst body of each route: memory stays bounded and the page goes on answering."""

import json
import re
from pathlib import Path

import pytest

from tests.support.serving import asking, with_people

MEMORY, SESSIONS_MEMORY = 100, 300  # MB that may be added by one request, by 1,000 sessions
JSON = {"content-type": "application/json"}
LARGEST = 12_000_000
ONES, BRACKETS = b"1," * 600_000 + b"1", b"[" * 3_900_000


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


def ranking(documents: bytes, field: str = "documents") -> bytes:
    return b'{"model": "bm25", "query": "a", "%s": [%s]}' % (field.encode(), documents)


def wide(size: int) -> bytes:
    """One text of `size` bytes that Python keeps at four bytes a character."""
    return json.dumps("😀" + "a " * (size // 2 - 50), ensure_ascii=False).encode()


BODIES = {
    "numbers for documents": ("/v2/rerank", ranking(ONES), 413),
    "fewer numbers for documents": ("/v2/rerank", ranking(b"1," * 99_000 + b"1"), 400),
    "numbers for texts": ("/rerank", ranking(b"1," * 99_000 + b"1", "texts"), 422),
    "numbers for fields": (
        "/v1/rerank", b'{"query": "a", "documents": [], "rank_fields": [%s1]}' % (b"1," * 90_000),
        400,
    ),
    "one wide document": ("/v2/rerank", ranking(wide(LARGEST - 1_000)), 400),
    "many documents": ("/v2/rerank", ranking(b'"a b",' * 49_000 + b'"a"'), 400),
    "too many bytes": ("/v2/rerank", ranking(wide(LARGEST + 1_000)), 413),
    "brackets for a call": ("/gradio_api/component_server", BRACKETS, 413),
    "brackets for an event": ("/gradio_api/queue/join", BRACKETS, 413),
    "a long call": ("/gradio_api/component_server", b'"' + b"x" * 30_000_000 + b'"', 413),
    "a long text for a call": ("/gradio_api/component_server", wide(3_900_000), 422),
    "a named event": ("/gradio_api/call/rank", b'{"data": [%s]}' % ONES, 413),
    "a form": ("/login", b"name=" + b"x" * 30_000_000, 413),
    "another route of Gradio": ("/gradio_api/cancel", b'"' + b"x" * 30_000_000 + b'"', 413),
}  # fmt: skip


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
    rankers = next(one for one in config["dependencies"] if one["api_name"] == "rankers")
    call = {"component_id": part["id"], "fn_name": "export_formats", "data": {}}
    event = {"fn_index": rankers["id"], "data": []}

    def ask():
        for number in range(500):
            name = {"session_hash": f"session {number}"}
            viewer.post("/gradio_api/component_server", json={**call, **name})
            answer = viewer.post("/gradio_api/queue/join", json={**event, **name})
        assert answer.status_code == 200

    watched = Watched(server)
    grown = watched.growth(ask)
    assert grown < SESSIONS_MEMORY / 2
