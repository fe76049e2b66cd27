"""Exports of annotation tools: Label Studio, Argilla, Prodigy and Quepid books.

Each annotator's answer becomes a vote. Skipped, unrateable and suggested answers are not labels.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.labels.stated_scale import LABEL_SCALE
from reranker_ui.core.formats.structure.passages import text_of
from reranker_ui.core.formats.tools import label_studio
from reranker_ui.core.formats.writing import LABEL_NAMES
from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]
Votes = list[tuple[str, Any]]
_RESPONSES = re.compile(r"(.+)\.responses")
_ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # an unexpected shape
ALL_FIELDS = "all fields"  # the passage of a Quepid book: all fields of its document
_ARGILLA_OWN = ("id", "_server_id", "status", "inserted_at", "updated_at")


def tool_of(values: Sequence[Value]) -> str | None:
    """The tool whose export this is, by the keys of all records."""
    for tool, keys in _KEYS:
        if values and all(keys <= value.keys() for value in values):
            return tool
    flat = [any(_RESPONSES.fullmatch(str(key)) for key in value) for value in values]
    return "argilla" if flat and all(flat) else None


def fields_of(tool: str, value: Value) -> dict[str, Any]:
    """The fields of a task that may be its query and passage; none for an unexpected shape."""
    try:
        fields = _FIELDS[tool](value)
    except _ODD:
        return {}
    return {name: field for name, field in fields.items() if name not in (LABEL_NAMES, LABEL_SCALE)}


def unread_fields(tool: str, value: Value, plan: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a task that are neither its query nor its passage."""
    if plan.passage != ALL_FIELDS:
        used = (plan.query, plan.passage, "split", ALL_FIELDS)
        yield from ((str(k), v) for k, v in fields_of(tool, value).items() if k not in used)


def label_names(value: Value) -> dict[str, str]:
    """What our own export says that labels are called: {label: name}; else nothing."""
    places = (value.get("data"), value.get("metadata"), value)
    texts = [place.get(LABEL_NAMES) for place in places if isinstance(place, Mapping)]
    try:
        names = json.loads(next((text for text in texts if isinstance(text, str)), "{}"))
    except ValueError:
        return {}
    pairs = names.items() if isinstance(names, dict) else ()
    return {label: name for label, name in pairs if isinstance(name, str) and _numeric(label)}


def read(tool: str, value: Value, plan: Any) -> Iterator[Judged | LeftOut]:
    """The judged pair of one record, with a vote for each annotator who answered."""
    fields = fields_of(tool, value)
    missing = [name for name in (plan.query, plan.passage) if name not in fields]
    if missing:
        raise LeftOut("unreadable", f"the task has no field {' and no '.join(map(str, missing))}")
    try:
        labels = {name: label for label, name in label_names(value).items()}
        votes = [
            (who, labels.get(answer, answer) if isinstance(answer, str) else answer)
            for who, answer in _VOTES[tool](value, plan.label)
        ]
        settled = _truth(value, plan.label) if tool == "label-studio" else None
        settled = labels.get(settled, settled) if isinstance(settled, str) else settled
    except _ODD as odd:
        raise LeftOut("unreadable", f"its answers do not have the structure of {tool}") from odd
    if settled is not None:
        votes = [vote for vote in votes if vote[0] or vote[1] != settled]
    split = fields.get("split")
    yield Judged(fields[plan.query], fields[plan.passage], settled, split, tuple(votes))


def questions_of(tool: str, values: Sequence[Value]) -> dict[str, list[Any]]:
    """The answers to each question, by its name; only of tools that have several questions."""
    by_question: dict[str, list[Any]] = {}
    for value in values:
        try:
            answers = [a for each in _QUESTIONS[tool](value) for a in each.items()]
        except (KeyError, *_ODD):
            continue
        for name, answer in answers:
            by_question.setdefault(str(name), []).append(answer)
    return by_question


def has_suggestions(values: Sequence[Value]) -> bool:
    """Whether the records also contain suggestions of models."""
    return any(
        value.get("predictions") or value.get("suggestions")
        or any(str(key).endswith(".suggestion") for key in value)
        for value in values
    )  # fmt: skip


def _label_studio(value: Value, label: Any) -> Votes:
    annotations = label_studio.answers_of(value)
    votes = [(_person(who), _chosen(answers, label)) for who, answers in annotations]
    return [vote for vote in votes if vote[1] is not None]


def _truth(value: Value, label: Any) -> Any:
    """The answer marked as the ground truth."""
    truths = label_studio.true_answers(value)
    return next((_chosen(answers, label) for _, answers in truths), None)


