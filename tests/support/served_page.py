"""The page of a twin home for one user: functions, events and addresses, without a server."""

import json
import os
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.helpers import special_args
from starlette.applications import Starlette
from starlette.testclient import TestClient

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User
from reranker_ui.ui.layout import build_app
from reranker_ui.ui.server.entry import PageServer
from tests.support.twin_homes import TwinHome

VOLATILE = {"milliseconds", "loading"}  # they differ from call to call
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Served:
    """The page of a twin and addresses, as one person asks them."""

    def __init__(self, twin: TwinHome, user: User) -> None:
        self.twin, self.user = twin, user
        page = build_app(twin.workspace, "password")
        self.request = gr.Request()
        self.request.request = SimpleNamespace(state=SimpleNamespace(user=user))
        self.functions = dict(_functions(page))
        self.events = list(_events(page))
        page_server = PageServer(twin.workspace)
        self.paths = {route.path for route in page_server.routes()}
        self.client = TestClient(_known_as(user, Starlette(routes=page_server.routes())))

    def call(self, name: str, payload: dict[str, Any]) -> str:
        """The answer of a function of the page."""
        os.environ["GRADIO_TEMP_DIR"] = str(self.twin.workspace.home / "uploaded")
        return _plain(json.loads(self.functions[name](payload, self.request).body), self.twin)

    def event(self, name: str, function: Any, values: list[Any]) -> str:
        """The answer of an event; a Refused or gr.Error as its sentence."""
        try:
            chosen = gr.EventData(None, {"dataset": "blind", "run": 1, "how": "again"})
            given, *_ = special_args(function, list(values), self.request, chosen)
            answer = function(*given)
        except (gr.Error, Refused) as refused:
            answer = str(refused)
        return _plain(json.loads(json.dumps(answer, default=_shown)), self.twin)

    def address(self, path: str) -> str:
        """Status and body of an address."""
        method, _, address = path.rpartition(" ")
        texts = {field: ["a", "b"] for field in ("documents", "texts", "passages")}
        body = {"query": "q", "queries": ["q"], "model": "bm25", **texts}
        answer = self.client.request(method or "GET", address, json=body if method else None)
        text = UUID.sub("", answer.content.decode("latin-1"))
        return _plain([answer.status_code, text], self.twin)


def _functions(page: gr.Blocks) -> Iterator[tuple[str, Any]]:
    for block in page.blocks.values():
        for function in getattr(block, "server_fns", []):
            yield function.__name__, function


def _events(page: gr.Blocks) -> Iterator[tuple[str, Any, list[Any]]]:
    """Name, function and the values of its inputs, of every event that runs Python."""
    for one in page.fns.values():
        if one.fn is not None:
            values = [getattr(part, "value", None) for part in one.inputs]
            yield re.sub(r"_[0-9]+$", "", str(one.api_name or one.fn.__name__)), one.fn, values


def _known_as(user: User, app: Any) -> Any:
    async def known(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["user"] = user
        await app(scope, receive, send)

    return known


def _shown(value: Any) -> Any:
    return getattr(value, "constructor_args", None) or str(value)


def _plain(answer: Any, twin: TwinHome) -> str:
    """The answer as text, without what differs from call to call and without the home's path."""
    text = json.dumps(_without(answer), sort_keys=True)
    return text.replace(str(twin.workspace.home), "HOME")


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(one) for key, one in value.items() if key not in VOLATILE}
    return [_without(one) for one in value] if isinstance(value, list) else value
