"""The description of the ranking addresses: OpenAPI for machines, one page for people."""

import json
import re
from html import escape
from typing import Any

from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse

from reranker_ui.services.ranking.compare import MOST_PASSAGES, MOST_QUERY
from reranker_ui.ui.api.addresses import INFERENCE, MODELS, RETRIEVAL
from reranker_ui.ui.api.host_shapes import DeepInfraRequest, MixedbreadRequest, NimRequest
from reranker_ui.ui.api.shapes import CohereRequest, TeiRequest, openai_model

QUERY, PASSAGES = "how are caves formed?", ["Water carves caves in rock.", "Cats sleep."]
COHERE = {"model": "run 1", "query": QUERY, "documents": PASSAGES, "top_n": 1}
TEI = {"query": QUERY, "texts": PASSAGES, "raw_scores": False, "return_text": False}
NIM = {
    "model": "run 1",
    "query": {"text": QUERY},
    "passages": [{"text": text} for text in PASSAGES],
}
DEEPINFRA = {"queries": [QUERY], "documents": PASSAGES}
COHERE_SAYS = {
    "id": "…",
    "model": "run 1",
    "results": [{"index": 0, "relevance_score": 0.98}],
    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
}
TEI_SAYS = [{"index": 0, "score": 0.98}, {"index": 1, "score": 0.01}]
NIM_SAYS = {
    "rankings": [{"index": 0, "logit": 3.9}, {"index": 1, "logit": -4.6}],
    "usage": {"prompt_tokens": 18, "total_tokens": 18},
}
MIXEDBREAD = {"model": "run 1", "query": QUERY, "input": PASSAGES, "top_k": 1}
MIXEDBREAD_SAYS = {
    "object": "list",
    "model": "run 1",
    "data": [{"index": 0, "score": 0.98, "object": "rank_result"}],
    "top_k": 1,
    "return_input": False,
    "usage": {"prompt_tokens": 18, "completion_tokens": 0, "total_tokens": 18},
}
DEEPINFRA_SAYS = {
    "scores": [0.98, 0.01],
    "input_tokens": 18,
    "request_id": "…",
    "inference_status": {"status": "succeeded", "tokens_input": 18, "tokens_generated": 0},
}
MODEL_IN_PATH: dict[str, Any] = {
    "name": "model", "in": "path", "required": True, "schema": {"type": "string"},
    "example": "bm25",
}  # fmt: skip
MODELS_SAY = {
    "models": [{"name": "1", "title": "run 1", "endpoints": ["rerank"]}],
    "object": "list",
    "data": [openai_model("1")],
}
FAULTS = {
    400: "The body cannot be ranked; the message says why.",
    401: "No API key, or a revoked one.",
    404: "No such model, or one that cannot answer yet.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    422: "The same at /rerank.",
    429: "Too many requests; `retry-after` says how many seconds to wait.",
}
ABOUT = (
    "Ranks passages for a query with the models of this server. Scores of a trained model are"
    f" probabilities, 0 to 1. At most {MOST_PASSAGES:,} passages and {MOST_QUERY:,} characters of"
    " query at once. Where people sign in, send `Authorization: Bearer rr_…` with an API key made"
    " under one's name in the header of the page."
)


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of the ranking addresses."""
    bodies = (CohereRequest, TeiRequest, NimRequest, DeepInfraRequest, MixedbreadRequest)
    shapes = [(body, "validation") for body in bodies]
    _, schemas = models_json_schema(shapes, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    cohere = [
        ("/v2/rerank", "As Cohere's v2"),
        ("/v1/rerank", "As Cohere's v1, Jina's and Voyage's"),
        ("/reranking", "As llama.cpp"),
        ("/infinity/rerank", "As Infinity, with documents as plain texts"),
    ]
    paths: dict[str, Any] = {
        path: {"post": _posted(f"{words}: rank documents.", "CohereRequest", COHERE, COHERE_SAYS)}
        for path, words in cohere
    }
    words = "As Text Embeddings Inference: rank texts, by the newest run unless `model` is given."
    paths["/rerank"] = {"post": _posted(words, "TeiRequest", TEI, TEI_SAYS)}
    words = "As NVIDIA NIM: rank passages by their logits."
    paths["/v1/ranking"] = {"post": _posted(words, "NimRequest", NIM, NIM_SAYS)}
    named = _posted(words, "NimRequest", NIM, NIM_SAYS) | {"parameters": [MODEL_IN_PATH]}
    paths[RETRIEVAL + "{model}/reranking"] = {"post": named}
    words = "As Mixedbread: rank `input`. As llama.cpp: rank `documents` or `texts`."
    ranked = _posted(words, "MixedbreadRequest", MIXEDBREAD, MIXEDBREAD_SAYS)
    paths["/v1/reranking"] = {"post": ranked}
    words = "As DeepInfra: score documents, in their order."
    scored = _posted(words, "DeepInfraRequest", DEEPINFRA, DEEPINFRA_SAYS)
    paths[INFERENCE + "{model}"] = {"post": scored | {"parameters": [MODEL_IN_PATH]}}
    says = {"description": "The models", "content": _json({}, MODELS_SAY)}
    paths[MODELS] = {
        "get": {"summary": "The names to send as `model`.", "responses": {"200": says}}
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Reranker UI: ranking", "version": "2", "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}, {}],
    }


def _posted(summary: str, shape: str, example: Any, says: Any) -> dict[str, Any]:
    request_body = _json({"$ref": f"#/components/schemas/{shape}"}, example)
    responses = {"200": {"description": "Passages, best first", "content": _json({}, says)}}
    responses |= {str(status): {"description": words} for status, words in FAULTS.items()}
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": request_body},
        "responses": responses,
    }


def _json(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "example": example}}


def page(base: str) -> HTMLResponse:
    """The same for people, with commands that run against `base`, this server's address."""
    schema = openapi()
    parts = [
        _address(path, method, about, schema["components"]["schemas"], base)
        for path, methods in schema["paths"].items()
        for method, about in methods.items()
    ]
    faults = "".join(f"<tr><td>{code}<td>{escape(words)}" for code, words in FAULTS.items())
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Ranking over HTTP</title>"
        f'<meta name=viewport content="width=device-width"><style>{STYLE}</style><main>'
        f"<h1>Ranking over HTTP</h1><p>{_html(ABOUT)}</p>"
        f'<p><a href="openapi.json">openapi.json</a> · <a href="./">Back to the page</a></p>'
        f"<h2>With the client of Cohere</h2><pre>{escape(CLIENT.format(base=base))}</pre>"
        f"{''.join(parts)}<h2>Errors</h2><table>{faults}</table></main>"
    )


