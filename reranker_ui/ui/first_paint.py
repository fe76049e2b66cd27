"""What the page shows and asks for before Gradio runs: a skeleton, and the first scripts at once.

Gradio's page is a long configuration in the head, a stylesheet that holds up painting, and scripts
that ask for each other in turn. Here the skeleton comes first, everything that the first screen
needs is asked for in parallel, and files with a hash in their names are kept by the browser.
"""

import re
from collections.abc import Sequence
from html import escape
from string import Template
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.settings import ASSETS
from reranker_ui.ui.gradio_build import first_files
from reranker_ui.ui.server.modules import TABS, modules

_SKELETON = Template((ASSETS / "first_paint.html").read_text(encoding="utf-8"))
_CONFIG = re.compile(r"<script>window\.gradio_(?:config|api_info) = .*?</script>", re.DOTALL)
_STYLESHEET = re.compile(r'<link rel="stylesheet"[^>]*>')
_ENTRY = re.compile(r'<script type="module"[^>]* src="\./(assets/[\w.-]+\.js)"')
_BODY = re.compile(r"<body[^>]*>")
_FOREVER = "public, max-age=31536000, immutable"
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
        """Pass the request on; change the answer at `/`, and the headers of hashed files."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
        elif scope["path"] == "/":
            await self._page(scope, receive, send)
        elif scope["path"].startswith("/assets/"):
            await self._hashed(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: Message | None = None
        parts: list[bytes] = []
        tab = parse_qs(scope["query_string"].decode("latin-1")).get("tab", [""])[0]

        async def changed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and _is_page(message):
                begun = message
            elif begun is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = self.page(b"".join(parts).decode(), tab).encode()
                    if scope["method"] == "GET":
                        MutableHeaders(scope=begun)["content-length"] = str(len(body))
                    await send(begun)
                    sent = body if scope["method"] == "GET" else b""
                    await send({"type": "http.response.body", "body": sent})

        await self.app(scope, receive, changed)

    async def _hashed(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message)["cache-control"] = _FOREVER
            await send(message)

        await self.app(scope, receive, kept)

    def page(self, html: str, tab: str) -> str:
        """Gradio's page with the skeleton first and its configuration last; `tab`: its first tab.

        A page of another form, as another version of Gradio may write it, stays as it is.
        """
        body, entry = _BODY.search(html), _ENTRY.search(html)
        if not body or not entry or "</body>" not in html:
            return html
        late = "".join(_CONFIG.findall(html))
        styles = "".join(_STYLESHEET.findall(html))
        html = _STYLESHEET.sub("", _CONFIG.sub("", html))
        html = html.replace(body[0], body[0] + self.skeleton + styles, 1)
        html = html.replace("</body>", f"{late}</body>", 1)
        tab = tab if tab in self.tabs else self.tabs[0]
        return html.replace("</head>", _links(entry[1], tab) + "</head>", 1)


def _is_page(message: Message) -> bool:
    kind = MutableHeaders(scope=message).get("content-type", "")
    return message["status"] == 200 and kind.startswith("text/html")


def _links(entry: str, tab: str) -> str:
    """Ask for what the first screen needs: Gradio's files, then our scripts of header and tab."""
    own = ["shared", "header", tab]
    paths = [*first_files(entry), *(modules().address(bundle) for bundle in own)]
    return "".join(
        f'<link rel="preload" as="style" href="{escape(path)}">'
        if path.endswith(".css")
        else f'<link rel="modulepreload" href="{escape(path)}">'
        for path in paths
    )
