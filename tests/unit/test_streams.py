"""A queue's stream is read by the person who opened its session, and by nobody else."""

from types import SimpleNamespace

from starlette.requests import HTTPConnection

from reranker_ui.ui.server.streams import OLD, StreamOwners, refuse_unknown
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


def test_the_oldest_sessions_are_forgotten():
    owners = StreamOwners(most=2)
    for session in ("s1", "s2", "s3"):
        assert owners.claim(session, "ann")
    assert owners.claim("s1", "bo") and not owners.claim("s3", "bo")


def test_events_of_an_older_page_are_refused():
    queue = Queue()
    queue.blocks = SimpleNamespace(fns={1: None})
    refuse_unknown(queue)
    known, unknown = (SimpleNamespace(session_hash="s", fn_index=one) for one in (1, 82))
    assert finish(queue.push(body=known, request=None, username=None))[0]
    refused = finish(queue.push(body=unknown, request=None, username=None))
    assert refused == (False, OLD, "error")
