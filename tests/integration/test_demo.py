"""A demo: the Playground alone, for whoever comes, and nothing to change or take away."""

import httpx
import pytest

from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.labelling import seed
from tests.support.server import Server
from tests.support.serving import PASSWORD, call


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo") / "home"
    space = open_workspace(Settings(home=home))
    add_user(space, LOCAL, "Ada", "admin", PASSWORD)
    seed(space, count=4, per_query=2)
    space.engine.dispose()
    server = Server(home, {"RERANKER_UI_DEMO": "true"})
    yield server.start()
    server.kill()


def test_a_stranger_ranks_and_changes_nothing(site):
    with httpx.Client(base_url=site.url, timeout=60) as client:
        config = client.get("/config").json()
        functions = {
            name for part in config["components"] for name in part["props"].get("server_fns") or []
        }
        assert "compare" in functions
        assert not functions & {"next_pairs", "page_of_pairs", "start", "people", "act"}
        payload = {"models": ["bm25"], "query": "ice", "source": "paste", "passages": "ice\ncats"}
        answer = call(client, "compare", payload, config).json()
        assert answer["ok"]["sides"][0]["rows"][0]["passage"] == "ice"
        label = {"dataset": "caves", "query": "q", "passage": "p", "label": 1, "client_id": "x"}
        assert "viewer" in call(client, "label_result", label, config).json()["refused"]
        body = {"model": "bm25", "query": "ice", "documents": ["ice"]}
        assert client.post("/v2/rerank", json=body).status_code == 401
        assert client.get("/runs/1/model.zip").status_code == 404
        assert "demo" in client.get("/runs/1/model.zip").text


def test_gradios_own_client_finds_names_and_docs(site):
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(site.url, verbose=False)
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {"/rankers", "/rank", "/search", "/evaluate"}
    assert all(one["description"] for one in endpoints.values())
    rows = client.predict("bm25", "ice", ["cats", "ice"], False, api_name="/rank")
    assert [row["index"] for row in rows] == [1, 0]
    with pytest.raises(AppError, match="query is empty"):
        client.predict("bm25", " ", ["cats"], False, api_name="/rank")
