"""A real Chromium over a real server; in CI it must start, elsewhere a missing one is skipped."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import IN_CI, chromium
from tests.support.server import Server

expect.set_options(timeout=15_000)  # milliseconds; a busy machine needs more than the usual 5 s

CAME, LEFT = "the page came", "the page is left"
TOLD = f"console.debug('{CAME}'); addEventListener('beforeunload', () => console.debug('{LEFT}'))"


@pytest.fixture
def new_server(tmp_path):
    """Start a server over a home of its own: `new_server()` or `new_server(home)`."""
    servers = []

    def start(home: Path | None = None, **environment: str) -> Server:
        server = Server(home or tmp_path / f"home{len(servers)}", environment)
        server.home.mkdir(parents=True, exist_ok=True)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the tests that only look or use datasets of their own."""
    shared = Server(tmp_path_factory.mktemp("browser") / "home")
    shared.home.mkdir()
    yield shared.start()
    shared.kill()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    path = chromium.program()
    if not path:
        message = f"no Chromium on this machine; install one with: {chromium.INSTALL}"
        (pytest.fail if IN_CI else pytest.skip)(message)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=arguments)


def watch(page, faults):
    """Add to `faults` what the page's console, its scripts and its requests do wrong."""
    left = []  # requests that a page breaks off while it is being left are nobody's fault

    def heard(message):
        if message.text in (CAME, LEFT):
            left[:] = [LEFT] if message.text == LEFT else []
        offline = page.context.__dict__.get("offline")
        if message.type == "error" and not left and not offline:
            faults.append(f"console: {message.text}")

    def asked(request):
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            faults.append(f"request to another host: {request.url}")

    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("console", heard)
    page.on("request", asked)
    return page


@pytest.fixture
def new_page(browser):
    """Open pages that fail the test on console errors, page errors and foreign requests."""
    contexts, faults = [], []

    def open_page(url="about:blank", width=1360, height=900, theme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.add_init_script(TOLD)
        page = watch(context.new_page(), faults)
        page.set_default_timeout(30_000)
        page.faults = faults
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults
