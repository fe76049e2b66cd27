"""The advisor over a dataset as it is labelled now."""

from reranker_ui.core.advice import Advice, advise
from reranker_ui.core.base_models import ResolvedBase, resolve_base
from reranker_ui.core.hub_reach import hub_is_reachable
from reranker_ui.core.model_folder import token_limit
from reranker_ui.core.recipe import EMBEDDED_BASE, PRESETS, Recipe
from reranker_ui.services import datasets, entering
from reranker_ui.services.freezing import frozen_splits
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace


def advised(
    workspace: Workspace, user: User, dataset: str | None, base: str | None = None
) -> Advice:
    """A recipe for the labels of `dataset`, each choice with its reason; from the quick recipe.

    Refused where a run on the dataset would be refused.
    """
    require(user, "viewer")
    splits = frozen_splits(workspace, user, dataset)
    start = PRESETS["quick"]
    if base:
        start = start.model_copy(update={"base": base})
    found = known_base(workspace, user, start)
    tokenizer = found.path / "tokenizer.json" if found else None
    return advise(
        start,
        splits,
        datasets.scale_of(workspace, user, str(dataset)),
        tokenizer if tokenizer and tokenizer.is_file() else None,
        token_limit(found.path) if found else None,
        found.has_ranking_head if found else None,
    )


def known_base(workspace: Workspace, user: User, recipe: Recipe) -> ResolvedBase | None:
    """The base of a recipe, None for one that only the Hub knows: nothing is downloaded."""
    name = entering.continued(workspace, user, recipe, None)[0].base
    if name != EMBEDDED_BASE and name.count("/") == 1 and hub_is_reachable(workspace.cache):
        return None
    return resolve_base(name, workspace.cache, recipe.revision)
