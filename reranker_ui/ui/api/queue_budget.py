"""A limit on what Gradio's queue keeps: events that wait or run, and answers that nobody reads.

Gradio keeps the answers of 2,000 sessions, of any number and size, until somebody reads them.
"""

import asyncio
import sys
from collections import OrderedDict
from typing import Any

MOST = 32_000_000  # bytes of memory of all events that are kept
VALUE = 300  # bytes for each value of an event, with what an answer says of it
LONGEST_NAME = 200  # characters of a session's name
LONG = f"The session_hash has more than {LONGEST_NAME} characters. Send a shorter one."
BUSY = "The server has too many waiting events or unread answers. Try again in a few seconds."


class QueueBudget:
    """Counts the events of one queue. `limit`: bytes of memory of all that are kept."""

    def __init__(self, limit: int = MOST) -> None:
        self._most = limit
        self._kept: OrderedDict[str, tuple[str, int]] = OrderedDict()  # event: session, bytes
        self._turn = asyncio.Lock()

    def guard(self, queue: Any) -> None:
        """Refuse events that do not fit into the queue of a gr.Blocks.

        Answers that nobody has read make room first, the oldest before others.
        """
        push = queue.push
        queue.ANALYTICS_MAX_EVENTS = 1  # of statistics that Gradio computes after each event
        queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize

        async def push_within(body: Any, request: Any, username: str | None) -> Any:
            if len(body.session_hash or "") > LONGEST_NAME:
                return False, LONG, "error"
            size = size_of(body.data)
            async with self._turn:
                if not await self._has_room(queue, size):
                    return False, BUSY, "queue_full"
                success, event, state = await push(body=body, request=request, username=username)
                if success:
                    self._kept[event] = (body.session_hash or event, size)
            return success, event, state

        queue.push = push_within

    async def _has_room(self, queue: Any, size: int) -> bool:
        """Drop unread answers, the oldest first, until `size` bytes fit; whether they do."""
        for event, (session, _) in list(self._kept.items()):
            if not _is_kept(queue, event, session):
                del self._kept[event]
        used = self._held()
        for event, (session, _) in list(self._kept.items()):
            if used + size <= self._most:
                break
            if event in self._kept and event not in queue.event_ids_to_events:
                await self._drop(queue, session)
                used = self._held()
        return used + size <= self._most

    async def _drop(self, queue: Any, session: str) -> None:
        # What Gradio does where the reader of a session has left.
        await queue.clean_events(session_hash=session)
        queue.pending_messages_per_session.pop(session, None)
        queue.pending_event_ids_session.pop(session, None)
        for event in [key for key, (name, _) in self._kept.items() if name == session]:
            if event not in queue.event_ids_to_events:
                del self._kept[event]

    def _held(self) -> int:
        return sum(size for _, size in self._kept.values())


def _is_kept(queue: Any, event: str, session: str) -> bool:
    if event in queue.event_ids_to_events:  # it waits or runs
        return True
    if session not in queue.pending_messages_per_session:
        queue.pending_event_ids_session.pop(session, None)  # Gradio leaves it behind
        return False
    return event in queue.pending_event_ids_session.get(session, ())


def size_of(data: Any) -> int:
    """About the memory of a JSON value, in bytes, with the answer that repeats its texts."""
    total, waiting = 0, [data]
    while waiting:
        value = waiting.pop()
        total += VALUE + sys.getsizeof(value)
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return total
