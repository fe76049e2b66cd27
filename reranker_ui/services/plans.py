"""What a run will do, told before it is started."""

import math
from typing import Any

import pandas as pd

from reranker_ui.core.base_models import ResolvedBase, hub_is_reachable, resolve_base
from reranker_ui.core.lengths import share_cut
from reranker_ui.core.recipe import EMBEDDED_BASE, Recipe
from reranker_ui.services import datasets, run_list
from reranker_ui.services.freezing import frozen_splits, notices
from reranker_ui.services.recipes import command
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace


def plan(workspace: Workspace, user: User, dataset: str | None, recipe: Recipe) -> dict[str, Any]:
    """What `recipe` would do with the labels of `dataset` now.

    Returns `{"data", "facts": [{name, value, warn}], "notices", "command", "busy"}`, in words.
    Refused where `runs.start` would refuse.
    """
    require(user, "viewer")
    splits = frozen_splits(workspace, user, dataset)
    dataset = str(dataset)
    base = _base(workspace, recipe.base)
    facts = _facts(workspace, user, splits["train"], recipe, base)
    said = [base.notice] if base and base.notice else []
    counts = {split: len(pairs) for split, pairs in splits.items()}
    return {
        "data": _data(counts, datasets.label_counts(workspace, user, dataset)["disputed"]),
        "facts": facts,
        "notices": said + notices(counts),
        "command": command(dataset, recipe),
        "busy": any(run["status"] in ("running", "queued") for run in _runs(workspace, user)),
    }


def _runs(workspace: Workspace, user: User) -> list[run_list.Run]:
    return run_list.list_runs(workspace, user)


def _data(counts: dict[str, int], disputed: int) -> str:
    told = (
        f"Split by query: {counts['train']:,} labelled pairs to train on,"
        f" {counts['dev']:,} dev, {counts['test']:,} test."
    )
    return told + (f" {disputed:,} disputed left out." if disputed else "")


def _base(workspace: Workspace, name: str) -> ResolvedBase | None:
    # Nothing is downloaded for a plan: a model that only the Hub has stays unknown.
    if name != EMBEDDED_BASE and "/" in name and hub_is_reachable(workspace.cache):
        return None
    return resolve_base(name, workspace.cache)


def _facts(
    workspace: Workspace,
    user: User,
    train: pd.DataFrame,
    recipe: Recipe,
    base: ResolvedBase | None,
) -> list[dict[str, Any]]:
    steps = max(1, math.ceil(recipe.epochs * math.ceil(len(train) / recipe.batch_size)))
    warm = recipe.warm_start == "on" or (
        recipe.warm_start == "auto" and base is not None and not base.has_ranking_head
    )
    facts = [_fact("Steps", f"{steps:,}" + (" after a warm start" if warm else ""))]
    facts.append(_fact("Time on this machine", _time(workspace, user, recipe, len(train))))
    facts.append(_fact("Precision", recipe.precision))
    share = float((train["grade"] > 0).mean())
    weight = recipe.pos_weight if recipe.pos_weight == "auto" else f"{recipe.pos_weight:g}"
    facts.append(_fact(f"Positives {_percent(share)}", f"pos_weight {weight}"))
    if base and (base.path / "tokenizer.json").exists():
        cut = share_cut(
            base.path / "tokenizer.json",
            train["query"].tolist(),
            train["passage"].tolist(),
            recipe.max_length,
        )
        name = f"Cut at {recipe.max_length} tokens"
        facts.append(_fact(name, f"{_percent(cut)} of pairs", warn=cut >= 0.05))
    return facts


def _fact(name: str, value: str, warn: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value, "warn": warn}


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"


def _time(workspace: Workspace, user: User, recipe: Recipe, pairs: int) -> str:
    """From the last finished run with the same base and max length on this machine."""
    for run in _runs(workspace, user):
        same = all(run["recipe"][name] == getattr(recipe, name) for name in ("base", "max_length"))
        if same and run["status"] == "finished" and run["seconds"]:
            seen = run["counts"]["train"] * run["recipe"]["epochs"]
            seconds = run["seconds"] * pairs * recipe.epochs / max(1, seen)
            return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"
    return "known after its first steps"
