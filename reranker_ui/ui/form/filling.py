"""What fills the form of a new run: a preset, the advisor, a card or YAML, another run."""

from typing import Literal, NotRequired, TypedDict

from reranker_ui.core.values.recipe import PRESETS, PUBLISHED, Budget, Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import advise, lifecycle, recipes
from reranker_ui.ui.form.fields import shown
from reranker_ui.ui.form.offers import ADVISED, OF_RUN


class RecipeChoice(TypedDict):
    """A choice of the advisor, and its reason in a sentence; `fields` that it is about."""

    name: str
    value: str
    reason: str
    fields: list[str]


class RecipeReasons(TypedDict, total=False):
    """Why the form is filled so. `card`: by a model card; `fit`: fit() printed that card."""

    note: str
    card: bool
    fit: bool
    choices: list[RecipeChoice]
    notices: list[str]


class FilledForm(TypedDict):
    """What fills the form: the recipe's name and values; base and dataset where they change."""

    name: str
    values: dict[str, str]
    why: RecipeReasons
    base: NotRequired[str]
    dataset: NotRequired[str]


def by_name(
    workspace: Workspace,
    user: User,
    recipe: str,
    dataset: str | None,
    base: str,
    suggest: bool = False,
    budget: Budget = "quick",
) -> FilledForm:
    """The form as a preset, the advisor or an earlier run ("run:12") fills it.

    `suggest`: the advisor may replace `base`, as nobody has chosen it; `budget`: its time.
    Refused: an unknown recipe, what the advisor refuses.
    """
    if recipe == ADVISED:
        advice = advise.advised(workspace, user, dataset, base.strip() or None, budget, suggest)
        choices: list[RecipeChoice] = [
            {
                "name": choice.name,
                "value": choice.value,
                "reason": choice.reason,
                "fields": list(choice.fields),
            }
            for choice in advice.choices
        ]
        return _filled(advice.recipe, {"choices": choices}, base=suggest)
    if recipe.startswith(OF_RUN):
        return by_run(workspace, user, recipe.removeprefix(OF_RUN), "recipe")
    if recipe not in PRESETS:
        raise Refused(f'There is no recipe "{recipe[:80]}". Reload the page.')
    published = recipe.removesuffix("-fit") in PUBLISHED
    return _filled(PRESETS[recipe], {}, base=published)


def by_text(
    workspace: Workspace, user: User, text: str, variant: Literal["printed", "fit"]
) -> FilledForm:
    """The form as a model card, a recipe as YAML or the id of a model on the Hub fills it."""
    parsed = recipes.pasted(workspace, user, text)
    why: RecipeReasons = {"notices": parsed.notices, "card": True, "fit": parsed.as_run is not None}
    return _filled(parsed.variant(variant), why, base=True)


def by_run(
    workspace: Workspace, user: User, run: str, how: Literal["continue", "recipe"]
) -> FilledForm:
    """The form as a run filled it, or to continue its training; with `dataset`."""
    row = lifecycle.find_run(workspace, user, run)
    dataset, recipe = lifecycle.continuation(workspace, user, run)
    note = f"Continues the model of {row['name']} with a fresh optimizer."
    if how == "recipe":
        recipe = Recipe.model_validate(row["recipe"] | {"base": row["base"]})
        note = f"The recipe of {row['name']}."
    return {**_filled(recipe, {"note": note}, base=True), "dataset": dataset}


def _filled(recipe: Recipe, why: RecipeReasons, base: bool = False) -> FilledForm:
    filling: FilledForm = {"name": recipe.name, "values": shown(recipe), "why": why}
    return {**filling, "base": recipe.base} if base else filling
