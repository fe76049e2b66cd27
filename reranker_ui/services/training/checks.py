"""What is checked before a run starts, and before anybody is asked to pay for it."""

from collections.abc import Sequence

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.runs import executors
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training.create import check_disk, continued, known_base
from reranker_ui.services.training.freeze import first_pairs, sampled_splits


def check_start(
    workspace: Workspace,
    user: User,
    dataset: str | None,
    recipes: Sequence[Recipe],
    placement: Placement,
) -> None:
    """Refuse what `lifecycle.start` would refuse of any of `recipes`, apart from the price."""
    require(user, "admin")
    for passes in {len(recipe.passes) for recipe in recipes}:
        check_place(workspace, placement, passes)
    sample = sampled_splits(workspace, user, dataset)
    bases = {(recipe.base, recipe.revision): recipe for recipe in recipes}
    for recipe in bases.values():
        named, _parent = continued(workspace, user, recipe, None)
        known_base(workspace, user, named, sample.splits["train"])
    if sample.share == 1:  # what is drawn of a sample says nothing of the run
        for recipe in recipes:
            for size in recipe.passes:
                first_pairs(sample.splits, size, recipe.seed)


def check_place(workspace: Workspace, placement: Placement, passes: int = 1) -> None:
    """Refuse a run of `passes` that cannot train where it is placed, or has no disk."""
    executors.check_placement(placement, passes)
    executors.check_hardware(workspace, placement)
    check_disk(workspace)
