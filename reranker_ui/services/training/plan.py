"""The plan of a run, shown before it is started."""

import math
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.embedded import encoder_beside
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.model_folder import layers_of, token_limit
from reranker_ui.core.training.advice.budget import MINUTES, needs_speed, sized
from reranker_ui.core.training.cost import Cost, cost_of
from reranker_ui.core.training.phase import length_notice
from reranker_ui.core.training.warm_start.preparation import warms
from reranker_ui.core.values.execution.placement import LOCAL, Placement
from reranker_ui.core.values.execution.price import RunPrice
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.processor import likely_notice, likely_precision
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.labels import datasets
from reranker_ui.services.labels.pair_counts import LabelCounts
from reranker_ui.services.runs import executors, listing
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import place_facts
from reranker_ui.services.training import plan_facts as facts
from reranker_ui.services.training import speed as speeds
from reranker_ui.services.training.create import known_base
from reranker_ui.services.training.data_check import PlanFinding, findings_of
from reranker_ui.services.training.freeze import (
    Sample,
    first_pairs,
    notices,
    sampled_splits,
    unlabelled_texts,
)
from reranker_ui.services.training.recipes import command


class Plan(TypedDict):
    """What a recipe would do, in words and, for programs, in numbers; None where not known.

    `runs`: how many are queued; `price`: what the executor charges, None where nothing; `memory`
    and `disk` in bytes; `measurable`: whether measuring the speed first would add a time; `busy`:
    it would wait for another run on this machine.
    """

    data: str
    facts: list[facts.Fact]
    notices: list[str]
    findings: list[PlanFinding]
    runs: int
    price: RunPrice | None
    command: str
    busy: bool
    steps: int
    seconds: float | None
    measurable: bool
    memory: int | None
    disk: int | None


def plan(
    workspace: Workspace, user: User, dataset: str | None, recipe: Recipe, wait: bool = False,
    placement: Placement | None = None,
) -> Plan:  # fmt: skip
    """What `recipe` would do with the labels of `dataset` now.

    With `wait`, a speed that is not known is measured in a process of its own, unless a run is
    live; without, nothing is started: a form asks at every change. Of a run that is placed
    elsewhere or on several processes the speed is known only from a run. Refused where
    `lifecycle.start` would refuse.
    """
    require(user, "viewer")
    sample = sampled_splits(workspace, user, dataset)
    splits, counts, name = sample.splits, sample.counts, str(dataset)
    scale = Scale.from_json(datasets.scale_of(workspace, user, name))
    base = known_base(workspace, user, recipe, splits["train"])
    requested, recipe = recipe, _read(recipe, base)
    rows = listing.list_runs(workspace, user)
    placement = placement or executors.placement(workspace)
    places = {run["place"]["executor"] for run in rows if run["status"] in LIVE}
    busy = placement.executor == LOCAL and LOCAL in places
    executors.check_placement(placement, len(recipe.passes))
    executors.check_hardware(workspace, placement)
    price = executors.price_of(workspace, placement)
    on_this_machine = placement.executor == LOCAL and placement.ranks == 1
    measurable = on_this_machine and base is not None and not busy
    measured = speeds.measured_speed(workspace, recipe, splits["train"])
    if wait and measurable and not measured:
        measured = _measured_now(workspace, user, recipe, base, splits["train"], scale)
    speed = _speed(rows, recipe, placement, measured if on_this_machine else None)
    texts = [*pairs_of(splits["train"]), *unlabelled_texts(workspace, user, name)]
    recipe = _sized(recipe, base, texts, speed, counts["train"], workspace.cache)
    cost = _cost(recipe, sample, base, scale, texts, placement.ranks, workspace.cache)
    is_open = speed is None and needs_speed(requested, cost.warm is not None)
    seconds = MINUTES[recipe.budget] * 60.0 if is_open else cost.seconds(speed)
    disk = cost.disk(measured) if measured else None
    precision = likely_precision(recipe.precision, workspace.settings.precision)
    lines = [
        *(facts.open_work(recipe, placement) if is_open else facts.work(cost, speed, placement)),
        facts.batch(cost.specs[-1], recipe, placement),
        facts.fact("Price", f"{price.text} ({price.hardware})") if price else None,
        *facts.resources(workspace, measured, disk, placement.ranks),
        facts.fact("Precision", precision),
        *_reading(recipe, base, scale, cost, sample),
    ]
    return {
        "data": _data(sample.labels),
        "facts": [line for line in lines if line],
        "notices": _notices(workspace, requested, recipe, base, counts),
        "findings": findings_of(splits, scale, base),
        "runs": len(recipe.passes),
        "price": price.shown() if price else None,
        "command": command(name, requested) + place_facts.options_of(workspace, placement),
        "busy": busy,
        "steps": cost.steps,
        "seconds": seconds,
        "measurable": speed is None and measurable,
        "memory": measured["memory"] if measured else None,
        "disk": disk,
    }


