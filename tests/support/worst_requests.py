"""The worst request to each address of the app, and the status that answers it."""

import json
import re

LARGEST = 12_000_000
ONES, BRACKETS = b"1," * 600_000 + b"1", b"[" * 3_900_000


def ranking(documents: bytes, field: str = "documents") -> bytes:
    return b'{"model": "bm25", "query": "a", "%s": [%s]}' % (field.encode(), documents)


def wide(size: int) -> bytes:
    """One text of `size` bytes that Python keeps at four bytes a character."""
    return json.dumps("😀" + "a " * (size // 2 - 50), ensure_ascii=False).encode()


def event(passages: bytes) -> bytes:
    """An event of the function `rank` for the addresses that name it."""
    return b'{"data": ["bm25", "a", [%s], false], "session_hash": "a"}' % passages


def passages(count: int, size: int) -> bytes:
    """`count` passages of `size` bytes, kept at four bytes a character."""
    return b",".join([wide(size)] * count)


def deep(depth: int) -> bytes:
    """A document whose text is `depth` objects inside each other."""
    return b'{"text":' * depth + b'"a"' + b"}" * depth


MANY = b'"a",' * 40_000 + b'"a"'
LONG = wide(LARGEST - 1_000)
FIELDS = b",".join(b'"k%d":1' % number for number in range(90_000))
WIDE = passages(39, 99_000)  # as many as an event may hold, each as long as a passage may be

BODIES = {
    "numbers for documents": ("/v2/rerank", ranking(ONES), 413),
    "fewer numbers for documents": ("/v2/rerank", ranking(b"1," * 99_000 + b"1"), 400),
    "numbers for texts": ("/rerank", ranking(b"1," * 99_000 + b"1", "texts"), 422),
    "numbers for fields": (
        "/v1/rerank", b'{"query": "a", "documents": [], "rank_fields": [%s1]}' % (b"1," * 90_000),
        400,
    ),
    "one wide document": ("/v2/rerank", ranking(wide(LARGEST - 1_000)), 400),
    "objects for documents": ("/infinity/rerank", ranking(b'{"a":1},' * 33_000 + b'"a"'), 400),
    "a document of many fields": ("/v2/rerank", ranking(b'{"text": "a", %s}' % FIELDS), 200),
    "a document with a long name": ("/v2/rerank", ranking(b"{%s: 1}" % LONG), 400),
    "a deep document": ("/v2/rerank", ranking(deep(500_000)), 413),
    "a less deep document": ("/v1/rerank", ranking(deep(900)), 400),
    "a deep text": ("/rerank", ranking(b"[" * 90_000 + b"]" * 90_000, "texts"), 422),
    "a long list of fields": (
        "/infinity/rerank",
        b'{"query": "a", "documents": [{"a": "b"}], "rank_fields": [%s]}' % LONG, 400,
    ),
    "many passages": (
        "/v1/ranking", ranking(b'{"text":"a b"},' * 24_000 + b'{"text":"a"}', "passages"), 400,
    ),
    "objects for inputs": ("/v1/reranking", ranking(b'{"a":1},' * 33_000 + b'"a"', "input"), 400),
    "objects for texts": ("/reranking", ranking(b'{"a":1},' * 33_000 + b'"a"'), 400),
    "passages of a model in the address": (
        "/v1/retrieval/bm25/reranking",
        ranking(b'{"text":"a b"},' * 24_000 + b'{"text":"a"}', "passages"),
        400,
    ),
    "many queries": (
        "/v1/inference/bm25", b'{"queries": [%s], "documents": [%s]}' % (MANY, MANY), 400,
    ),
    "many documents": ("/v2/rerank", ranking(b'"a b",' * 49_000 + b'"a"'), 400),
    "too many bytes": ("/v2/rerank", ranking(wide(LARGEST + 1_000)), 413),
    "brackets for a call": ("/gradio_api/component_server", BRACKETS, 413),
    "brackets for an event": ("/gradio_api/queue/join", BRACKETS, 413),
    "a long call": ("/gradio_api/component_server", b'"' + b"x" * 30_000_000 + b'"', 413),
    "a long text for a call": ("/gradio_api/component_server", wide(3_900_000), 422),
    "a named event": ("/gradio_api/call/rank", b'{"data": [%s]}' % ONES, 413),
    "a long event": ("/gradio_api/call/rank", event(WIDE), 200),
    "a long event by field": (
        "/gradio_api/call/v2/rank",
        b'{"model": "bm25", "query": "a", "passages": [%s], "raw": false}' % WIDE,
        200,
    ),
    "a long name of a session": (
        "/gradio_api/call/rank", b'{"data": [], "session_hash": %s}' % wide(3_900_000), 400,
    ),
    "a form": ("/login", b"name=" + b"x" * 30_000_000, 413),
    "an invite": ("/invite", b"token=" + b"x" * 30_000_000, 413),
    "a farewell": ("/logout", b"x" * 30_000_000, 413),
    "an event to cancel": ("/gradio_api/cancel", b'"' + b"x" * 30_000_000 + b'"', 413),
    "an event to reset": ("/gradio_api/reset", b'"' + b"x" * 30_000_000 + b'"', 413),
}  # fmt: skip

# Asked for with a query string that is as long as the server reads.
GETS = {
    **dict.fromkeys(("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt"), 200),
    **dict.fromkeys(("/login", "/login/check", "/health", "/docs", "/openapi.json"), 200),
    **dict.fromkeys(("/guide", "/guide/data", "/v1/models", "/manifest.json"), 200),
    **dict.fromkeys(("/gradio_api/info", "/gradio_api/app_id", "/gradio_api/user"), 200),
    **dict.fromkeys(("/gradio_api/theme.css", "/gradio_api/login_check"), 200),
    **dict.fromkeys(("/gradio_api/startup-events", "/gradio_api/queue/status"), 200),
    "/gradio_api/upload_progress": 404,
    "/gradio_api/file=/etc/passwd": 403,
    "/gradio_api/call/rank/no-such-event": 200,
    "/gradio_api/call/v2/rank/no-such-event": 200,
    "/gradio_api/queue/data": 200,
    "/gradio_api/heartbeat/a": 200,
    "/invite": 410,
    "/runs/1/model.zip": 404,
    "/runs/1/run.zip": 404,
    "/runs/1/onnx.zip": 404,
    "/modules/no-such-version/no-such-name": 404,
    "/static/no-such-file": 404,
    "/assets/no-such-file": 404,
    "/svelte/no-such-file": 404,
    "/monitoring": 403,
    "/monitoring/summary": 403,
    "/monitoring/no-such-key": 403,
    "/login/huggingface": 404,
    "/login/callback": 404,
    "/logout": 405,
}
ENDLESS = ("/gradio_api/heartbeat/", "/gradio_api/queue/data", "/gradio_api/call/")


def covers(path: str, route: str) -> bool:
    """Whether a request to `path` is answered by the route with this pattern."""
    named = re.sub(r"\{\w+:path\}", "<rest>", route.rstrip("/") or "/")
    named = re.sub(r"\{[^}]*\}", "<part>", named)
    pattern = re.escape(named).replace("<rest>", ".+").replace("<part>", "[^/]+")
    return re.fullmatch(pattern, path) is not None
