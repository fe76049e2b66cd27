"""Requests of foreign pages are refused, and browsers get the matching headers.

Gradio itself runs a cross-site POST that carries a user's cookie, and sets no security headers.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = r"([\w.-]{1,255}|\[[0-9a-fA-F:.]{2,45}\])(:\d{1,5})?"
_ADDRESS = re.compile(rf"(https?://)?{_HOST}(/[\w~-][\w.~-]{{0,99}}){{0,9}}/?", re.ASCII)
SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    # Gradio compiles its templates in the page: no script from elsewhere, but inline and eval.
    "content-security-policy": (
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'self' https://huggingface.co"
    ),
}


class OriginMiddleware:
    """ASGI middleware. `hosts`: the names this server answers to; None for any."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None = None) -> None:
        self.app = app
        self.hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is foreign, pass the rest on with the headers set."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if fault := self._fault(scope["method"], Headers(scope=scope)):
            await JSONResponse({"detail": fault}, 403)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)

    def _fault(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        # A foreign name that resolves to this machine would make a foreign page same-origin.
        if self.hosts is not None and _parts(f"//{host}").hostname not in self.hosts:
            return f"This server does not answer to the name {host}."
        # Gradio takes these for its own address, and fails where they are none.
        for name in ("x-forwarded-host", "x-gradio-server"):
            if (address := headers.get(name)) and not _ADDRESS.fullmatch(
                address.partition(",")[0].strip()
            ):
                return f"The header {name} is not an address."
        if method in SAFE:
            return None
        origin = headers.get("origin")
        foreign = origin is not None and _parts(origin).netloc != host
        if foreign or headers.get("sec-fetch-site") == "cross-site":
            return "Only this server's own page may send this."
        return None


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # such as http://[
        return urlsplit("")
