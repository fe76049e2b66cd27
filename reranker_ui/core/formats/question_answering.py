"""Question answering sets: SQuAD (positives only) and TAT-QA (paragraphs and tables)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.pairs import Judged, Left

Value = Mapping[Any, Any]


def shape_of(values: Sequence[Value]) -> str | None:
    """squad or tat-qa by the keys of all records."""
    if values and all(isinstance(value.get("paragraphs"), list) for value in values):
        if all({"table", "questions"} <= value.keys() for value in values):
            return "tat-qa"
        if all("qas" in part for value in values for part in value["paragraphs"]):
            return "squad"
    return None


def squad_records(value: Value) -> Iterator[Value]:
    """An article as one record for each of its questions."""
    for part in value["paragraphs"]:
        for asked in part["qas"]:
            yield {"question": asked.get("question"), "context": part.get("context")}


def read(shape: str, value: Value) -> Iterator[Judged | Left]:
    """Judged pairs of one record: a SQuAD question, or a TAT-QA table with its questions."""
    if shape == "squad":
        yield Judged(value["question"], value["context"], 1)
        return
    table = "\n".join(" | ".join(map(str, row)) for row in value["table"]["table"])
    for asked in value["questions"]:
        wanted = {str(order) for order in asked.get("rel_paragraphs") or []}
        source = asked.get("answer_from") or ""
        judged = [(table, "table" in source)]
        for part in value["paragraphs"]:
            judged.append((part["text"], str(part["order"]) in wanted and "text" in source))
        if any(positive for _, positive in judged):
            for passage, positive in judged:
                yield Judged(asked["question"], passage, int(positive))
