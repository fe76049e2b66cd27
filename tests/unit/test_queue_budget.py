"""What Gradio's queue keeps is bounded: events that wait, and answers that nobody reads."""

from types import SimpleNamespace

import pytest

from reranker_ui.ui.api.gradio_routes import is_used
from reranker_ui.ui.api.queue_budget import BUSY, LONG, LONGEST_NAME, QueueBudget, size_of
from tests.support.coroutines import finish

TEXT = "x" * 1_000


class Queue:
    """The parts of Gradio's queue that say what it keeps."""

    def __init__(self):
        self.pending_messages_per_session = {}
        self.pending_event_ids_session = {}
        self.event_ids_to_events = {}

    async def push(self, body, request, username):
        event = f"event {len(self.pending_event_ids_session.get(body.session_hash, ()))}"
        event = f"{event} of {body.session_hash}"
        self.pending_messages_per_session[body.session_hash] = []
        self.pending_event_ids_session.setdefault(body.session_hash, set()).add(event)
        self.event_ids_to_events[event] = body
        return True, event, "success"

    async def clean_events(self, session_hash):
        self.pending_event_ids_session[session_hash].clear()

    def end(self, session):
        for event in self.pending_event_ids_session[session]:
            self.event_ids_to_events.pop(event, None)

    def read(self, session):
        self.end(session)
        self.pending_event_ids_session[session].clear()

    def leave(self, session):
        """The reader closes the stream: Gradio leaves the ids of the events behind."""
        self.end(session)
        del self.pending_messages_per_session[session]


@pytest.fixture
def queue():
    queue = Queue()
    QueueBudget(limit=3 * size_of([TEXT])).guard(queue)
    return queue


def ask(queue, session, text=TEXT):
    body = SimpleNamespace(session_hash=session, data=[text])
    return finish(queue.push(body=body, request=None, username="ann"))


def test_events_that_wait_leave_no_room_for_more(queue):
    for session in ("a", "b", "c"):
        assert ask(queue, session)[0]
    assert ask(queue, "d") == (False, BUSY, "queue_full")
    queue.read("b")
    assert ask(queue, "d")[0]


def test_the_oldest_answer_that_nobody_read_makes_room(queue):
    for session in ("a", "b", "c"):
        ask(queue, session)
    queue.end("b")
    queue.end("c")
    assert ask(queue, "d")[0]
    assert set(queue.pending_messages_per_session) == {"a", "c", "d"}
    assert "b" not in queue.pending_event_ids_session


def test_a_session_whose_reader_left_is_forgotten(queue):
    for session in ("a", "b", "c"):
        ask(queue, session)
        queue.leave(session)
    assert ask(queue, "d")[0] and set(queue.pending_event_ids_session) == {"d"}


def test_an_event_that_is_too_large_or_has_a_long_name_is_refused(queue):
    assert ask(queue, "a", TEXT * 9) == (False, BUSY, "queue_full")
    assert ask(queue, "a" * (LONGEST_NAME + 1)) == (False, LONG, "error")
    assert ask(queue, "a")[0]


def test_the_size_is_that_in_memory():
    assert size_of(["a" * 1_000, {"b": 1}]) > 1_000 + 4 * 300
    assert size_of("\N{GRINNING FACE}" + "a" * 1_000) > 4_000


def test_addresses_of_gradio_that_nothing_uses_are_closed():
    closed = ("deep_link", "vibe-code", "runs", "proxy=http://a", "stream/1", "run/rank", "api/a")
    assert not any(is_used(f"/gradio_api/{name}") for name in closed)
    assert not is_used("/pwa_icon/100000")
    used = ("queue/join", "call/v2/rank", "component_server/", "heartbeat/a", "file=a", "info")
    assert all(is_used(f"/gradio_api/{name}") for name in used)
    assert is_used("/") and is_used("/runs/1/model.zip") and is_used("/static/js/a.js")
