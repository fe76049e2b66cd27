"""Ranking over HTTP with the clients that people have: Cohere's own, and what TEI's send."""

from concurrent.futures import ThreadPoolExecutor

import cohere
import httpx
import pytest

from reranker_ui.core.models.reranker import Reranker
from reranker_ui.services.people.api_keys import make_key
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from reranker_ui.ui.api.shapes import document_form
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.support.serving import with_people

CLIENTS = 32


@pytest.fixture(scope="module")
def site(tmp_path_factory, tiny_model):
    """A server where people sign in, with one run: `url`, `key` of a viewer, the run's `model`."""
    home = tmp_path_factory.mktemp("serving") / "home"
    server = with_people(home)
    space = open_workspace(Settings(home=home))
    run = a_run(space, model=tiny_model)
    server.key = make_key(space, User("viewer", "viewer"), "search")["key"]
    space.engine.dispose()
    server.model = run
    yield server.start()
    server.kill()


@pytest.fixture(scope="module")
def expected(tiny_model):
    """What the run says of a query and passages."""
    model = Reranker(tiny_model)
    return lambda query, passages: model.rank(query, passages)


def v2(site, key=None):
    return cohere.ClientV2(api_key=key or site.key, base_url=site.url, timeout=60)


def post(site, path, body, key=True, **more):
    headers = {"authorization": f"Bearer {site.key}"} if key else {}
    more = more or {"json": body}
    return httpx.post(f"{site.url}{path}", headers=headers, timeout=60, **more)


def test_the_client_of_cohere_works_unchanged(site, expected):
    answer = v2(site).rerank(model=site.model, query=QUERY, documents=PASSAGES, top_n=2)
    best = expected(QUERY, PASSAGES)[:2]
    assert [row.index for row in answer.results] == [row["index"] for row in best]
    scores = [row.relevance_score for row in answer.results]
    assert scores == pytest.approx([row["score"] for row in best], abs=1e-4)
    first = cohere.Client(api_key=site.key, base_url=site.url)
    documents = [{"title": "t", "body": passage} for passage in PASSAGES]
    answer = first.rerank(
        model="bm25",
        query="cave",
        documents=documents,
        rank_fields=["title", "body"],
        return_documents=True,
    )
    assert all("cave" in row.document.text for row in answer.results[:2])
    assert {model.name for model in v2(site).models.list().models} >= {site.model, "bm25"}


def test_models_are_listed_as_clients_of_vllm_read_them(site):
    headers = {"authorization": f"Bearer {site.key}"}
    answer = httpx.get(f"{site.url}/v1/models", headers=headers).json()
    assert answer["object"] == "list" and all(
        model["object"] == "model" for model in answer["data"]
    )
    assert [model["id"] for model in answer["data"]] == [
        model["name"] for model in answer["models"]
    ]


def test_a_passage_is_read_as_far_as_the_client_says(site, expected):
    results = (
        v2(site)
        .rerank(model=site.model, query=QUERY, documents=PASSAGES, max_tokens_per_doc=3)
        .results
    )
    # The tiny model's tokens are letters, and blanks are none.
    short = [_letters(passage, 3) for passage in PASSAGES]
    best = {row["index"]: row["score"] for row in expected(QUERY, short)}
    assert {row.index: row.relevance_score for row in results} == pytest.approx(best, abs=1e-4)
    body = {"model": "bm25", "query": QUERY, "documents": PASSAGES, "max_tokens_per_doc": 3}
    (warning,) = post(site, "/v2/rerank", body).json()["meta"]["warnings"]
    assert "BM25" in warning


def _letters(text, count):
    ends = [place + 1 for place, letter in enumerate(text) if letter != " "]
    return text[: ends[count - 1]] if len(ends) > count else text


def test_a_text_that_would_be_cut_is_refused_where_none_may_be(site):
    body = {"query": QUERY, "texts": ["a cave", "a cave " * 200], "truncate": False}
    answer = post(site, "/rerank", body)
    assert answer.status_code == 413 and "1 of 2 texts" in answer.json()["error"]
    assert answer.json()["error_type"] == "Validation"
    assert post(site, "/rerank", body | {"truncate": None}).status_code == 200
    left = {"truncate": True, "truncation_direction": "Left"}
    assert post(site, "/rerank", body | left).status_code == 413
    assert post(site, "/rerank", body | {"texts": ["a cave"]}).status_code == 200


