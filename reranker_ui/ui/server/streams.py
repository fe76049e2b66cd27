"""Owners of answer streams: Gradio gives a stream to anyone who knows its session or event."""

from collections import OrderedDict
from typing import Any

from starlette.requests import HTTPConnection

FOREIGN = "This session belongs to someone else. Reload the page."
OLD = "The server has restarted. Reload the page."
NO_FILES = "This function takes no files."
MOST = 20_000  # sessions and events that are remembered; the oldest are forgotten first


def refuse_unknown(queue: Any) -> None:
    """Refuse events that this start of the server does not have, as an old page sends them.

    Gradio ends them with a KeyError in the log. Also those with a file: none takes one, and Gradio
    would bring it from any address to this disk.
    """
    push = queue.push

    async def push_known(body: Any, request: Any, username: str | None) -> Any:
        if body.fn_index is not None and body.fn_index not in queue.blocks.fns:
            return False, OLD, "error"
        if _holds_file(body.data):
            return False, NO_FILES, "error"
        return await push(body=body, request=request, username=username)

    queue.push = push_known


def _holds_file(data: Any) -> bool:
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "path" in value and isinstance(value.get("meta"), dict):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


def stream_key(request: HTTPConnection) -> str | None:
    """The session or event whose stream of answers a GET asks for; None for other requests."""
    _, api, path = request.url.path.partition("/gradio_api/")
    if api and path.startswith("queue/data"):
        return request.query_params.get("session_hash", "")
    return path.rpartition("/")[2] if api and path.startswith("call/") else None


class StreamOwners:
    """Who first used a session of Gradio's queue, and so may read its stream."""

    def __init__(self, limit: int = MOST) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._limit = limit

    def claim(self, key: str, name: str) -> bool:
        """Whether the session or event belongs to `name`, who becomes its owner if it has none."""
        owner = self._owners.setdefault(key, name)
        self._owners.move_to_end(key)
        while len(self._owners) > self._limit:
            self._owners.popitem(last=False)
        return owner == name

    def refuses(self, request: HTTPConnection, name: str) -> bool:
        """Whether a request is for the stream of another person's session or event."""
        key = stream_key(request)
        return key is not None and self._owners.get(key, name) != name

    def guard(self, queue: Any) -> None:
        """Refuse events that join another user's session in the queue of a gr.Blocks."""
        push = queue.push

        async def push_own(body: Any, request: Any, username: str | None) -> Any:
            name = username or ""
            if body.session_hash and not self.claim(body.session_hash, name):
                return False, FOREIGN, "error"
            success, event, state = await push(body=body, request=request, username=username)
            if success:
                self.claim(event, name)
            return success, event, state

        queue.push = push_own
