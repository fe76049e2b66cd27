"""A wrong setting as a sentence: its name, its value, and what is accepted."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from reranker_ui.core.values.refused import Refused, excerpt

_ACCEPTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": 'a JSON list of texts, such as `["first", "second"]`',
    "string": 'a JSON list of texts, such as `["first", "second"]`',  # each text of a list
}


def refused(
    error: ValidationError, fields: dict[str, FieldInfo], secret: re.Pattern[str]
) -> Refused:
    """The refusal for wrong settings, a sentence each; values of secrets are left out."""
    return Refused(" ".join(_sentence(dict(fault), fields, secret) for fault in error.errors()))


def home_refused(home: Path, why: str) -> Refused:
    """The refusal for a home that cannot be used."""
    return Refused(
        f"The home {home} {why}. Set RERANKER_UI_HOME to a folder that this account may write to."
    )


def parsed_list(value: Any) -> Any:
    """The list that a variable holds as JSON; what is not JSON stays as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def variable_names(name: str, field: FieldInfo) -> list[str]:
    """The environment variables of a field, the first one first."""
    alias: Any = field.validation_alias
    return list(alias.choices) if alias else [f"RERANKER_UI_{name.upper()}"]


def _sentence(error: dict[str, Any], fields: dict[str, FieldInfo], secret: re.Pattern[str]) -> str:
    place = str(error["loc"][0])  # a field, or the first of its variables
    listed = [variable_names(name, field) for name, field in fields.items()]
    names = next((names for names in listed if place in names), [f"RERANKER_UI_{place.upper()}"])
    value = "" if secret.search(names[0]) else f" is {excerpt(error['input'])!r}, and"
    return f"{' or '.join(names)}{value} must be {_accepted(error)}."


def _accepted(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "value_error":
        return str(context["error"])
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
    message = str(error["msg"]).removeprefix("Input should be ")
    return _ACCEPTED.get(kind.partition("_")[0], message)
