"""What a run left behind: its results query by query, its files and its card."""

from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.evaluation.verdict import small_test, verdict_of
from reranker_ui.core.training.card_facts import SIDECAR
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.runs import push
from reranker_ui.services.runs.listing import Run, find_run, folder_of
from reranker_ui.services.runs.own_metric import measured, metric_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


@with_config(ConfigDict(extra="allow"))
class _Results(TypedDict):
    intervals: dict[str, list[float]]
    against: dict[str, dict[str, float | int]]
    worst: list[dict[str, Any]]
    queries: int


_RESULTS = TypeAdapter(_Results)


def outcome(workspace: Workspace, user: User, run: int | str) -> dict[str, Any]:
    """Everything to be shown of a run that has ended, beside its row.

    Returns `{"id", "results": as `core.evaluation.outcome.outcome_of` or None, without `worst` for
    those from whom labels are kept, "verdict": as `core.evaluation.verdict.verdict_of` or None,
    "warnings": sentences about a small test split, leakage and the language of the base model,
    "metric": as `own_metric.measured` for the one that the dataset's owner chose, or None,
    "whole": whether `user` may have the whole run, "scale": {kind, max}, "files": [{name, bytes}],
    "bytes", "card": Markdown or None, "quotes": whether the card holds training texts, "pushed": as
    `push.state` or None}`.
    """
    require(user, "viewer")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    files = _files(folder)
    card = folder.model / "README.md"
    with workspace.reading() as connection:
        whole = visibility_of_run(connection, user, row["id"]).everything
    results, metric = _json(folder), metric_of(workspace, user, row["dataset"])
    if results and not whole:
        results["worst"] = None  # passages of the test split with their labels
    return {
        "id": row["id"],
        "results": results,
        "verdict": verdict_of(results, _origin(row, folder)) if results else None,
        "warnings": _warnings(results, folder, whole),
        "metric": measured(folder, metric) if whole and metric else None,
        "whole": whole,
        "scale": folder.lineage_if_readable().get("scale"),
        "files": files,
        "bytes": sum(file["bytes"] for file in files),
        "card": card.read_text(encoding="utf-8", errors="replace") if card.is_file() else None,
        "quotes": bool(row["recipe"].get("card_texts")),
        "pushed": push.state(workspace, user, row["id"]),
    }


def _origin(row: Run, folder: RunFolder) -> str | None:
    # The order of a base without a ranking head is random, and being better means nothing.
    facts = read_object(folder.model / SIDECAR) or {}
    random = row["parent"] is None and (
        facts.get("base_ranks") is False or row["base_used"] in EMBEDDED
    )
    return None if random else str(row["origin"]["title"])


def _warnings(results: dict[str, Any] | None, folder: RunFolder, whole: bool) -> list[str]:
    small = small_test(results) if results else None
    findings = folder.lineage_if_readable().get("findings") or [] if whole else []
    return [
        *([small] if small else []),
        *(f"{finding['fact']}. {finding['mend']}" for finding in findings),
    ]


def _files(folder: RunFolder) -> list[dict[str, Any]]:
    if not folder.model.is_dir():
        return []
    found = (file for file in sorted(folder.model.rglob("*")) if file.is_file())
    return [
        {"name": str(file.relative_to(folder.model)), "bytes": file.stat().st_size}
        for file in found
    ]


def _json(folder: RunFolder) -> dict[str, Any] | None:
    try:
        return dict(_RESULTS.validate_python(read_object(folder.outcome_file)))
    except ValidationError:  # missing or damaged
        return None