def _cost(
    recipe: Recipe, sample: Sample, base: ResolvedBase | None, scale: Scale, texts: list[Pair],
    ranks: int, cache: Path,
) -> Cost:  # fmt: skip
    sizes = [math.ceil(size * sample.share) for size in recipe.passes]
    passes = [first_pairs(sample.splits, size, recipe.seed) for size in sizes]
    return cost_of(recipe, passes, base, scale, texts, cache, ranks, sample.share)


def _reading(
    recipe: Recipe, base: ResolvedBase | None, scale: Scale, cost: Cost, sample: Sample
) -> list[facts.Fact | None]:
    """What the run reads: positives, idle queries, texts that are cut, the share that was read."""
    spec = cost.specs[-1]
    return [
        facts.positives(sample.splits["train"], spec, scale),
        facts.idle(spec),
        facts.cut(recipe, base, spec) if base else None,
        facts.fact("Sampled", sample.read) if sample.read else None,
    ]


def _measured_now(
    workspace: Workspace, user: User, recipe: Recipe, base: ResolvedBase | None,
    train: pd.DataFrame, scale: Scale,
) -> dict[str, Any] | None:  # fmt: skip
    require(user, "admin")
    if base is None:
        return None
    resolved = recipe.model_copy(update={"base": str(base.path), "revision": None})
    speeds.begin(workspace, recipe, resolved, train, scale)
    return speeds.wait(workspace, recipe, train)


def _notices(
    workspace: Workspace, requested: Recipe, recipe: Recipe, base: ResolvedBase | None,
    counts: dict[str, int],
) -> list[str]:  # fmt: skip
    shorter = recipe.max_length < requested.max_length
    candidates = [
        length_notice(recipe.max_length, requested.max_length) if shorter else None,
        base.notice if base else None,
        likely_notice(recipe.precision, workspace.settings.precision),
        *notices(counts),
        executors.unknown_notice(workspace),
    ]
    return [notice for notice in candidates if notice]


def _data(labels: LabelCounts) -> str:
    counts = labels["labelled_splits"]
    sentence = (
        f"Split by query: {counts['train']:,} labelled pairs to train on,"
        f" {counts['dev']:,} dev, {counts['test']:,} test."
    )
    if labels["hidden"]:
        sentence += (
            f" The labels of {labels['hidden']:,} pairs are hidden from you and not counted."
        )
    return sentence + (f" {labels['disputed']:,} disputed left out." if labels["disputed"] else "")


def _speed(
    rows: list[Run], recipe: Recipe, placement: Placement, measured: dict[str, Any] | None
) -> float | None:
    """Pairs a second: as the last run like this one in the same place had, else as measured."""
    alike = ("base", "max_length", "batch_size", "loss", "precision")
    for run in rows:
        same = all(run["recipe"].get(name) == getattr(recipe, name) for name in alike)
        same = same and executors.is_at(run["place"], placement)
        if same and run["pairs_per_second"]:
            return float(run["pairs_per_second"])
    return float(measured["pairs_per_second"]) if measured else None


def _read(recipe: Recipe, base: ResolvedBase | None) -> Recipe:
    """The recipe with the length that the run will use: what the base reads at most."""
    limit = token_limit(base.path) if base else None
    return recipe.model_copy(update={"max_length": min(recipe.max_length, limit or 1 << 30)})


def _sized(
    recipe: Recipe, base: ResolvedBase | None, texts: list[Pair], speed: float | None, pairs: int,
    cache: Path,
) -> Recipe:  # fmt: skip
    """The recipe with the sizes that a run on this machine would choose."""
    if base is None:
        return sized(recipe)
    encoder, _notice = encoder_beside(base.path, cache, texts)
    warmed = warms(recipe, base, encoder, texts)
    return sized(recipe, speed, pairs, warmed, layers_of(base.path))
