"""Below a path of a larger site: page, sign-in, ranking and downloads, however the proxy works."""

import re

import httpx
import pytest

from reranker_ui.services.people.api_keys import make_key
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.support.serving import PASSWORD, with_people


@pytest.fixture(scope="module")
def site(tmp_path_factory, tiny_model):
    home = tmp_path_factory.mktemp("below") / "home"
    server = with_people(home, GRADIO_ROOT_PATH="/rr")
    space = open_workspace(Settings(home=home))
    server.run = a_run(space, model=tiny_model)
    server.key = make_key(space, User("viewer", "viewer"), "search")["key"]
    space.engine.dispose()
    yield server.start()
    server.kill()


@pytest.fixture(params=["path cut off", "path left on"])
def browser(site, request):
    """Asks as a browser at /rr/ does, through a proxy that cuts the path off or leaves it on."""
    with httpx.Client(base_url=site.url, timeout=60) as client:
        keep = request.param == "path left on"

        def ask(method, path, **more):
            assert path.startswith("/rr/"), path
            return client.request(method, path if keep else path.removeprefix("/rr"), **more)

        yield ask


def test_signing_in_stays_below_the_path(browser):
    answer = browser("GET", "/rr/", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/rr/login?next=%2F"
    form = browser("GET", answer.headers["location"])
    assert '<base href="/rr/">' in form.text
    assert re.search(r'action="([^"]*)"', form.text)[1] == "login"
    wrong = browser("POST", "/rr/login", data={"name": "admin", "password": "no"})
    assert wrong.status_code == 403 and '<base href="/rr/">' in wrong.text
    there = {"name": "admin", "password": PASSWORD, "next": "/rr/?tab=train"}
    answer = browser("POST", "/rr/login", data=there)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rr/?tab=train")
    page = browser("GET", "/rr/")
    assert page.status_code == 200 and "/rr" in page.text
    assert browser("GET", "/rr/config").json()["root"].endswith("/rr")
    answer = browser("POST", "/rr/logout")
    assert answer.headers["location"] == "/rr/login"


def test_programs_rank_and_download_below_the_path(browser, site):
    key = {"authorization": f"Bearer {site.key}"}
    body = {"model": "bm25", "query": QUERY, "documents": PASSAGES}
    for path in ("/rr/v2/rerank", "/rr/v1/rerank", "/rr/rerank"):
        assert len(browser("POST", path, json=body, headers=key).json()["results"]) == 3
    answer = browser("GET", f"/rr/runs/{site.run}/model.zip", headers=key)
    assert answer.content.startswith(b"PK")
    assert "/rr/v2/rerank" in browser("GET", "/rr/docs", headers=key).text
    fault = browser("POST", "/rr/v2/rerank", json={"query": QUERY}, headers=key)
    assert fault.status_code == 400 and "documents" in fault.json()["message"]


def test_the_path_without_its_slash_leads_to_the_page(site):
    answer = httpx.get(f"{site.url}/rr")
    assert (answer.status_code, answer.headers["location"]) == (307, "/rr/")
