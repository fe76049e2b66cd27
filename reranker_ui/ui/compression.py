"""Files with a hash in their names: the browser keeps them, and each is compressed only once.

Gradio compresses its files for every visitor again, by a fast quality of brotli. They are most of
what a first visit loads, and a better quality saves an eighth of them.
"""

import mimetypes
from functools import cache, lru_cache
from pathlib import Path

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.ui.gradio_build import FRONTEND

FOREVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
COMPRESSED = FOREVER | {"content-encoding": "br"}
_LARGEST = 200_000  # bytes of a file; the first visit needs none beyond
_QUALITY = 10  # of 11, which takes twice the time and saves 2% more


def takes_brotli(headers: Headers) -> bool:
    """Whether a client reads brotli: browsers do over https and on their own machine."""
    return "br" in headers.get("accept-encoding", "").replace(" ", "").split(",")


@lru_cache(maxsize=512)
def compressed(content: bytes) -> bytes:
    """`content`, a text, compressed by brotli."""
    return bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=_QUALITY))


class CompressedFiles:
    """ASGI middleware over Gradio's files below `/assets/`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a small file of Gradio's build; pass everything else on."""
        path = scope["path"] if scope["type"] == "http" else ""
        if not path.startswith("/assets/") or scope["method"] != "GET":
            await self.app(scope, receive, send)
        elif (file := _small_files().get(path)) and takes_brotli(Headers(scope=scope)):
            content = await run_in_threadpool(compressed, file.read_bytes())
            kind = mimetypes.guess_type(path)[0]
            await Response(content, headers=COMPRESSED, media_type=kind)(scope, receive, send)
        else:
            await self.app(scope, receive, lambda message: send(_kept(message)))


def _kept(message: Message) -> Message:
    if message["type"] == "http.response.start" and message["status"] == 200:
        MutableHeaders(scope=message)["cache-control"] = FOREVER["cache-control"]
    return message


@cache
def _small_files() -> dict[str, Path]:
    """{address: file} of Gradio's scripts and stylesheets that are worth keeping compressed."""
    files = (file for file in (FRONTEND / "assets").glob("*") if file.suffix in (".js", ".css"))
    return {f"/assets/{file.name}": file for file in files if file.stat().st_size <= _LARGEST}
