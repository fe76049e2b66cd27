"""Scoring in a child process: `python -m reranker_ui.services.annotating.score_job FOLDER`.

The page starts it, so that annotators do not wait for it. A run scores the pairs to decide first,
then waiting pairs in random order, so that a part of them is already representative. Scores are
stored batch by batch; a restarted job continues. Without a run, the pairs are sorted by cosine.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.evaluation.vector_index import VectorIndex
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.machine import lower_priority
from reranker_ui.services.annotating.model_scores import uncertain_file
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import importing
from reranker_ui.services.labels.open_pairs import disputed_ids, imported_unlabelled, not_test
from reranker_ui.services.labels.pair_counts import count_labels
from reranker_ui.services.labels.visibility import Visibility, known_to_all
from reranker_ui.services.ranking.rankers import Ranker, find_ranker
from reranker_ui.services.ranking.retrieval.embeddings import PassageEmbeddings
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import pairs, scores
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace

BATCH = 256  # pairs scored and then stored at once
MOST_ORDERED = 20_000  # pairs that are put in order by cosine, drawn at random


def score_waiting(
    workspace: Workspace, user: User, dataset_name: str, run_id: int, job: JobFolder
) -> dict[str, Any]:
    """Score the pairs that wait for a label, and report the progress to `job`.

    Returns {scored, wanted, of}: counts of pairs, and the dataset's `updated_at`.
    """
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        unchecked = _unchecked(connection, dataset)
        first = _undecided(connection, dataset, unchecked)
        scored_pairs = select(func.count()).where(scores.c.run_id == run_id)
        is_waiting = select(pairs.c.id).where(pairs.c.id == scores.c.pair_id, *unchecked).exists()
        done = int(connection.scalar(scored_pairs.where(is_waiting)) or 0)
        total = int(connection.scalar(select(func.count()).where(*unchecked)) or 0)
    progress: dict[str, Any] = {"scored": done, "wanted": max(total, done)}
    job.report(progress)
    ranker = None
    for ids in _batches(workspace, run_id, unchecked, first):
        ranker = ranker or find_ranker(workspace, user, str(run_id))
        scored = _score(workspace, ranker, run_id, ids)
        if ids[0] in first:
            continue  # not counted: how many are disputed is hidden from who labels blind
        progress["scored"] += scored
        progress["wanted"] = max(progress["wanted"], progress["scored"])
        job.report(progress)
    return {**progress, "of": dataset.updated_at}


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
        query = select(*columns).where(*_unchecked(connection, dataset)).order_by(pairs.c.pair_key)
        rows = connection.execute(query.limit(MOST_ORDERED)).all()
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


def _unchecked(connection: sa.Connection, dataset: sa.Row[Any]) -> list[sa.ColumnElement[bool]]:
    """Unlabelled pairs; where every pair has an imported label, those no annotator has checked."""
    conditions = [pairs.c.dataset_id == dataset.id, pairs.c.votes < dataset.overlap]
    conditions.append(sa.or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(importing())))
    if not dataset.test_annotators:
        conditions.append(not_test())
    if connection.scalar(
        select(select(pairs.c.id).where(*conditions, *imported_unlabelled()).exists())
    ):
        return [*conditions, *imported_unlabelled()]
    return [*conditions, pairs.c.retired_at.is_(None)]


def _undecided(
    connection: sa.Connection, dataset: sa.Row[Any], unchecked: list[sa.ColumnElement[bool]]
) -> list[int]:
    """Disputed pairs that need no label any more: they wait for a decision.

    Other disputed pairs are not preferred, as the order of the queue would show them.
    """
    disputed = disputed_ids(connection, Visibility(dataset.id))
    waiting: set[int] = set()
    for start in range(0, len(disputed), BATCH):
        in_batch = pairs.c.id.in_(disputed[start : start + BATCH])
        waiting |= set(connection.scalars(select(pairs.c.id).where(in_batch, *unchecked)))
    return [pair for pair in disputed if pair not in waiting]


def _batches(
    workspace: Workspace, run_id: int, unchecked: list[sa.ColumnElement[bool]], first: list[int]
) -> Iterator[list[int]]:
    missing = ~sa.exists().where(scores.c.run_id == run_id, scores.c.pair_id == pairs.c.id)
    for start in range(0, len(first), BATCH):
        with workspace.reading() as connection:
            in_batch = pairs.c.id.in_(first[start : start + BATCH])
            ids = list(connection.scalars(select(pairs.c.id).where(in_batch, missing)))
        if ids:
            yield ids
    after = ""  # keys are hashes: their order says nothing about the pairs
    while True:
        with workspace.reading() as connection:
            query = select(pairs.c.id, pairs.c.pair_key).where(*unchecked, missing)
            query = query.where(pairs.c.pair_key > after).order_by(pairs.c.pair_key)
            rows = connection.execute(query.limit(BATCH)).all()
        if not rows:
            return
        after = rows[-1].pair_key
        yield [row.id for row in rows]


def _score(workspace: Workspace, ranker: Ranker, run_id: int, ids: list[int]) -> int:
    with workspace.reading() as connection:
        query = select(pairs.c.id, pairs.c.query, pairs.c.passage).where(pairs.c.id.in_(ids))
        rows = connection.execute(query).all()
    values = ranker.scores([(row.query, row.passage) for row in rows])
    scored = [
        {"run_id": run_id, "pair_id": row.id, "score": score, "distance": abs(score - 0.5)}
        for row, score in zip(rows, values, strict=True)
    ]
    with workspace.writing() as connection:
        existing = set(connection.scalars(select(pairs.c.id).where(pairs.c.id.in_(ids))))
        # Some may have been deleted with their dataset.
        scored = [row for row in scored if row["pair_id"] in existing]
        if scored:
            connection.execute(scores.insert(), scored)
    return len(scored)


def score(job: JobFolder, workspace: Workspace) -> dict[str, Any]:
    """Score as the request says: dataset, run (None for the order by cosine), user."""
    lower_priority(10)
    request = job.request()
    if request["run"] is None:
        return order_by_cosine(workspace, request["dataset"], job)
    return score_waiting(
        workspace, User(**request["user"]), request["dataset"], request["run"], job
    )


if __name__ == "__main__":
    sys.exit(run_on(score))
