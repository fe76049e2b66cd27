"""Sizes a recipe in the worker: by the speed of the machine that trains it."""

import json
from dataclasses import dataclass, replace

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.models.model_folder import layers_of
from reranker_ui.core.training.advice.budget import SIZES, explained, needs_speed, sized
from reranker_ui.core.training.advice.selection import may_select
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.throughput import speed_of
from reranker_ui.core.values.json_files import save
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder


@dataclass(frozen=True)
class Sizing:
    """A recipe without auto numbers, its spec, and the reason where they follow from a speed."""

    recipe: Recipe
    spec: PhaseSpec
    reason: str | None = None


def size(
    folder: RunFolder,
    recipe: Recipe,
    spec: PhaseSpec,
    base: ResolvedBase,
    machine: Machine,
    warms: bool,
) -> Sizing:
    """The sizes of the run in `folder`; measures for a few seconds, once, where they need it.

    They are then kept in the folder, so that a lost run continues with the same.
    `spec` is of `recipe`; `warms`: whether there is a warm start.
    """
    if not needs_speed(recipe, warms):
        return _sizing(sized(recipe, layers=layers_of(base.path)), spec)
    if not folder.sizes_file.is_file():
        pairs = len(spec.queries)
        speed = speed_of(spec, base.path, recipe.max_length, machine)
        measured = sized(recipe, speed, pairs, warms, layers_of(base.path))
        sizes = {name: getattr(measured, name) for name in SIZES}
        sizes["reason"] = explained(measured, speed, pairs, warms, may_select(recipe))
        save(folder.sizes_file, sizes)
    sizes = json.loads(folder.sizes_file.read_text())
    reason = sizes.pop("reason")
    return _sizing(recipe.model_copy(update=sizes), spec, reason)


def _sizing(recipe: Recipe, spec: PhaseSpec, reason: str | None = None) -> Sizing:
    epochs, rate = float(recipe.epochs), float(recipe.learning_rate)
    return Sizing(recipe, replace(spec, epochs=epochs, learning_rate=rate), reason)
