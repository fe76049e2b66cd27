"""The page below a path of a larger site, in a browser, behind nginx with the guide's rules."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from reranker_ui.services.people.api_keys import make_key
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support import nginx
from tests.support.server import free_port
from tests.support.serving import PASSWORD, with_people


@pytest.fixture(params=["", "/"], ids=["path left on", "path cut off"])
def site(request, tmp_path):
    """The address of the page, and an API key."""
    server = with_people(tmp_path / "home", GRADIO_ROOT_PATH="/rr")
    space = open_workspace(Settings(home=server.home))
    key = make_key(space, User("viewer", "viewer"), "search")["key"]
    space.engine.dispose()
    port = free_port()
    rules = nginx.location("/rr/", f"http://127.0.0.1:{server.port}{request.param}")
    # The browser asks for the site's own icon before the page names its own.
    icon = "location = /favicon.ico { return 204; }"
    block = f"server {{ listen 127.0.0.1:{port}; client_max_body_size 1g; {rules} {icon} }}"
    address = f"http://127.0.0.1:{port}"
    with nginx.running(tmp_path, block, address):
        server.start()
        yield f"{address}/rr/", key
        server.kill()


def test_sign_in_tabs_download_and_api(site, new_page):
    address, key = site
    page, paths = new_page(), set()
    page.on("request", lambda request: paths.add(urlsplit(request.url).path))
    page.goto(f"{address}?tab=data&open=starter")
    page.locator("[name=name]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".rr-pairs-table tbody tr").first).to_be_visible()
    for tab in ("Annotate", "Train", "Playground", "Data"):
        page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        expect(page.locator(f"#rr-tab-{tab.lower()} .rr-widget-{tab.lower()}")).to_be_visible()
    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Export").click()
    assert download.value.path().stat().st_size > 1_000
    assert all(path.startswith("/rr/") for path in paths), sorted(paths)
    body = {"model": "bm25", "query": "a cave", "documents": ["a cave", "a cat"]}
    asked = {"json": body, "headers": {"authorization": f"Bearer {key}"}, "timeout": 60}
    answer = httpx.post(f"{address}v2/rerank", **asked).json()
    assert [row["index"] for row in answer["results"]] == [0, 1]
    page.goto("about:blank")
