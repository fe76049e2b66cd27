"""Ranking over HTTP in the shapes of clients: of Cohere, TEI, NVIDIA NIM, DeepInfra and others."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reranker_ui.core.values.filesystems import as_refused
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.ranking.rerank import (
    NoModel,
    Served,
    TooLong,
    UnknownModel,
    models_served,
    serve_ranking,
)
from reranker_ui.services.store.access import VISITOR
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.api.addresses import INFERENCE, MODELS, RETRIEVAL
from reranker_ui.ui.api.host_shapes import (
    PINECONE,
    DeepInfraRequest,
    MixedbreadRequest,
    NimRequest,
    answer_for_pinecone,
)
from reranker_ui.ui.api.openapi import openapi, page
from reranker_ui.ui.api.shapes import (
    CohereRequest,
    DocumentForm,
    RankRequest,
    TeiRequest,
    document_form,
    fault_in,
    openai_model,
    reads_data,
)
from reranker_ui.ui.payload import sentence_of
from reranker_ui.ui.server.identity import user_of

log = logging.getLogger(__name__)
AT_ONCE, WAITING = 64, 256  # rankings under way, which share batches, and waiting behind them
BUSY = f"More than {WAITING} requests are already waiting. Try again in a few seconds."
NO_KEY = "Send an API key: in a demo, programs need one."
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
            Route("/reranking", self.reranking, methods=["POST"]),
            Route("/v1/reranking", self.reranking, methods=["POST"]),
            Route("/v1/ranking", self.nim, methods=["POST"]),
            Route(RETRIEVAL + "{model:path}/reranking", self.nim, methods=["POST"]),
            Route(INFERENCE + "{model:path}", self.deepinfra, methods=["POST"]),
            Route(MODELS, self.models, methods=["GET"]),
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
            if "documents" in (keys := _keys_of(body)) and "texts" not in keys:
                request.state.listed = True
                return self._documents(request, body)
            return self._texts(request, body)

        return await self._answer(request, act)

    async def reranking(self, request: Request) -> Response:
        """Rank `input` as Mixedbread does, or `documents` or `texts` as llama.cpp does."""

        def act(body: bytes) -> Any:
            keys = _keys_of(body)
            if "input" in keys:
                parsed = _read(MixedbreadRequest, body)
                served = self._rank(request, parsed, parsed.passages(), top=parsed.best)
                return parsed.answer_ranked(served)
            if "texts" in keys and "documents" not in keys:
                return self._texts(request, body)
            return self._documents(request, body)

        return await self._answer(request, act)

    async def nim(self, request: Request) -> Response:
        """Rank `passages` as NVIDIA NIM does."""

        def act(body: bytes) -> Any:
            parsed = _read(NimRequest, body)
            how = {"raw": True, "whole": parsed.truncate == "NONE", "top": parsed.top_k}
            return parsed.answer(self._rank(request, parsed, parsed.passages, **how))

        return await self._answer(request, act)

    async def deepinfra(self, request: Request) -> Response:
        """Score `documents` as DeepInfra does; the address names the model."""

        def act(body: bytes) -> Any:
            parsed = _read(DeepInfraRequest, body)
            return parsed.answer(self._rank(request, parsed, parsed.documents))

        return await self._answer(request, act)

    def _texts(self, request: Request, body: bytes) -> list[dict[str, Any]]:
        parsed = _read(TeiRequest, body)
        how = {"raw": parsed.raw_scores, "whole": parsed.whole(), "top": parsed.top_n}
        return parsed.answer(self._rank(request, parsed, parsed.texts, **how))

    def _documents(self, request: Request, body: bytes) -> dict[str, Any]:
        parsed = _read(CohereRequest, body)
        how = {"limit": parsed.max_tokens_per_doc, "raw": parsed.raw_scores, "top": parsed.best}
        served = self._rank(request, parsed, parsed.passages(), **how)
        if PINECONE in request.headers:
            return answer_for_pinecone(parsed, served)
        if request.url.path.endswith("/v2/rerank"):
            return parsed.answer(served, version="2")
        # Those who send top_k read a document in either form.
        form: DocumentForm = "object"
        if not parsed.top_k:
            form = document_form(request.url.path, request.headers)
        data = reads_data(parsed, request.headers)
        return parsed.answer_with_usage(served, version="1", form=form, data=data)

    async def models(self, request: Request) -> Response:
        """What can be asked for: `models` as clients of Cohere read it, `data` as those of vLLM."""

        def act(_body: bytes) -> Any:
            rankers = models_served(self.workspace, user_of(request))
            return {
                "models": [ranker | {"endpoints": ["rerank"]} for ranker in rankers],
                "object": "list",
                "data": [openai_model(ranker["name"]) for ranker in rankers],
            }

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
        model = request.path_params.get("model") or parsed.model
        model = model or request.query_params.get("model")
        how |= {"cascade": parsed.cascade}
        return serve_ranking(self.workspace, user_of(request), model, parsed.query, passages, **how)

    async def _answer(self, request: Request, act: Callable[[bytes], Any]) -> Response:
        if self.threads.statistics().tasks_waiting >= WAITING:
            return JSONResponse(fault_in(request.url.path, 429, BUSY), 429, {"retry-after": "5"})
        if user_of(request) == VISITOR:
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


def _read(shape: type[Body], body: bytes) -> Body:
    try:
        return shape.model_validate(orjson.loads(body))
    except ValidationError as fault:
        raise Refused(sentence_of(fault)) from None
    except ValueError:
        raise Refused("The body is not JSON.") from None


def _keys_of(body: bytes) -> set[str]:
    """The keys of a body; none where it is not an object."""
    try:
        payload = orjson.loads(body)
    except ValueError:
        return set()
    return set(payload) if isinstance(payload, dict) else set()


def _refusal(request: Request, refused: Refused) -> Response:
    listed = getattr(request.state, "listed", False)
    path = request.url.path
    status = 422 if path == "/rerank" and not listed else 400
    text = str(refused)
    if isinstance(refused, Unavailable):
        status = 503
    elif isinstance(refused, NoModel):
        status = 404
        if isinstance(refused, UnknownModel):
            text = f'There is no model "{refused.model}". GET /v1/models lists them.'
    elif isinstance(refused, TooLong):
        status = 413
    return JSONResponse(fault_in(path, status, text, listed), status)
