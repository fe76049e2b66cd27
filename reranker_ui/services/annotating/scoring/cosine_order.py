"""The order of waiting pairs by cosine, where a dataset's uncertain order has no run."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from reranker_ui.core.evaluation.vector_index import VectorIndex
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.services.annotating.model_scores import uncertain_file
from reranker_ui.services.annotating.scoring.waiting_pairs import unchecked_pairs
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.pair_counts import count_labels
from reranker_ui.services.labels.visibility import known_to_all
from reranker_ui.services.ranking.retrieval.embeddings import PassageEmbeddings
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace

MOST_ORDERED = 20_000  # pairs that are put in order by cosine, drawn at random


def order_by_cosine(workspace: Workspace, dataset_name: str, job: JobFolder) -> dict[str, Any]:
    """Sort waiting pairs by how uncertain cosine is about them, the least certain first.

    The threshold is the cosine above which the share of pairs equals the share of relevant labels;
    the median without labels. Labels hidden from annotators do not count, as the order would reveal
    them. Returns {scored, wanted: passages, of: data's time}.
    """
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    embeddings = PassageEmbeddings(workspace, dataset)
    stored = embeddings.embed(
        lambda missing, passages: job.report({"scored": passages - missing, "wanted": passages})
    )
    columns = pairs.c.id, pairs.c.query, pairs.c.passage_key
    with workspace.reading() as connection:
        query = select(*columns).where(*unchecked_pairs(connection, dataset))
        rows = connection.execute(query.order_by(pairs.c.pair_key).limit(MOST_ORDERED)).all()
        labels = count_labels(connection, dataset, known_to_all(connection, dataset))
    cosines = _cosines(embeddings, stored.index, rows)
    relevant = labels["positives"] / labels["labelled"] if labels["labelled"] else 0.5
    middle = np.quantile(list(cosines.values()), 1 - relevant) if cosines else 0.0
    order = sorted(cosines, key=lambda pair: abs(cosines[pair] - middle))
    file = uncertain_file(workspace, dataset)
    draft = file.with_suffix(".new.npy")
    np.save(draft, np.array(order, np.int64))
    draft.replace(file)
    return {"scored": stored.passages, "wanted": stored.passages, "of": dataset.updated_at}


def _cosines(
    embeddings: PassageEmbeddings, index: VectorIndex, rows: Sequence[Any]
) -> dict[int, float]:
    """The cosine of each pair whose passage is embedded."""
    keys = {row.id: int(row.passage_key[:16], 16) for row in rows}
    passages = index.of_keys(list(keys.values()))
    embedded = [row for row in rows if keys[row.id] in passages]
    queries = list(dict.fromkeys(row.query for row in embedded))
    vectors = dict(zip(queries, embeddings.encoder().vectors(queries, "query"), strict=True))
    return {row.id: float(vectors[row.query] @ passages[keys[row.id]]) for row in embedded}
