"""What a run will do, told before it is started."""

from typing import Any

import pandas as pd

from reranker_ui.core.base_models import ResolvedBase, hub_is_reachable, resolve_base
from reranker_ui.core.comparison import live_pairs
from reranker_ui.core.lengths import share_cut
from reranker_ui.core.lesson import Lesson, lesson_of
from reranker_ui.core.pace import COST_OF_SCORING, evaluations
from reranker_ui.core.processor import likely_precision
from reranker_ui.core.ranking import encoder_of
from reranker_ui.core.recipe import EMBEDDED_BASE, Recipe
from reranker_ui.core.warm_start import WarmStart, warm_start_of
from reranker_ui.services import datasets, run_list
from reranker_ui.services.freezing import frozen_splits, notices
from reranker_ui.services.recipes import command
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace

OPENING = 15.0  # seconds of imports, base model and baselines
NOTABLE_CUT = 0.05


def plan(workspace: Workspace, user: User, dataset: str | None, recipe: Recipe) -> dict[str, Any]:
    """What `recipe` would do with the labels of `dataset` now.

    Returns `{"data", "facts": [{name, value, warn}], "notices", "command", "busy"}`, in words.
    Refused where `runs.start` would refuse.
    """
    require(user, "viewer")
    splits = frozen_splits(workspace, user, dataset)
    name = str(dataset)
    lesson = lesson_of(recipe, splits["train"], datasets.scale_of(workspace, user, name)["max"])
    base = _base(workspace, recipe.base)
    warm = _warm(workspace, recipe, base, splits["train"])
    counts = {split: len(pairs) for split, pairs in splits.items()}
    said = [base.notice] if base and base.notice else []
    rows = run_list.list_runs(workspace, user)
    return {
        "data": _data(counts, datasets.label_counts(workspace, user, name)["disputed"]),
        "facts": [
            _fact("Steps", f"{lesson.steps:,}"),
            *([_warm_fact(warm)] if warm else []),
            _fact("Time on this machine", _time(rows, recipe, _work(lesson, warm, splits))),
            _fact("Precision", likely_precision(recipe.precision)),
            _positives(splits["train"], lesson),
            *([_cut(recipe, base, lesson)] if base else []),
        ],
        "notices": said + notices(counts),
        "command": command(name, recipe),
        "busy": any(run["status"] in ("running", "queued") for run in rows),
    }


def _data(counts: dict[str, int], disputed: int) -> str:
    told = (
        f"Split by query: {counts['train']:,} labelled pairs to train on,"
        f" {counts['dev']:,} dev, {counts['test']:,} test."
    )
    return told + (f" {disputed:,} disputed left out." if disputed else "")


def _base(workspace: Workspace, name: str) -> ResolvedBase | None:
    # Nothing is downloaded for a plan: what only the Hub knows stays unknown.
    if name != EMBEDDED_BASE and "/" in name and hub_is_reachable(workspace.cache):
        return None
    return resolve_base(name, workspace.cache)


def _warm(
    workspace: Workspace, recipe: Recipe, base: ResolvedBase | None, train: pd.DataFrame
) -> WarmStart | None:
    if base is None:
        return None
    encoder, _notice = encoder_of(base.path)
    return warm_start_of(recipe, base, encoder, train, workspace.cache)


def _warm_fact(warm: WarmStart) -> dict[str, Any]:
    return _fact("Warm start", "done before" if warm.done else f"{warm.lesson.steps:,} steps first")


def _work(lesson: Lesson, warm: WarmStart | None, splits: dict[str, pd.DataFrame]) -> float:
    """What the run costs, in pairs learned from."""
    before = warm.lesson.learned if warm and not warm.done else 0
    live = live_pairs(splits["dev"], lesson.learned, lesson.seed)
    scored = (evaluations(lesson) + 2) * len(live) + 2 * len(splits["test"])
    return before + lesson.learned + COST_OF_SCORING * scored


def _time(rows: list[run_list.Run], recipe: Recipe, work: float) -> str:
    """By the speed of the last run with the same base and max length on this machine."""
    for run in rows:
        same = all(run["recipe"][name] == getattr(recipe, name) for name in ("base", "max_length"))
        if same and run["pairs_per_second"]:
            seconds = OPENING + work / run["pairs_per_second"]
            return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"
    return "known after its first steps"


def _positives(train: pd.DataFrame, lesson: Lesson) -> dict[str, Any]:
    share = float((train["grade"] > 0).mean())
    return _fact(f"Positives {_percent(share)}", f"pos_weight {lesson.pos_weight:.1f}")


def _cut(recipe: Recipe, base: ResolvedBase, lesson: Lesson) -> dict[str, Any]:
    name, tokenizer = f"Cut at {recipe.max_length} tokens", base.path / "tokenizer.json"
    if not tokenizer.is_file():
        return _fact(name, "not known")
    share = share_cut(tokenizer, lesson.queries, lesson.passages, recipe.max_length)
    return _fact(name, f"{_percent(share)} of pairs", warn=share >= NOTABLE_CUT)


def _fact(name: str, value: str, warn: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value, "warn": warn}


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
