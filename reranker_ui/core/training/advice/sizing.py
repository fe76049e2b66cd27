"""Sizes a recipe in the worker: by the speed of the machine that trains it."""

import json
from dataclasses import dataclass, replace

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.models.model_folder import layers_of
from reranker_ui.core.training.advice.budget import SIZES, explained, is_sized, sized
from reranker_ui.core.training.phase import Lesson
from reranker_ui.core.training.throughput import speed_of
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder


@dataclass(frozen=True)
class Sizing:
    """A recipe without auto numbers, its lesson, and the reason where they were chosen."""

    recipe: Recipe
    lesson: Lesson
    reason: str | None = None


def size(
    folder: RunFolder,
    recipe: Recipe,
    lesson: Lesson,
    base: ResolvedBase,
    machine: Machine,
    warms: bool,
) -> Sizing:
    """The sizes of the run in `folder`; measures for a few seconds, once.

    They are kept in the folder, so that a lost run continues with the same.
    `lesson` is of `recipe`; `warms`: whether there is a warm start.
    """
    if is_sized(recipe):
        return Sizing(recipe, lesson)
    if not folder.sizes_file.is_file():
        pairs = len(lesson.queries)
        speed = speed_of(lesson, base.path, recipe.max_length, machine)
        found = sized(recipe, speed, pairs, warms, layers_of(base.path))
        sizes = {name: getattr(found, name) for name in SIZES}
        sizes["reason"] = explained(found, speed, pairs, warms)
        folder.sizes_file.write_text(json.dumps(sizes))
    sizes = json.loads(folder.sizes_file.read_text())
    reason = sizes.pop("reason")
    recipe = recipe.model_copy(update=sizes)
    rate = float(sizes["learning_rate"])
    lesson = replace(lesson, epochs=float(sizes["epochs"]), learning_rate=rate)
    return Sizing(recipe, lesson, reason)
