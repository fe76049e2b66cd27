"""Recipes by name, from a file or a model card, changed field by field; and as a command."""

import shlex
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from reranker_ui.core.models.hub.models import HUB_ID
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.training.card_recipe import CardRecipe, read_card
from reranker_ui.core.values.recipe import PRESETS, Recipe, parse_yaml
from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

# Field of the recipe -> option of the verb train.
OPTIONS = {
    field: "--" + field.replace("_", "-") for field in Recipe.model_fields if field != "name"
}
_NUMBERS = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
}  # by pydantic's kind of fault
LONGEST_CARD = 500_000  # characters


def recipe_from(name_or_file: str | None = None, **changes: Any) -> Recipe:
    """The recipe with this name, or in this YAML or JSON file, with `changes` applied.

    Changes that are None are ignored. Refused: an unknown name, a broken file, a value out of
    range.
    """
    preset = PRESETS.get(name_or_file or "quick")
    return changed(preset.model_dump() if preset else _read(Path(str(name_or_file))), **changes)


def recipe_of(text: str, name: str, **changes: Any) -> Recipe:
    """The recipe in the YAML or JSON `text`, with `changes` laid over it."""
    return changed(_parsed(text, name) | {}, **changes)


def changed(values: dict[str, Any], **changes: Any) -> Recipe:
    """The recipe of these fields, with those `changes` that are not None."""
    values = values | {field: value for field, value in changes.items() if value is not None}
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise Refused(_sentence(error), str(error.errors()[0]["loc"][0])) from error


def as_yaml(recipe: Recipe) -> str:
    """The recipe as a file that `recipe_from` reads."""
    return str(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True))


def from_card(workspace: Workspace, user: User, source: str) -> CardRecipe:
    """The recipe of a model card: its text, a file on this machine, or the id of a model.

    Files are read only for the local user. Refused: anything else, a card without a base model or
    hyperparameters, a model that is not on the Hub.
    """
    require(user, "viewer")
    source = source.strip()
    if "\n" in source:
        return read_card(source[:LONGEST_CARD])
    if user.local and source and (card := _card_in(Path(source).expanduser())):
        return card
    if not HUB_ID.fullmatch(source):
        raise Refused("Give the text of a model card, a file that holds one, or a model's Hub id.")
    return read_card(_card_on_the_hub(workspace, source), source.rpartition("/")[2].lower())


def pasted(workspace: Workspace, user: User, text: str) -> CardRecipe:
    """What a person pastes: a recipe as YAML, the text of a model card, or a model's Hub id.

    Nothing on this machine is read. Refused: what is none of them.
    """
    require(user, "viewer")
    text = text.strip()[:LONGEST_CARD]
    if _is_recipe(text):
        return CardRecipe(recipe_of(text, "given"), None, [])
    if "\n" in text:
        return read_card(text)
    if not HUB_ID.fullmatch(text):
        raise Refused("Paste a model card or a recipe as YAML, or give the Hub id of a model.")
    return from_card(workspace, User(user.name, user.role), text)


def _is_recipe(text: str) -> bool:
    # A card's front matter makes it more than one document.
    try:
        values = parse_yaml(text)
    except ValueError:
        return False
    return isinstance(values, dict) and not values.keys().isdisjoint(Recipe.model_fields)


def _card_in(file: Path) -> CardRecipe | None:
    if file.is_dir():
        file = file / "README.md"
    if not file.is_file():
        return None
    if file.stat().st_size > LONGEST_CARD:
        raise Refused(f"{file.name} is not a model card: it is too long.")
    return read_card(file.read_text(encoding="utf-8", errors="replace"), file.stem.lower())


def _card_on_the_hub(workspace: Workspace, model: str) -> str:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    if not hub_is_reachable(workspace.cache):
        raise Refused(
            f"The Hub cannot be reached, so the card of {model} cannot be read. Paste its text."
        )
    try:
        return Path(hf_hub_download(model, "README.md")).read_text(encoding="utf-8")
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise Refused(
            f"The model card of {model} was not found on the Hub, or the model is private."
        ) from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        names = ", ".join(PRESETS)
        raise Refused(f'There is no recipe "{path}". Give one of {names}, or a YAML file.')
    try:
        return _parsed(path.read_text(encoding="utf-8"), path.stem, str(path))
    except UnicodeDecodeError as error:
        raise Refused(f"{path} cannot be read as YAML: {error}") from error


def _parsed(text: str, name: str, title: str = "This file") -> dict[str, Any]:
    try:
        values = parse_yaml(text)
    except ValueError as error:
        raise Refused(f"{title} cannot be read as YAML: {error}") from error
    if not isinstance(values, dict):
        raise Refused(f"{title} has no recipe. Write one field per line, such as `epochs: 2`.")
    return {"name": name} | values


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][:1]).replace("_", " ")
    if first["type"] == "extra_forbidden":
        unknown = excerpt(first["loc"][0])
        return f"A recipe has no field {unknown}. It has {', '.join(Recipe.model_fields)}."
    if first["type"] in _NUMBERS and len(first["loc"]) == 1:
        kind, value = _NUMBERS[first["type"]], excerpt(first["input"])
        return f"{field.capitalize()} must be {kind}, not {value}."
    problem = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    wanted = (
        f"it must be {problem}"
        if problem != first["msg"]
        else first["msg"][:1].lower() + first["msg"][1:]
    )
    wanted = wanted.replace("greater than or equal to", "at least")
    wanted = wanted.replace("less than or equal to", "at most")
    return f"{excerpt(first['input'])} is not valid for {excerpt(field)}: {wanted}."


def command(dataset: str, recipe: Recipe) -> str:
    """The command line that starts the same run as the form does."""
    preset = PRESETS.get(recipe.name, PRESETS["quick"])
    words = ["python", "-m", "reranker_ui", "train", *_option("--dataset", dataset)]
    words += ["--recipe", preset.name] if preset.name != "quick" else []
    for field, option in OPTIONS.items():
        value = getattr(recipe, field)
        if value != getattr(preset, field):
            words += _option(option, _written(value))
    return shlex.join(words)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "none" if value is None else str(value).removesuffix(".0")


def _option(option: str, value: str) -> list[str]:
    # A value that looks like an option must be tied to its own.
    return [f"{option}={value}"] if value.startswith("-") else [option, value]