def test_its_errors_are_those_it_knows(site):
    with pytest.raises(cohere.NotFoundError, match=r'no model "99"\. GET /v1/models lists them'):
        v2(site).rerank(model="99", query=QUERY, documents=PASSAGES)
    with pytest.raises(cohere.UnauthorizedError, match="Sign in"):
        v2(site, "rr_wrong").rerank(model="bm25", query=QUERY, documents=PASSAGES)
    for query, documents, sentence in [
        (" ", PASSAGES, "query is empty"),
        (QUERY, [], "no passages"),
        (QUERY, ["a"] * 10_001, "10,001 passages"),
        (QUERY, ["a", "b" * 1_000_000], "Passage 2 has 1,000,000 characters"),
    ]:
        with pytest.raises(cohere.BadRequestError, match=sentence):
            v2(site).rerank(model="bm25", query=query, documents=documents)


def test_the_shape_of_text_embeddings_inference(site, expected):
    body = {"query": QUERY, "texts": PASSAGES, "raw_scores": False, "return_text": True}
    rows = post(site, "/rerank", body | {"truncate": True}).json()
    best = expected(QUERY, PASSAGES)
    assert [(row["index"], row["text"]) for row in rows] == [
        (row["index"], row["passage"]) for row in best
    ]
    raw = post(site, "/rerank", body | {"raw_scores": True}).json()
    assert [row["index"] for row in raw] == [row["index"] for row in rows]
    assert raw[0]["score"] != rows[0]["score"]
    fault = post(site, "/rerank", {"query": QUERY})
    assert fault.status_code == 422
    assert fault.json() == {"error": "texts: field required.", "error_type": "Validation"}
    key = {"authorization": f"Bearer {site.key}"}
    wrong_method = httpx.get(f"{site.url}/rerank", headers=key)
    assert (wrong_method.status_code, wrong_method.json()["error_type"]) == (405, "Validation")


ADDRESSES = ("/v2/rerank", "/v1/rerank", "/rerank")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    ("document", "more", "sentence"),
    [
        ({"content": "a cave"}, {}, "documents.1: it has no text in text (it has content)"),
        ({"title": "t", "body": "a cave"}, {}, "it has title, body"),
        ({"text": "a cave"}, {"rank_fields": ["body"]}, "no text in body (it has text)"),
        ({"text": None}, {}, "documents.1.text: it is null, not a text"),
        ({"text": {"a": 1}}, {}, "documents.1.text: it is an object, not a text"),
        ({"text": ["a"]}, {}, "documents.1.text: it is a list, not a text"),
        ({}, {}, "documents.1: it has no text in text (it has no field)"),
    ],
)
def test_a_document_without_a_text_is_named(site, path, document, more, sentence):
    body = {"model": "bm25", "query": QUERY, "documents": ["a cave", document]} | more
    answer = post(site, path, body)
    assert answer.status_code == 400
    assert sentence in answer.json()["message"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_fields_of_a_document_come_back(site, path):
    documents = [{"text": "a cave", "url": "u1"}, "a cat"]
    body = {"model": "bm25", "query": "cave", "documents": documents, "return_documents": True}
    results = post(site, path, body).json()["results"]
    assert results[0]["document"] == {"text": "a cave", "url": "u1"}
    assert results[1]["document"] == {"text": "a cat"}


@pytest.mark.parametrize("path", ["/v1/rerank", "/rerank"])
@pytest.mark.parametrize("model", ["bm25", None])
def test_clients_of_jina_vllm_and_infinity_get_usage(site, expected, path, model):
    body = {"query": QUERY, "documents": PASSAGES, "model": model, "top_n": 2}
    answer = post(site, path, body | {"return_documents": True, "truncate": True}).json()
    assert answer["object"] == "rerank" and answer["id"] and answer["model"]
    assert len(answer["results"]) == 2
    assert set(answer["results"][0]) == {"index", "relevance_score", "document"}
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] > 0
    if model is None:
        best = expected(QUERY, PASSAGES)[:2]
        assert [row["index"] for row in answer["results"]] == [row["index"] for row in best]
    plain = post(site, path, body).json()
    assert set(plain["results"][0]) == {"index", "relevance_score"}


