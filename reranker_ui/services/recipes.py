"""Recipes by name, from a file, or changed field by field; and the command that says the same."""

import shlex
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from reranker_ui.core.recipe import PRESETS, Recipe
from reranker_ui.core.refused import Refused

# Field of the recipe -> option of the verb train.
OPTIONS = {
    "base": "--base",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "learning_rate": "--learning-rate",
    "max_length": "--max-length",
    "seed": "--seed",
    "warm_start": "--warm-start",
    "precision": "--precision",
}


def recipe_from(name_or_file: str | None = None, **changes: Any) -> Recipe:
    """The recipe with this name, or in this YAML or JSON file, with `changes` laid over it.

    A change that is None is none. Refused: an unknown name, a broken file, a value out of range.
    """
    known = PRESETS.get(name_or_file or "quick")
    values = known.model_dump() if known else _read(Path(str(name_or_file)))
    values |= {field: value for field, value in changes.items() if value is not None}
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise Refused(_sentence(error)) from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        names = ", ".join(PRESETS)
        raise Refused(f'There is no recipe "{path}". Give one of {names}, or a YAML file.')
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read as YAML: {error}") from error
    if not isinstance(values, dict):
        raise Refused(f"{path} holds no recipe. Write one field a line, such as `epochs: 2`.")
    return {"name": path.stem} | values


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][:1]).replace("_", " ")
    if first["type"] == "extra_forbidden":
        return f"A recipe has no field {first['loc'][0]}. It has {', '.join(Recipe.model_fields)}."
    return f"{first['input']} does not do as {field}: {first['msg'][:1].lower()}{first['msg'][1:]}."


def command(dataset: str, recipe: Recipe) -> str:
    """The command line that starts the same run as the form does."""
    preset = PRESETS.get(recipe.name, PRESETS["quick"])
    words = ["python", "-m", "reranker_ui", "train", *_option("--dataset", dataset)]
    words += ["--recipe", preset.name] if preset.name != "quick" else []
    for field, option in OPTIONS.items():
        value = getattr(recipe, field)
        if value != getattr(preset, field):
            words += _option(option, str(value).removesuffix(".0"))
    return shlex.join(words)


def _option(option: str, value: str) -> list[str]:
    # A value that looks like an option must be tied to its own.
    return [f"{option}={value}"] if value.startswith("-") else [option, value]
