"""Whatever schemathesis makes of `/openapi.json` is answered as the description says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.middleware import Middleware

from reranker_ui.services.store.access import User
from reranker_ui.ui.api.client_errors import ClientErrors
from reranker_ui.ui.api.openapi import openapi
from reranker_ui.ui.api.routes import RerankApi
from reranker_ui.ui.server.body_limit import BodyLimit
from tests.support.labelling import seed

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class SignedIn:
    """ASGI middleware: every request comes from a viewer."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        scope.setdefault("state", {})["user"] = User("viewer", "viewer")
        await self.app(scope, receive, send)


@pytest.fixture
def schema(workspace):
    """The description, bound to the addresses without Gradio around them.

    BM25 answers where no model is named, so that no model has to be loaded.
    """
    seed(workspace)
    shell = [Middleware(ClientErrors), Middleware(SignedIn), Middleware(BodyLimit)]
    return schemathesis.openapi.from_asgi(
        "/openapi.json", Starlette(routes=RerankApi(workspace).routes(), middleware=shell)
    )


@pytest.mark.both_databases
@pytest.mark.parametrize("path", openapi()["paths"])
def test_answers_are_as_described(schema, path, monkeypatch, database):
    monkeypatch.setattr("reranker_ui.services.ranking.rerank.default_model", lambda *_: "bm25")
    (method,) = openapi()["paths"][path]

    @settings(
        max_examples=30 if database == "sqlite" else 10,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(schema[path][method.upper()].as_strategy())
    def check(case):
        case.call_and_validate(checks=CHECKS)

    check()
