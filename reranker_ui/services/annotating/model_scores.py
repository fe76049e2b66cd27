"""A run's scores of the pairs that wait for a label, computed in the background."""

from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.guidelines import NamedRun
from reranker_ui.services.labels.visibility import may_decide
from reranker_ui.services.ranking.ranker_choices import choices
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs, scores
from reranker_ui.services.store.jobs import start_on
from reranker_ui.services.store.workspace import Workspace


class ScoringRun(NamedRun):
    """A run that can score pairs."""

    dataset: str


class ScoringState(TypedDict):
    """How many pairs a run has scored; `refused`: why it cannot, as a sentence.

    `notice`: what a scoring that runs waits for, or why it is not where the run's processes are.
    Without a run: how many passages are embedded for the order by cosine.
    """

    run: NamedRun | None
    scored: int
    wanted: int
    running: bool
    refused: str | None
    notice: str | None


def runs_that_score(workspace: Workspace, user: User) -> list[ScoringRun]:
    """The runs that have a model, newest first."""
    require(user, "viewer")
    runs = [choice for choice in choices(workspace, user)["rankers"] if choice["name"].isdecimal()]
    return [
        {"id": int(choice["name"]), "name": choice["title"], "dataset": choice["detail"]}
        for choice in runs
        if choice["ready"]
    ]


def forget_scores(workspace: Workspace, run_id: int) -> None:
    """Delete a run's scores of pairs: its weights are about to change or to be deleted."""
    with workspace.writing() as connection:
        connection.execute(scores.delete().where(scores.c.run_id == run_id))
    for folder in (workspace.cache / "scoring").glob(f"*-{run_id}"):
        JobFolder(folder).remove()


def score_pairs(
    workspace: Workspace, user: User, dataset_name: str, run_id: int | None = None
) -> ScoringState:
    """Score the dataset's unlabelled and disputed pairs with a run, in a child process.

    Without a run: the run of the uncertain order, or cosine if that order has no run, which any
    annotator may start. Repeated calls cost nothing: existing scores are kept, and one process
    scores at a time.
    """
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
    if run_id is not None and run_id != dataset.order_run:
        may_decide(dataset, user)
    run_id = run_id or dataset.order_run
    if run_id is None and dataset.ordering != "uncertain":
        raise Refused("Choose a run to score these pairs.")
    if run_id is not None and run_id not in {run["id"] for run in runs_that_score(workspace, user)}:
        raise Refused(f"Run {run_id} has no model to score with. Choose another run.")
    job = _job(workspace, dataset.id, run_id)
    if (job.state().result or {}).get("of") != dataset.updated_at:
        asker = {"name": user.name, "role": user.role}
        request = {"dataset": dataset_name, "run": run_id, "user": asker}
        start_on(workspace, job, "reranker_ui.services.annotating.scoring.score_job", request)
    return scoring(workspace, user, dataset_name, run_id)


def scoring(
    workspace: Workspace, user: User, dataset_name: str, run_id: int | None = None
) -> ScoringState:
    """How far the scoring of a dataset by a run, or by that of its order, is."""
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        run_id = run_id or dataset.order_run
        name = connection.scalar(select(runs.c.name).where(runs.c.id == run_id))
    if name is None and (run_id is not None or dataset.ordering != "uncertain"):
        return {
            "run": None,
            "scored": 0,
            "wanted": 0,
            "running": False,
            "refused": None,
            "notice": None,
        }
    state = _job(workspace, dataset.id, run_id).state()
    counts = state.result or state.progress
    return {
        "run": None if run_id is None else {"id": run_id, "name": name or ""},
        "scored": counts.get("scored", 0),
        "wanted": counts.get("wanted", 0),
        "running": state.name == "running",
        "refused": state.refused,
        "notice": counts.get("notice"),
    }


def scores_of(connection: sa.Connection, run_id: int, pair_ids: list[int]) -> dict[int, float]:
    """The run's scores (0..1) of those pairs that it has scored."""
    of_run = scores.c.run_id == run_id, scores.c.pair_id.in_(pair_ids)
    rows = connection.execute(select(scores.c.pair_id, scores.c.score).where(*of_run))
    return {pair: score for pair, score in rows}  # noqa: C416


def newest_scored_run(connection: sa.Connection, dataset: sa.Row[Any]) -> NamedRun | None:
    """The run whose scores are shown: the order's, else the dataset's newest; None without one."""
    shown = select(runs.c.id, runs.c.name)
    scored = select(scores.c.run_id).where(scores.c.run_id == runs.c.id).exists()
    newest = shown.where(runs.c.dataset_id == dataset.id, scored).order_by(runs.c.id.desc())
    for query in (shown.where(runs.c.id == dataset.order_run), newest.limit(1)):
        if row := connection.execute(query).first():
            return {"id": row.id, "name": row.name}
    return None


def uncertain_by_cosine(workspace: Workspace, dataset: sa.Row[Any]) -> list[int]:
    """Pairs of the dataset, the least certain by cosine first, as the last job has found them."""
    try:
        return [int(pair) for pair in np.load(uncertain_file(workspace, dataset))]
    except (OSError, ValueError):  # not compared yet, or damaged
        return []


def uncertain_file(workspace: Workspace, dataset: sa.Row[Any]) -> Path:
    """Where the order by cosine is kept."""
    return search_index.folder(workspace, dataset) / "uncertain.npy"


def _job(workspace: Workspace, dataset_id: int, run_id: int | None) -> JobFolder:
    name = f"{dataset_id}-{'cosine' if run_id is None else run_id}"
    return JobFolder(workspace.cache / "scoring" / name, "Scoring")
