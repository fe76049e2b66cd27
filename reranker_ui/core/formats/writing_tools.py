"""Writing for annotation tools: Label Studio, Argilla, Prodigy and Quepid."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from reranker_ui.core.formats.labels.stated_scale import scale_cell
from reranker_ui.core.formats.writing import (
    LABEL_NAMES,
    Row,
    Target,
    note_state,
    note_votes,
    number_text,
    plain_number,
    safe_cell,
    write_array,
    write_counted,
)  # fmt: skip
from reranker_ui.core.values.pairs import pair_key, passage_key

Record = dict[str, Any]


def write_label_studio(rows: Iterable[Row], target: Target) -> int:
    """Tasks with one annotation per annotator; ground_truth marks the effective label if needed."""
    about = _about_labels(target)

    def tasks() -> Iterator[Record]:
        for number, row in enumerate(rows, 1):
            note_state(row, target.lost)
            data = {"query": row.query, "passage": row.passage, "split": row.split, **about}
            settled = row.label is not None and any(value != row.label for _, value in row.votes)
            votes = row.votes
            if row.label is not None and all(value != row.label for _, value in votes):
                votes = [*votes, ("", row.label)]
            yield {
                "id": number,
                "data": data,
                "annotations": [
                    _annotation(who, value, settled and value == row.label, target)
                    for who, value in votes
                ],
                "predictions": [],
            }

    return write_array(tasks(), target.path)


def write_argilla(rows: Iterable[Row], target: Target) -> int:
    """Records of `to_list(flatten=False)`, with the question relevance."""
    about = _about_labels(target)

    def records() -> Iterator[Record]:
        for row in rows:
            note_votes(row, target.lost)
            responses = [
                {"value": _word(value, target) if target.scale.names else plain_number(value),
                 "user_id": who or None, "status": "submitted"}
                for who, value in row.agreeing()
            ]  # fmt: skip
            yield {
                "id": pair_key(row.query, row.passage),
                "fields": {"query": row.query, "passage": row.passage},
                "metadata": {"split": row.split, **about},
                "suggestions": {},
                "responses": {"relevance": responses} if responses else {},
            }

    return write_array(records(), target.path)


def write_prodigy(rows: Iterable[Row], target: Target) -> int:
    """One line for each answer; a pair without one is ignored, a grade is a chosen option."""
    count = 0

    def answers() -> Iterator[Record]:
        nonlocal count
        for row in rows:
            count += 1
            note_votes(row, target.lost)
            task = {
                "query": row.query, "text": row.passage, "meta": {"split": row.split},
                "_input_hash": _signed(passage_key(row.passage)),
                "_task_hash": _signed(pair_key(row.query, row.passage)),
            }  # fmt: skip
            for who, value in row.agreeing():
                yield {**task, **_choice(value, target), "_session_id": who or None}
            if not row.agreeing():
                yield {**task, "answer": "ignore"}

    write_counted(answers(), target.path, lambda _answer: 1)
    return count


def write_quepid_book(rows: Iterable[Row], target: Target) -> int:
    """A Quepid book: one judgement per annotator, the passage in document_fields."""
    count = 0
    with target.path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"name": "Reranker UI", "scale": null, "query_doc_pairs": [')
        for row in rows:
            note_votes(row, target.lost)
            entry = {
                "query_text": row.query, "doc_id": passage_key(row.passage), "position": None,
                "document_fields": {"text": row.passage}, "information_need": None,
                "notes": None, "options": None,
                "judgements": [_judgement(who, value) for who, value in row.agreeing()],
            }  # fmt: skip
            out.write(("\n" if count == 0 else ",\n") + json.dumps(entry, ensure_ascii=False))
            count += 1
        out.write("\n]}\n")
    return count


def write_quepid_ratings(rows: Iterable[Row], target: Target) -> int:
    """`query,docid,rating` with the ids of our BEIR export; unrated pairs have an empty rating."""
    count = 0
    with target.path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("query", "docid", "rating"))
        for row in rows:
            count += 1
            note_votes(row, target.lost)
            # Quepid escapes cells with a space, which every reader strips.
            query = f" {row.query}" if safe_cell(row.query) != row.query else row.query
            writer.writerow((query, passage_key(row.passage), number_text(row.label)))
    return count


def _about_labels(target: Target) -> Record:
    """What labels are called, as JSON by label, and their scale, for every record of a tool.

    Empty for 0 and 1 without names.
    """
    scale = target.scale
    named = {number_text(scale.min + at): name for at, name in enumerate(scale.names) if name}
    names = {LABEL_NAMES: json.dumps(named, ensure_ascii=False)} if named else {}
    return names | scale_cell(scale)


def _word(label: float, target: Target) -> str:
    """What a label is called, where all are: a name beside numbers could be taken for one."""
    names = target.scale.names
    return target.scale.name_of(label) if names and all(names) else number_text(label)


def _annotation(who: str, value: Any, truth: bool, target: Target) -> Record:
    if target.scale.kind == "score":
        result: Record = {"type": "number", "value": {"number": value}}
    else:
        result = {"type": "choices", "value": {"choices": [_word(value, target)]}}
    return {
        "completed_by": {"email": who} if who else None,
        "was_cancelled": False,
        "ground_truth": truth,
        "result": [{"from_name": "relevance", "to_name": "passage", **result}],
    }


def _choice(value: float, target: Target) -> Record:
    if target.scale.kind == "binary":
        return {"answer": "accept" if value else "reject"}
    grades = range(int(target.scale.max) + 1) if target.scale.kind == "graded" else [value]
    options = [{"id": number_text(grade), "text": _word(grade, target)} for grade in grades]
    return {"options": options, "accept": [number_text(value)], "answer": "accept"}


def _judgement(who: str, value: float) -> Record:
    return {"rating": value, "unrateable": False, "judge_later": False,
            "user_email": who or None, "explanation": None}  # fmt: skip


def _signed(key: str) -> int:
    return int(key[:8], 16) - 2**31
