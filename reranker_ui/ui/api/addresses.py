"""The addresses at which programs rank, each in the shape of the clients that post to it."""

RANKING = (
    "/v2/rerank", "/v1/rerank", "/rerank", "/infinity/rerank", "/v1/ranking",
    "/v1/reranking", "/reranking",
)  # fmt: skip
RETRIEVAL = "/v1/retrieval/"  # the model's name follows, then /reranking, as at NVIDIA
INFERENCE = "/v1/inference/"  # the model's name follows, as at DeepInfra
MODELS = "/v1/models"


def ranks(path: str) -> bool:
    """Whether a request to `path` ranks passages."""
    return path in RANKING or path.startswith((INFERENCE, RETRIEVAL))
