"""What clients of Cohere, Jina, vLLM, Infinity and Text Embeddings Inference send and expect."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from reranker_ui.core.models.reranker import RankedPassage
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.rerank import Served

NO_CHUNKS = "max_chunks_per_doc is not used here: a passage is one chunk, cut where it is too long."
NO_TOKENS = (
    "max_tokens_per_doc is not used by {}, which reads words and no tokens of a model's own."
)

NO_DOCUMENTS = (
    "Documents are left out: litellm's infinity reads texts, its hosted_vllm objects, and both send"
    " the same request. index says which one each result is. POST /infinity/rerank and"
    " /v2/rerank answer them."
)

DocumentForm = Literal["object", "text", "none"]
# The keys that litellm's clients send where the user gave none.
_WITHOUT_KEY: dict[str, DocumentForm] = {"Bearer None": "text", "Bearer fake-api-key": "object"}
FieldNames = Annotated[list[str], Field(fail_fast=True, max_length=100)]


class RankRequest(BaseModel):
    """What every shape asks; fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")

    query: str = Field(description="What someone searches for.")
    model: str | None = Field(
        None, description="A run's id or name, base, bm25, cosine; the newest run if empty."
    )


class CohereRequest(RankRequest):
    """The body of every address but `POST /rerank` with texts.

    Clients of Cohere, Jina, vLLM and Infinity send it.
    """

    documents: Annotated[list[str | dict[str, Any]], Field(fail_fast=True)] = Field(
        description="Passages: strings, or objects with `text` or the fields in `rank_fields`."
    )
    top_n: int | None = Field(
        None, ge=1, description="How many of the best to answer; all if empty."
    )
    return_documents: bool = Field(False, description="Answer the passages too.")
    rank_fields: FieldNames | None = Field(None, description="Fields of objects that are read.")
    max_tokens_per_doc: int | None = Field(
        None, ge=1, description="Tokens of a passage that are read, if the model reads so many."
    )
    max_chunks_per_doc: int | None = Field(None, description="Not used; a warning says so.")
    raw_scores: bool = Field(False, description="Logits instead of probabilities.")

    def passages(self) -> list[str]:
        """The text of each document; Refused, with its index, for one that has none."""
        return [self._text(at, one) for at, one in enumerate(self.documents)]

    def _text(self, at: int, document: str | dict[str, Any]) -> str:
        if isinstance(document, str):
            return document
        wanted = self.rank_fields or ["text"]
        found = [name for name in wanted if name in document]
        for name in found:
            if isinstance(document[name], bool) or not isinstance(
                document[name], str | int | float
            ):
                raise Refused(f"documents.{at}.{name}: it is {_kind(document[name])}, not a text.")
        if not found:
            has = ", ".join(map(str, list(document)[:8])) or "no field"
            raise Refused(
                f"documents.{at}: it has no text in {' or '.join(wanted)} (it has {has})."
                " Send the text there, or name the fields that hold it in rank_fields."
            )
        return "\n".join(str(document[name]) for name in found)

    def _document(self, row: RankedPassage) -> dict[str, Any]:
        """A document as it was sent, with the text that was read."""
        document = self.documents[row["index"]]
        fields = document if isinstance(document, dict) else {}
        return {**fields, "text": fields.get("text") or row["passage"]}

    def answer(self, served: Served, version: str) -> dict[str, Any]:
        """The answer in Cohere's shape."""
        warned = [served.ranker.notice] if served.ranker.notice else []
        if self.max_chunks_per_doc is not None:
            warned.append(NO_CHUNKS)
        if self.max_tokens_per_doc is not None and served.ranker.model is None:
            warned.append(NO_TOKENS.format(served.ranker.title))
        meta = {"api_version": {"version": version}, "billed_units": {"search_units": 1}}
        return {
            "id": str(uuid4()),
            "model": served.ranker.title,
            "results": self._results(served),
            "meta": meta | ({"warnings": warned} if warned else {}),
        }

    def answer_with_usage(
        self, served: Served, version: str, form: DocumentForm = "object"
    ) -> dict[str, Any]:
        """The same with what clients of Jina, vLLM and Infinity read besides.

        form: of each document that is answered; clients of Infinity expect a plain text.
        """
        tokens = served.tokens()
        answer = self.answer(served, version)
        for result in answer["results"] if form != "object" else ():
            document = result.pop("document", None)
            if document and form == "text":
                result["document"] = document["text"]
        if form == "none" and self.return_documents:
            answer["meta"].setdefault("warnings", []).append(NO_DOCUMENTS)
        return {
            **answer,
            "object": "rerank",
            "created": int(time.time()),
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    def _results(self, served: Served) -> list[dict[str, Any]]:
        return [
            {"index": row["index"], "relevance_score": row["score"]}
            | ({"document": self._document(row)} if self.return_documents else {})
            for row in served.rows[: self.top_n]
        ]


class TeiRequest(RankRequest):
    """The body of `POST /rerank`."""

    texts: Annotated[list[str], Field(fail_fast=True)] = Field(description="Passages.")
    raw_scores: bool = Field(False, description="Logits instead of probabilities.")
    truncate: bool | None = Field(
        None, description="false: refuse texts that are longer than the model reads, not cut them."
    )
    truncation_direction: str = Field(
        "Right", description="Left: texts that would be cut are refused, as only ends are cut."
    )
    return_text: bool = Field(False, description="Answer the passages too.")

    def whole(self) -> bool:
        """Whether texts that are longer than the model reads are refused, not cut at their end."""
        return self.truncate is False or self.truncation_direction.casefold() == "left"

    def answer(self, served: Served) -> list[dict[str, Any]]:
        """The answer in the shape of Text Embeddings Inference."""
        return [
            {"index": row["index"], "score": row["score"]}
            | ({"text": row["passage"]} if self.return_text else {})
            for row in served.rows
        ]


def document_form(path: str, headers: Mapping[str, str]) -> DocumentForm:
    """How the client that posts `documents` to this address reads a document of the answer.

    litellm's `infinity` raises on an object and its `hosted_vllm` on a text. Their requests differ
    in the key alone, and only where the user gave none.
    """
    if path.endswith("/infinity/rerank"):
        return "text"
    if not headers.get("user-agent", "").startswith("litellm/"):
        return "object"
    return _WITHOUT_KEY.get(headers.get("authorization", ""), "none")


def fault_in(path: str, status: int, sentence: str, listed: bool = False) -> dict[str, Any]:
    """An error as the clients of the address `path` read it; `listed`: they sent `documents`."""
    if listed or path != "/rerank":
        return {"id": str(uuid4()), "message": sentence}
    kinds = {400: "Empty", 404: "Validation", 413: "Validation", 422: "Validation"}
    kind = kinds.get(status, "Overloaded" if status in (429, 503) else "Backend")
    return {"error": sentence, "error_type": kind}


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", type(None): "null", bool: "a boolean"}
    return kinds.get(type(value), "something else")
