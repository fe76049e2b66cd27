"""Which of Gradio's addresses are open: those that its page and its clients use."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/gradio_api/"
USED = (
    *("startup-events", "info", "app_id", "user", "login_check", "theme.css"),
    *("queue/join", "queue/data", "queue/status", "cancel", "reset"),
    *("component_server", "upload", "upload_progress"),
)
USED_BELOW = ("heartbeat/", "call/", "file=")
CLOSED = {"detail": "This address of Gradio is not used here."}


class UsedRoutes:
    """ASGI middleware: answers 404 to the rest.

    Among them are `deep_link`, which writes a file for each call, `run` and `api`, which bypass the
    queue, and `pwa_icon`, which draws an image of any size.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is used."""
        used = scope["type"] != "http" or is_used(scope["path"])
        await (self.app if used else JSONResponse(CLOSED, 404))(scope, receive, send)


def is_used(path: str) -> bool:
    """Whether the page or a client of Gradio asks for `path`; all paths of others are."""
    if not path.startswith(PREFIX):
        return not path.startswith("/pwa_icon")
    name = path.removeprefix(PREFIX)
    return name.rstrip("/") in USED or name.startswith(USED_BELOW)
