"""Tasks of Label Studio: the votes of their annotations, and comparisons of two texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Value = Mapping[Any, Any]
Answers = list[tuple[Any, dict[str, Any]]]  # annotator, answer by the name of the question


def answers_of(value: Value) -> Answers:
    """The answers of each annotation of a task that was not cancelled."""
    given = []
    for annotation in value["annotations"] or []:
        results = [] if annotation.get("was_cancelled") else annotation.get("result") or []
        answers = {
            str(result.get("from_name")): answer
            for result in results
            if (answer := _answer(result.get("value") or {})) is not None
        }
        if answers:
            given.append((annotation.get("completed_by"), answers))
    return given


def true_answers(value: Value) -> Answers:
    """The answers that are marked as the ground truth."""
    marked = [each for each in value["annotations"] or [] if each.get("ground_truth")]
    return answers_of({"annotations": marked})


def comparisons_of(values: Sequence[Value]) -> Callable[[Value], Iterator[dict[Any, Any]]] | None:
    """A function that turns a task into a record for each comparison; None for other tasks.

    The record has the texts of the task and, as `winner`, the side that was selected.
    """
    tasks = [value for value in values if {"data", "annotations"} <= value.keys()]
    if len(tasks) < len(values) or not any(_selections(value) for value in values):
        return None

    def compared(value: Value) -> Iterator[dict[Any, Any]]:
        for selected in _selections(value) or [None]:
            yield {**value["data"], "winner": selected}

    return compared


def _selections(value: Value) -> list[Any]:
    """The side that was selected in each comparison; none for an unexpected structure."""
    try:
        results = [
            result
            for annotation in value["annotations"] or [] if not annotation.get("was_cancelled")
            for result in annotation.get("result") or []
        ]  # fmt: skip
        return [
            (result.get("value") or {}).get("selected")
            for result in results if result.get("type") == "pairwise"
        ]  # fmt: skip
    except (AttributeError, TypeError):
        return []


def _answer(value: Value) -> Any:
    if choices := value.get("choices"):
        return choices[0]
    return value.get("rating", value.get("number"))
