"""Which of Gradio's addresses are open: those that its page and its clients use."""

import json
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reranker_ui.ui.server.streams import stream_key

PREFIX = "/gradio_api/"
USED = (
    *("startup-events", "info", "app_id", "user", "login_check", "theme.css"),
    *("queue/join", "queue/data", "queue/status", "cancel", "reset"),
    *("component_server", "upload", "upload_progress"),
)
USED_BELOW = ("heartbeat/", "call/", "file=")
CLOSED = {"detail": "This address of Gradio is not used here."}
UNKNOWN = {"detail": "No function has this name. /gradio_api/info lists them."}
CALLS = f"{PREFIX}call/"
GONE = "This session or event does not exist. Reload the page."


class UsedRoutes:
    """ASGI middleware: answers 404 to the rest.

    Among them are `deep_link`, which writes a file for each call, `run` and `api`, which bypass the
    queue, and `pwa_icon`, which draws an image of any size.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is used."""
        answer = _answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)


def is_used(path: str) -> bool:
    """Whether the page or a client of Gradio asks for `path`; all paths of others are."""
    if not path.startswith(PREFIX):
        return not path.startswith("/pwa_icon")
    name = path.removeprefix(PREFIX)
    return name.rstrip("/") in USED or name.startswith(USED_BELOW)


def _answer(scope: Scope) -> Response | None:
    """The answer in place of Gradio's; None where it may answer."""
    if not is_used(scope["path"]):
        return JSONResponse(CLOSED, 404)
    if scope["method"] == "GET":
        return _missing_stream(HTTPConnection(scope))
    if scope["method"] == "POST" and scope["path"].startswith(CALLS):
        name = scope["path"].removeprefix(CALLS).removeprefix("v2/").rstrip("/")
        functions = scope["app"].get_blocks().fns.values()
        if all(name != function.api_name for function in functions):
            return JSONResponse(UNKNOWN, 404)
    return None


def _missing_stream(request: HTTPConnection) -> Response | None:
    """The end of a stream of answers that does not exist; None for other requests.

    Gradio raises an error amid the stream, and each fills the log with 6 kB.
    """
    key = stream_key(request)
    if key is None or _is_known(request.scope["app"].get_blocks()._queue, key):
        return None
    message = {
        "msg": "unexpected_error",
        "message": GONE,
        "session_not_found": True,
        "success": False,
    }
    text = f"data: {json.dumps(message)}\n\n"
    if "/call/" in request.url.path:
        text = f"event: error\ndata: {json.dumps(GONE)}\n\n"
    return Response(text, media_type="text/event-stream")


def _is_known(queue: Any, key: str) -> bool:
    sessions = queue.pending_event_ids_session.values()
    return (
        key in queue.pending_messages_per_session
        or key in queue.event_ids_to_events
        or any(key in events for events in sessions)
    )
