"""Headers that name an address of the server are refused where they name none."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from reranker_ui.ui.server.origins import OriginMiddleware


async def answered(_request):
    return PlainTextResponse("ok")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("example.org", 200), ("example.org:8443", 200), ("[::1]:80", 200), ("a.b, c.d", 200),
        ("", 200), ("[::1", 403), ("a:b", 403), ("a/../b", 403), ("a b", 403), ("a@b", 403),
        ("http://[", 403), ("a:999999", 403), ("https://a.example/spaces/one/", 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["x-forwarded-host", "x-gradio-server"])
def test_a_header_that_is_no_address_is_refused(name, value, status):
    app = Starlette(routes=[Route("/", answered)], middleware=[Middleware(OriginMiddleware)])
    assert TestClient(app).get("/", headers={name: value}).status_code == status
