"""Question answering sets: SQuAD and TAT-QA (paragraphs and tables)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]


def shape_of(values: Sequence[Value]) -> str | None:
    """squad or tat-qa by the keys of all records."""
    if values and all(isinstance(value.get("paragraphs"), list) for value in values):
        if all({"table", "questions"} <= value.keys() for value in values):
            return "tat-qa"
        if all("qas" in part for value in values for part in value["paragraphs"]):
            return "squad"
    return None


def notes(shape: str, values: Sequence[Value]) -> list[str]:
    """Notes for the user about such a file."""
    if shape != "squad":
        return []
    if any(
        question.get("is_impossible") for value in values for question in squad_questions(value)
    ):
        return ["SQuAD: a question that its paragraph does not answer is a negative."]
    return ["SQuAD has no negatives: every pair is positive."]


def squad_questions(value: Value) -> Iterator[dict[Any, Any]]:
    """An article as one record for each of its questions."""
    for part in value["paragraphs"]:
        for question in part["qas"]:
            yield {**question, "context": part.get("context")}


def read(shape: str, value: Value) -> Iterator[Judged | LeftOut]:
    """Judged pairs of one record: a SQuAD question, or a TAT-QA table with its questions."""
    if shape == "squad":
        yield Judged(value.get("question"), value["context"], int(not value.get("is_impossible")))
        return
    table = "\n".join(" | ".join(map(str, row)) for row in value["table"]["table"])
    for question in value["questions"]:
        relevant = {str(order) for order in question.get("rel_paragraphs") or []}
        source = question.get("answer_from") or ""
        judged = [(table, "table" in source)]
        for part in value["paragraphs"]:
            judged.append((part["text"], str(part["order"]) in relevant and "text" in source))
        if any(positive for _, positive in judged):
            for passage, positive in judged:
                yield Judged(question["question"], passage, int(positive))


FLAT: dict[str, Callable[[Value], Iterator[dict[Any, Any]]] | None] = {
    "squad": squad_questions,
    "tat-qa": None,
}