def _argilla(value: Value, label: Any) -> Votes:
    if "responses" not in value:
        return _argilla_flat(value, label)
    responses = value["responses"] or {}
    if isinstance(responses, list):  # version 1: one entry for each person
        return [(_person(r.get("user_id")), _single(answer.get("value")))
                for r in responses if (answer := _chosen(r.get("values") or {}, label))
                if r.get("status", "submitted") == "submitted"]  # fmt: skip
    entries = _chosen(responses, label) if responses else []
    return [(_person(r.get("user_id")), _single(r.get("value"))) for r in entries or []
            if r.get("status", "submitted") in ("submitted", None)]  # fmt: skip


def _argilla_flat(value: Value, label: Any) -> Votes:
    questions = {m[1]: value[key] for key in value if (m := _RESPONSES.fullmatch(str(key)))}
    question = str(label) if label in questions else next(iter(questions))
    responses, key = questions[question] or [], f"{question}.responses"
    people = value.get(f"{key}.users") or [None] * len(responses)
    states = value.get(f"{key}.status") or ["submitted"] * len(responses)
    return [(_person(who), _single(response)) for response, who, state in
            zip(responses, people, states, strict=False) if state == "submitted"]  # fmt: skip


def _argilla_questions(value: Value) -> list[dict[str, Any]]:
    responses = value.get("responses")
    if isinstance(responses, list):
        return [{name: answer.get("value") for name, answer in (each.get("values") or {}).items()}
                for each in responses]  # fmt: skip
    named = responses if isinstance(responses, Mapping) else {
        match[1]: [{"value": answer} for answer in value[key] or []]
        for key in value if (match := _RESPONSES.fullmatch(str(key)))}  # fmt: skip
    return [{name: answer.get("value")} for name, answers in named.items() for answer in answers]


def _argilla_fields(value: Value) -> dict[str, Any]:
    if "fields" in value:
        return {**(value.get("metadata") or {}), **value["fields"]}
    return {k: v for k, v in value.items() if "." not in str(k) and k not in _ARGILLA_OWN}


def _prodigy(value: Value, _label: Any) -> Votes:
    if value["answer"] == "ignore":
        return []
    who = _person(value.get("_annotator_id") or value.get("_session_id"))
    names = {option.get("id"): option.get("text") for option in value.get("options") or []}
    if not names:
        return [(who, 1 if value["answer"] == "accept" else 0)]
    chosen = [
        option_id if _numeric(option_id) else names.get(option_id, option_id)
        for option_id in value.get("accept") or []
    ]
    return [(who, chosen[0])] if chosen else []


def _prodigy_fields(value: Value) -> dict[str, Any]:
    own = ("html", "label", "answer", "options", "accept", "meta")
    fields = {k: v for k, v in value.items() if k not in own and not str(k).startswith("_")}
    return {**(value.get("meta") or {}), **fields}


def _quepid(value: Value, _label: Any) -> Votes:
    return [
        (_person(judgement.get("user_email")), judgement["rating"])
        for judgement in value.get("judgements") or []
        if not (judgement.get("unrateable") or judgement.get("judge_later"))
        and judgement.get("rating") is not None
    ]


def _quepid_fields(value: Value) -> dict[str, Any]:
    fields = value["document_fields"]
    if isinstance(fields, str):  # some versions write the fields as JSON in a string
        try:
            fields = json.loads(fields)
        except ValueError:
            fields = {"text": fields}
    whole = {"query_text": value["query_text"], ALL_FIELDS: text_of(fields or "")}
    return {**whole, **(fields or {})} if isinstance(fields, Mapping) else whole


_KEYS = (
    ("label-studio", {"data", "annotations"}),
    ("argilla", {"fields", "responses"}),
    ("quepid-book", {"query_text", "document_fields"}),
    ("prodigy", {"answer", "_task_hash"}),
    ("prodigy", {"answer", "accept", "options"}),
)
_VOTES: dict[str, Callable[[Value, Any], Votes]] = {
    "label-studio": _label_studio,
    "argilla": _argilla,
    "quepid-book": _quepid,
    "prodigy": _prodigy,
}
_QUESTIONS: dict[str, Callable[[Value], list[dict[str, Any]]]] = {
    "label-studio": lambda value: [answers for _, answers in label_studio.answers_of(value)],
    "argilla": _argilla_questions,
}
_FIELDS: dict[str, Callable[[Value], dict[str, Any]]] = {
    "label-studio": lambda value: dict(value["data"]),
    "argilla": _argilla_fields,
    "quepid-book": _quepid_fields,
    "prodigy": _prodigy_fields,
}


def _chosen(answers: Mapping[str, Any], label: Any) -> Any:
    """The answer to the question `label`, None without one; to the only question if it is None."""
    if label is not None or not answers:
        return answers.get(label)
    named = [name for name in answers if plain(name) in KNOWN["label"]]
    return answers[next(iter(named), next(iter(answers)))]


def _single(answer: Any) -> Any:
    return answer[0] if isinstance(answer, list) and len(answer) == 1 else answer


def _person(who: Any) -> str:
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("username") or who.get("id")
    return str(who) if who is not None else ""


def _numeric(value: Any) -> bool:
    return str(value).lstrip("-").isdigit()
