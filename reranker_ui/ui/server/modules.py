"""The page's JavaScript: the modules of assets/js, joined into bundles named by a hash of all."""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reranker_ui.settings import ASSETS
from reranker_ui.ui.bundles import bundles

ROOM = "lib/room.js"
TABS = {
    "header": [ROOM, "people/header.js"],
    "data": [ROOM, "data/room.js"],
    "annotate": [ROOM, "annotate/room.js"],
    "train": [ROOM, "train/room.js", "train/form.js", "train/runs.js"],
    "playground": [ROOM, "playground/room.js"],
}
_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}


class Modules:
    """The joined modules below `folder`, read once: their addresses change when any changes."""

    def __init__(self, folder: Path, tabs: Mapping[str, Sequence[str]]) -> None:
        found = sorted(folder.rglob("*.js"))
        sources = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}
        text = bundles(sources, tabs)
        self.contents = {f"{name}.js": code.encode() for name, code in text.items()}
        self.packed = {name: gzip.compress(code, mtime=0) for name, code in self.contents.items()}
        digest = hashlib.sha256()
        for name, content in self.contents.items():
            digest.update(f"{name} {len(content)}\n".encode() + content)
        self.version = digest.hexdigest()[:12]

    def address(self, bundle: str) -> str:
        """Of the file `bundle`, relative to the page. KeyError if there is none."""
        self.contents[f"{bundle}.js"]
        return f"modules/{self.version}/{bundle}.js"

    def routes(self) -> list[Route]:
        """Open to everyone: they are the program, the same for all, and hold no data."""
        return [Route("/modules/{version}/{name}", self.serve, methods=["GET"])]

    async def serve(self, request: Request) -> Response:
        """One file; 404 for a page that was loaded before the program was changed."""
        version, name = request.path_params["version"], request.path_params["name"]
        if version != self.version or name not in self.contents:
            return PlainTextResponse("There is no such module. Reload the page.", 404)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = _HEADERS | {"content-encoding": "gzip"}
            return Response(self.packed[name], media_type="text/javascript", headers=headers)
        return Response(self.contents[name], media_type="text/javascript", headers=_HEADERS)


@cache
def modules() -> Modules:
    """Those of this program."""
    return Modules(ASSETS / "js", TABS)
