"""A server where people sign in, and what a test needs to ask it as one of them."""

import httpx

from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.store.access import LOCAL, ROLES
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.server import Server

PASSWORD = "a password for tests"


def with_people(home, **environment) -> Server:
    """A server over `home` that signs in one person of each role, named after it."""
    home.mkdir(parents=True, exist_ok=True)
    workspace = open_workspace(Settings(home=home))
    for role in ROLES:
        add_user(workspace, LOCAL, role, role, PASSWORD)
    workspace.engine.dispose()
    return Server(home, {"RERANKER_UI_SIGN_IN": "password", **environment})


def asking(server, role: str | None = None) -> httpx.Client:
    """A browser signed in as the person of this role; without one, signed in as nobody."""
    client = httpx.Client(base_url=server.url, timeout=30)
    if role:
        answer = client.post("/login", data={"name": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
    return client


def call(client, server_function: str, payload: dict, config: dict) -> httpx.Response:
    """Call a server function of a widget by raw HTTP."""
    (part,) = (
        one
        for one in config["components"]
        if server_function in (one["props"].get("server_fns") or [])
    )
    body = {
        "component_id": part["id"],
        "fn_name": server_function,
        "session_hash": "test",
        "data": payload,
    }
    return client.post("/gradio_api/component_server", json=body)
