"""Tasks of Label Studio: the votes of their annotations, and comparisons of two texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import guess_columns
from reranker_ui.core.formats.structure.cells import is_empty, is_list, opened

Value = Mapping[Any, Any]
Answers = list[tuple[Any, dict[str, Any]]]  # annotator, answer by the name of the question

# What the short exports (JSON-min, CSV) have beside the fields and the answers.
_SHORT = {"annotation_id", "lead_time"}
_META = {*_SHORT, "id", "annotator", "created_at", "updated_at"}
_LONGEST_ANSWER = 100  # characters
_ANSWERS = {"rating", "choices", "number", "taxonomy"}


def answers_of(value: Value) -> Answers:
    """The answers of each annotation of a task that was not cancelled."""
    all_answers = []
    for annotation in value["annotations"] or []:
        results = [] if annotation.get("was_cancelled") else annotation.get("result") or []
        answers = {
            str(result.get("from_name")): answer
            for result in results
            if (answer := _answer(result.get("value") or {})) is not None
        }
        if answers:
            all_answers.append((annotation.get("completed_by"), answers))
    return all_answers


def true_answers(value: Value) -> Answers:
    """The answers that are marked as the ground truth."""
    marked = [each for each in value["annotations"] or [] if each.get("ground_truth")]
    return answers_of({"annotations": marked})


def task_of(value: Value) -> Value | None:
    """The record as a task with data and annotations; None for other records.

    In a short export each column may be a field or an answer, so it is both.
    """
    if {"data", "annotations"} <= value.keys():
        return value if isinstance(value["data"], Mapping) else None
    if not value.keys() >= _SHORT:
        return None
    data = {str(name): cell for name, cell in value.items() if name not in _META}
    results = [{"from_name": name, "value": _short_answer(cell)} for name, cell in data.items()]
    annotation = {"completed_by": value.get("annotator"), "result": results}
    return {"data": data, "annotations": [annotation]}


def results_of(task: Value) -> list[Value]:
    """The results of a task's annotations; none for an unexpected structure."""
    try:
        return [
            result
            for annotation in task["annotations"] or [] if not annotation.get("was_cancelled")
            for result in annotation.get("result") or []
            if isinstance(result.get("value"), Mapping)
        ]  # fmt: skip
    except (AttributeError, TypeError):
        return []


def comparisons_of(values: Sequence[Value]) -> Callable[[Value], Iterator[dict[Any, Any]]] | None:
    """A function that turns a task into a record for each comparison; None for other tasks.

    The record has the texts of the task and, as `winner`, the side that was selected.
    """
    tasks = [task for value in values if (task := task_of(value))]
    if len(tasks) < len(values) or not any(_selections(task) for task in tasks):
        return None

    def compared(value: Value) -> Iterator[dict[Any, Any]]:
        task = task_of(value) or {"data": value, "annotations": []}
        selections = _selections(task) or [("winner", None)]
        data = {name: cell for name, cell in task["data"].items() if name not in dict(selections)}
        for _, selected in selections:
            yield {**data, "winner": selected}

    return compared


def answers_in_columns(
    values: Sequence[Value],
) -> Callable[[Value], Iterator[dict[Any, Any]]] | None:
    """A function that turns a record of a short export into a task.

    None where a column has a label's name, or none has answers as objects (`[{"rating": 4}]`).
    """
    if not all(value.keys() >= _SHORT for value in values):
        return None
    names = dict.fromkeys(name for value in values for name in value if name not in _META)
    columns = {name: [cell for value in values if not is_empty(cell := value.get(name))]
            for name in names}  # fmt: skip
    answers = {name for name, cells in columns.items() if cells and all(map(_is_answer, cells))}
    if not answers or guess_columns(values)["label"] is not None:
        return None

    def as_task(value: Value) -> Iterator[dict[Any, Any]]:
        data = {name: cell for name, cell in value.items() if name not in {*answers, *_META}}
        results = [{"from_name": name, "value": _short_answer(value.get(name))} for name in answers]
        annotation = {"completed_by": value.get("annotator"), "result": results}
        yield {"data": data, "annotations": [annotation]}

    return as_task


def _is_answer(cell: Any) -> bool:
    return (
        not isinstance(cell, int | float)
        and bool(_short_answer(cell).keys() & _ANSWERS)
        and (not isinstance(cell, str) or opened(cell) is not cell)
    )


def _selections(task: Value) -> list[tuple[str, Any]]:
    """The question and the side that was selected in each comparison."""
    return [
        (str(result.get("from_name")), result["value"]["selected"])
        for result in results_of(task)
        if result.get("type", "pairwise") == "pairwise" and "selected" in result["value"]
    ]


def _short_answer(cell: Any) -> Value:
    cell = opened(cell)
    cell = cell[0] if is_list(cell) and len(cell) == 1 else cell
    if isinstance(cell, Mapping):
        return cell
    if isinstance(cell, str):
        return {"choices": [cell]} if 0 < len(cell) <= _LONGEST_ANSWER else {}
    return {"number": cell} if isinstance(cell, int | float) else {}


def _answer(value: Value) -> Any:
    if choices := value.get("choices"):
        return choices[0] if len(choices) == 1 else choices
    return value.get("rating", value.get("number", value.get("taxonomy")))
