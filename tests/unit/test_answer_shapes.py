"""A wrong answer of a page function is found at its place."""

from typing import Literal, NotRequired, TypedDict

import pytest

from tests.support.answer_shapes import checked, fault_in


class Part(TypedDict):
    name: str
    more: NotRequired[list[tuple[float, int]]]


class Whole(TypedDict):
    parts: dict[str, Part]
    state: Literal["a", "b"] | None


RIGHT = {"parts": {"x": {"name": "n", "more": [[1, 2]]}}, "state": None}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"state": "c"}, "answer.state is 'c'"),
        ({"parts": {"x": {}}}, "answer.parts.x has no name"),
        ({"parts": {"x": {"name": "n", "size": 1}}}, "has size, which Part does not declare"),
        ({"parts": {"x": {"name": "n", "more": [[1, 2, 3]]}}}, "has 3 values, not 2"),
        ({"parts": {"x": {"name": True}}}, "answer.parts.x.name is True, not str"),
    ],
)
def test_the_first_fault_is_named(changes, fault):
    found = fault_in(RIGHT | changes, Whole)
    assert found is None if fault is None else fault in found


def test_a_function_fails_where_its_answer_is_another_shape():
    def act() -> Part:
        return {"named": "n"}

    with pytest.raises(TypeError, match="act answers another shape: answer has no name"):
        checked(act)()