# What clients sent, as recorded: litellm 1.110, cohere 5.21, langchain-community 0.4.
RECORDED = {
    "litellm infinity": ("/infinity/rerank", {"top_n": 2, "return_documents": True}),
    "litellm infinity without documents": ("/rerank", {"top_n": 2, "return_documents": False}),
    "litellm hosted_vllm": ("/rerank", {"top_n": 2, "return_documents": True}),
    "litellm hosted_vllm with /v1": ("/v1/rerank", {"top_n": 2, "return_documents": True}),
    "litellm jina_ai": ("/v1/rerank", {"top_n": 2, "return_documents": True}),
    "litellm fireworks_ai": (
        "/v1/rerank",
        {"model": "fireworks/bm25", "top_n": 2, "return_documents": True},
    ),
    "litellm cohere": ("/v2/rerank", {"top_n": 2, "return_documents": True}),
    "langchain infinity": ("/rerank", {"return_documents": False, "raw_scores": False}),
    "langchain cohere": ("/v2/rerank", {"top_n": 2, "max_tokens_per_doc": None}),
    "langchain jina": ("/v1/rerank", {"top_n": 2}),
}


@pytest.mark.parametrize("client", RECORDED)
def test_recorded_requests_are_answered_as_their_client_reads_it(site, client):
    path, more = RECORDED[client]
    body = {"model": "bm25", "query": "how are caves formed?", "documents": PASSAGES, **more}
    answer = post(site, path, body).json()
    scores = [row["relevance_score"] for row in answer["results"]]
    assert scores == sorted(scores, reverse=True) and len(scores) == more.get(
        "top_n", len(PASSAGES)
    )
    for row in answer["results"]:
        text = PASSAGES[row["index"]]
        document = text if path.startswith("/infinity") else {"text": text}
        assert row.get("document") == (document if more.get("return_documents") else None)
    usage = answer.get("usage") or answer["meta"]["billed_units"]
    assert all(isinstance(number, int) for number in usage.values())


LITELLM = {"user-agent": "litellm/1.110.2", "accept": "application/json"}


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank"])
@pytest.mark.parametrize(
    ("key", "document"),
    [("Bearer None", "text"), ("Bearer fake-api-key", "object"), ("Bearer rr_key", None)],
)
def test_each_client_of_litellm_gets_documents_that_it_can_read(path, key, document):
    assert document_form(path, {**LITELLM, "authorization": key}) == (document or "none")
    assert document_form(path, {"user-agent": "vllm", "authorization": key}) == "object"
    assert document_form("/infinity/rerank", LITELLM) == "text"


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank"])
def test_litellm_with_a_key_gets_no_document_rather_than_one_that_it_cannot_read(site, path):
    headers = {**LITELLM, "authorization": f"Bearer {site.key}"}
    body = {"model": "bm25", "query": QUERY, "documents": PASSAGES, "return_documents": True}
    answer = httpx.post(f"{site.url}{path}", headers=headers, json=body, timeout=60).json()
    assert [set(row) for row in answer["results"]] == [{"index", "relevance_score"}] * len(PASSAGES)
    assert "Documents are left out" in answer["meta"]["warnings"][-1]


@pytest.mark.parametrize("sent", [{"top_k": 2, "return_documents": True}, {}])
def test_clients_of_voyage_read_the_results_from_data(site, sent):
    headers = {"authorization": f"Bearer {site.key}"}
    headers |= {} if sent else {"user-agent": "Voyage/v1 PythonBindings/0.3.7"}
    body = {"model": "bm25", "query": QUERY, "documents": PASSAGES, **sent}
    answer = httpx.post(f"{site.url}/v1/rerank", headers=headers, json=body, timeout=60).json()
    assert answer["data"] == answer["results"]
    assert len(answer["data"]) == sent.get("top_k", len(PASSAGES))
    documents = [row.get("document", {}).get("text") for row in answer["data"]]
    texts = [PASSAGES[row["index"]] for row in answer["data"]]
    assert documents == (texts if sent else [None] * len(texts))
    assert answer["usage"]["total_tokens"] > 0


def test_clients_of_nim_read_logits(site):
    body = {"model": site.model, "query": {"text": QUERY}}
    body["passages"] = [{"text": passage} for passage in PASSAGES]
    answer = post(site, "/v1/ranking", body | {"top_k": 2}).json()
    sent = {"model": site.model, "query": QUERY, "texts": PASSAGES, "raw_scores": True}
    rows = post(site, "/rerank", sent).json()[:2]
    assert answer["rankings"] == [{"index": row["index"], "logit": row["score"]} for row in rows]
    long = {"passages": [{"text": "a cave " * 200}], "truncate": "NONE"}
    assert post(site, "/v1/ranking", body | long).status_code == 413


