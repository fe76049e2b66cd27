"""Middleware in front of the page: requires sign-in and limits the request rate."""

import logging
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reranker_ui.core.values.refused import Unavailable
from reranker_ui.logs import USER
from reranker_ui.services.people import allowances
from reranker_ui.services.store.access import VISITOR
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.server.identity import identify
from reranker_ui.ui.server.streams import FOREIGN, StreamOwners

OPEN = (
    *("/login", "/login/huggingface", "/login/callback", "/login/check", "/invite", "/health"),
    "/gradio_api/startup-events",  # Gradio asks itself for it at the start; it says nothing
)
OPEN_FOLDERS = ("/assets/", "/modules/", "/static/", "/favicon")
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded")
PROXIED = (
    "This page is open to anyone who reaches it, and a proxy stands before it. Set"
    " RERANKER_UI_SIGN_IN=password so that people sign in."
)
UNTRUSTED = (
    "A proxy at %s forwards requests, but its X-Forwarded-For is not trusted, so all users count as"
    " one address. Set RERANKER_UI_TRUSTED_PROXIES to the proxy's address."
)
log = logging.getLogger(__name__)


class AuthMiddleware:
    """ASGI middleware: puts the user into `request.state.user`, or answers instead of the page.

    mode: see `identity.sign_in_mode`. owners: whose a stream of answers is.
    """

    def __init__(
        self, app: ASGIApp, workspace: Workspace, mode: str, owners: StreamOwners, proxies: str = ""
    ) -> None:
        self.app, self.workspace, self.mode, self.owners = app, workspace, mode, owners
        self.warned = bool(proxies)
        rate = 0.0 if mode == "local" else workspace.settings.rate_limit
        self.changes = allowances.bucket(workspace, "changes", rate, 5 * rate) if rate else None
        self.uploads = allowances.bucket(workspace, "uploads", 0.5, 30) if rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "websocket":  # the page needs none, so none gets past
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        answer = await self._answer(request, scope)
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, request: HTTPConnection, scope: Scope) -> Response | None:
        if self.mode == "local" and any(name in request.headers for name in FORWARDED):
            return JSONResponse({"detail": PROXIED}, 403)
        if not self.warned and "x-forwarded-for" in request.headers:
            self.warned = True
            log.warning(UNTRUSTED, request.client.host if request.client else "unknown")
        path = request.url.path
        if path.startswith(OPEN_FOLDERS):
            return None
        try:
            user = await run_in_threadpool(identify, self.workspace, self.mode, request)
        except Unavailable as fault:
            if path not in OPEN:
                return _unavailable(fault)
            user = None
        scope.setdefault("state", {})["user"] = user
        USER.set(user.name if user else "-")
        if user is None and path not in OPEN:
            return _to_sign_in(request, scope)
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            foreign = user is not None and self.owners.refuses(request, user.name)
            return JSONResponse({"detail": FOREIGN}, 403) if foreign else None
        host = request.client.host if request.client else ""
        caller = user if user != VISITOR else None
        return await self._too_often(caller.name if caller else f"at {host}", path)

    async def _too_often(self, name: str, path: str) -> Response | None:
        bucket = self.uploads if path.endswith("/upload") else self.changes
        try:
            wait = await run_in_threadpool(bucket.take, name) if bucket else 0.0
        except Unavailable as fault:
            return _unavailable(fault)
        if not wait:
            return None
        sentence = f"Too many requests. Try again in {wait:.0f} s."
        return JSONResponse({"detail": sentence}, 429, {"retry-after": str(int(wait) + 1)})


def _unavailable(fault: Unavailable) -> Response:
    return JSONResponse({"detail": str(fault)}, 503, {"retry-after": "60"})


def _to_sign_in(request: HTTPConnection, scope: Scope) -> Response:
    page = scope["method"] == "GET" and "text/html" in request.headers.get("accept", "")
    if not page:
        return JSONResponse({"detail": "Sign in first, at /login."}, 401)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?next={quote(request.url.path + query, safe='')}", 303)
