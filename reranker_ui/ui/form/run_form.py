"""The functions behind the form for a new run: what it offers, what fills it, plan, start."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from reranker_ui.core.values.recipe import PRESETS, Budget, Recipe
from reranker_ui.services.runs.executors import placement
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training import plan as plans
from reranker_ui.services.training.recipes import as_yaml, recipe_from
from reranker_ui.ui.component import Function
from reranker_ui.ui.form import filling
from reranker_ui.ui.form.fields import NAMES
from reranker_ui.ui.form.offers import FormOffers, offers
from reranker_ui.ui.payload import Count, Flag, Name, Number, RunName, Text

Values = Annotated[dict[Name, Name], Field(max_length=100)]


class RunPlan(plans.Plan):
    """The plan of a run, its recipe's name, and the recipe as YAML."""

    yaml: str
    recipe: str


class StartedRun(TypedDict):
    """The number of the run that was started."""

    run: int


def functions(workspace: Workspace) -> Sequence[Function]:
    """The functions of the form's widget."""
    return [*_filling(workspace), *_running(workspace)]


def _filling(workspace: Workspace) -> Sequence[Function]:
    def form_offers(user: User) -> FormOffers:
        return offers(workspace, user)

    def fill_by_name(
        user: User,
        *,
        recipe: Name,
        dataset: Name | None = None,
        base: Name = "",
        suggest: Flag = False,
        budget: Budget = "quick",
    ) -> filling.FilledForm:
        return filling.by_name(workspace, user, recipe, dataset, base, suggest, budget)

    def fill_by_text(
        user: User, *, text: Text, variant: Literal["printed", "fit"] = "printed"
    ) -> filling.FilledForm:
        return filling.by_text(workspace, user, text, variant)

    def fill_by_run(
        user: User, *, run: RunName, how: Literal["continue", "recipe"] = "recipe"
    ) -> filling.FilledForm:
        return filling.by_run(workspace, user, run, how)

    return [form_offers, fill_by_name, fill_by_text, fill_by_run]


def _running(workspace: Workspace) -> Sequence[Function]:
    def plan_run(
        user: User,
        *,
        dataset: Name | None = None,
        name: Name,
        base: Name,
        values: Values,
        executor: Name | None = None,
        processes: Count | None = None,
        gpus: Count | None = None,
        wait: Flag = False,
    ) -> RunPlan:
        recipe = _requested(name, base, values)
        placed = placement(workspace, executor, processes, gpus)
        return {
            **plans.plan(workspace, user, dataset, recipe, wait, placed),
            "yaml": as_yaml(recipe),
            "recipe": recipe.name,
        }

    def start_run(
        user: User,
        *,
        dataset: Name | None = None,
        name: Name,
        base: Name,
        values: Values,
        executor: Name | None = None,
        processes: Count | None = None,
        gpus: Count | None = None,
        agreed: Number | None = None,
    ) -> StartedRun:
        recipe = _requested(name, base, values)
        placed = replace(placement(workspace, executor, processes, gpus), agreed=agreed)
        return {"run": lifecycle.start(workspace, user, dataset, recipe, placement=placed)["id"]}

    return [plan_run, start_run]


def _requested(name: str, base: str, values: dict[str, str]) -> Recipe:
    # The form holds every field, so what the recipe is called only names it.
    fields = {field: value for field, value in values.items() if field in NAMES}
    preset = name if name in PRESETS else None
    return recipe_from(preset, name=name, base=base.strip(), **fields)
