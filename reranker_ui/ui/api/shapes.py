"""What clients of Cohere, Jina, vLLM, Infinity and Text Embeddings Inference send and expect."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from reranker_ui.core.models.reranker import RankedPassage
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.rerank import Served

NO_CHUNKS = "max_chunks_per_doc is not used here: a passage is one chunk, cut where it is too long."
NO_TOKENS = "max_tokens_per_doc is not used by {}, which reads words, not tokens."

NO_DOCUMENTS = (
    "Documents are left out: litellm's infinity reads texts, its hosted_vllm objects, and both send"
    " the same request. index says which one each result is. POST /infinity/rerank and"
    " /v2/rerank answer them."
)

_SHOWN = 60  # characters of a field's name in a sentence
DocumentForm = Literal["object", "text", "none"]
# litellm's `voyage` and Voyage's own client read `data` where the others read `results`.
_READ_DATA = ("litellm/", "Voyage/")
_HOST = "fireworks/"  # litellm's `fireworks_ai` puts it before the model's name
# The keys that litellm's clients send where the user gave none.
_WITHOUT_KEY: dict[str, DocumentForm] = {"Bearer None": "text", "Bearer fake-api-key": "object"}
TopN = Annotated[Annotated[int, Field(ge=0)] | None, AfterValidator(lambda n: n or None)]
FieldNames = Annotated[list[str], Field(fail_fast=True, max_length=100)]


class RankRequest(BaseModel):
    """What every shape asks; fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")

    query: str = Field(description="What someone searches for.")
    model: str | None = Field(
        None,
        coerce_numbers_to_str=True,
        description="A run's id or name, base, bm25, cosine; the newest run if empty. With :tuned"
        " after a run, its cross-encoder alone.",
    )
    cascade: bool = Field(
        False,
        description="With more than 200 passages, a run's cross-encoder scores those that cosine"
        " and BM25 put first; the others get estimates. Faster, but the best ten may differ.",
    )

    @field_validator("model")
    @classmethod
    def _without_host(cls, name: str | None) -> str | None:
        return name and name.removeprefix(_HOST)


