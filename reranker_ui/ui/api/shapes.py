"""What clients of Cohere and of Text Embeddings Inference send and expect, as values."""

from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reranker_ui.services.ranking.rerank import Served

NO_CHUNKS = "max_chunks_per_doc is not used here: a passage is one chunk, cut where it is too long."
NO_TOKENS = (
    "max_tokens_per_doc is not used by {}, which reads words and no tokens of a model's own."
)


class Asked(BaseModel):
    """What every shape asks; fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")

    query: str = Field(description="What someone searches for.")
    model: str | None = Field(
        None, description="A run's id or name, base, bm25, cosine; the newest run if empty."
    )


class CohereAsked(Asked):
    """The body of `POST /v2/rerank` and `POST /v1/rerank`."""

    documents: list[str | dict[str, Any]] = Field(
        description="Passages: strings, or objects with `text` or the fields in `rank_fields`."
    )
    top_n: int | None = Field(
        None, ge=1, description="How many of the best to answer; all if empty."
    )
    return_documents: bool = Field(False, description="Answer the passages too.")
    rank_fields: list[str] | None = Field(None, description="Fields of objects that are read.")
    max_tokens_per_doc: int | None = Field(
        None, ge=1, description="Tokens of a passage that are read, if the model reads so many."
    )
    max_chunks_per_doc: int | None = Field(None, description="Not used; a warning says so.")

    def passages(self) -> list[str]:
        """The text of each document."""
        return [self._text(one) for one in self.documents]

    def _text(self, document: str | dict[str, Any]) -> str:
        if isinstance(document, str):
            return document
        told = [str(document[name]) for name in self.rank_fields or ["text"] if name in document]
        return "\n".join(told)

    def answer(self, served: Served, version: str) -> dict[str, Any]:
        """The answer in Cohere's shape."""
        rows = served.rows[: self.top_n]
        warned = [served.ranker.notice] if served.ranker.notice else []
        if self.max_chunks_per_doc is not None:
            warned.append(NO_CHUNKS)
        if self.max_tokens_per_doc is not None and served.ranker.model is None:
            warned.append(NO_TOKENS.format(served.ranker.title))
        meta = {"api_version": {"version": version}, "billed_units": {"search_units": 1}}
        return {
            "id": str(uuid4()),
            "model": served.ranker.title,
            "results": [
                {"index": row["index"], "relevance_score": row["score"]}
                | ({"document": {"text": row["passage"]}} if self.return_documents else {})
                for row in rows
            ],
            "meta": meta | ({"warnings": warned} if warned else {}),
        }


class TeiAsked(Asked):
    """The body of `POST /rerank`."""

    texts: list[str] = Field(description="Passages.")
    raw_scores: bool = Field(False, description="Logits instead of probabilities.")
    truncate: bool | None = Field(
        None, description="false: refuse texts that are longer than the model reads, not cut them."
    )
    return_text: bool = Field(False, description="Answer the passages too.")

    def answer(self, served: Served) -> list[dict[str, Any]]:
        """The answer in the shape of Text Embeddings Inference."""
        return [
            {"index": row["index"], "score": row["score"]}
            | ({"text": row["passage"]} if self.return_text else {})
            for row in served.rows
        ]


def fault_in(path: str, status: int, sentence: str) -> dict[str, Any]:
    """An error as the clients of the address `path` read it."""
    if path != "/rerank":
        return {"id": str(uuid4()), "message": sentence}
    kinds = {400: "Empty", 404: "Validation", 413: "Validation", 422: "Validation"}
    kind = kinds.get(status, "Overloaded" if status in (429, 503) else "Backend")
    return {"error": sentence, "error_type": kind}


def sentence_of(fault: ValidationError) -> str:
    """What is wrong with a body, in one sentence: the first fault."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if not str(part).startswith("dict["))
    return f"{place or 'The body'}: {first['msg'].lower()}."
