"""Limits on request bodies: how many bytes, and how many JSON values, before anything parses them.

A body of one megabyte can hold half a million JSON values, and each costs a hundred bytes or more
once it is an object. Both are therefore bounded here, for every route, Gradio's own included.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
import orjson
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.ui.api.addresses import ranks

WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
READ_SECONDS = 60.0
# Bytes of memory of all bodies read or worked on at once. Smaller bodies are not counted.
MOST_HELD, SMALL = 64_000_000, 100_000


@dataclass(frozen=True)
class Limit:
    """The most bytes of a body, and the most values in it (0: it is not read as JSON).

    gradio: Gradio parses the body, and answers 500 to what is not JSON.
    """

    bytes: int
    values: int = 0
    gradio: bool = False


LARGE = Limit(12_000_000, 100_000)
MIDDLE = Limit(4_000_000, 50_000)
EVENT = Limit(4_000_000, 50_000, gradio=True)
OTHER = Limit(10_000)  # forms to sign in, and routes of Gradio that the page does not use
LIMITS = {
    "/gradio_api/component_server": MIDDLE,
    "/gradio_api/queue/join": EVENT,
}
CALLS = "/gradio_api/call/"  # the name follows
# The upload of a file streams to the disk and has its own limit.
STREAMED = "/gradio_api/upload"
_STRING = re.compile(rb'"[^"]*+"?')
# One such character makes Python keep each character of its text in four bytes, or in two.
_WIDEST, _WIDE = re.compile(rb"[\xf0-\xf7]|\\u[dD][89abAB]"), re.compile(rb"[\xc4-\xef]|\\u")

LONG = "The body has more than {:,} bytes. Send less at once."
FULL = "The body has more than {:,} JSON values. Send fewer at once."
BUSY = "The server is reading too many large requests. Try again in a few seconds."
TOO_SLOW = "The body took more than {:.0f} s to arrive. Try again over a faster connection."


class _Rejected(Exception):  # noqa: N818 - an answer, not a fault
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        retry = {"retry-after": "5"} if status == 429 else None
        self.answer: Response = JSONResponse({"detail": sentence}, status, retry)


class BodyLimit:
    """ASGI middleware: reads the body within its limit and hands it on whole, or answers 4xx."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.held = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward requests whose body is within the limit of their path."""
        path = scope.get("path", "").rstrip("/")
        if scope["type"] != "http" or scope["method"] not in WITH_BODY or path == STREAMED:
            await self.app(scope, receive, send)
            return
        limit = limit_of(path)
        with self._holding() as hold:
            try:
                with anyio.fail_after(READ_SECONDS):
                    body = await _read(scope, receive, limit, hold)
                if len(body) > SMALL:
                    hold.grow(await to_thread.run_sync(memory_of, body))
                await to_thread.run_sync(_check, body, limit)
            except _Rejected as rejected:
                await rejected.answer(scope, receive, send)
            except TimeoutError:
                timeout = _Rejected(408, TOO_SLOW.format(READ_SECONDS))
                await timeout.answer(scope, receive, send)
            else:
                await self.app(scope, _replayed(body, receive), send)

    @contextmanager
    def _holding(self) -> "Iterator[_Hold]":
        hold = _Hold(self)
        try:
            yield hold
        finally:
            self.held -= hold.bytes


class _Hold:
    """The bytes of the shared limit that one request uses."""

    def __init__(self, owner: BodyLimit) -> None:
        self.owner, self.bytes = owner, 0

    def grow(self, size: int) -> None:
        """Hold `size` bytes in all; rejected where the server holds too many already."""
        if size <= SMALL:
            return
        self.owner.held += size - self.bytes
        self.bytes = size
        if self.owner.held > MOST_HELD:
            raise _Rejected(429, BUSY)


def limit_of(path: str) -> Limit:
    """The limit of a path without a slash at its end."""
    if ranks(path):
        return LARGE
    return EVENT if path.startswith(CALLS) else LIMITS.get(path, OTHER)


def memory_of(body: bytes) -> int:
    """Bytes of memory that a body and its texts take, at most."""
    width = 4 if _WIDEST.search(body) else 2 if _WIDE.search(body) else 1
    return len(body) * (1 + width)


def holds_more(body: bytes, values: int) -> bool:
    """Whether a JSON text has more than so many `values`, found in linear time without parsing."""
    if _separators(body) < values:
        return False
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    if unescaped.count(b'"') > 4 * values:  # a value and its key have two quote marks each
        return True
    return _separators(_STRING.sub(b"", unescaped)) >= values


def _separators(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")


async def _read(scope: Scope, receive: Receive, limit: Limit, hold: _Hold) -> bytes:
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit.bytes:
        raise _Rejected(413, LONG.format(limit.bytes))
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit.bytes:
            raise _Rejected(413, LONG.format(limit.bytes))
        hold.grow(size if size <= SMALL else 2 * size)  # its texts take at least as much again
        parts.append(part)
    return b"".join(parts)


def _check(body: bytes, limit: Limit) -> None:
    if not limit.values:
        return
    if holds_more(body, limit.values):
        raise _Rejected(413, FULL.format(limit.values))
    try:
        _ = orjson.loads(body) if limit.gradio else None
    except ValueError as error:
        raise _Rejected(400, f"The body is not JSON: {error}.") from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay
