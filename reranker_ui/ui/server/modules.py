"""The page's JavaScript: the modules of assets/js, joined into bundles named by a hash of all.

A tab's bundle brings the stylesheets of the tab's folder in assets/css.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reranker_ui.settings import ASSETS
from reranker_ui.ui.bundles import bundles
from reranker_ui.ui.compression import COMPRESSED, FOREVER, compressed, takes_brotli
from reranker_ui.ui.stylesheets import FOLDER as STYLESHEETS
from reranker_ui.ui.stylesheets import stylesheet

WIDGET = "lib/widget.js"
TABS = {
    "header": [WIDGET, "people/header.js"],
    "data": [WIDGET, "data/widget.js"],
    "annotate": [WIDGET, "annotate/widget.js"],
    "train": [WIDGET, "train/widget.js", "train/form.js", "train/runs.js"],
    "playground": [WIDGET, "playground/widget.js"],
}


class Modules:
    """The joined modules below `folder`, read once: their addresses change when any changes.

    styles: {tab: its stylesheet}.
    """

    def __init__(
        self, folder: Path, tabs: Mapping[str, Sequence[str]], styles: Mapping[str, str]
    ) -> None:
        paths = sorted(folder.rglob("*.js"))
        sources = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
        text = bundles(sources, tabs, styles)
        self.contents = {f"{name}.js": code.encode() for name, code in text.items()}
        digest = hashlib.sha256()
        for name, content in self.contents.items():
            digest.update(f"{name} {len(content)}\n".encode() + content)
        self.version = digest.hexdigest()[:12]

    def address(self, bundle: str) -> str:
        """Of the file `bundle`, relative to the page. KeyError if there is none."""
        self.contents[f"{bundle}.js"]
        return f"modules/{self.version}/{bundle}.js"

    def addresses(self) -> list[str]:
        """Of all bundles."""
        return [f"modules/{self.version}/{name}" for name in self.contents]

    def routes(self) -> list[Route]:
        """Open to everyone: they are the program, the same for all, and hold no data."""
        return [Route("/modules/{version}/{name}", self.serve, methods=["GET"])]

    async def serve(self, request: Request) -> Response:
        """One file; 404 for a page that was loaded before the program was changed."""
        version, name = request.path_params["version"], request.path_params["name"]
        if version != self.version or name not in self.contents:
            return PlainTextResponse("There is no such module. Reload the page.", 404)
        content, headers = self.contents[name], FOREVER  # gzip: by the middleware
        if takes_brotli(request.headers):
            content, headers = await run_in_threadpool(compressed, content), COMPRESSED
        return Response(content, media_type="text/javascript", headers=headers)


@cache
def modules() -> Modules:
    """Those of this program."""
    styles = {tab: stylesheet(STYLESHEETS / tab) for tab in TABS}
    return Modules(ASSETS / "js", TABS, styles)
