"""A recipe for a number of minutes: what this machine can learn in them, and on what it goes."""

from dataclasses import replace

from reranker_ui.core.training.advice.advisor import Advice, Choice
from reranker_ui.core.values.recipe import Recipe

MINUTES = {"quick": 4, "quality": 20, "thorough": 60}
LEARNING = 0.7  # of the time; the rest loads, evaluates on dev and measures on test
WARM_SHARE = 0.5  # of the learning, at least, where there is a warm start
LEAST_WARM, MOST_WARM = 1_000, 60_000  # pairs
LEAST_EPOCHS, MOST_EPOCHS = 0.25, 4.0
SMALL, SMALL_BATCH, BATCH = 1000, 16, 32  # training pairs below which batches are small
DEEP, DEEP_RATE = 12, 5e-5  # layers from which labels are learned at the lower rate


def within(
    advice: Advice, budget: str, speed: float | None, pairs: int, warms: bool, layers: int
) -> Advice:
    """`advice` made to take about MINUTES[`budget`], with a choice that says how.

    `speed`: pairs a second that this machine learns from, None where it is not known, and the sizes
    stay as they are; `pairs`: labelled ones to train on; `warms`: whether there is a warm start;
    `layers` of the base.
    """
    minutes = MINUTES[budget]
    changes: dict[str, float | int] = {}
    if layers >= DEEP:
        changes["learning_rate"] = DEEP_RATE
    if speed is None:
        why = "How fast this machine learns is not measured yet, so the usual sizes are kept."
    else:
        work = minutes * 60 * LEARNING * speed
        changes |= _sizes(work, pairs, warms)
        parts = f"{changes['epochs']:g} passes over {pairs:,} labels"
        if warms:
            parts = f"{changes['warm_start_pairs']:,} of the warm start and {parts}"
        why = (
            f"{minutes} minutes at {speed:.0f} pairs a second are enough for about {work:,.0f} "
            f"pairs: {parts}."
        )
    recipe = Recipe.model_validate(advice.recipe.model_dump() | changes)
    choice = Choice("Budget", f"{budget}, about {minutes} minutes", why)
    return replace(advice, recipe=recipe, choices=[choice, *_fitting(advice, recipe)])


def _sizes(work: float, pairs: int, warms: bool) -> dict[str, float | int]:
    # The warm start takes its share and what passes over the labels leave.
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
    # What was said of epochs does not hold for others.
    same = recipe.epochs == advice.recipe.epochs
    return [choice for choice in advice.choices if same or choice.name != "Epochs"]
