"""The guide at `/guide`: the Markdown files of assets/guide as pages, served offline."""

import re
from functools import lru_cache
from html import escape
from itertools import pairwise
from string import Template
from typing import Any

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from reranker_ui.settings import ASSETS

FOLDER = ASSETS / "guide"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_CI_MARK = re.compile(r"<!--.*?-->\n?")


def routes() -> list[Route]:
    """`/guide`, its pages and its pictures."""
    return [
        Route("/guide", _page, methods=["GET"]),
        Route("/guide/{name}", _page, methods=["GET"]),
    ]


async def _page(request: Request) -> Response:
    name = request.path_params.get("name", "index")
    root = request.scope.get("root_path", "")
    if name in _pictures():
        return FileResponse(FOLDER / name, headers={"cache-control": "max-age=3600"})
    if name not in _titles():
        return PlainTextResponse("The guide has no such page.", 404)
    return HTMLResponse(_html(name, root))


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    # In the order of the index, which comes first.
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    order = ["index", *re.findall(r"\((\w[\w-]*)\.md\)", texts["index"])]
    names = [*dict.fromkeys(order), *sorted(texts.keys() - set(order))]
    return {name: _TITLE.findall(texts[name])[0] for name in names}


@lru_cache(maxsize=1)
def _pictures() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.glob("*.svg"))


@lru_cache(maxsize=64)
def _html(name: str, root: str) -> str:
    text = _CI_MARK.sub("", (FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(inner.content))
    for token in tokens:
        for child in token.children or []:
            _relink(child, root)
    pages = _titles()
    links = "".join(
        f'<a href="{root}/guide{"" if page == "index" else "/" + page}"'
        f"{' aria-current=page' if page == name else ''}>{escape(title)}</a>"
        for page, title in pages.items()
    )
    return Template((ASSETS / "guide.html").read_text(encoding="utf-8")).substitute(
        title=escape(pages[name]),
        tokens=(ASSETS / "css" / "tokens.css").read_text(encoding="utf-8"),
        home=f"{root}/",
        links=links,
        body=parser.renderer.render(tokens, parser.options, {}),
    )


def slug(heading: str) -> str:
    """The id of a heading, as GitHub makes it: lower case, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _relink(token: Any, root: str) -> None:
    # Links between the files work on GitHub as they stand, and here without the ending.
    for name in ("href", "src"):
        address = token.attrGet(name)
        if isinstance(address, str) and "://" not in address and not address.startswith("#"):
            page = re.sub(r"\.md(?=#|$)", "", address)
            token.attrSet(name, f"{root}/guide" if page == "index" else f"{root}/guide/{page}")
