"""The rankers that the page and the API offer, by name; nothing is loaded."""

from typing import TypedDict

from reranker_ui.services.ranking.demo import has_model, shown_to
from reranker_ui.services.runs.listing import list_runs
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class RankerChoice(TypedDict):
    """A ranker to choose. `why`: why it is not ready, as a sentence."""

    name: str
    title: str
    detail: str
    ready: bool
    why: str | None


class RankerChoices(TypedDict):
    """The rankers to choose from, and the names of the two default ones."""

    rankers: list[RankerChoice]
    a: str
    b: str


def choices(workspace: Workspace, user: User, dataset: str | None = None) -> RankerChoices:
    """The rankers to choose from, without loading any, and the two default ones.

    `b` is the newest run with a model, of `dataset` if one is given, and `a` the strongest ranker
    without labels on its test split; BM25 and cosine where there is no run. Archived runs and
    those without a model are excluded.
    """
    require(user, "viewer")
    default = workspace.settings.default_base.rpartition("/")[2]
    fixed = [("base", default, "base model"), ("bm25", "BM25", ""), ("cosine", "Cosine", "")]
    rankers: list[RankerChoice] = [
        {"name": name, "title": title, "detail": detail, "ready": True, "why": None}
        for name, title, detail in fixed
    ]
    runs = [run for run in list_runs(workspace, user) if not run["archived"]]
    if demo := shown_to(workspace, user):
        runs = [run for run in runs if str(run["id"]) == demo.run]
    rankers += [_choice(run) for run in runs if run["status"] in LIVE or has_model(run)]
    newest = next(
        (run for run in runs if has_model(run) and dataset in (None, run["dataset"])), None
    )
    if newest is None:
        return {"rankers": rankers, "a": "bm25", "b": "cosine"}
    return {"rankers": rankers, "a": _strongest(newest), "b": str(newest["id"])}


def _choice(run: Run) -> RankerChoice:
    return {
        "name": str(run["id"]),
        "title": run["name"],
        "detail": run["dataset"],
        "ready": has_model(run),
        "why": None if has_model(run) else run["sentence"],
    }


def _strongest(run: Run) -> str:
    ndcg = {name: (run["metrics"].get(name) or {}).get("ndcg@10") for name in ("cosine", "bm25")}
    measured = {name: value for name, value in ndcg.items() if value is not None}
    return max(measured, key=lambda name: measured[name]) if measured else "bm25"
