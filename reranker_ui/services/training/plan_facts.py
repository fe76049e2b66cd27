"""The lines of a plan: steps, time, memory, positives and what is cut, in words."""

from typing import Any, TypedDict

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.token_lengths import share_cut
from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.training.cost import Cost
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.warm_start.preparation import WarmStart
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.machine import bytes_in_words, free_disk, free_memory
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import place_facts

NOTABLE_CUT = 0.05


class Fact(TypedDict):
    """A line of the plan."""

    name: str
    value: str
    warn: bool


def open_work(recipe: Recipe, placement: Placement) -> list[Fact]:
    """What is known where the worker chooses sizes within the budget."""
    return [
        fact("Steps", "chosen at the start"),
        fact(place_facts.time_of(placement), f"about {MINUTES[recipe.budget]} min"),
    ]


def work(cost: Cost, speed: float | None, placement: Placement) -> list[Fact]:
    """What is known of the steps and the time."""
    return [
        _steps(cost),
        *([_warm_fact(cost.warm, speed)] if cost.warm else []),
        fact(place_facts.time_of(placement), _time(cost.seconds(speed))),
    ]


def _steps(cost: Cost) -> Fact:
    runs = f" in {len(cost.specs)} runs" if len(cost.specs) > 1 else ""
    return fact("Steps", f"{cost.steps:,}{runs}")


def _warm_fact(warm: WarmStart, speed: float | None) -> Fact:
    if warm.done:
        return fact("Warm start", "reused from an earlier run")
    pairs = warm.spec.learned
    time = f", {_time(pairs / speed)}" if speed else ""
    return fact("Warm start first", f"{pairs:,} pairs{time}")


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "not measured yet"
    if seconds > 5400:
        return f"about {seconds / 3600:.1f} h"
    return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"


def resources(
    workspace: Workspace, measured: dict[str, Any] | None, disk: int | None, ranks: int = 1
) -> list[Fact]:
    """Memory at its peak and disk, where they are known; a warning where there is too little.

    Each of the `ranks` processes has its own copy of the model.
    """
    if measured is None or disk is None:
        return []
    memory = int(measured["memory"])
    amount = bytes_in_words(memory) + (f" in each of {ranks} processes" if ranks > 1 else "")
    return [
        fact("Memory", f"about {amount}", warn=memory * ranks > free_memory()),
        fact("Disk", f"about {bytes_in_words(disk)}", warn=disk > free_disk(workspace.runs)),
    ]


def positives(train: pd.DataFrame, spec: PhaseSpec, scale: Scale) -> Fact:
    """The share of relevant training pairs, and their weight."""
    share = float(scale.relevant(train["grade"]).mean())
    return fact(f"Positives {_percent(share)}", f"each counts {spec.pos_weight:.1f} times")


def batch(spec: PhaseSpec, recipe: Recipe, placement: Placement) -> Fact | None:
    """How a batch is divided among several processes; None for one."""
    if placement.ranks == 1:
        return None
    return fact("Pairs in a step", place_facts.batch_of(spec, recipe, placement))


def idle(spec: PhaseSpec) -> Fact | None:
    """Pairs of queries whose labels are all equal, which a list loss cannot use; None for none."""
    if not spec.idle:
        return None
    idle, pairs = (round(count / spec.share) for count in (spec.idle, len(spec.queries)))
    return fact("Queries with equal labels", f"{idle:,} of {pairs:,} pairs have no effect", True)


def cut(recipe: Recipe, base: ResolvedBase, spec: PhaseSpec) -> Fact:
    """The share of pairs that are longer than the model reads."""
    name, tokenizer = f"Cut at {recipe.max_length} tokens", base.path / "tokenizer.json"
    if not tokenizer.is_file():
        return fact(name, "not known")
    share = share_cut(tokenizer, spec.queries, spec.passages, recipe.max_length)
    return fact(name, f"{_percent(share)} of pairs", warn=share >= NOTABLE_CUT)


def fact(name: str, value: str, warn: bool = False) -> Fact:
    """A line of the plan."""
    return {"name": name, "value": value, "warn": warn}


def _percent(share: float) -> str:
    return "under 1%" if 0 < share < 0.01 else f"{100 * share:.0f}%"
