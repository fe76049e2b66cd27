"""What clients of hosted rerankers send and expect: NVIDIA NIM and DeepInfra."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BeforeValidator, Field, model_validator

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.rerank import Served
from reranker_ui.ui.api.shapes import RankRequest, TopN


def _text_in(value: Any) -> Any:
    """The text of `{"text": ...}`; everything else as it is."""
    return value["text"] if isinstance(value, Mapping) and "text" in value else value


WrappedText = Annotated[str, BeforeValidator(_text_in)]


class NimRequest(RankRequest):
    """The body of `POST /v1/ranking`."""

    query: WrappedText = Field(description="What someone searches for: an object with `text`.")
    passages: Annotated[list[WrappedText], Field(fail_fast=True)] = Field(
        description="Passages: objects with `text`."
    )
    truncate: Literal["NONE", "END"] | None = Field(
        None, description="NONE: refuse texts that are longer than the model reads, not cut them."
    )
    top_k: TopN = Field(None, description="Number of results, best first; all if empty or 0.")

    def answer(self, served: Served) -> dict[str, Any]:
        """The answer in NIM's shape: logits, best first."""
        tokens = served.tokens()
        return {
            "rankings": [
                {"index": row["index"], "logit": row["score"]} for row in served.rows[: self.top_k]
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }


class DeepInfraRequest(RankRequest):
    """The body of `POST /v1/inference/{model}`."""

    query: str = Field("", description="Not used: it is the first of `queries`.")
    queries: Annotated[list[str], Field(fail_fast=True, min_length=1)] = Field(
        description="The query: once, or once for each document."
    )
    documents: Annotated[list[str], Field(fail_fast=True)] = Field(description="Passages.")

    @model_validator(mode="after")
    def _with_one_query(self) -> "DeepInfraRequest":
        if len(set(self.queries)) > 1 or len(self.queries) not in (1, len(self.documents)):
            raise Refused(
                "queries: a request ranks the documents of one query. Send the query once, or the"
                " same one for each document."
            )
        self.query = self.queries[0]
        return self

    def answer(self, served: Served) -> dict[str, Any]:
        """The answer in DeepInfra's shape: the score of each document, in their order."""
        scores = {row["index"]: row["score"] for row in served.rows}
        tokens = served.tokens()
        return {
            "scores": [scores[at] for at in range(len(scores))],
            "input_tokens": tokens,
            "request_id": str(uuid4()),
            "inference_status": {
                "status": "succeeded",
                "tokens_input": tokens,
                "tokens_generated": 0,
            },
        }
