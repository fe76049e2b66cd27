"""Runs that differ only in their seed, as one column of a comparison: mean and interval."""

import json
from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from reranker_ui.core.values.event_log import Status
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.rows import Run

Column = list[int]  # positions in the list of runs


class Value(TypedDict):
    """A value of a run with its 95% interval, and its gain over the first column; None: unknown.

    `significant`: the gain, as in the verdict on a run.
    """

    value: float | None
    low: float | None
    high: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    significant: bool


class ColumnValue(Value):
    """A value of a column. `each`: that of each of its runs."""

    each: list[float | None]


class MetricValues(TypedDict):
    """A metric of each run."""

    metric: str
    values: list[Value]


class MetricColumns(TypedDict):
    """A metric of each column.

    Intervals are 95% bootstrap over the queries, gains paired by query; with several seeds see
    `repeated_runs.value_of`.
    """

    metric: str
    values: list[ColumnValue]


class ColumnHead(TypedDict):
    """A column: what it is called, its first run, and the numbers of all its runs."""

    id: int
    status: Status
    dataset: str
    name: str
    runs: list[int]


UNKNOWN: Value = {"value": None, "low": None, "high": None, "gain": None, "gain_low": None,
                  "gain_high": None, "significant": False}  # fmt: skip


def columns_of(rows: Sequence[Run]) -> list[Column]:
    """The positions of `rows` in columns: runs of one recipe on the same data, apart from seeds.

    Columns come in the order of their first runs, and the runs of a column by their seeds. Two runs
    stay two columns, and so do runs with the same seed.
    """
    by_recipe: dict[str, Column] = {}
    for position, row in enumerate(rows):
        by_recipe.setdefault(_key(row), []).append(position)
    seeds = [[rows[at]["recipe"]["seed"] for at in column] for column in by_recipe.values()]
    if len(rows) < 3 or any(len(set(column)) < len(column) for column in seeds):
        return [[position] for position in range(len(rows))]
    return [
        sorted(column, key=lambda at: rows[at]["recipe"]["seed"]) for column in by_recipe.values()
    ]


def _key(row: Run) -> str:
    recipe = {name: value for name, value in row["recipe"].items() if name != "seed"}
    data = RunFolder(row["folder"]).lineage_if_readable().get("hash")
    # A damaged folder has no hash: such a run is a column of its own.
    parts = [recipe, row["base_used"], row["parent"], data or row["id"]]
    return json.dumps(parts, sort_keys=True, default=str)


def heads_of(rows: Sequence[Run], columns: Sequence[Column]) -> list[ColumnHead]:
    """What each column is called: a run's name, or the recipe and how many seeds it has."""
    heads: list[ColumnHead] = []
    for column in columns:
        first = rows[column[0]]
        name = first["name"]
        if len(column) > 1:
            name = f"{first['recipe']['name']} ({name}, {len(column)} seeds)"
        heads.append({
            "id": first["id"], "status": first["status"], "dataset": first["dataset"],
            "name": name, "runs": [rows[at]["id"] for at in column],
        })  # fmt: skip
    return heads


def unmeasured(value: float | None) -> Value:
    """A value without an interval or a gain."""
    return {**UNKNOWN, "value": value}


def in_columns(metric: MetricValues, columns: list[Column]) -> MetricColumns:
    """The values of the runs of each column together."""
    parts = [[metric["values"][at] for at in column] for column in columns]
    values = [value_of(values, parts[0]) for values in parts]
    return {"metric": metric["metric"], "values": values}


def value_of(values: Sequence[Value], first: Sequence[Value]) -> ColumnValue:
    """One cell of the table from those of the runs of its column, in the order of their seeds.

    A column of one run keeps its value, interval and gain. Otherwise `value` is the mean, `low`
    and `high` a 95% t interval over the seeds within 0 to 1, and the gain is against the runs
    `first` of the first column, paired in the order of the seeds; None where their numbers differ.
    `each`: the values of the runs.
    """
    if len(values) == 1:
        return {**values[0], "each": [values[0]["value"]]}
    numbers = [value["value"] for value in values if value["value"] is not None]
    if len(numbers) < len(values):
        return {**UNKNOWN, "each": []}
    first_values = [value["value"] for value in first if value["value"] is not None]
    low, high = t_interval(numbers)
    cell: ColumnValue = {
        **UNKNOWN, "value": float(np.mean(numbers)), "low": max(0.0, low), "high": min(1.0, high),
        "each": [*numbers],
    }  # fmt: skip
    if len(first) != len(numbers) or len(first_values) != len(numbers):
        return cell
    gains = [own - other for own, other in zip(numbers, first_values, strict=True)]
    gain_low, gain_high = t_interval(gains)
    return {
        **cell, "gain": float(np.mean(gains)), "gain_low": gain_low, "gain_high": gain_high,
        "significant": not gain_low <= 0 <= gain_high,
    }  # fmt: skip


def t_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95% interval of the mean of at least two values, by Student's t distribution."""
    from scipy.stats import t

    mean, count = float(np.mean(values)), len(values)
    half = float(t.ppf(0.975, count - 1)) * float(np.std(values, ddof=1)) / count**0.5
    return mean - half, mean + half
