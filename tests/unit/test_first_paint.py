"""The page before Gradio runs: the skeleton is first in it, and the first scripts are asked for."""

import re

import pytest

from reranker_ui.ui.first_paint import TITLES, FirstPaint
from reranker_ui.ui.gradio_build import FRONTEND, first_files
from reranker_ui.ui.server.modules import modules
from tests.support.coroutines import finish

CONFIG = '<script>window.gradio_config = {& "theme_hash":"0af"};</script>'
PAGE = (FRONTEND / "index.html").read_text()
PAGE = re.sub(r"<script>window\.gradio_config = .*?</script>", CONFIG, PAGE)
THEME = '<link rel="preload" as="style" href="theme.css?v=0af">'


def answered(path, body, kind="text/html; charset=utf-8", query=b"", method="GET", tabs=TITLES):
    """The status, headers and body of an answer of Gradio's behind the middleware."""

    async def app(_scope, _receive, send):
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        sent = b"" if method == "HEAD" else body.encode()
        await send({"type": "http.response.body", "body": sent})

    messages = []

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    finish(FirstPaint(app, tabs)(scope, None, send))
    start, *parts = messages
    return dict(start["headers"]), b"".join(part["body"] for part in parts).decode()


def test_the_skeleton_comes_first_and_the_configuration_last():
    headers, page = answered("/", PAGE)
    assert int(headers[b"content-length"]) == len(page.encode())
    places = [
        page.index(mark)
        for mark in ("modulepreload", "<body", 'id="rr-first-paint"', 'rel="stylesheet"',
                     "<gradio-app", CONFIG, "</body>")
    ]  # fmt: skip
    assert places == sorted(places) and page.count(THEME) == 1  # Gradio waits for it
    assert "if (window.parent !== window) document.head.appendChild(script)" in page
    assert all(page.count(mark) == 1 for mark in (CONFIG, 'rel="stylesheet"', "<gradio-app"))
    assert all(f"<span>{title}</span>" in page for title in ("Data", "Train", "Playground"))


@pytest.mark.parametrize(
    ("query", "own"),
    [
        (b"tab=train", ["train"]),
        (b"", ["data"]),
        (b"tab=%22%3E", ["data"]),
        (b"tab=header", ["data"]),
        (b"open=starter", ["data", "data_later"]),
        (b"tab=annotate&review=settings", ["annotate", "annotate_later"]),
    ],
)
def test_the_scripts_of_the_open_tab_are_asked_for(query, own):
    _, page = answered("/", PAGE, query=query)
    links = re.findall(r'<link rel="modulepreload" href="(modules/[^"]+)">', page)
    assert links == [modules().address(name) for name in ("shared", "header", *own)]


def test_a_demo_has_the_playground_alone():
    _, page = answered("/", PAGE, tabs=["Playground"])
    assert modules().address("playground") in page and modules().address("data") not in page
    assert "<span>" not in page.partition('id="rr-first-paint"')[2].partition("</nav>")[0]


def test_the_files_that_gradio_loads_next_are_found_in_its_build():
    """A new version of Gradio may list them in another way: then look at `gradio_build`."""
    (entry,) = re.findall(r'src="\./(assets/[^"]+)"', PAGE)
    found = first_files(entry)
    assert 25 < len(found) < 60 and all((FRONTEND / path).is_file() for path in found)
    names = {path.removeprefix("assets/").partition("-")[0] for path in found}
    assert {"Blocks", "HTML", "Index", "core"} <= names and entry not in found
    assert first_files("assets/none.js") == ()


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/", "<html><body>another page</body></html>", "text/html"),
        ("/", '{"a": 1}', "application/json"),
        ("/guide", PAGE, "text/html"),
    ],
)
def test_other_answers_stay_as_they_are(path, body, kind):
    assert answered(path, body, kind)[1] == body


def test_the_head_of_the_page_has_no_body():
    assert answered("/", PAGE, method="HEAD")[1] == ""
