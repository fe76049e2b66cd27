"""The further metric that a dataset's owner chose, measured on the test split of a run."""

import time
from typing import TypedDict, cast

import pandas as pd
import sqlalchemy as sa

from reranker_ui.core.evaluation.metrics import measure_of, named_per_query
from reranker_ui.core.evaluation.outcome import interval_of, is_significant
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.runs.progress import Ranker
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets
from reranker_ui.services.store.workspace import Workspace, record

RANKERS: tuple[Ranker, ...] = ("bm25", "cosine", "base", "tuned", "combined")


def set_metric(workspace: Workspace, user: User, dataset: str, metric: str | None) -> None:
    """Choose a metric for a dataset, such as "p@5"; None for the usual ones alone.

    Refused: an unknown dataset or metric.
    """
    require(user, "admin")
    metric = metric.strip().lower() if metric else None
    if metric:
        measure_of(metric)
    with workspace.writing() as connection:
        row = find_dataset(connection, dataset)
        change = datasets.update().where(datasets.c.id == row.id).values(metric=metric)
        connection.execute(change)
        subject, after = f"dataset:{row.id}", {"metric": metric}
        record(connection, user, "dataset.metric", subject, at=time.time(), after=after)


def metric_of(workspace: Workspace, user: User, dataset: str) -> str | None:
    """The metric that was chosen for a dataset; None for none, or where it is deleted."""
    require(user, "viewer")
    with workspace.reading() as connection:
        query = sa.select(datasets.c.metric).where(datasets.c.name == dataset)
        metric: str | None = connection.scalar(query)
    return metric


# A value and its 95% interval, which a single query has not
WithInterval = tuple[float, float | None, float | None]


class OwnMetric(TypedDict):
    """A further metric of each ranker.

    The gain is that of the run's ranker over the strongest free one, or where that is not known
    over the model it started from, paired by query; `significant`: as in the verdict on the run.
    """

    name: str
    values: dict[Ranker, WithInterval]
    gain: WithInterval
    significant: bool


def measured(folder: RunFolder, metric: str) -> OwnMetric | None:
    """A metric on the test split of a run.

    None where the run recorded no scores or no query can be measured.
    """
    try:
        frame = pd.read_parquet(folder.test_scores_file)
    except (OSError, ValueError):  # missing, or damaged
        return None
    scale = scale_in(folder)
    keys, grades = frame["query_key"].tolist(), frame["grade"].tolist()
    per_query = {
        name: named_per_query(metric, keys, grades, frame[name].tolist(), scale=scale)
        for name in RANKERS
        if name in frame
    }
    run_values = per_query.get("combined", per_query.get("tuned"))
    rival = per_query.get(_strongest_free(folder) or "base", per_query.get("base"))
    if run_values is None or run_values.empty or rival is None:
        return None
    values = {name: _with_interval(each) for name, each in per_query.items()}
    gains = run_values - rival
    return {
        "name": metric,
        "values": values,
        "gain": _with_interval(gains),
        "significant": is_significant(gains.to_numpy(float)),
    }


def _strongest_free(folder: RunFolder) -> Ranker | None:
    free = (read_object(folder.outcome_file) or {}).get("free")
    return cast(Ranker | None, free)


def scale_in(folder: RunFolder) -> Scale:
    """The scale that a run was frozen with; GRADES where its lineage cannot be read."""
    scale_json = folder.lineage_if_readable().get("scale")
    return Scale.from_json(scale_json) if scale_json else GRADES


def _with_interval(values: "pd.Series[float]") -> WithInterval:
    return float(values.mean()), *interval_of(values.to_numpy(float))