def test_clients_of_nvidia_name_the_model_in_the_address(site):
    body = {"model": "bm.25", "query": {"text": "cave"}}  # litellm writes a dot for each _
    body["passages"] = [{"text": passage} for passage in PASSAGES]
    answer = post(site, "/v1/retrieval/bm25/reranking", body | {"top_k": 2}).json()
    assert len(answer["rankings"]) == 2 and set(answer["rankings"][0]) == {"index", "logit"}
    missing = post(site, "/v1/retrieval/nvidia/none/reranking", body)
    assert missing.status_code == 404


def test_clients_of_mixedbread_send_input_and_read_data(site):
    body = {"model": "bm25", "query": "cave", "input": PASSAGES, "top_k": 2, "return_input": True}
    answer = post(site, "/v1/reranking", body).json()
    assert [set(row) for row in answer["data"]] == [{"index", "score", "object", "input"}] * 2
    assert all(PASSAGES[row["index"]] == row["input"] for row in answer["data"])
    assert (answer["object"], answer["top_k"], answer["return_input"]) == ("list", 2, True)
    assert answer["usage"]["total_tokens"] > 0 and answer["model"]
    documents = [{"title": passage, "id": 1} for passage in PASSAGES]
    fields = {"model": "bm25", "query": "cave", "input": documents}
    assert len(post(site, "/v1/reranking", fields | {"rank_fields": ["title"]}).json()["data"]) == 3
    fault = post(site, "/v1/reranking", fields)
    assert fault.status_code == 400 and "input.0: it has no text" in fault.json()["message"]


@pytest.mark.parametrize("path", ["/reranking", "/v1/reranking"])
def test_clients_of_llama_cpp_send_documents_or_texts(site, path):
    body = {"model": "bm25", "query": "cave", "documents": PASSAGES, "top_n": 2}
    answer = post(site, path, body).json()
    assert [set(row) for row in answer["results"]] == [{"index", "relevance_score"}] * 2
    assert answer["usage"]["prompt_tokens"] > 0
    texts = {"model": "bm25", "query": "cave", "texts": PASSAGES, "return_text": True, "top_n": 2}
    rows = post(site, path, texts).json()
    assert [set(row) for row in rows] == [{"index", "score", "text"}] * 2
    fault = post(site, path, {"query": "cave"})
    assert fault.status_code == 400 and "documents: field required" in fault.json()["message"]


def test_clients_of_pinecone_send_their_own_header_and_read_data(site):
    documents = [{"id": str(at), "text": passage} for at, passage in enumerate(PASSAGES)]
    body = {"model": "bm25", "query": "cave", "documents": documents, "rank_fields": ["text"]}
    body |= {"top_n": 2, "return_documents": True, "parameters": {"truncate": "END"}}
    headers = {"api-key": site.key, "x-pinecone-api-version": "2025-10"}
    answer = httpx.post(f"{site.url}/rerank", headers=headers, json=body, timeout=60).json()
    assert [set(row) for row in answer["data"]] == [{"index", "score", "document"}] * 2
    assert all(documents[row["index"]] == row["document"] for row in answer["data"])
    assert answer["usage"] == {"rerank_units": 1}
    wrong = httpx.post(f"{site.url}/rerank", headers=headers | {"api-key": "rr_no"}, json=body)
    assert wrong.status_code == 401


def test_clients_of_together_read_all_tokens(site):
    body = {"model": "bm25", "query": "cave", "documents": PASSAGES}
    usage = post(site, "/v1/rerank", body).json()["usage"]
    assert set(usage) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    assert all(isinstance(count, int) for count in usage.values())


def test_clients_of_deepinfra_read_a_score_for_each_document(site):
    sent = {"model": site.model, "query": QUERY, "texts": PASSAGES}
    scores = {row["index"]: row["score"] for row in post(site, "/rerank", sent).json()}
    address = f"/v1/inference/{site.model}"
    for queries in ([QUERY], [QUERY] * len(PASSAGES)):
        answer = post(site, address, {"queries": queries, "documents": PASSAGES}).json()
        assert answer["scores"] == pytest.approx([scores[at] for at in range(len(PASSAGES))])
        assert answer["input_tokens"] > 0 and answer["request_id"]
    fault = post(site, address, {"queries": [QUERY, "another"], "documents": ["a", "b"]})
    assert fault.status_code == 400 and "Send the query once" in fault.json()["detail"]
    missing = post(site, "/v1/inference/none", {"queries": [QUERY], "documents": PASSAGES})
    assert missing.status_code == 404


