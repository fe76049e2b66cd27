"""The advisor over a dataset as it is labelled now."""

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.coverage import reads_well
from reranker_ui.core.bases.hub_bases import suggested
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.models.model_folder import layers_of, token_limit
from reranker_ui.core.training.advice.advisor import Advice, Choice, advise
from reranker_ui.core.training.advice.budget import MINUTES, explained, sized
from reranker_ui.core.training.advice.selection import may_select
from reranker_ui.core.values.recipe import PRESETS, Budget, Recipe
from reranker_ui.services.labels import datasets
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import speed
from reranker_ui.services.training.create import known_base
from reranker_ui.services.training.freeze import Sample, sampled_splits

# What the explanation of a budget is about.
BY_BUDGET = ("epochs", "max_steps", "passes", "max_length", "warm_start", "warm_start_pairs")


def advised(
    workspace: Workspace,
    user: User,
    dataset: str | None,
    base: str | None = None,
    budget: Budget = "quick",
    suggest: bool = False,
) -> Advice:
    """A recipe for the labels of `dataset`, each choice with its reason.

    Without a `base`, or to `suggest` another one, one of the Hub is suggested where that can be
    reached.

    `budget`: quick, quality or thorough, about 4, 20 or 60 minutes. Refused where a run on the
    dataset would be refused.
    """
    require(user, "viewer")
    sample = sampled_splits(workspace, user, dataset)
    splits = sample.splits
    start = PRESETS[budget]
    suggests = suggest or not base
    suggestion = _suggestion(workspace, splits["train"], budget) if suggests else None
    if chosen := suggestion.value if suggestion else base:
        start = start.model_copy(update={"base": chosen})
    resolved = known_base(workspace, user, start, splits["train"])
    tokenizer = resolved.path / "tokenizer.json" if resolved else None
    advice = advise(
        start,
        splits,
        datasets.scale_of(workspace, user, str(dataset)),
        tokenizer if tokenizer and tokenizer.is_file() else None,
        token_limit(resolved.path) if resolved else None,
        resolved.has_ranking_head if resolved else None,
    )
    if suggestion:
        advice = replace(advice, choices=[suggestion, *advice.choices])
    choices = [_budget(workspace, advice, sample, resolved), *advice.choices]
    if sample.read:
        why = "The dataset is large, so this advice is from a part of its queries."
        choices.append(Choice("Sampled", sample.read, why))
    return replace(advice, choices=choices)


def advised_recipe(
    workspace: Workspace,
    user: User,
    dataset: str | None,
    base: str | None = None,
    budget: Budget = "quick",
    user_fields: Collection[str] = (),
) -> tuple[Recipe, list[str]]:
    """The recipe that `advised` gives, and its reasons as one line each.

    `user_fields`: those that the user sets; choices about them are left out.
    """
    require(user, "viewer")
    advice = advised(workspace, user, dataset, base, budget)
    reasons = [
        f"{choice.name}: {choice.value}. {choice.reason}"
        for choice in advice.choices
        if not set(choice.fields) & set(user_fields)
    ]
    return advice.recipe, reasons


def _budget(
    workspace: Workspace, advice: Advice, sample: Sample, base: ResolvedBase | None
) -> Choice:
    recipe = advice.recipe
    value = f"{recipe.budget}, about {MINUTES[recipe.budget]} minutes"
    measured = speed.measured_speed(workspace, recipe, sample.splits["train"])
    if measured is None:
        why = "The run measures the speed of its machine and chooses epochs and sizes by it."
        return Choice("Budget", value, why, BY_BUDGET)
    pairs, per_second = sample.counts["train"], float(measured["pairs_per_second"])
    warms = any(choice.name == "Warm start" and choice.value == "on" for choice in advice.choices)
    sized_recipe = sized(recipe, per_second, pairs, warms, layers_of(base.path) if base else 0)
    why = explained(sized_recipe, per_second, pairs, warms, may_select(recipe))
    return Choice("Budget", value, why, BY_BUDGET)


def _suggestion(workspace: Workspace, train: pd.DataFrame, budget: Budget) -> Choice | None:
    # A base of the Hub, where that can be reached; else the default one decides.
    if not hub_is_reachable(workspace.cache):
        return None
    english = reads_well(embedded_encoder() / "tokenizer.json", pairs_of(train))
    base, why = suggested(english, budget)
    return Choice("Base", base.name, why)
