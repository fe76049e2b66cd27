"""The JavaScript types of the page functions are those that Python declares."""

from typing import Annotated, Literal, NotRequired, TypedDict

import pytest

from tests.support.page_types import FILE, _interface, _script, page_types


class Shape(TypedDict):
    """A shape."""

    name: str
    more: NotRequired[list[float | None]]


def test_the_file_is_up_to_date():
    assert FILE.read_text() == page_types(), "run `python -m tests.support.page_types`"


@pytest.mark.parametrize(
    ("hint", "script"),
    [
        (int | None, "number | null"),
        (Annotated[str, "strict"], "string"),
        (Literal["keep", "remove"], '"keep" | "remove"'),
        (dict[float, list[bool]], "Record<string, boolean[]>"),
        (tuple[int, str], "[number, string]"),
        (tuple[str, ...], "string[]"),
        (list[Shape], "Shape[]"),
    ],
)
def test_a_python_type_as_javascript(hint, script):
    assert _script(hint, {}) == script


def test_a_shape_is_an_interface():
    expected = (
        "/** A shape. */\ninterface Shape {\n  name: string;\n  more?: (number | null)[];\n}\n"
    )
    assert _interface(Shape, {}) == expected


def test_a_type_that_json_does_not_have_is_refused():
    with pytest.raises(TypeError, match="no type in JavaScript"):
        _script(set[int], {})
