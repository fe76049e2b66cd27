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
from reranker_ui.ui.api.shapes import (
    CohereRequest,
    RankRequest,
    TeiRequest,
    document_form,
    fault_in,
)
from reranker_ui.ui.payload import sentence_of
from reranker_ui.ui.server.identity import who

log = logging.getLogger(__name__)
ADDRESSES = ("/v2/rerank", "/v1/rerank", "/rerank", "/infinity/rerank", "/v1/models")
AT_ONCE, WAITING = 64, 256  # rankings under way, which share batches, and waiting behind them
BUSY = f"More than {WAITING} requests wait already. Try again in a few seconds."
NO_KEY = "Send an API key: this is a demo, and programs need a key of their own."
Body = TypeVar("Body", bound=RankRequest)


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
            Route("/infinity/rerank", self.cohere, methods=["POST"]),
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
            parsed = _read(TeiRequest, body)
            how = {"raw": parsed.raw_scores, "whole": parsed.whole()}
            return parsed.answer(self._rank(request, parsed, parsed.texts, **how))

        return await self._answer(request, act)

    def _documents(self, request: Request, body: bytes) -> dict[str, Any]:
        parsed = _read(CohereRequest, body)
        how = {"limit": parsed.max_tokens_per_doc, "raw": parsed.raw_scores}
        served = self._rank(request, parsed, parsed.passages(), **how)
        if request.url.path.endswith("/v2/rerank"):
            return parsed.answer(served, version="2")
        form = document_form(request.url.path, request.headers)
        return parsed.answer_with_usage(served, version="1", form=form)

    async def models(self, request: Request) -> Response:
        """What can be asked for, in Cohere's shape."""

        def act(_body: bytes) -> Any:
            rankers = models_served(self.workspace, who(request))
            return {"models": [ranker | {"endpoints": ["rerank"]} for ranker in rankers]}

        return await self._answer(request, act)

    async def openapi(self, _request: Request) -> Response:
        """The description for machines."""
        return JSONResponse(openapi())

    async def docs(self, request: Request) -> Response:
        """The description for people."""
        below = self.workspace.settings.sub_path()
        return page(str(request.base_url).rstrip("/") + below)

    def _rank(
        self, request: Request, parsed: RankRequest, passages: list[str], **how: Any
    ) -> Served:
        model = parsed.model or request.query_params.get("model")
        return serve_ranking(self.workspace, who(request), model, parsed.query, passages, **how)

    async def _answer(self, request: Request, act: Callable[[bytes], Any]) -> Response:
        if self.threads.statistics().tasks_waiting >= WAITING:
            return JSONResponse(fault_in(request.url.path, 429, BUSY), 429, {"retry-after": "5"})
        if who(request) == VISITOR:
            return JSONResponse(fault_in(request.url.path, 401, NO_KEY), 401)
        try:
            body = await request.body()
            payload = await to_thread.run_sync(act, body, limiter=self.threads)
        except Exception as error:
            if refused := as_refused(error):
                return _refusal(request, refused)
            log.exception("%s failed", request.url.path)
            sentence = "Something went wrong on the server. The log says what."
            return JSONResponse(fault_in(request.url.path, 500, sentence), 500)
        return Response(orjson.dumps(payload), media_type="application/json")


class InTheirShape:
    """ASGI middleware: what the guard and the gate refuse has the client's shape too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a `{"detail"}` at one of ADDRESSES is rewritten."""
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
        payload = orjson.loads(body)
    except ValueError:  # such as Starlette's plain "Method Not Allowed"
        payload = {"detail": body.decode(errors="replace")}
    if isinstance(payload, dict) and "detail" in payload:
        payload = fault_in(path, status, str(payload["detail"]))
    return orjson.dumps(payload)


def _read(shape: type[Body], body: bytes) -> Body:
    try:
        return shape.model_validate(orjson.loads(body))
    except ValidationError as fault:
        raise Refused(sentence_of(fault)) from None
    except ValueError:
        raise Refused("The body is not JSON.") from None


def _has_documents(body: bytes) -> bool:
    try:
        payload = orjson.loads(body)
    except ValueError:
        return False
    return isinstance(payload, dict) and "documents" in payload and "texts" not in payload


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
