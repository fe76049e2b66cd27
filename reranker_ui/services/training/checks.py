"""What is checked before a run starts, and before anybody is asked to pay for it."""

from collections.abc import Sequence
from typing import Literal

from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.execution.price import RunPrice
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs import executors
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import Run, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training.create import check_disk, continued, known_base, repeated
from reranker_ui.services.training.freeze import first_pairs, sampled_splits
from reranker_ui.services.training.run_places import placement_of_run


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


def check_again(workspace: Workspace, user: User, run: int | str, placement: Placement) -> None:
    """Refuse what `lifecycle.run_again` would refuse, apart from the price."""
    require(user, "admin")
    dataset, recipe, _parent = repeated(workspace, user, run)
    check_start(workspace, user, dataset, [recipe], placement)


def check_resume(workspace: Workspace, user: User, run: int | str, placement: Placement) -> None:
    """Refuse what `lifecycle.resume` would refuse, apart from the price."""
    require(user, "admin")
    resumable(workspace, user, find_run(workspace, user, run)["id"])
    check_place(workspace, placement)


def resumable(workspace: Workspace, user: User, number: int) -> Run:
    """The run with this number. Refused where it cannot be resumed."""
    row = find_run(workspace, user, number)
    if row["status"] not in ("lost", "stopped", "failed"):
        raise Refused(
            f"{row['name']} is {row['status']}. Only a lost, stopped or failed run is resumed."
        )
    if row["damage"]:
        raise Refused(f"{row['name']} cannot be resumed. {row['damage']}")
    ready = row["resumable"] or folder_of(workspace, number).last_checkpoint()
    if row["status"] != "lost" and not ready:
        advice = "Run it again" if row["status"] == "failed" else "Continue training from its model"
        raise Refused(f"{row['name']} has no checkpoint. {advice}.")
    return row


CHECKS = {"again": check_again, "resume": check_resume}


def run_price(
    workspace: Workspace,
    user: User,
    run: int | str,
    what: Literal["again", "resume"],
    placement: Placement | None = None,
) -> RunPrice | None:
    """What it costs to run `run` again or to resume it; None where nothing is charged.

    `placement` is where; as in `placement_of_run` if None. Refused: a run that would not start.
    """
    require(user, "admin")
    placed = placement or placement_of_run(workspace, user, run)
    if (price := executors.price_of(workspace, placed)) is None:
        return None
    CHECKS[what](workspace, user, run, placed)
    return price.shown()


def check_place(workspace: Workspace, placement: Placement, passes: int = 1) -> None:
    """Refuse a run of `passes` that cannot train where it is placed, or has no disk."""
    executors.check_placement(placement, passes)
    executors.check_hardware(workspace, placement)
    check_disk(workspace)
