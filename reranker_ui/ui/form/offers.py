"""What the form for a new run offers: datasets, base models, and recipes in groups."""

from typing import TypedDict

from pydantic import ValidationError

from reranker_ui.core.training.advice.budget import MINUTES
from reranker_ui.core.values.recipe import (
    AS_RUN,
    EMBEDDED_BASE,
    EMBEDDED_ENGLISH,
    EMBEDDED_MULTILINGUAL,
    PRESETS,
    Recipe,
)
from reranker_ui.services.labels import datasets
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.run_places import OfferedPlace, offered_places
from reranker_ui.ui.form.fields import FieldGroup, described, shown

ADVISED, GIVEN, OF_RUN = "advised", "given", "run:"
MOST_OWN_RECIPES = 6
# Size in weights, languages, and the time of a pair as a multiple of MiniLM-L6: see `hub_bases`.
BASES = {
    "cross-encoder/ms-marco-MiniLM-L6-v2": "MiniLM-L6 · 22 M, English",
    "cross-encoder/ms-marco-MiniLM-L12-v2": "MiniLM-L12 · 33 M, English, 2x the time",
    "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1": "mMiniLM-L12 · 118 M, 14 languages, 2x the time",
    EMBEDDED_BASE: "Embedded · the best on this machine, offline",
    EMBEDDED_ENGLISH: "Embedded MiniLM-L6 · 22 M, English, offline",
    EMBEDDED_MULTILINGUAL: "Embedded E5-small · 118 M, about 100 languages, 2x the time, offline",
}


class Offer(TypedDict):
    """A choice: its value, and the word for it."""

    value: str
    word: str


class OfferGroup(TypedDict):
    """Choices below a title."""

    group: str
    options: list[Offer]


class OfferedDataset(TypedDict):
    """A dataset, and how many of its pairs are labelled."""

    name: str
    labelled: int


class FormOffers(TypedDict):
    """What the form shows before anything is chosen.

    `base`: the default one; `places`: where a run can train, the first is the default; `values`:
    those of the first recipe.
    """

    datasets: list[OfferedDataset]
    bases: list[OfferGroup]
    base: str
    recipes: list[OfferGroup]
    places: list[OfferedPlace]
    fields: list[FieldGroup]
    values: dict[str, str]


def offers(workspace: Workspace, user: User) -> FormOffers:
    """Everything that the form shows before anything is chosen."""
    default = workspace.settings.default_base
    bases = BASES if default in BASES else {default: default, **BASES}
    runs = [run for run in lifecycle.list_runs(workspace, user) if not run["archived"]]
    models = [run for run in runs if run["status"] in ("finished", "stopped")]
    return {
        "datasets": [
            {"name": row["name"], "labelled": row["labelled"]}
            for row in datasets.list_datasets(workspace, user)
        ],
        "bases": [
            {"group": "Base models", "options": [_offer(*base) for base in bases.items()]},
            {"group": "Your runs", "options": [
                _offer(f"run {run['id']}", f"{run['name']} · {run['dataset']}") for run in models
            ]},
        ],
        "base": default,
        "recipes": _recipes(runs),
        "places": offered_places(workspace),
        "fields": described(),
        "values": shown(PRESETS["quick"]),
    }  # fmt: skip


def _recipes(runs: list[lifecycle.Run]) -> list[OfferGroup]:
    own = list(MINUTES)
    published = [name for name in PRESETS if name not in own and not name.endswith(AS_RUN)]
    presets = [_offer(name, _described(name)) for name in own]
    presets.append(_offer(ADVISED, "Recommended for this dataset"))
    cards = [_offer(name, _described(name)) for name in published]
    cards += [_offer(name + AS_RUN, f"{_called(name)} · as fit() trained") for name in published]
    cards.append(_offer(GIVEN, "From a model card or YAML …"))
    return [
        {"group": "Presets", "options": presets},
        {"group": "Yours", "options": _own_recipes(runs)},
        {"group": "From model cards", "options": cards},
    ]


def _own_recipes(runs: list[lifecycle.Run]) -> list[Offer]:
    """The newest recipes of runs that are not presets, each once."""
    offers: dict[str, Offer] = {}
    for run in runs:
        try:
            recipe = Recipe.model_validate(run["recipe"])
        except ValidationError:  # of a later version
            continue
        fields = shown(recipe) | {"passes": "", "revision": ""}
        presets = [shown(preset) | {"passes": "", "revision": ""} for preset in PRESETS.values()]
        if fields in presets or str(fields) in offers:
            continue
        offers[str(fields)] = _offer(f"{OF_RUN}{run['id']}", f"{run['name']} · {_facts(recipe)}")
        if len(offers) == MOST_OWN_RECIPES:
            break
    return list(offers.values())


def _offer(value: str, word: str) -> Offer:
    return {"value": value, "word": word}


def _described(name: str) -> str:
    several = f"{len(PRESETS[name].passes)} runs of " if len(PRESETS[name].passes) > 1 else ""
    return f"{_called(name)} · {several}{_facts(PRESETS[name])}"


def _facts(recipe: Recipe) -> str:
    if recipe.epochs == "auto":
        return f"about {MINUTES[recipe.budget]} minutes"
    epochs = f"{recipe.epochs:g} epoch" + ("" if recipe.epochs == 1 else "s")
    return f"{epochs}, batch {recipe.batch_size}"


def _called(name: str) -> str:
    return name.replace("-", " ").capitalize()
