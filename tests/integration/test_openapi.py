"""Whatever schemathesis makes of `/openapi.json` is answered as the description says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from reranker_ui.services.people.api_keys import make_key
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from reranker_ui.ui.api.openapi import openapi
from tests.serving import with_people

SCHEMA = schemathesis.openapi.from_dict(openapi())
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server and the API key of a viewer: `(url, key)`."""
    home = tmp_path_factory.mktemp("openapi") / "home"
    server = with_people(home, RERANKER_UI_RATE_LIMIT="0")
    space = open_workspace(Settings(home=home))
    key = make_key(space, User("viewer", "viewer"), "schemathesis")["key"]
    space.engine.dispose()
    yield server.start().url, key
    server.kill()


@SCHEMA.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_described(site, case):
    url, key = site
    headers = {"authorization": f"Bearer {key}"}
    case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=60)
