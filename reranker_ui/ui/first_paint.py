"""What the page shows and asks for before Gradio runs: a skeleton, and the first scripts at once.

Gradio's page is a long configuration in the head, a stylesheet that holds up painting, and scripts
that ask for each other in turn. Here the skeleton comes first, and everything that the first screen
needs is asked for in parallel.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from string import Template
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.settings import ASSETS
from reranker_ui.ui.bundles import SHARED, second_of
from reranker_ui.ui.gradio_build import first_files
from reranker_ui.ui.server.modules import TABS, modules

_SKELETON = Template((ASSETS / "first_paint.html").read_text(encoding="utf-8"))
_CONFIG = re.compile(r"<script>window\.gradio_(?:config|api_info) = .*?</script>", re.DOTALL)
_STYLESHEET = re.compile(r'<link rel="stylesheet"[^>]*>')
_ENTRY = re.compile(r'<script type="module"[^>]* src="\./(assets/[\w.-]+\.js)"')
_THEME = re.compile(r'"theme_hash": ?"(\w+)"')  # Gradio waits for the stylesheet with this hash
_RESIZER = "document.head.appendChild(script);"  # asks for a script that only a frame needs
_BODY = re.compile(r"<body[^>]*>")
_SECOND = {"open", "review"}  # parameters of addresses whose view is in a tab's second bundle
TITLES = [tab.capitalize() for tab in TABS if tab != "header"]


class FirstPaint:
    """ASGI middleware over Gradio's page at `/`; `tabs`: the titles of its tabs, the first one is
    drawn where the address names none.
    """

    def __init__(self, app: ASGIApp, tabs: Sequence[str]) -> None:
        self.app, self.tabs = app, [tab.lower() for tab in tabs]
        self.skeleton = _SKELETON.substitute(
            tokens=(ASSETS / "css" / "tokens.css").read_text(encoding="utf-8"),
            tabs="".join(f"<span>{escape(tab)}</span>" for tab in tabs if len(tabs) > 1),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; change the answer at `/`."""
        is_http = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_http and scope["path"] == "/":
            await self._page(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        response_start: Message | None = None
        parts: list[bytes] = []
        query = parse_qs(scope["query_string"].decode("latin-1"))

        async def changed(message: Message) -> None:
            nonlocal response_start
            if message["type"] == "http.response.start" and _is_page(message):
                response_start = message
            elif response_start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = self.page(b"".join(parts).decode(), query).encode()
                    if scope["method"] == "GET":
                        MutableHeaders(scope=response_start)["content-length"] = str(len(body))
                    await send(response_start)
                    sent = body if scope["method"] == "GET" else b""
                    await send({"type": "http.response.body", "body": sent})

        await self.app(scope, receive, changed)

    def page(self, html: str, query: Mapping[str, Sequence[str]]) -> str:
        """Gradio's page with the skeleton first and its configuration last.

        query: the parameters of its address, which name its first tab.
        A page of another form, as another version of Gradio may write it, stays as it is.
        """
        body, entry = _BODY.search(html), _ENTRY.search(html)
        if not body or not entry or "</body>" not in html:
            return html
        scripts = "".join(_CONFIG.findall(html))
        styles = "".join(_STYLESHEET.findall(html))
        html = _STYLESHEET.sub("", _CONFIG.sub("", html))
        html = html.replace(_RESIZER, f"if (window.parent !== window) {_RESIZER}", 1)
        html = html.replace(body[0], body[0] + self.skeleton + styles, 1)
        html = html.replace("</body>", f"{scripts}</body>", 1)
        theme = [f"theme.css?v={digest}" for digest in _THEME.findall(scripts)[:1]]
        own_scripts = [modules().address(bundle) for bundle in self._first_bundles(query)]
        links = _links([*theme, *first_files(entry[1]), *own_scripts])
        return html.replace("</head>", links + "</head>", 1)

    def _first_bundles(self, query: Mapping[str, Sequence[str]]) -> list[str]:
        named = query.get("tab", [""])[0]
        tab = named if named in self.tabs else self.tabs[0]
        return [SHARED, "header", tab, *([second_of(tab)] if _SECOND & query.keys() else [])]


def _is_page(message: Message) -> bool:
    kind = MutableHeaders(scope=message).get("content-type", "")
    return message["status"] == 200 and kind.startswith("text/html")


def _links(paths: Sequence[str]) -> str:
    return "".join(
        f'<link rel="preload" as="style" href="{escape(path)}">'
        if ".css" in path
        else f'<link rel="modulepreload" href="{escape(path)}">'
        for path in paths
    )
