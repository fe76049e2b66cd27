"""Bodies are bounded in bytes and in JSON values before anything parses them."""

import pytest

from reranker_ui.ui.server import body_limit
from reranker_ui.ui.server.body_limit import BodyLimit, holds_more, limit_of
from tests.support.coroutines import finish

RERANK, EVENT = "/v2/rerank", "/gradio_api/queue/join"


def ask(limit: BodyLimit, path: str, parts: list[bytes], length: int | None = None):
    """(status, body that the app saw) of a request whose body comes in `parts`."""
    sent, seen = [], []
    coming = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    coming.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    limit.seen = seen
    finish(limit(scope, receive, send))
    return sent[0]["status"], b"".join(seen)


@pytest.fixture
def limit():
    async def app(scope, receive, send):
        message = await receive()
        limit.seen.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    limit = BodyLimit(app)
    return limit


def test_a_body_within_its_limit_comes_through_whole(limit):
    assert ask(limit, RERANK, [b'{"a"', b": 1}"]) == (200, b'{"a": 1}')
    assert ask(limit, "/login", [b"name=a"]) == (200, b"name=a")
    assert limit.held == 0


@pytest.mark.parametrize("path", [RERANK, EVENT, "/gradio_api/component_server/", "/login", "/x"])
def test_a_long_body_is_refused_by_its_length_and_as_it_comes(limit, path):
    most = limit_of(path.rstrip("/")).bytes
    assert ask(limit, path, [], length=most + 1) == (413, b"")
    part = b" " * 1_000_000
    assert ask(limit, path, [part] * (most // len(part) + 1)) == (413, b"")
    assert limit.held == 0


def test_many_values_are_refused_however_short_the_body(limit):
    for path in (RERANK, EVENT, "/gradio_api/component_server", "/gradio_api/call/rank"):
        most = limit_of(path).values
        assert ask(limit, path, [b"[" + b"1," * most + b"1]"]) == (413, b"")
    assert ask(limit, RERANK, [b'["' + b",[{" * 200_000 + b'"]'])[0] == 200


@pytest.mark.parametrize("body", [b"[" * 5_000, b'"\xff"', b"", b'{"a": NaN}', b'"\\ud800"'])
def test_gradio_is_given_json_only(limit, body):
    assert ask(limit, EVENT, [body]) == (400, b"")


def test_values_in_strings_and_behind_escapes_do_not_count():
    text = rb'{"a": "1,2,[{\"3,4", "b\\": [1, 2]}'
    assert not holds_more(text, 6) and holds_more(text, 4)


@pytest.mark.parametrize(
    "body", [b'"' + b'\\"' * 1_000_000, b'"' * 2_000_000, b"\\" * 2_000_000, b'"a",' * 500_000]
)
@pytest.mark.timeout(20)
def test_counting_takes_linear_time(body):
    assert holds_more(body, 10) in (True, False)


def test_large_bodies_share_a_budget(limit, monkeypatch):
    monkeypatch.setattr(body_limit, "MOST_HELD", 1_000_000)
    assert ask(limit, RERANK, [b" " * 1_500_000])[0] == 429
    assert ask(limit, RERANK, [b" " * 450_000])[0] == 200
    assert limit.held == 0


@pytest.mark.parametrize(
    ("text", "status"),
    [(b"", 200), (b"\xd0\x99", 200), (b"\\u0419", 200), (b"\xf0\x9f\x98\x80", 429),
     (b"\\uD83D\\ude00", 429)],
)  # fmt: skip
def test_a_body_counts_with_the_memory_of_its_texts(limit, monkeypatch, text, status):
    monkeypatch.setattr(body_limit, "MOST_HELD", 1_000_000)
    assert ask(limit, RERANK, [b'"' + text + b"a" * 300_000 + b'"'])[0] == status
    assert limit.held == 0