# What clients of Text Embeddings Inference sent, as recorded: litellm 1.110 (`huggingface`),
# haystack's ranker, LlamaIndex's postprocessor.
TEI = {
    "litellm huggingface": {"raw_scores": False, "truncation_direction": "Right",
                            "return_text": True, "top_n": 3},
    "litellm huggingface, the best": {"raw_scores": False, "truncation_direction": "Right",
                                      "return_text": True, "top_n": 1},
    "haystack": {"raw_scores": False, "truncate": True, "truncation_direction": "Right"},
    "llama-index": {},
}  # fmt: skip


@pytest.mark.parametrize("client", TEI)
def test_clients_of_text_embeddings_inference_read_the_answer(site, client):
    body = {"query": "how are caves formed?", "texts": PASSAGES, **TEI[client]}
    rows = post(site, "/rerank", body).json()
    count = TEI[client].get("top_n", len(PASSAGES))
    assert len({row["index"] for row in rows} & {*range(len(PASSAGES))}) == len(rows) == count
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
    for row in rows:
        assert row.get("text") == (PASSAGES[row["index"]] if "litellm" in client else None)


@pytest.mark.parametrize(
    ("path", "more", "status", "sentence"),
    [
        ("/v2/rerank", {"content": b"{"}, 400, "not JSON"),
        ("/v2/rerank", {"content": b"[]"}, 400, "not an object"),
        ("/v2/rerank", {"content": b" " * 12_000_001}, 413, "12,000,000 bytes"),
        ("/v1/rerank", {"json": {"query": "q", "documents": [1]}}, 400, "documents.0"),
        ("/rerank", {"json": {"query": "q", "texts": ["a"], "model": "99"}}, 404, "99"),
    ],
)
def test_what_is_no_request(site, path, more, status, sentence):
    answer = post(site, path, None, **more)
    assert answer.status_code == status
    error = answer.json()
    for name in ("error",) if path == "/rerank" else ("message", "detail"):  # Jina's read detail
        assert sentence in error[name]


def test_nobody_ranks_without_a_key(site):
    body = {"query": QUERY, "documents": PASSAGES, "texts": PASSAGES}
    answers = {path: post(site, path, body, key=False) for path in ("/v2/rerank", "/rerank")}
    assert {answer.status_code for answer in answers.values()} == {401}
    assert "message" in answers["/v2/rerank"].json()
    assert "error" in answers["/rerank"].json()


def test_many_clients_at_once_each_get_their_own_answer(site, expected):
    """Each asks another query over other passages, so an answer of another's would be seen."""

    def ask(number):
        query = f"cave {number}"
        passages = [f"{number} {'ice ' * place} {PASSAGES[place % 3]}" for place in range(12)]
        client = v2(site)
        rankings = [
            client.rerank(model=site.model, query=query, documents=passages) for _ in range(3)
        ]
        return query, passages, rankings

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(ask, range(CLIENTS)))
    for query, passages, rankings in answers:
        scores = {row["index"]: row["score"] for row in expected(query, passages)}
        for one in rankings:
            assert sorted(row.index for row in one.results) == list(range(12))
            found = {row.index: row.relevance_score for row in one.results}
            assert found == pytest.approx(scores, abs=1e-4)


def test_what_is_described_is_there(site):
    description = httpx.get(
        f"{site.url}/openapi.json", headers={"authorization": f"Bearer {site.key}"}
    ).json()
    for path, methods in description["paths"].items():
        for method, about in methods.items():
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {})
            example = (body.get("example") or {}) | {"model": "bm25"}
            answer = httpx.request(
                method,
                f"{site.url}{path.replace('{model}', 'bm25')}",
                headers={"authorization": f"Bearer {site.key}"},
                json=example,
            )
            assert answer.status_code == 200, path
            shape = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            assert not shape or shape in description["components"]["schemas"]
    docs = httpx.get(f"{site.url}/docs", headers={"authorization": f"Bearer {site.key}"})
    assert "POST /v2/rerank" in docs.text


def test_a_model_is_downloaded_by_those_who_may(site):
    address = f"{site.url}/runs/{site.model}/model.zip"
    assert httpx.get(address).status_code == 401
    answer = httpx.get(address, headers={"authorization": f"Bearer {site.key}"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