class CohereRequest(RankRequest):
    """The body of every address but `POST /rerank` with texts.

    Clients of Cohere, Jina, vLLM, Infinity, Voyage and Fireworks AI send it.
    """

    listed: ClassVar[str] = "documents"  # what the client calls them
    documents: Annotated[list[str | dict[str, Any]], Field(fail_fast=True)] = Field(
        description="Passages: strings, or objects with `text` or the fields in `rank_fields`."
    )
    top_n: TopN = Field(
        None,
        description="Number of results, best first; all if empty or 0 (vLLM's clients send 0).",
    )
    top_k: TopN = Field(None, description="Voyage's name for `top_n`.")
    return_documents: bool = Field(False, description="Include the passages in the results.")
    rank_fields: FieldNames | None = Field(None, description="Fields of objects that are read.")
    max_tokens_per_doc: int | None = Field(
        None, ge=1, description="Tokens to read of each passage, up to the model's limit."
    )
    max_chunks_per_doc: int | None = Field(None, description="Not used; a warning says so.")
    raw_scores: bool = Field(False, description="Logits instead of probabilities.")

    @property
    def best(self) -> int | None:
        """The number of results; None for all."""
        return self.top_n or self.top_k

    def passages(self) -> list[str]:
        """The text of each document; Refused, with its index, for one that has none."""
        return [self._text(at, document) for at, document in enumerate(self.documents)]

    def _text(self, at: int, document: str | dict[str, Any]) -> str:
        if isinstance(document, str):
            return document
        names = self.rank_fields or ["text"]
        present = [name for name in names if name in document]
        for name in present:
            if isinstance(document[name], bool) or not isinstance(
                document[name], str | int | float
            ):
                kind = _kind(document[name])
                raise Refused(f"{self.listed}.{at}.{name[:_SHOWN]}: it is {kind}, not a text.")
        if not present:
            has = ", ".join(name[:_SHOWN] for name in list(document)[:8]) or "no field"
            fields = " or ".join(name[:_SHOWN] for name in names[:8])
            raise Refused(
                f"{self.listed}.{at}: it has no text in {fields} (it has {has})."
                " Send the text there, or name the fields that hold it in rank_fields."
            )
        return "\n".join(str(document[name]) for name in present)

    def _document(self, row: RankedPassage) -> dict[str, Any]:
        """A document as it was sent, with the text that was read."""
        document = self.documents[row["index"]]
        fields = document if isinstance(document, dict) else {}
        return {**fields, "text": fields.get("text") or row["passage"]}

    def answer(self, served: Served, version: str) -> dict[str, Any]:
        """The answer in Cohere's shape."""
        warned = [served.ranker.notice] if served.ranker.notice else []
        if estimates := served.estimates():
            warned.append(estimates)
        if self.max_chunks_per_doc is not None:
            warned.append(NO_CHUNKS)
        if self.max_tokens_per_doc is not None and served.ranker.model is None:
            warned.append(NO_TOKENS.format(served.ranker.title))
        meta = {"api_version": {"version": version}, "billed_units": {"search_units": 1}}
        return {
            "id": str(uuid4()),
            "model": served.ranker.title,
            "results": self.results(served),
            "meta": meta | ({"warnings": warned} if warned else {}),
        }

    def answer_with_usage(
        self, served: Served, version: str, form: DocumentForm = "object", data: bool = False
    ) -> dict[str, Any]:
        """The same with what clients of Jina, vLLM and Infinity read besides.

        form: of each document that is answered; clients of Infinity expect a plain text. data: the
        results come as `data` too.
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
            **({"data": answer["results"]} if data else {}),
            "object": "rerank",
            "created": int(time.time()),
            "usage": {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens},
        }

    def results(self, served: Served) -> list[dict[str, Any]]:
        """The best documents, as most clients read them."""
        return [
            {"index": row["index"], "relevance_score": row["score"]}
            | ({"document": self._document(row)} if self.return_documents else {})
            for row in served.rows[: self.best]
        ]


class TeiRequest(RankRequest):
    """The body of `POST /rerank`."""

    texts: Annotated[list[str], Field(fail_fast=True)] = Field(description="Passages.")
    raw_scores: bool = Field(False, description="Logits instead of probabilities.")
    truncate: bool | None = Field(
        None, description="false: refuse texts that are longer than the model reads, not cut them."
    )
    truncation_direction: str = Field(
        "Right",
        description="Left: texts that are too long are refused, as only their end can be cut.",
    )
    return_text: bool = Field(False, description="Include the passages in the results.")
    top_n: TopN = Field(
        None, description="Number of results, best first; all if empty or 0. litellm sends it."
    )

    def whole(self) -> bool:
        """Whether texts that are longer than the model reads are refused, not cut at their end."""
        return self.truncate is False or self.truncation_direction.casefold() == "left"

    def answer(self, served: Served) -> list[dict[str, Any]]:
        """The answer in the shape of Text Embeddings Inference."""
        return [
            {"index": row["index"], "score": row["score"]}
            | ({"text": row["passage"]} if self.return_text else {})
            for row in served.rows[: self.top_n]
        ]


def openai_model(name: str) -> dict[str, Any]:
    """A model as OpenAI's clients read it; vLLM and Infinity list theirs in this way."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "reranker-ui"}


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


def reads_data(request: CohereRequest, headers: Mapping[str, str]) -> bool:
    """Whether the client reads the results from `data`, as those of Voyage do."""
    return request.top_k is not None or headers.get("user-agent", "").startswith(_READ_DATA)


def fault_in(path: str, status: int, sentence: str, listed: bool = False) -> dict[str, Any]:
    """An error as the clients of the address `path` read it; `listed`: they sent `documents`.

    Clients of Cohere read `message`, those of Jina `detail`.
    """
    if listed or path != "/rerank":
        return {"id": str(uuid4()), "message": sentence, "detail": sentence}
    kinds = {400: "Empty", 429: "Overloaded", 503: "Overloaded"}
    kind = kinds.get(status, "Backend" if status >= 500 else "Validation")
    return {"error": sentence, "error_type": kind}


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", type(None): "null", bool: "a boolean"}
    return kinds.get(type(value), "something else")
