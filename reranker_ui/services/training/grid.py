"""A sweep: every recipe with several seeds, as runs in the executor's queue."""

from collections.abc import Sequence

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.comparison import MOST_COLUMNS, MOST_RUNS
from reranker_ui.services.runs.rows import Run
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.checks import check_start

MOST_SEED = 2**31 - 1


def sweep(
    workspace: Workspace,
    user: User,
    dataset: str,
    recipes: Sequence[Recipe],
    seeds: int,
    placement: Placement | None = None,
) -> list[Run]:
    """Start each of `recipes` with `seeds` seeds from its own on; returns the runs.

    All recipes get their first seed before any gets its second, so that a sweep that is ended early
    can be compared. `placement` is as in `lifecycle.start`. Refused before any is started: what
    `check_sweep` refuses.
    """
    require(user, "admin")
    placement = placement or executors.placement(workspace)
    grid = check_sweep(workspace, user, dataset, recipes, seeds, placement)
    executors.check_price(workspace, placement)
    return [
        lifecycle.start(workspace, user, dataset, recipe, placement=placement) for recipe in grid
    ]


def check_sweep(
    workspace: Workspace,
    user: User,
    dataset: str,
    recipes: Sequence[Recipe],
    seeds: int,
    placement: Placement,
) -> list[Recipe]:
    """The recipe of each run of a sweep.

    Refused: more runs than a comparison holds, a recipe of several passes, one that is named
    twice, and what `lifecycle.start` would refuse of any of them, apart from the price.
    """
    require(user, "admin")
    grid = grid_of(recipes, seeds)
    check_start(workspace, user, dataset, grid, placement)
    return grid


def grid_of(recipes: Sequence[Recipe], seeds: int) -> list[Recipe]:
    """The recipe of each run of a sweep, see `sweep`."""
    if seeds < 1:
        raise Refused("A sweep needs at least one seed.")
    if len(recipes) * seeds > MOST_RUNS or len(recipes) > MOST_COLUMNS:
        raise Refused(
            f"A sweep has at most {MOST_COLUMNS} recipes and {MOST_RUNS} runs. Choose fewer recipes"
            " or seeds."
        )
    if chained := next((recipe for recipe in recipes if len(recipe.passes) > 1), None):
        raise Refused(
            f"{chained.name} is a recipe of several passes, each a run that continues the last."
            " Sweep recipes of one pass."
        )
    fields = [recipe.model_dump(exclude={"seed", "name"}) for recipe in recipes]
    if any(fields.index(values) < place for place, values in enumerate(fields)):
        raise Refused("Two of these recipes differ only in name and seed.")
    return [
        recipe.model_copy(update={"seed": (recipe.seed + step) % MOST_SEED})
        for step in range(seeds)
        for recipe in recipes
    ]
