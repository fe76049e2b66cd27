"""What differs between runs that are compared: fields of the recipe, data, base, queries."""

from typing import Any, TypedDict

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.rows import Run

_ABOUT = {
    "dataset": "Dataset", "origin": "Base model", "data": "Data hash", "train": "Training pairs",
    "dev": "Dev pairs", "test": "Test pairs", "precision_used": "Precision used",
}  # fmt: skip


class ChangedQuery(TypedDict):
    """A query and its nDCG@10 in each column."""

    query: str
    values: list[float]


class RecipeDifference(TypedDict):
    """A field that differs, and its value in each column as text."""

    field: str
    values: list[str]


def differences(rows: list[Run], several_seeds: bool) -> list[RecipeDifference]:
    """What differs between the first runs of the columns; not the seed, where there are more."""
    about = [_about(row) for row in rows]
    fields = [*_ABOUT, *rows[0]["recipe"]]
    hidden = ("base", "name", "seed") if several_seeds else ("base", "name")
    table: list[RecipeDifference] = [
        {"field": _ABOUT.get(field, field), "values": [run.get(field, "–") for run in about]}
        for field in fields
        if field not in hidden
    ]
    return [row for row in table if len(set(row["values"])) > 1]


def _about(row: Run) -> dict[str, str]:
    recipe = {name: _text(value) for name, value in row["recipe"].items()}
    lineage = RunFolder(row["folder"]).lineage_if_readable()
    return recipe | {
        "dataset": row["dataset"],
        "origin": row["origin"]["title"],
        "data": (lineage.get("hash") or "–")[:8],
        "precision_used": row["precision"] or "–",
        **{split: f"{count:,}" for split, count in row["counts"].items()},
    }


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
