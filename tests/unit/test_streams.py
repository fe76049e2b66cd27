"""A queue's stream is read by the person who opened its session, and by nobody else."""

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from reranker_ui.ui.api.gradio_routes import UsedRoutes
from reranker_ui.ui.server.streams import NO_FILES, OLD, StreamOwners, refuse_unknown
from tests.support.coroutines import finish


class Queue:
    """Takes every call, as Gradio's queue does."""

    async def push(self, body, request, username):
        return True, f"event of {body.session_hash}", "success"


def asked(path, query=""):
    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": []}
    return HTTPConnection({**scope, "server": ("localhost", 80), "scheme": "http"})


def push(queue, session, name):
    body = SimpleNamespace(session_hash=session)
    return finish(queue.push(body=body, request=None, username=name))


def test_a_session_stays_with_who_opened_it():
    owners, queue = StreamOwners(), Queue()
    owners.guard(queue)
    assert push(queue, "s1", "ann") == (True, "event of s1", "success")
    assert push(queue, "s1", "ann")[0]
    accepted, sentence, state = push(queue, "s1", "bo")
    assert (accepted, state) == (False, "error") and "someone else" in sentence
    stream = asked("/gradio_api/queue/data", "session_hash=s1")
    assert owners.refuses(stream, "bo") and not owners.refuses(stream, "ann")
    event = asked("/gradio_api/call/rank/event of s1")
    assert owners.refuses(event, "bo") and not owners.refuses(event, "ann")
    assert not owners.refuses(asked("/gradio_api/queue/data", "session_hash=new"), "bo")
    assert not owners.refuses(asked("/runs/1/model.zip", "session_hash=s1"), "bo")


def test_the_stream_of_an_event_is_not_read_under_ones_own_session():
    owners = StreamOwners()
    assert owners.claim("of ann", "ann") and owners.claim("of bo", "bo")
    assert owners.refuses(asked("/gradio_api/call/rank/of ann", "session_hash=of bo"), "bo")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("queue/data?session_hash=known", "streamed"),
        ("call/rank/waiting", "streamed"),
        ("call/v2/rank/done", "streamed"),
        ("queue/data?session_hash=x", "session_not_found"),
        ("queue/data", "session_not_found"),
        ("call/rank/x", "event: error"),
    ],
)
def test_a_stream_that_does_not_exist_ends_without_an_error(path, answer):
    async def streamed(_request):
        return PlainTextResponse("streamed")

    route = Route("/gradio_api/{rest:path}", streamed)
    app = Starlette(routes=[route], middleware=[Middleware(UsedRoutes)])
    queue = SimpleNamespace(
        pending_messages_per_session={"known": 1},
        event_ids_to_events={"waiting": 1},
        pending_event_ids_session={"session": {"done"}},
    )
    functions = {3: SimpleNamespace(api_name="rank")}
    app.get_blocks = lambda: SimpleNamespace(_queue=queue, fns=functions)
    client = TestClient(app)
    found = client.get(f"/gradio_api/{path}")
    assert found.status_code == 200 and answer in found.text
    for name, status in (("rank", 405), ("v2/rank", 405), ("x", 404), ("v2/x/", 404), ("", 404)):
        assert client.post(f"/gradio_api/call/{name}").status_code == status, name


def test_the_oldest_sessions_are_forgotten():
    owners = StreamOwners(limit=2)
    for session in ("s1", "s2", "s3"):
        assert owners.claim(session, "ann")
    assert owners.claim("s1", "bo") and not owners.claim("s3", "bo")


def test_events_of_an_older_page_and_with_files_are_refused():
    queue = Queue()
    queue.blocks = SimpleNamespace(fns={1: None})
    refuse_unknown(queue)
    file = {"path": "a", "url": "https://example.org/b", "meta": {"_type": "gradio.FileData"}}
    for data in ([file], [[{"a": [file]}]], {"a": file}):
        event = SimpleNamespace(session_hash="s", fn_index=1, data=data)
        refused = finish(queue.push(body=event, request=None, username=None))
        assert refused == (False, NO_FILES, "error")
    events = (SimpleNamespace(session_hash="s", fn_index=one, data=["a"]) for one in (1, 82))
    known, unknown = events
    assert finish(queue.push(body=known, request=None, username=None))[0]
    refused = finish(queue.push(body=unknown, request=None, username=None))
    assert refused == (False, OLD, "error")
