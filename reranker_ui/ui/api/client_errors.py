"""Errors of middleware, in the shape that the clients of an address read."""

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.ui.api.addresses import MODELS, ranks
from reranker_ui.ui.api.shapes import fault_in


class ClientErrors:
    """ASGI middleware: what other middleware refuses has the client's shape too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a `{"detail"}` at an address that ranks, or lists models, is rewritten."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (ranks(path) or path == MODELS):
            await self.app(scope, receive, send)
            return
        start: Message = {}

        async def shaped(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] >= 400:
                start = message
                return
            if start:
                body = _shaped(path, start["status"], message.get("body", b""))
                length = (b"content-length", str(len(body)).encode())
                other_headers = [pair for pair in start["headers"] if pair[0].lower() != length[0]]
                await send({**start, "headers": [*other_headers, length]})
                message, start = {**message, "body": body}, {}
            await send(message)

        await self.app(scope, receive, shaped)


def _shaped(path: str, status: int, body: bytes) -> bytes:
    try:
        payload = orjson.loads(body)
    except ValueError:  # such as Starlette's plain "Method Not Allowed"
        payload = {"detail": body.decode(errors="replace")}
    if isinstance(payload, dict) and payload.keys() == {"detail"}:
        payload = fault_in(path, status, str(payload["detail"]))
    return orjson.dumps(payload)
