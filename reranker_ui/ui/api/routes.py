"""Ranking over HTTP in shapes that clients know already: Cohere's, and TEI's `/rerank`."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reranker_ui.core.values.filesystems import as_refused
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.ranking.rerank import (
    NoModel,
    Served,
    TooLong,
    models_served,
    serve_ranking,
)
from reranker_ui.services.store.access import VISITOR
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.api.openapi import openapi, page
from reranker_ui.ui.api.shapes import Asked, CohereAsked, TeiAsked, fault_in
from reranker_ui.ui.payload import sentence_of
from reranker_ui.ui.server.identity import who

log = logging.getLogger(__name__)
ADDRESSES = ("/v2/rerank", "/v1/rerank", "/rerank", "/v1/models")
AT_ONCE, WAITING = 64, 256  # rankings under way, which share batches, and waiting behind them
BUSY = f"More than {WAITING} requests wait already. Try again in a few seconds."
NO_KEY = "Send an API key: this is a demo, and programs need a key of their own."
Body = TypeVar("Body", bound=Asked)


class RerankApi:
    """The routes over one workspace. They have threads of their own, so that the page keeps its."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.threads = workspace, CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        """Everything to be passed to Gradio's `app_kwargs`."""
        return [
            Route("/v2/rerank", self.cohere, methods=["POST"]),
            Route("/v1/rerank", self.cohere, methods=["POST"]),
            Route("/rerank", self.tei, methods=["POST"]),
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/openapi.json", self.openapi, methods=["GET"]),
            Route("/docs", self.docs, methods=["GET"]),
        ]

    async def cohere(self, request: Request) -> Response:
        """Rank `documents`; the model is named by `model`."""
        return await self._answer(request, lambda body: self._documents(request, body))

    async def tei(self, request: Request) -> Response:
        """Rank `texts`, or `documents` as at the other addresses.

        The model is named by `model`, in the body or the address.
        """

        def act(body: bytes) -> Any:
            if _has_documents(body):
                request.state.listed = True
                return self._documents(request, body)
            asked = _read(TeiAsked, body)
            raw, whole = asked.raw_scores, asked.truncate is False
            return asked.answer(self._rank(request, asked, asked.texts, raw=raw, whole=whole))

        return await self._answer(request, act)

    def _documents(self, request: Request, body: bytes) -> dict[str, Any]:
        asked = _read(CohereAsked, body)
        how = {"most": asked.max_tokens_per_doc, "raw": asked.raw_scores}
        served = self._rank(request, asked, asked.passages(), **how)
        if request.url.path.endswith("/v2/rerank"):
            return asked.answer(served, version="2")
        return asked.answer_with_usage(served, version="1")

    async def models(self, request: Request) -> Response:
        """What can be asked for, in Cohere's shape."""

        def act(_body: bytes) -> Any:
            told = models_served(self.workspace, who(request))
            return {"models": [one | {"endpoints": ["rerank"]} for one in told]}

        return await self._answer(request, act)

    async def openapi(self, _request: Request) -> Response:
        """The description for machines."""
        return JSONResponse(openapi())

    async def docs(self, request: Request) -> Response:
        """The description for people."""
        below = self.workspace.settings.sub_path()
        return page(str(request.base_url).rstrip("/") + below)

    def _rank(self, request: Request, asked: Asked, passages: list[str], **how: Any) -> Served:
        model = asked.model or request.query_params.get("model")
        return serve_ranking(self.workspace, who(request), model, asked.query, passages, **how)

    async def _answer(self, request: Request, act: Callable[[bytes], Any]) -> Response:
        if self.threads.statistics().tasks_waiting >= WAITING:
            return JSONResponse(fault_in(request.url.path, 429, BUSY), 429, {"retry-after": "5"})
        if who(request) == VISITOR:
            return JSONResponse(fault_in(request.url.path, 401, NO_KEY), 401)
        try:
            body = await request.body()
            told = await to_thread.run_sync(act, body, limiter=self.threads)
        except Exception as error:
            if refused := as_refused(error):
                return _refusal(request, refused)
            log.exception("%s failed", request.url.path)
            sentence = "Something went wrong on the server. The log says what."
            return JSONResponse(fault_in(request.url.path, 500, sentence), 500)
        return Response(orjson.dumps(told), media_type="application/json")


class InTheirShape:
    """ASGI middleware: what the guard and the gate refuse is told in the client's shape too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a `{"detail"}` at one of ADDRESSES is written anew."""
        if scope["type"] != "http" or scope["path"] not in ADDRESSES:
            await self.app(scope, receive, send)
            return
        begun: Message = {}

        async def shaped(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and message["status"] >= 400:
                begun = message
                return
            if begun:
                body = _shaped(scope["path"], begun["status"], message.get("body", b""))
                length = (b"content-length", str(len(body)).encode())
                kept = [one for one in begun["headers"] if one[0].lower() != b"content-length"]
                await send({**begun, "headers": [*kept, length]})
                message, begun = {**message, "body": body}, {}
            await send(message)

        await self.app(scope, receive, shaped)


def _shaped(path: str, status: int, body: bytes) -> bytes:
    try:
        told = orjson.loads(body)
    except ValueError:  # such as Starlette's plain "Method Not Allowed"
        told = {"detail": body.decode(errors="replace")}
    if isinstance(told, dict) and "detail" in told:
        told = fault_in(path, status, str(told["detail"]))
    return orjson.dumps(told)


def _read(shape: type[Body], body: bytes) -> Body:
    try:
        return shape.model_validate(orjson.loads(body))
    except ValidationError as fault:
        raise Refused(sentence_of(fault)) from None
    except ValueError:
        raise Refused("The body is not JSON.") from None


def _has_documents(body: bytes) -> bool:
    try:
        told = orjson.loads(body)
    except ValueError:
        return False
    return isinstance(told, dict) and "documents" in told and "texts" not in told


def _refusal(request: Request, refused: Refused) -> Response:
    listed = getattr(request.state, "listed", False)
    path = request.url.path
    status = 422 if path == "/rerank" and not listed else 400
    if isinstance(refused, Unavailable):
        status = 503
    elif isinstance(refused, NoModel):
        status = 404
    elif isinstance(refused, TooLong):
        status = 413
    return JSONResponse(fault_in(path, status, str(refused), listed), status)
