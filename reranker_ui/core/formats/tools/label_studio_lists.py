"""Tasks of Label Studio with several passages, as a task for each passage.

A Ranker sorts the objects of a list into buckets or into an order, a Repeater asks the same
question about each (`relevance_0`, `relevance_1`), and choices may name those that are relevant.
https://labelstud.io/tags/ranker has the structure of a Ranker's result.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reranker_ui.core.formats.columns import guess_columns
from reranker_ui.core.formats.structure.cells import is_list, is_prose
from reranker_ui.core.formats.structure.roles import side_of
from reranker_ui.core.formats.tools.label_studio import Value, results_of, task_of
from reranker_ui.core.formats.tools.label_studio_passages import (
    TaskPassages,
    names_of_lists,
    passages_of,
)

Labels = dict[int, Any]  # a result's value for each passage, by its place in the list
_ENOUGH = 0.9  # share of the records that must be tasks
_NOT_SORTED = "_"  # the bucket of what nobody moved into another one
_NUMBERED = re.compile(r"(.*?)[\s_.-]*(\d{1,6})")
_ORDER = "The order of a Ranker is read as scores from 1, its first passage, to 0, its last."
_PICKED = "Passages that nobody moved into the bucket {} are read as not relevant."


@dataclass
class ListedTasks:
    """Tasks whose passages are in one list or in numbered fields, found by name.

    `first`: the number of the first passage in names of questions; `buckets`: those of a Ranker.
    """

    name: str
    first: int = 0
    buckets: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def split(self, value: Value) -> Iterator[dict[Any, Any]]:
        """A task for each passage, with the answers about it."""
        task = task_of(value)
        passages = passages_of(task["data"], self.name) if task else None
        if task is None or passages is None:
            yield dict(value)
            return
        rest = {name: cell for name, cell in task["data"].items() if name not in passages.fields}
        answers = [(each, self.answers(each, passages)) for each in task["annotations"] or []]
        for at, text in enumerate(passages.texts):
            annotations = [
                {**each, "result": [{"from_name": question, "value": labels[at]}
                                    for question, labels in by_question.items() if at in labels]}
                for each, by_question in answers
            ]  # fmt: skip
            yield {**task, "data": {**rest, "passage": text}, "annotations": annotations}

    def answers(self, annotation: Value, passages: TaskPassages) -> dict[str, Labels]:
        """The labels of the passages in one annotation, by the name of the question."""
        answers: dict[str, Labels] = {}
        for result in annotation.get("result") or []:
            question, labels = self._labels(result, passages)
            if labels:
                answers.setdefault(question, {}).update(labels)
        return answers

    def _labels(self, result: Value, passages: TaskPassages) -> tuple[str, Labels]:
        question, value = str(result.get("from_name")), result.get("value") or {}
        if "ranker" in value:
            return question, self._ranked(value["ranker"], question, passages)
        if labels := _picked(value.get("choices"), question, passages):
            return question, labels
        numbered = _NUMBERED.fullmatch(question)
        if numbered is None or question in passages.fields:
            return question, {}
        number = int(numbered[2]) - self.first
        return numbered[1], {
            passages.numbers.index(number): value
        } if number in passages.numbers else {}

    def _ranked(self, ranked: Any, question: str, passages: TaskPassages) -> Labels:
        """Scores by the place of a passage in an order, or the bucket of each passage."""
        ordered = ranked.get(question) if isinstance(ranked, Mapping) else ranked
        if is_list(ordered):
            places = [at for name in ordered if (at := passages.place_of(name)) is not None]
            last = len(places) - 1
            return {at: {"number": round(1 - n / last, 4)} for n, at in enumerate(places) if last}
        sides = self.sides()
        labels: Labels = {}
        if not isinstance(ranked, Mapping):
            return labels
        if list(sides.values()) == [1] and len(self.buckets) == 1:
            labels = {at: {"number": 0} for at in range(len(passages.texts))}
        for bucket, names in ranked.items():
            for at in (passages.place_of(name) for name in (names if is_list(names) else ())):
                if at is not None and bucket != _NOT_SORTED:
                    label = {"number": sides[bucket]} if bucket in sides else {"choices": [bucket]}
                    labels[at] = label
        return labels

    def see_rankers(self, results: Sequence[tuple[str, Any]]) -> None:
        """Note the buckets of Rankers, each the name of the question and what was ranked."""
        for question, ranked in results:
            if is_list(ranked) or (isinstance(ranked, Mapping) and question in ranked):
                self.notes = [_ORDER]
            elif isinstance(ranked, Mapping):
                self.buckets |= ranked.keys() - {_NOT_SORTED}
        if list(self.sides().values()) == [1]:
            self.notes.append(_PICKED.format(*self.buckets))

    def sides(self) -> dict[str, int]:
        """1 or 0 for each bucket, where the names of all say which; else empty."""
        sides = {bucket: side_of(bucket, sure=False) for bucket in self.buckets}
        if not all(sides.values()):
            return {}
        return {bucket: int(side == "positive") for bucket, side in sides.items()}


def listed_tasks(values: Sequence[Value]) -> ListedTasks | None:
    """How tasks with several passages are split; None for other records."""
    tasks = [task for value in values if (task := task_of(value))]
    if not tasks or len(tasks) < _ENOUGH * len(values):
        return None
    names = dict.fromkeys(name for task in tasks for name in names_of_lists(task["data"]))
    candidates = (_as_listed(name, tasks) for name in names)
    return next((listed for listed in candidates if listed is not None), None)


def _as_listed(name: str, tasks: Sequence[Value]) -> ListedTasks | None:
    """The tasks with their passages in the field `name`, if any answer is about one of these."""
    listed = ListedTasks(name)
    pairs = [(task, each) for task in tasks if (each := passages_of(task["data"], name))]
    results = [(result, passages) for task, passages in pairs for result in results_of(task)]
    numbers = [
        (int(match[2]), passages) for result, passages in results
        if (match := _NUMBERED.fullmatch(str(result.get("from_name"))))
    ]  # fmt: skip
    from_one = numbers and min(number for number, _ in numbers) == 1
    if from_one and any(number == len(passages.texts) for number, passages in numbers):
        listed.first = int(pairs[0][1].numbers[0] == 0)
    rankers = [(str(result.get("from_name")), ranked) for result, _ in results
               if (ranked := result["value"].get("ranker"))]  # fmt: skip
    listed.see_rankers(rankers)
    only_passages = rankers or all(_no_passage(task["data"], each.fields) for task, each in pairs)
    answered = any(listed.answers({"result": [result]}, passages) for result, passages in results)
    return listed if only_passages and answered else None


def _picked(choices: Any, question: str, passages: TaskPassages) -> Labels:
    """1 for the passages that choices name, 0 for the others; empty for other choices."""
    if not is_list(choices) or not choices or all(str(choice).isdecimal() for choice in choices):
        return {}
    if question in passages.fields:
        return {}
    places = {passages.place_of(choice) for choice in choices}
    if None in places:
        return {}
    return {at: {"number": int(at in places)} for at in range(len(passages.texts))}


def _no_passage(data: Mapping[str, Any], fields: Sequence[str]) -> bool:
    """Whether no other field of a task is its passage."""
    rest = {name: cell for name, cell in data.items() if name not in fields}
    passage = guess_columns([rest])["passage"]
    return passage is None or not is_prose(rest[passage])
