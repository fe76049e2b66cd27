"""Serving below a path of a larger site, such as `https://example.com/rank/`, behind a proxy."""

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SubPath:
    """ASGI middleware for a page below `root`, such as "/rank"; "" for a page at the top.

    A proxy may cut the path off or leave it on: requests reach the page without it, and addresses
    in answers (`location`) get it back.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app, self.root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without the path, and the answer back with it."""
        if scope["type"] != "http" or not self.root:
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path == self.root:  # relative addresses of the page need the slash
            await RedirectResponse(f"{self.root}/")(scope, receive, send)
            return
        if path.startswith(f"{self.root}/"):
            path = path.removeprefix(self.root)
            scope = {**scope, "path": path, "raw_path": path.encode()}

        async def below(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if (place := headers.get("location")) is not None:
                    headers["location"] = self._below(place)
            await send(message)

        await self.app(scope, receive, below)

    def _below(self, place: str) -> str:
        inside = place.startswith("/") and not place.startswith("//")
        is_below = place == self.root or place.startswith((f"{self.root}/", f"{self.root}?"))
        return place if is_below or not inside else self.root + place
