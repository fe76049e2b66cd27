"""A name for each request, in its answer and in every log line that it causes."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.logs import REQUEST, USER

log = logging.getLogger(__name__)
NAME = re.compile(r"[\w-]{6,64}")
SLOW = 5.0  # seconds
STREAMS = ("/queue/data", "/heartbeat/")  # they last as long as the page is open


class RequestIdMiddleware:
    """ASGI middleware. The name comes from a proxy's `x-request-id`, or is made here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request; log it where it failed or was slow."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        proxy_id = Headers(scope=scope).get("x-request-id", "")
        name = proxy_id if NAME.fullmatch(proxy_id) else secrets.token_hex(6)
        REQUEST.set(name)
        USER.set("-")
        started, status = time.perf_counter(), 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = name
            await send(message)

        await self.app(scope, receive, named)
        seconds, path = time.perf_counter() - started, scope["path"]
        slow = seconds > SLOW and not any(part in path for part in STREAMS)
        if slow or (status >= 400 and status != 401):
            log.info("%s %s: %s after %.0f ms", scope["method"], path, status, 1000 * seconds)
