"""Passages of a dataset that are similar to a query by meaning: the cosine of their embeddings.

A few passages that are not embedded yet are embedded by a search, many by a process of their own.
"""

from typing import TypedDict

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.retrieval.embeddings import OnMissing, PassageEmbeddings
from reranker_ui.services.ranking.retrieval.passages import texts_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.jobs import start_on
from reranker_ui.services.store.workspace import Workspace

AT_ONCE = 32  # passages that a search may embed by itself; more are left to a process
NOT_READY = (
    "{missing:,} of the {passages:,} passages of {dataset} are not embedded yet. An annotator can"
    " start that in the Playground with Similar by meaning."
)


class EmbeddingState(TypedDict):
    """How many passages of a dataset are embedded. `refused`: why the last attempt failed.

    `seconds`: how long a process that embeds them will take, about.
    """

    passages: int
    missing: int
    running: bool
    seconds: float | None
    refused: str | None


def search(
    workspace: Workspace, user: User, dataset_name: str, query: str, k: int
) -> list[tuple[str, float]]:
    """At most `k` (passage, cosine with the query) of the dataset, best first.

    Refused: many passages are not embedded yet.
    """
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset_name)
    embeddings = _embeddings(workspace, dataset_name)
    stored = embeddings.now()
    if 0 < len(stored.missing) <= AT_ONCE:
        stored = embeddings.embed()
    if (missing := len(stored.missing)) or not stored.passages:
        facts = {"missing": missing, "passages": stored.passages, "dataset": dataset_name}
        raise Refused(NOT_READY.format(**facts) if missing else f"{dataset_name} has no passages.")
    encoder = embeddings.encoder()
    best = stored.index.search(encoder.vectors([query], "query")[0], k, stored.places)
    places = [place for place, _ in best]
    with workspace.reading() as connection:
        texts = texts_of(connection, stored.pair_ids[places].tolist())
    passages = [texts.get(int(number), "") for number in stored.pair_ids[places]]
    # The rankers that use cosine need not embed these again.
    encoder.remember(passages, "document", stored.index.rows(stored.places[places]))
    return [(text, score) for text, (_, score) in zip(passages, best, strict=True) if text]


def embedding_state(workspace: Workspace, user: User, dataset_name: str) -> EmbeddingState:
    """How many passages of a dataset are embedded; so few missing that a search adds them are 0."""
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset_name)
    embeddings = _embeddings(workspace, dataset_name)
    job = embeddings.job.state()
    if job.name == "running" and job.progress:
        return {
            "passages": job.progress["passages"], "missing": job.progress["missing"],
            "running": True, "seconds": job.progress["seconds"], "refused": None,
        }  # fmt: skip
    stored = embeddings.now()
    missing = len(stored.missing) if len(stored.missing) > AT_ONCE else 0
    return {
        "passages": stored.passages,
        "missing": missing,
        "running": job.name == "running",
        "seconds": None,
        "refused": job.refused if missing else None,
    }


def embed_passages(workspace: Workspace, user: User, dataset_name: str) -> EmbeddingState:
    """Embed the passages of a dataset in a child process, where many are missing.

    Returns what `embedding_state` does. Calling it again is free: one process embeds at a time.
    """
    require(user, "annotator")
    state = embedding_state(workspace, user, dataset_name)
    if not state["missing"] or state["running"]:
        return state
    module = "reranker_ui.services.ranking.retrieval.embedding_job"
    start_on(workspace, _embeddings(workspace, dataset_name).job, module, {"dataset": dataset_name})
    return {**state, "running": True, "refused": None}


def embed_now(workspace: Workspace, user: User, dataset_name: str, on_missing: OnMissing) -> None:
    """Embed what is missing in this process; `on_missing` gets how many still are, and of how many.

    Refused: the disk is full.
    """
    require(user, "annotator")
    _embeddings(workspace, dataset_name).embed(on_missing)


def _embeddings(workspace: Workspace, dataset_name: str) -> PassageEmbeddings:
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    return PassageEmbeddings(workspace, dataset)
