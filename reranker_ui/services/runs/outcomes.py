"""What a run left behind: its results query by query, its files and its card."""

from typing import Any, Literal, NotRequired, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.evaluation.outcome import Probabilities
from reranker_ui.core.evaluation.verdict import (
    Duel,
    Free,
    Verdict,
    miscalibrated,
    small_test,
    verdict_of,
)
from reranker_ui.core.training.card_facts import SIDECAR
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.labels import ScaleJson
from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.runs import push
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.own_metric import OwnMetric, measured, metric_of
from reranker_ui.services.runs.progress import Baseline, Ranker
from reranker_ui.services.runs.push import Pushed
from reranker_ui.services.runs.rows import Run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class Regression(TypedDict):
    """A query that lost against the reference: a value of nDCG@10 for each ranker.

    `passage`: what the run's ranker puts first; `grade`: its label.
    """

    query: str
    passage: str
    grade: float | None
    base: NotRequired[float]
    bm25: NotRequired[float]
    cosine: NotRequired[float]
    tuned: NotRequired[float]
    combined: NotRequired[float]


class Results(TypedDict):
    """The results of a run on its test split, as of `core.evaluation.outcome.outcome_of`.

    `ranker`: which one is the run's; `reference`: the strongest of the others, which `worst` is
    against; None where labels are hidden. Runs of older versions lack what is not required.
    """

    queries: int
    intervals: dict[Ranker, tuple[float, float]]
    against: dict[Ranker, Duel]
    worst: list[Regression] | None
    ranker: NotRequired[Literal["tuned", "combined"]]
    reference: NotRequired[Baseline | None]
    free: NotRequired[Free | None]
    probabilities: NotRequired[Probabilities | None]


class RunFile(TypedDict):
    """A file of a model."""

    name: str
    bytes: int


class RunOutcome(TypedDict):
    """What a run that has ended left behind.

    `warnings`: about a small test split, poor probabilities, leakage and the language of the base
    model; `metric`: the one that the dataset's owner chose; `card`: Markdown; `quotes`: whether it
    has training texts; `whole`: whether the user may have the whole run.
    """

    id: int
    results: Results | None
    verdict: Verdict | None
    warnings: list[str]
    metric: OwnMetric | None
    whole: bool
    scale: ScaleJson | None
    files: list[RunFile]
    bytes: int
    card: str | None
    quotes: bool
    pushed: Pushed | None


@with_config(ConfigDict(extra="allow"))
class _Read(TypedDict):
    intervals: dict[str, list[float]]
    against: dict[str, dict[str, float | int]]
    worst: list[dict[str, Any]]
    queries: int


_READ = TypeAdapter(_Read)


def outcome(workspace: Workspace, user: User, run: int | str) -> RunOutcome:
    """Everything to be shown of a run that has ended, beside its row."""
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
        "scale": cast(ScaleJson | None, folder.lineage_if_readable().get("scale")),
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


def _warnings(results: Results | None, folder: RunFolder, whole: bool) -> list[str]:
    sentences = [small_test(results), miscalibrated(results)] if results else []
    findings = folder.lineage_if_readable().get("findings") or [] if whole else []
    return [
        *filter(None, sentences),
        *(f"{finding['fact']}. {finding['mend']}" for finding in findings),
    ]


def _files(folder: RunFolder) -> list[RunFile]:
    if not folder.model.is_dir():
        return []
    files = (file for file in sorted(folder.model.rglob("*")) if file.is_file())
    return [
        {"name": str(file.relative_to(folder.model)), "bytes": file.stat().st_size}
        for file in files
    ]


def _json(folder: RunFolder) -> Results | None:
    try:
        return cast(Results, _READ.validate_python(read_object(folder.outcome_file)))
    except ValidationError:  # missing or damaged
        return None
