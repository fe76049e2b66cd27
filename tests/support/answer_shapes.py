"""Whether the answer of a page function has the shape that its annotation declares."""

import functools
import types
from collections.abc import Callable
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

_SAME = {float: (float, int), int: int, str: str, bool: bool, type(None): type(None)}


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; it fails where its answer is not of the declared shape."""
    declared = get_type_hints(function, include_extras=True)["return"]

    @functools.wraps(function)
    def act(*arguments: Any, **named: Any) -> Any:
        answer = function(*arguments, **named)
        if fault := fault_in(answer, declared):
            raise TypeError(f"{function.__name__} answers another shape: {fault}")
        return answer

    return act


def fault_in(value: Any, hint: Any, place: str = "answer") -> str | None:
    """What is not as declared, at which place; None where all is."""
    if hint is Any or isinstance(hint, NewType):
        return None
    if is_typeddict(hint):
        return _in_fields(value, hint, place)
    if hint in _SAME:
        fits = isinstance(value, _SAME[hint]) and (hint is bool or not isinstance(value, bool))
        return None if fits else f"{place} is {value!r:.80}, not {hint.__name__}"
    return _in_generic(value, hint, place)


def _in_fields(value: Any, shape: Any, place: str) -> str | None:
    if not isinstance(value, dict):
        return f"{place} is {value!r:.80}, not {shape.__name__}"
    if missing := shape.__required_keys__ - value.keys():
        return f"{place} has no {', '.join(sorted(missing))}"
    hints = get_type_hints(shape)
    if more := value.keys() - hints.keys():
        return f"{place} has {', '.join(sorted(more))}, which {shape.__name__} does not declare"
    return _first(fault_in(value[name], hints[name], f"{place}.{name}") for name in value)


def _in_generic(value: Any, hint: Any, place: str) -> str | None:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fault_in(value, inner[0], place)
    if origin is Literal:
        return None if value in inner else f"{place} is {value!r:.80}, not one of {inner}"
    if origin in (Union, types.UnionType):
        faults = [fault_in(value, one, place) for one in inner]
        return None if None in faults else min(filter(None, faults), key=len)
    if not isinstance(value, dict if origin is dict else (list, tuple)):
        return f"{place} is {value!r:.80}, not {hint}"
    if origin is dict:
        return _first(fault_in(each, inner[1], f"{place}.{key}") for key, each in value.items())
    if origin is tuple and inner[1:] != (...,):
        if len(value) != len(inner):
            return f"{place} has {len(value)} values, not {len(inner)}"
        return _first(fault_in(*pair, f"{place}[]") for pair in zip(value, inner, strict=True))
    return _first(fault_in(each, inner[0], f"{place}[]") for each in value)


def _first(faults: Any) -> str | None:
    return next(filter(None, faults), None)