def _html(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _address(path: str, method: str, about: Any, schemas: Any, base: str) -> str:
    content = about.get("requestBody", {}).get("content", {}).get("application/json")
    example = about["responses"]["200"]["content"]["application/json"]["example"]
    rows, curl = "", f"curl {base}{path.replace('{model}', MODEL_IN_PATH['example'])}"
    if content:
        curl += " \\\n  -H 'content-type: application/json'"
        curl += f" \\\n  -d '{json.dumps(content['example'])}'"
        shape = schemas[content["schema"]["$ref"].rpartition("/")[2]]
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code>{OPTIONAL[name in shape['required']]}"
            f"<td>{_html(field.get('description', ''))}"
            for name, field in shape["properties"].items()
        )
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(about['summary'])}</p>"
        f"<table>{rows}</table><pre>{escape(curl)}</pre>"
        f"<pre>{escape(json.dumps(example, indent=1, ensure_ascii=False))}</pre>"
    )


OPTIONAL = {True: "", False: " (optional)"}
CLIENT = """import cohere

client = cohere.ClientV2(api_key="rr_…", base_url="{base}")
client.rerank(model="run 1", query="how are caves formed?", documents=["Water carves caves."])"""
STYLE = """:root{color-scheme:light dark}
body{margin:0;font:14px/21px -apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:760px;margin:0 auto;padding:32px 16px 64px}h1{font-size:24px;line-height:32px}
h2{font-size:15px;margin:32px 0 8px}pre{padding:12px;border-radius:6px;overflow:auto;
background:color-mix(in srgb,currentColor 7%,transparent);font-size:12px;line-height:18px}
table{border-collapse:collapse;width:100%}td{padding:6px 12px 6px 0;vertical-align:top;
border-top:1px solid color-mix(in srgb,currentColor 15%,transparent)}a{color:inherit}"""
