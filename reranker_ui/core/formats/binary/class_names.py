"""Labels that a dataset of the Hub stores as numbers of their names (`ClassLabel`)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from reranker_ui.core.formats.columns import plain

Classes = Mapping[str, list[Any]]
_KEY = b"huggingface"  # of the metadata of a table
_NUMBERED = re.compile(r"(?:label|class)\W*_?\d+", re.IGNORECASE)
_NOT = ("not", "non", "no", "un", "ir")


def classes_in(metadata: Mapping[bytes, bytes] | None) -> Classes:
    """What each number of a column means, by column; none for columns without names."""
    try:
        features = json.loads((metadata or {})[_KEY])["info"]["features"]
        by_column = {name: _names_of(feature) for name, feature in features.items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}
    return {name: meanings for name, names in by_column.items() if (meanings := _meanings(names))}


def with_names(row: dict[Any, Any], classes: Classes) -> dict[Any, Any]:
    """The row with the names of its labels; -1 has none."""
    if not classes:
        return row
    return {name: _named(cell, classes[name]) if name in classes else cell
            for name, cell in row.items()}  # fmt: skip


def _names_of(feature: Any) -> list[str]:
    """The names of a ClassLabel, or of a list of them."""
    while isinstance(feature, list | dict):
        if isinstance(feature, list):
            feature = feature[0] if feature else None
        elif feature.get("_type") == "ClassLabel":
            return [str(name) for name in feature.get("names") or []]
        else:
            feature = feature.get("feature")
    return []


def _meanings(names: list[str]) -> list[Any]:
    """The names; 1 and 0 where one of two denies the other; nothing where they are only numbers."""
    if all(_NUMBERED.fullmatch(name) for name in names):
        return []
    for at, name in enumerate(names if len(names) == 2 else ()):
        if plain(names[1 - at]) in {prefix + plain(name) for prefix in _NOT}:
            return [int(place == at) for place in range(2)]
    return list(names)


def _named(cell: Any, meanings: list[Any]) -> Any:
    if isinstance(cell, list):
        return [_named(each, meanings) for each in cell]
    if isinstance(cell, int) and -1 <= cell < len(meanings):
        return None if cell < 0 else meanings[cell]
    return cell
