"""Runs side by side: metrics with intervals, recipes, queries that changed."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.metrics import (
    METRIC_TITLES,
    RANKING,
    named_per_query,
    per_query,
    ranking_metrics,
)
from reranker_ui.core.evaluation.outcome import EQUAL, interval_of, is_significant
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.own_metric import metric_of, scale_in
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.recipe_differences import ChangedQuery, RecipeDifference, differences
from reranker_ui.services.runs.repeated_runs import (
    Column,
    ColumnHead,
    MetricColumns,
    MetricValues,
    Value,
    columns_of,
    heads_of,
    in_columns,
    unmeasured,
)
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

MOST_RUNS = 60
MOST_COLUMNS = 5
MOST_QUERIES = 10  # that are listed
HIDDEN = (
    "Labels of these test splits are hidden from you, so each column is the run's own result and"
    " the numbers may be on different queries."
)


class RunComparison(TypedDict):
    """The results of runs on the test queries that they share, judged alike.

    `runs`: the columns; `metrics`: with the one chosen for the first run's dataset; `recipe`: what
    differs; `changed`: the largest difference first, None where labels are hidden from the user;
    `notice`: on what is compared.
    """

    runs: list[ColumnHead]
    queries: int
    metrics: list[MetricColumns]
    recipe: list[RecipeDifference]
    changed: list[ChangedQuery] | None
    notice: str


def comparison(workspace: Workspace, user: User, chosen: Sequence[int | str]) -> RunComparison:
    """Compare the results of two or more runs on the test queries that they share.

    Runs that differ only in their seed are one of at most MOST_COLUMNS columns. Refused: another
    number of runs or columns, a run that is named twice.
    """
    require(user, "viewer")
    rows, columns = _chosen_runs(workspace, user, chosen)
    left_out = len(chosen) - len(rows)
    with workspace.reading() as connection:
        whole = all(visibility_of_run(connection, user, row["id"]).everything for row in rows)
    # Which queries are judged alike follows from labels that some may not know.
    frames = _shared([_scored(row) if whole else None for row in rows])
    scored = [frame for frame in frames if frame is not None]
    tables = [_per_query(frame, row) for frame, row in zip(scored, rows, strict=False)]
    count = len(tables[0]) if len(tables) == len(rows) else 0
    metric = metric_of(workspace, user, rows[0]["dataset"])
    measured = [
        *(_measured(rows, scored, tables) if count else _reported(rows)),
        *(_chosen(metric, rows, scored) if count and metric else []),
    ]
    return {
        "runs": heads_of(rows, columns),
        "queries": count,
        "metrics": [in_columns(metric, columns) for metric in measured],
        "recipe": differences([rows[column[0]] for column in columns], len(rows) > len(columns)),
        "changed": (_changed(tables, columns, scored[0]) if count else []) if whole else None,
        "notice": (_missing_results(rows) or (_notice(rows, columns, count) if whole else HIDDEN))
        + _left_out_note(left_out),
    }


def _chosen_runs(
    workspace: Workspace, user: User, chosen: Sequence[int | str]
) -> tuple[list[Run], list[Column]]:
    rows = [find_run(workspace, user, run) for run in chosen[: MOST_RUNS + 1]]
    if not 2 <= len(rows) <= MOST_RUNS or len({row["id"] for row in rows}) < len(rows):
        raise Refused(f"Compare two to {MOST_RUNS} different runs.")
    columns = columns_of(rows)
    if len(columns) < len(rows):  # of a sweep that still runs, what has ended
        ended = [row for row in rows if row["status"] in ("finished", "stopped")]
        rows = ended if len(ended) > 1 else rows
        columns = columns_of(rows)
    if len(columns) > MOST_COLUMNS:
        raise Refused(
            f"Compare at most {MOST_COLUMNS} recipes: only runs that differ in nothing but their"
            " seed count as one."
        )
    return rows, columns


def _missing_results(rows: list[Run]) -> str | None:
    """A sentence on runs that have no result; None where all have one."""
    live = [row["name"] for row in rows if row["status"] in LIVE]
    ended = [row["name"] for row in rows if row["status"] in ("failed", "lost", "cancelled")]
    if live:
        return f"{_listed(live)} not ended, so there is nothing to compare yet."
    return f"{_listed(ended)} ended without a result to compare." if ended else None


def _listed(names: list[str]) -> str:
    """Names as the subject of a sentence, with have or has."""
    *first, last = names
    return f"{', '.join(first)} and {last} have" if first else f"{last} has"


def _left_out_note(left_out: int) -> str:
    if not left_out:
        return ""
    return f" Left out: {left_out} run{'s' if left_out > 1 else ''} without a result."


def _scored(row: Run) -> pd.DataFrame | None:
    """The test rows of a run with the column `score` of its ranker; None where there are none."""
    try:
        frame = pd.read_parquet(RunFolder(row["folder"]).test_scores_file)
    except (OSError, ValueError):  # missing, or damaged
        return None
    column = "combined" if "combined" in frame else "tuned"
    if not {"query_key", "query", "passage", "grade", column} <= set(frame):
        return None
    return frame[["query_key", "query", "passage", "grade"]].assign(score=frame[column])


def _shared(frames: list[pd.DataFrame | None]) -> list[pd.DataFrame | None]:
    """The rows of the queries whose pairs and grades are the same in every frame, in one order."""
    if any(frame is None for frame in frames):
        return [None] * len(frames)
    judged = [_judged(frame) for frame in frames if frame is not None]
    first = judged[0]
    alike = [key for key in first if all(labels.get(key) == first[key] for labels in judged)]
    order = ["query_key", "passage"]
    return [
        frame[frame["query_key"].isin(alike)].sort_values(order, ignore_index=True)
        for frame in frames
        if frame is not None
    ]


def _judged(frame: pd.DataFrame) -> dict[str, frozenset[tuple[str, float]]]:
    return {
        str(key): frozenset(zip(group["passage"], group["grade"], strict=True))
        for key, group in frame.groupby("query_key", sort=False)
    }


def _scale(row: Run) -> Scale:
    return scale_in(RunFolder(row["folder"]))


def _per_query(frame: pd.DataFrame, row: Run) -> pd.DataFrame:
    keys, grades = frame["query_key"].tolist(), frame["grade"].tolist()
    metrics = per_query(keys, grades, frame["score"].tolist(), scale=_scale(row))
    return metrics.set_index("query_key")


def _measured(
    rows: list[Run], frames: list[pd.DataFrame], tables: list[pd.DataFrame]
) -> list[MetricValues]:
    measured: list[MetricValues] = [
        {"metric": metric, "values": [_mean(table[metric], tables[0][metric]) for table in tables]}
        for metric in RANKING
    ]
    pooled = [
        ranking_metrics(
            frame["query_key"],
            frame["grade"],
            frame["score"],
            scale=_scale(row),
        )
        for frame, row in zip(frames, rows, strict=True)
    ]
    values = [unmeasured(metrics["average_precision"]) for metrics in pooled]
    return [*measured, {"metric": "average_precision", "values": values}]


def _chosen(metric: str, rows: list[Run], frames: list[pd.DataFrame]) -> list[MetricValues]:
    per_run = [
        named_per_query(
            metric,
            frame["query_key"].tolist(),
            frame["grade"].tolist(),
            frame["score"].tolist(),
            scale=_scale(row),
        )
        for frame, row in zip(frames, rows, strict=True)
    ]
    return [{"metric": metric, "values": [_mean(values, per_run[0]) for values in per_run]}]


def _mean(values: "pd.Series[float]", first: "pd.Series[float]") -> Value:
    both = values.notna() & first.notna()
    if not both.any():
        return unmeasured(None)
    low, high = interval_of(values[both].to_numpy(float))
    gains = (values - first)[both].to_numpy(float)
    gain_low, gain_high = interval_of(gains)
    return {
        "value": float(values[both].mean()),
        "low": low,
        "high": high,
        "gain": float(np.mean(gains)),
        "gain_low": gain_low,
        "gain_high": gain_high,
        "significant": is_significant(gains),
    }


def _reported(rows: list[Run]) -> list[MetricValues]:
    """Each run's own metrics, which are not comparable."""
    own = [row["metrics"].get("combined") or row["metrics"].get("tuned") or {} for row in rows]
    return [
        {"metric": name, "values": [unmeasured(metrics.get(name)) for metrics in own]}
        for name in METRIC_TITLES
    ]


