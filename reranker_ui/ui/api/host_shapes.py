"""What clients of hosted rerankers expect: NVIDIA NIM, DeepInfra, Mixedbread and Pinecone."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4

from pydantic import BeforeValidator, Field, model_validator

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.rerank import Served
from reranker_ui.ui.api.shapes import CohereRequest, RankRequest, TopN

PINECONE = "x-pinecone-api-version"  # a header that its clients send


def _text_in(value: Any) -> Any:
    """The text of `{"text": ...}`; everything else as it is."""
    return value["text"] if isinstance(value, Mapping) and "text" in value else value


WrappedText = Annotated[str, BeforeValidator(_text_in)]


class NimRequest(RankRequest):
    """The body of `POST /v1/ranking` and `/v1/retrieval/{model}/reranking`."""

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


class MixedbreadRequest(CohereRequest):
    """The body of `POST /v1/reranking` with `input`."""

    listed: ClassVar[str] = "input"
    documents: Annotated[list[str | dict[str, Any]], Field(fail_fast=True)] = Field(
        validation_alias="input",
        description="Passages: strings, or objects with `text` or the fields in `rank_fields`.",
    )
    return_documents: bool = Field(
        False, validation_alias="return_input", description="Answer the passages too."
    )

    def answer_ranked(self, served: Served) -> dict[str, Any]:
        """The answer in Mixedbread's shape."""
        tokens = served.tokens()
        data = [
            {"index": row["index"], "score": row["relevance_score"], "object": "rank_result"}
            | ({"input": self.documents[row["index"]]} if self.return_documents else {})
            for row in self.results(served)
        ]
        return {
            "object": "list",
            "model": served.ranker.title,
            "data": data,
            "top_k": self.best or len(self.documents),
            "return_input": self.return_documents,
            "usage": {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens},
        }


def answer_for_pinecone(request: CohereRequest, served: Served) -> dict[str, Any]:
    """The answer in Pinecone's shape."""
    rows = [
        {"score" if key == "relevance_score" else key: cell for key, cell in row.items()}
        for row in request.results(served)
    ]
    return {"model": served.ranker.title, "data": rows, "usage": {"rerank_units": 1}}
