"""The page's JavaScript: ES modules of assets/js, each served under a hash of them all."""

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reranker_ui.settings import ASSETS

_IMPORT = re.compile(r'^(?:import|export) (?:[^";=]*? from )?"(\.[^"]+)";', re.MULTILINE)
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


class Modules:
    """All modules below `folder`, read once: their addresses change when any of them changes."""

    def __init__(self, folder: Path) -> None:
        found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.js"))
        self.contents = {name: (folder / name).read_bytes() for name in found}
        digest = hashlib.sha256()
        for name, content in self.contents.items():
            digest.update(f"{name} {len(content)}\n".encode() + content)
        self.version = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Of the module `name`, relative to the page. KeyError if there is none."""
        self.contents[name]
        return f"modules/{self.version}/{name}"

    def needed(self, *names: str) -> list[str]:
        """`names` and every module that they import, directly or not."""
        found: dict[str, None] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            if name in found:
                continue
            found[name] = None
            imports = _IMPORT.findall(self.contents[name].decode())
            waiting += [posixpath.normpath(posixpath.join(name, "..", one)) for one in imports]
        return list(found)

    def routes(self) -> list[Route]:
        """Open to everyone: they are the program, the same for all, and hold no data."""
        return [Route("/modules/{version}/{name:path}", self.serve, methods=["GET"])]

    async def serve(self, request: Request) -> Response:
        """One module; 404 for a page that was loaded before the program was changed."""
        version, name = request.path_params["version"], request.path_params["name"]
        content = self.contents.get(name) if version == self.version else None
        if content is None:
            return PlainTextResponse("There is no such module. Reload the page.", 404)
        return Response(content, media_type="text/javascript", headers=_FOREVER)


@cache
def modules() -> Modules:
    """Those of this program."""
    return Modules(ASSETS / "js")
