"""The numbers of a recipe that are auto, from its time budget and the speed of the machine."""

import math
from typing import Any

from reranker_ui.core.values.recipe import Recipe

MINUTES = {"quick": 4, "quality": 20, "thorough": 60}
LEARNING = 0.55  # share of the time; the rest loads, embeds, evaluates on dev and on test
WARM_SHARE = 0.5  # least share of the training for a warm start, if there is one
LEAST_WARM, MOST_WARM = 1_000, 60_000  # pairs
LEAST_LABELS, MOST_EPOCHS = 400, 4.0
RATE, LOW_RATE = 1e-4, 5e-5  # learning rates of quick, and of longer or deeper training
DEEP = 13  # layers from which the lower rate counts
UNKNOWN = {"epochs": 1.0, "warm_start_pairs": 4_200}  # while the speed is not known
STEPS = (1, 2, 3, 4, 6, 8)  # of which, times a power of ten, warm-start pairs are
SIZES = ("epochs", "warm_start_pairs", "learning_rate")


def needs_speed(recipe: Recipe, warms: bool) -> bool:
    """Whether a size of the recipe follows from the speed of the machine.

    `warms`: whether there is a warm start.
    """
    open_epochs = recipe.epochs == "auto" and recipe.max_steps is None
    return open_epochs or (warms and recipe.warm_start_pairs == "auto")


def sized(
    recipe: Recipe, speed: float | None = None, pairs: int = 1, warms: bool = True, layers: int = 0
) -> Recipe:
    """`recipe` with a number for each of SIZES that is auto; it takes about MINUTES of its budget.

    `speed`: training pairs a second; None where it is not known; `pairs`: labelled ones to train
    on; `warms`: whether there is a warm start; `layers` of the base.
    """
    rate = LOW_RATE if layers >= DEEP or recipe.budget != "quick" else RATE
    sizes: dict[str, Any] = UNKNOWN | {"learning_rate": rate}
    if speed is not None:
        work = MINUTES[recipe.budget] * 60 * LEARNING * speed
        sizes |= _within(recipe, work, pairs, warms)
    auto = {name: sizes[name] for name in SIZES if getattr(recipe, name) == "auto"}
    return recipe.model_copy(update=auto)


def _within(recipe: Recipe, work: float, pairs: int, warms: bool) -> dict[str, Any]:
    # The warm start gets its share, and what the epochs over the labels do not use.
    labels = work * (1 - WARM_SHARE) if warms else work
    epochs = float(f"{min(MOST_EPOCHS, max(LEAST_LABELS, labels) / pairs):.3g}")
    if recipe.epochs != "auto":
        epochs = recipe.epochs
    if not warms:
        return {"epochs": epochs}
    left = min(MOST_WARM, max(LEAST_WARM, work - epochs * pairs))
    return {"epochs": epochs, "warm_start_pairs": _rounded(left)}


def _rounded(pairs: float) -> int:
    # In coarse steps: the next run on these texts can use the warm start again though its machine
    # is a little faster or slower today.
    power = int(10 ** math.floor(math.log10(pairs)))
    return max(step * power for step in STEPS if step * power <= pairs)


def explained(recipe: Recipe, speed: float, pairs: int, warms: bool, selects: bool = False) -> str:
    """Why a sized recipe has its numbers, as a sentence. `selects`: as of `may_select`."""
    epochs = "1 epoch" if recipe.epochs == 1 else f"{recipe.epochs:g} epochs"
    parts = f"{epochs} over {pairs:,} labels"
    if selects and (selected := round(float(recipe.epochs) * pairs)) < pairs:
        parts = f"{selected:,} of {pairs:,} labels, those of queries with both kinds first"
    if warms:
        parts = f"{recipe.warm_start_pairs:,} pairs in the warm start, then {parts}"
    learned = float(recipe.epochs) * pairs + (float(recipe.warm_start_pairs) if warms else 0)
    # Less than the budget where the labels do not need it.
    minutes = max(1, round(learned / speed / LEARNING / 60))
    enough = "1 minute is" if minutes == 1 else f"{minutes} minutes are"
    return f"This machine trains on {speed:.0f} pairs a second. About {enough} enough for {parts}."
