"""A recipe for a time budget: how much this machine can train in it, and on what."""

from dataclasses import replace

from reranker_ui.core.training.advice.advisor import Advice, Choice
from reranker_ui.core.values.recipe import Recipe

MINUTES = {"quick": 4, "quality": 20, "thorough": 60}
LEARNING = 0.7  # share of the time; the rest loads, evaluates on dev and on test
WARM_SHARE = 0.5  # least share of the training for a warm start, if there is one
LEAST_WARM, MOST_WARM = 1_000, 60_000  # pairs
LEAST_EPOCHS, MOST_EPOCHS = 0.25, 4.0
SMALL, SMALL_BATCH, BATCH = 1000, 16, 32  # training pairs below which batches are small
DEEP, DEEP_RATE = 12, 5e-5  # layers from which the lower learning rate is used


def within(
    advice: Advice, budget: str, speed: float | None, pairs: int, warms: bool, layers: int
) -> Advice:
    """`advice` adjusted to take about MINUTES[`budget`], with a choice that explains it.

    `speed`: training pairs a second on this machine; None if unknown, then sizes do not change;
    `pairs`: labelled ones to train on; `warms`: whether there is a warm start; `layers` of the
    base.
    """
    minutes = MINUTES[budget]
    changes: dict[str, float | int] = {}
    if layers >= DEEP:
        changes["learning_rate"] = DEEP_RATE
    if speed is None:
        why = "The speed of this machine is not measured yet, so the default sizes are kept."
    else:
        work = minutes * 60 * LEARNING * speed
        changes |= _sizes(work, pairs, warms)
        parts = f"{changes['epochs']:g} epochs over {pairs:,} labels"
        if warms:
            parts = f"{changes['warm_start_pairs']:,} in the warm start and {parts}"
        why = (
            f"{minutes} minutes at {speed:.0f} pairs a second are enough for about {work:,.0f} "
            f"pairs: {parts}."
        )
    recipe = Recipe.model_validate(advice.recipe.model_dump() | changes)
    choice = Choice("Budget", f"{budget}, about {minutes} minutes", why)
    return replace(advice, recipe=recipe, choices=[choice, *_fitting(advice, recipe)])


def _sizes(work: float, pairs: int, warms: bool) -> dict[str, float | int]:
    # The warm start gets its share and what the epochs over the labels do not use.
    labels = work * (1 - WARM_SHARE) if warms else work
    epochs = round(min(MOST_EPOCHS, max(LEAST_EPOCHS, labels / pairs)), 2)
    sizes: dict[str, float | int] = {
        "epochs": epochs,
        "batch_size": SMALL_BATCH if pairs < SMALL else BATCH,
    }
    if warms:
        left = round(work - epochs * pairs, -2)
        sizes["warm_start_pairs"] = int(min(MOST_WARM, max(LEAST_WARM, left)))
    return sizes


def _fitting(advice: Advice, recipe: Recipe) -> list[Choice]:
    # The reason for the epochs is wrong for another number of them.
    same = recipe.epochs == advice.recipe.epochs
    return [choice for choice in advice.choices if same or choice.name != "Epochs"]
