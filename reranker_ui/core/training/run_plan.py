"""The plan of a run, made before its first step."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.evaluation.baselines import JUDGED_SHARE, Baselines, live_pairs
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.model_folder import token_limit
from reranker_ui.core.training.advice.selection import may_select, most_informative
from reranker_ui.core.training.advice.sizing import Sizing, size
from reranker_ui.core.training.negatives import with_negatives
from reranker_ui.core.training.parallel.scoring import SharedScoring
from reranker_ui.core.training.parallel.task import Launch
from reranker_ui.core.training.phase import PhaseSpec, phase_spec
from reranker_ui.core.training.rows.mapped_pairs import some_pairs, train_pairs
from reranker_ui.core.training.warm_start.preparation import WarmStart, warm_start_of, warms
from reranker_ui.core.values.execution.placement import placement_of
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.machine import (
    Machine,
    bytes_in_words,
    check_gpus,
    free_disk,
    this_machine,
)
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder

LEAST_STEPS, LEAST_BATCH = 60, 8  # of a run on a part of its labels


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first step of a run."""

    folder: RunFolder
    recipe: Recipe
    base: ResolvedBase
    machine: Machine
    spec: PhaseSpec
    baselines: Baselines
    warm: WarmStart | None
    sizing: str | None  # why the run has its sizes, where it was left to the worker
    live: pd.DataFrame  # dev pairs scored at each evaluation
    judged: pd.DataFrame  # dev pairs that choose the run's ranker
    test: pd.DataFrame
    launch: Launch | None = None  # how several processes are started; None for one


def plan_run(
    folder: RunFolder, threads: int | None, preferred: str, launch: Launch | None = None
) -> Plan:
    """The plan of the run in `folder`, with `threads` of the processor, all if None.

    `preferred` is the precision of a recipe with auto; `launch` starts the processes of a run
    that was placed on several.
    Refused: its base cannot be used, the disk is too full, its labels cannot be learned from,
    this machine has too few GPUs.
    """
    placed = placement_of(folder.path)
    check_gpus(placed.gpus_of_worker)
    recipe, cache = folder.recipe(), folder.home / "cache"
    pairs, dev, test = train_pairs(folder), folder.pairs("dev"), folder.pairs("test")
    labelled = some_pairs(pairs, recipe.seed)
    machine = this_machine(recipe.precision, threads, preferred)
    base = _base(folder, recipe, labelled)
    _stay_offline()
    limit = token_limit(base.path) or recipe.max_length
    recipe = recipe.model_copy(update={"max_length": min(recipe.max_length, limit)})
    several = launch if placed.ranks > 1 else None
    shared = several and SharedScoring(folder, several, placed.ranks, machine.threads)
    baselines = Baselines(base, recipe.max_length, cache, labelled, shared)
    taught = with_negatives(recipe, pairs, baselines.vectors, folder.scale())
    texts = [*labelled, *folder.texts()]
    warmed = warms(recipe, base, baselines.encoder, texts)
    spec = replace(phase_spec(recipe, taught, folder.scale()), ranks=placed.ranks)
    sizing = size(folder, recipe, spec, base, machine, warmed)
    recipe, spec = sizing.recipe, _in_time(recipe, folder.scale(), sizing, taught)
    warm = warm_start_of(recipe, base, baselines.encoder, texts, cache)
    return Plan(
        folder,
        recipe,
        base,
        machine,
        spec,
        baselines,
        warm and replace(warm, spec=replace(warm.spec, ranks=placed.ranks)),
        sizing.reason,
        live_pairs(dev, spec.learned, recipe.seed, folder.scale()),
        live_pairs(dev, spec.learned, recipe.seed, folder.scale(), JUDGED_SHARE),
        test,
        several,
    )


def _in_time(chosen: Recipe, scale: Scale, sizing: Sizing, pairs: pd.DataFrame) -> PhaseSpec:
    # Where the budget is too short for all pairs: one epoch over the most informative ones, in
    # batches that are small enough for LEAST_STEPS.
    recipe = sizing.recipe
    count = round(float(recipe.epochs) * len(pairs))
    if not may_select(chosen) or count >= len(pairs):
        return sizing.spec
    places = most_informative(pairs, count, scale, recipe.seed)
    batch = min(recipe.batch_size, max(LEAST_BATCH, count // LEAST_STEPS))
    once = recipe.model_copy(update={"epochs": 1.0, "batch_size": batch})
    return replace(phase_spec(once, pairs, scale, places), ranks=sizing.spec.ranks)


def _base(folder: RunFolder, recipe: Recipe, texts: list[Pair]) -> ResolvedBase:
    parent = folder.lineage().get("parent_run")
    if parent is not None and not Path(recipe.base).is_dir():
        raise Refused(f"Run {parent}, which this run continues, saved no model.")
    cache = folder.home / "cache"
    base = resolve_base(recipe.base, cache, recipe.revision, texts)
    needed = sum(file.stat().st_size for file in base.path.glob("*.safetensors"))
    if (free := free_disk(folder.path)) < 2 * needed:
        raise Refused(
            f"Only {bytes_in_words(free)} is free on the disk, and this base needs at least "
            f"{bytes_in_words(2 * needed)}. Delete runs that are not needed."
        )
    return base


def _stay_offline() -> None:
    # Everything needed is now local; a library that queries the Hub would wait for retries.
    from huggingface_hub import constants

    os.environ["HF_HUB_OFFLINE"] = "1"
    constants.HF_HUB_OFFLINE = True
