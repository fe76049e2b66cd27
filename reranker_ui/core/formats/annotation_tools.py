"""Exports of annotation tools: Label Studio, Argilla, Prodigy and Quepid books.

Every person's answer is kept as a vote. Skipped, unrateable and suggested is no label.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import guess_columns
from reranker_ui.core.formats.lists import text_of
from reranker_ui.core.pairs import Judged, Left

Value = Mapping[Any, Any]
Votes = list[tuple[str, Any]]


def tool_of(values: Sequence[Value]) -> str | None:
    """The tool whose export this is, by the keys of all records."""
    for tool, keys in _KEYS.items():
        if values and all(keys <= value.keys() for value in values):
            return tool
    return None


def read(tool: str, value: Value, plan: Any = None) -> Iterator[Judged | Left]:
    """The judged pair of one record, with a vote for each person who answered."""
    yield _READ[tool](value, plan)


def _label_studio(value: Value, plan: Any) -> Judged:
    query, passage = _texts(value["data"], plan)
    votes: Votes = []
    for done in value["annotations"] or []:
        if not done.get("was_cancelled"):
            answers = [_answer(result.get("value") or {}) for result in done.get("result") or []]
            votes += [
                (_person(done.get("completed_by")), each) for each in answers if each is not None
            ]
    return Judged(query, passage, votes=tuple(votes))


def _answer(value: Value) -> Any:
    if choices := value.get("choices"):
        return choices[0]
    return value.get("rating", value.get("number"))


def _argilla(value: Value, plan: Any) -> Judged:
    query, passage = _texts(value["fields"], plan)
    responses = value.get("responses") or {}
    question = next(iter(responses), None)
    given = responses[question] if question is not None else []
    votes = [(_person(one.get("user_id")), one.get("value")) for one in given or []
             if one.get("status", "submitted") in ("submitted", None)]  # fmt: skip
    return Judged(query, passage, votes=tuple(votes))


def _prodigy(value: Value, plan: Any) -> Judged:
    told = {k: v for k, v in value.items() if k not in ("html", "label", "answer")}
    query, passage = _texts({**(value.get("meta") or {}), **told}, plan)
    who = _person(value.get("_annotator_id") or value.get("_session_id"))
    if value["answer"] == "ignore":
        return Judged(query, passage)
    names = {option.get("id"): option.get("text") for option in value.get("options") or []}
    if names:
        chosen = value.get("accept") or []
        picked = [names.get(one, one) if not _numeric(one) else one for one in chosen]
        return Judged(query, passage, votes=((who, picked[0]),) if picked else ())
    return Judged(query, passage, votes=((who, 1 if value["answer"] == "accept" else 0),))


def _quepid(value: Value, _plan: Any) -> Judged:
    votes: Votes = []
    for one in value.get("judgements") or []:
        rated = not (one.get("unrateable") or one.get("judge_later"))
        if rated and one.get("rating") is not None:
            votes.append((_person(one.get("user_email")), one["rating"]))
    return Judged(value["query_text"], text_of(value["document_fields"]), votes=tuple(votes))


_KEYS = {
    "label studio": {"data", "annotations"},
    "argilla": {"fields", "responses"},
    "quepid book": {"query_text", "document_fields"},
    "prodigy": {"answer", "_task_hash"},
}
_READ = {
    "label studio": _label_studio,
    "argilla": _argilla,
    "quepid book": _quepid,
    "prodigy": _prodigy,
}


def _texts(told: Value, plan: Any) -> tuple[Any, Any]:
    """Query and passage among the fields of a task: as said, else by their names."""
    columns = guess_columns([told])
    query = plan.query if plan and plan.query in told else columns["query"]
    passage = plan.passage if plan and plan.passage in told else columns["passage"]
    if query is None or passage is None:
        raise Left(
            "unreadable", f"no query and passage among the fields {', '.join(map(str, told))}"
        )
    return told[query], told[passage]


def _person(who: Any) -> str:
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("username") or who.get("id")
    return str(who) if who not in (None, "") else "unknown"


def _numeric(value: Any) -> bool:
    return str(value).lstrip("-").isdigit()
