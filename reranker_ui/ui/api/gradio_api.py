"""Endpoints of the page for Gradio's own clients, with names and docs: `Client(url).view_api()`."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

import gradio as gr
from pydantic import ConfigDict, ValidationError, validate_call

from reranker_ui.core.values.filesystems import as_refused
from reranker_ui.services.ranking import candidates, compare, rerank
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.payload import sentence_of
from reranker_ui.ui.server.identity import user_of

Answer = TypeVar("Answer")
MODEL = "model: a run's id or name, base, bm25, cosine, as listed by /rankers."


def offer(workspace: Workspace) -> None:
    """Add the endpoints to the Blocks being built."""

    @_announced
    def rankers(request: gr.Request) -> list[dict[str, Any]]:
        return rerank.models_served(workspace, user_of(request))

    @_announced
    def rank(
        model: str, query: str, passages: list[str], raw: bool, request: gr.Request
    ) -> list[dict[str, Any]]:
        rows = compare.rank(workspace, user_of(request), model, query, passages, raw)
        return [{**row} for row in rows]

    @_announced
    def evaluate(model: str, dataset: str, split: str, request: gr.Request) -> dict[str, Any]:
        return dict(compare.evaluate(workspace, user_of(request), model, dataset, split))

    @_announced
    def search(
        dataset: str,
        query: str,
        first_stage: candidates.FirstStage,
        k: int,
        request: gr.Request,
    ) -> list[dict[str, Any]]:
        hits = candidates.search(workspace, user_of(request), first_stage, query, dataset, k)
        return [{"passage": passage, "score": score} for passage, score in hits]

    gr.api(
        rankers,
        api_name="rankers",
        api_description="The rankers that can answer now: name (what to ask for), title, detail.",
    )
    gr.api(
        rank,
        api_name="rank",
        api_description=f"Rank passages for a query. {MODEL} raw: logits instead of probabilities."
        " Returns rank, index, score and passage, best first.",
        concurrency_limit=None,  # what is asked at once is scored together
    )
    gr.api(
        search,
        api_name="search",
        api_description="The passages of a dataset that are best for a query by a first stage: bm25"
        " (words in common) or meaning (cosine of embeddings). k: how many, 1,000 at most. Returns"
        " passage and score, best first.",
    )
    gr.api(
        evaluate,
        api_name="evaluate",
        api_description=f"Score a ranker on a dataset's labels. {MODEL} split: train, dev or test."
        " Returns ndcg@10, mrr@10, map, average_precision, queries.",
    )


def _announced(act: Callable[..., Answer]) -> Callable[..., Answer]:
    # Gradio tells a client the message of its own error only.
    parameters = signature(act)
    checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(act)

    @wraps(act)
    def endpoint(*values: Any, **named: Any) -> Answer:
        try:
            # By name, so that a fault names its parameter.
            return checked(**parameters.bind(*values, **named).arguments)
        except ValidationError as error:
            raise gr.Error(sentence_of(error), print_exception=False) from None
        except Exception as error:
            if (refused := as_refused(error)) is None:
                raise
            raise gr.Error(str(refused), print_exception=False) from None

    return endpoint
