"""Scoring in a child process: `python -m reranker_ui.services.annotating.scoring.score_job FOLDER`.

The page starts it, so that annotators do not wait for it. A run scores the pairs to decide first,
then waiting pairs in random order, so that a part of them is already representative. Scores are
stored batch by batch; a restarted job continues. Without a run, the pairs are sorted by cosine.
"""

import sys
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.machine import lower_priority
from reranker_ui.services.annotating.scoring import on_ray
from reranker_ui.services.annotating.scoring.cosine_order import order_by_cosine
from reranker_ui.services.annotating.scoring.waiting_pairs import (
    disputed_and_labelled,
    store_scores,
    unchecked_pairs,
    without_score,
)
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import pairs, scores
from reranker_ui.services.store.jobs import run_on
from reranker_ui.services.store.workspace import Workspace


def score_waiting(
    workspace: Workspace, user: User, dataset_name: str, run_id: int, job: JobFolder
) -> dict[str, Any]:
    """Score the pairs that wait for a label, and report the progress to `job`.

    On the Ray cluster where `place_of_scoring` says so; on this machine otherwise, or where the
    cluster cannot be reached: `notice` then says so. Returns {scored, wanted, of}: counts of pairs,
    and the dataset's `updated_at`.
    """
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        unchecked = unchecked_pairs(connection, dataset)
        first = disputed_and_labelled(connection, dataset, unchecked)
        scored_pairs = select(func.count()).where(scores.c.run_id == run_id)
        is_waiting = select(pairs.c.id).where(pairs.c.id == scores.c.pair_id, *unchecked).exists()
        done = int(connection.scalar(scored_pairs.where(is_waiting)) or 0)
        total = int(connection.scalar(select(func.count()).where(*unchecked)) or 0)
    progress: dict[str, Any] = {"scored": done, "wanted": max(total, done)}
    job.report(progress)
    # Not counted: how many are disputed is hidden from who labels blind.
    uncounted = set(first)

    def store(rows: Sequence[sa.Row[Any]], values: Sequence[float]) -> None:
        stored = store_scores(workspace, run_id, rows, values)
        progress["scored"] += len(stored - uncounted)
        progress["wanted"] = max(progress["wanted"], progress["scored"])
        job.report(progress)

    def note(notice: str) -> None:
        progress["notice"] = notice
        job.report(progress)

    batches = without_score(workspace, run_id, unchecked, first)
    if place := on_ray.place_of_scoring(workspace, user, run_id, total - done):
        try:
            on_ray.score(place, job, batches, store, note)
        except on_ray.NoCluster as error:
            note(f"This server scores instead of Ray. {error}")
        batches = without_score(workspace, run_id, unchecked, first)
    ranker = None
    for rows in batches:
        ranker = ranker or find_ranker(workspace, user, str(run_id))
        store(rows, ranker.scores([(row.query, row.passage) for row in rows]))
    return {**progress, "of": dataset.updated_at}


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