def _changed(
    tables: list[pd.DataFrame], columns: list[Column], frame: pd.DataFrame
) -> list[ChangedQuery]:
    every = pd.concat([table["ndcg@10"] for table in tables], axis=1)
    ndcg = pd.concat([every.iloc[:, column].mean(axis=1) for column in columns], axis=1)
    spread = (ndcg.max(axis=1) - ndcg.min(axis=1)).sort_values(ascending=False, kind="stable")
    texts = frame.drop_duplicates("query_key").set_index("query_key")["query"]
    return [
        {"query": str(texts[key]), "values": [float(value) for value in ndcg.loc[key]]}
        for key in spread[spread > EQUAL].index[:MOST_QUERIES]
    ]


def _notice(rows: list[Run], columns: list[Column], count: int) -> str:
    if count and len(rows) > len(columns):
        return (
            f"Compared on {count:,} shared test queries. A recipe with several seeds shows the mean"
            " over its runs and a 95% t interval over the seeds; its gain is against the first"
            " column, paired by seed."
        )
    if count:
        gain = f"gains are against {rows[0]['name']}, paired by query"
        return f"Compared on {count:,} shared test queries; {gain}. Intervals are 95% bootstrap."
    return (
        "These runs share no test query with the same labels, so each column is on the run's own"
        " test split and the numbers cannot be compared."
    )
