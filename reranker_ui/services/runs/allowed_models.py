"""Which models a person may have this server load, and the commit that a run continues."""

from pathlib import Path

from reranker_ui.core.models.hub.models import HUB_ID, commit_of
from reranker_ui.core.values.recipe import EMBEDDED, Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


def check_base(workspace: Workspace, user: User, name: str) -> str:
    """The name of a base, Refused where `user` may not have it loaded.

    Anyone: the embedded bases and the default one. An admin: also ids of the Hub and models of
    runs. At this machine itself: any folder, as the local user can read it anyway.
    """
    if name in (*EMBEDDED, workspace.settings.default_base):
        return name
    require(user, "admin")
    if user.local or _is_of_a_run(workspace, name):
        return name
    # A folder goes before the Hub, so a name that is both is not a Hub id.
    if not HUB_ID.fullmatch(name) or Path(name).is_dir():
        raise Refused(
            f"{name[:80]} is neither a run nor the Hub id of a model."
            " Only the command line accepts a model folder."
        )
    return name


def pinned(workspace: Workspace, recipe: Recipe) -> Recipe:
    """The recipe with the commit of its base on the Hub, so that it always means the same weights.

    Unchanged if the base is not a model on the Hub or its commit is unknown.
    """
    hub = HUB_ID.fullmatch(recipe.base) and recipe.base not in EMBEDDED
    if not hub or recipe.revision or Path(recipe.base).is_dir():
        return recipe
    commit = commit_of(recipe.base, workspace.cache)
    return recipe.model_copy(update={"revision": commit}) if commit else recipe


def _is_of_a_run(workspace: Workspace, name: str) -> bool:
    folder = Path(name)
    inside = folder.is_absolute() and folder.resolve().is_relative_to(workspace.runs.resolve())
    return inside and folder.is_dir()
