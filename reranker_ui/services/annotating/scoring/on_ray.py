"""Scoring on a Ray cluster: which runs score there, which pairs, and what comes back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.models.loading import finite
from reranker_ui.core.models.reranker import sigmoid
from reranker_ui.core.training.parallel.task import Scoring
from reranker_ui.core.values.execution.placement import RAY, Placement, placement_of
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.executors.scoring_job import NoCluster, Note, scored_by_job
from reranker_ui.services.ranking.rankers import RUN_ADVICE
from reranker_ui.services.runs.execution.known_executors import ray_executor
from reranker_ui.services.runs.executors import placement
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace

__all__ = ["NoCluster", "place_of_scoring", "score"]
LEAST = 2_000  # pairs: with fewer, this machine is done before a job of the cluster has begun
MOST = 100_000  # pairs of one job, which bounds the memory of both sides
Rows = Sequence[sa.Row[Any]]


@dataclass(frozen=True)
class RayPlace:
    """The executor and the processes that score, the run's name, and what they compute."""

    executor: RayExecutor
    placed: Placement
    run: str
    scoring: Scoring


def place_of_scoring(workspace: Workspace, user: User, run_id: int, count: int) -> RayPlace | None:
    """Where a run scores `count` pairs, if that is a Ray cluster; None for this machine.

    A run that trained on Ray scores there as it trained, any other where Ray is the default
    executor: every run's folder is in the home, which the nodes share.
    """
    run = find_run(workspace, user, str(run_id))
    folder = RunFolder(run["folder"])
    placed = placement_of(folder.path)
    names = workspace.settings.executor_names()
    if placed.executor != RAY or RAY not in names:
        if names[0] != RAY:
            return None
        placed = placement(workspace)
    if count < LEAST:
        return None
    if run["status"] in LIVE or not folder.model.is_dir():
        return None  # `find_ranker` refuses it
    threads = max(1, (workspace.settings.threads or 1) // placed.ranks)  # of each process
    scoring = Scoring(folder.model, "pair", threads)
    if ranker := CombinedRanker.open(folder.combined_file):
        encoder = None
        if ranker.embeds:
            encoder = resolve_encoder(ranker.encoder, workspace.cache, ranker.revision)
        scoring = Scoring(
            folder.model, "pair", threads, combined=folder.combined_file, encoder=encoder
        )
    return RayPlace(ray_executor(workspace), placed, run["name"], scoring)


def score(
    place: RayPlace,
    job: JobFolder,
    batches: Iterable[Rows],
    store: Callable[[Rows, Sequence[float]], None],
    note: Note,
) -> None:
    """Have the cluster score `batches`, and `store` the probabilities as they come.

    `note` gets what the cluster waits for, and nothing once it computes.
    NoCluster where it cannot be reached, Refused where its job failed.
    """
    for rows in _joined(batches):
        texts = [(row.query, row.passage) for row in rows]
        parts = scored_by_job(place.executor, job, place.placed, place.scoring, texts, note)
        for places, logits in parts:
            values = sigmoid(finite(logits, f"The model of {place.run}", RUN_ADVICE))
            store([rows[at] for at in places], values.tolist())


def _joined(batches: Iterable[Rows]) -> Iterator[Rows]:
    """Batches joined to as many rows as one job may have."""
    rows: list[sa.Row[Any]] = []
    for batch in batches:
        rows += batch
        if len(rows) >= MOST:
            yield rows
            rows = []
    if rows:
        yield rows
