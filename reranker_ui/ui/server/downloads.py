"""Downloads over HTTP, written while they are sent: a run's model, or the whole run."""

from collections.abc import Callable, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.onnx_download import onnx_archive
from reranker_ui.services.runs.archive import run_archive
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.server.identity import signed_in_user

Archive = Callable[[], tuple[str, Iterator[bytes]]]


class Downloads:
    """The routes over one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def routes(self) -> list[Route]:
        """Everything to be passed to Gradio's `app_kwargs`."""
        return [
            Route("/runs/{run:int}/model.zip", self.model, methods=["GET"]),
            Route("/runs/{run:int}/run.zip", self.run, methods=["GET"]),
            Route("/runs/{run:int}/onnx.zip", self.onnx, methods=["GET"]),
        ]

    async def model(self, request: Request) -> Response:
        """The model of a run: weights, tokenizer, card."""
        run = request.path_params["run"]
        return await _sent(lambda: run_archive(self.workspace, signed_in_user(request), run))

    async def run(self, request: Request) -> Response:
        """The whole run: recipe, frozen pairs, events, model."""
        run = request.path_params["run"]
        return await _sent(lambda: run_archive(self.workspace, signed_in_user(request), run, "run"))

    async def onnx(self, request: Request) -> Response:
        """The model of a run as ONNX, with tokenizer and parity report."""
        run = request.path_params["run"]
        return await _sent(lambda: onnx_archive(self.workspace, signed_in_user(request), run))


async def _sent(archive: Archive) -> Response:
    try:
        name, parts = await run_in_threadpool(archive)
    except Refused as refused:
        return JSONResponse({"detail": str(refused)}, 404)
    headers: dict[str, Any] = {"content-disposition": f'attachment; filename="{_ascii(name)}"'}
    return StreamingResponse(parts, media_type="application/zip", headers=headers)


def _ascii(name: str) -> str:
    stem = name.encode("ascii", "replace").decode().replace("?", "_")
    return stem.replace('"', "_")
