"""Lists: a query with its positives and negatives, or with passages and their labels.

Triplets, n-tuples, MTEB, Cohere, FlagEmbedding, tevatron, ms-swift, MS MARCO and labelled lists
are all this.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.values.pairs import Judged, Left

_QUERY = ("query", "question", "anchor", "querytext", "q", "prompt", "sentence", "premise",
          "messages")  # fmt: skip
_POSITIVE = re.compile(
    r"(positives?|pos)(passages?|ctxs|docs|documents?|texts?|messages)?\d*"
    r"|relevant(passages|docs|documents)"
)
_NEGATIVE = re.compile(
    r"(hard)?(negatives?|neg)(passages?|ctxs|docs|documents?|texts?|messages)?\d*"
    r"|(irrelevant|nonrelevant)(passages|docs|documents)"
)
_PASSAGES = ("docs", "documents", "passages", "candidates", "texts")
_LABELS = ("labels", "scores", "relevances", "grades", "ratings", "label", "score", "relevance")
_NAMES = {
    "relevantpassages": "cohere", "pos": "flagembedding", "positivepassages": "tevatron",
    "positivemessages": "ms-swift",
}  # fmt: skip


class Shape(NamedTuple):
    """The keys of a record: its query, and those that hold passages and labels."""

    query: Any
    positives: list[Any]
    negatives: list[Any]
    passages: Any | None
    labels: Any | None

    def names(self) -> set[Any]:
        """Every key that is read."""
        told = {self.query, *self.positives, *self.negatives, "split"}
        # labels beside positives are a teacher's margins, not labels
        return told | ({self.passages, self.labels} if not self.positives else {self.passages})


def detect(values: Sequence[Mapping[Any, Any]]) -> bool:
    """Whether the records are lists by their keys and the kinds of their values."""
    told = sum(shape_of(value) is not None for value in values)
    return bool(values) and told >= 0.9 * len(values)


def name_of(values: Sequence[Mapping[Any, Any]]) -> str:
    """What such records are called: triplets, mteb, cohere, flagembedding, tevatron and so on."""
    value = next((one for one in values if shape_of(one)), {})
    shape = shape_of(value)
    if shape is None or not shape.positives:
        return "labelled-lists"
    named = next((_NAMES[plain(key)] for key in shape.positives if plain(key) in _NAMES), None)
    if named or any(_is_list(value[key]) for key in (*shape.positives, *shape.negatives)):
        return named or "mteb"
    return "triplets" if len(shape.negatives) < 2 else "n-tuples"


def unread(values: Sequence[Mapping[Any, Any]]) -> list[str]:
    """Keys of the records that hold neither query, passages nor labels."""
    keys: dict[str, None] = {}
    for value in values:
        shape = shape_of(value)
        if shape is not None:
            keys.update(dict.fromkeys(str(key) for key in value if key not in shape.names()))
    return list(keys)


def read(value: Mapping[Any, Any], _plan: Any = None) -> Iterator[Judged | Left]:
    """One judged pair for each passage of the record."""
    shape = shape_of(value)
    if shape is None:
        raise Left("unreadable", "the record has no query with positives or labelled passages")
    asked, split = text_of(value[shape.query]), value.get("split")
    if shape.passages and not shape.positives:
        passages, labels = _labelled(value[shape.passages], value.get(shape.labels or ""))
        pairs = zip(passages, labels, strict=True)
        yield from (Judged(asked, text_of(passage), label, split) for passage, label in pairs)
        return
    good = _texts(value, shape.positives)
    bad = _texts(value, shape.negatives)
    yield from (Judged(asked, passage, 1, split) for passage in good)
    yield from (Judged(asked, passage, 0, split) for passage in bad)
    # A first stage's list: what is named neither good nor bad has no label.
    rest = _texts(value, [shape.passages]) if shape.passages else []
    yield from (Judged(asked, each, None, split) for each in rest if each not in {*good, *bad})


def text_of(passage: Any) -> Any:
    """The text of a passage: itself, the title and text of an object, or chat messages."""
    if _is_list(passage) and passage and all(isinstance(one, Mapping) for one in passage):
        return "\n".join(str(one.get("content", "")) for one in passage)
    if not isinstance(passage, Mapping):
        return passage
    title = next((passage[k] for k in ("title", "headline", "name") if passage.get(k)), "")
    body = next(
        (passage[k] for k in ("text", "passage", "contents", "content", "body", "document",
                              "description", "overview") if passage.get(k)),
        None,
    )  # fmt: skip
    if body is None and not title:
        texts = [v for v in passage.values() if isinstance(v, str) and v.strip()]
        return " ".join(texts)
    return f"{title} {body or ''}".strip()


def shape_of(value: Mapping[Any, Any]) -> Shape | None:
    """Which keys hold what; None where the record is no list."""
    bare = {key: plain(key) for key in value}
    query = next((key for name in _QUERY for key, known in bare.items() if known == name), None)
    positives = [k for k, known in bare.items() if _POSITIVE.fullmatch(known) and _some(value[k])]
    negatives = [k for k, known in bare.items() if _NEGATIVE.fullmatch(known) and _some(value[k])]
    passages = next((k for k, n in bare.items() if n in _PASSAGES and _holds(value[k])), None)
    labels = next((k for name in _LABELS for k, n in bare.items() if n == name), None)
    if query is None or (labels is not None and not passages and not negatives):
        return None
    empty = any(_POSITIVE.fullmatch(n) or _NEGATIVE.fullmatch(n) for n in bare.values())
    told = passages and (labels or isinstance(value[passages], Mapping))
    if not (positives or negatives or empty or told):
        return None
    return Shape(query, positives, negatives, passages, labels)


def _labelled(passages: Any, labels: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    if isinstance(passages, Mapping):  # MS MARCO: {"passage_text": [...], "is_selected": [...]}
        passages, labels = passages["passage_text"], passages["is_selected"]
    if not _is_list(labels) or len(labels) != len(passages):
        have = len(labels) if _is_list(labels) else "no"
        raise Left("unreadable", f"{len(passages)} passages and {have} labels")
    return passages, labels


def _texts(value: Mapping[Any, Any], keys: Iterable[Any]) -> list[Any]:
    return [text_of(passage) for key in keys for passage in _each(value[key])]


def _some(value: Any) -> bool:
    return value is not None and not isinstance(value, int | float | bool)


def _holds(value: Any) -> bool:
    if isinstance(value, Mapping):
        return {"passage_text", "is_selected"} <= value.keys()
    return _is_list(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _each(value: Any) -> Sequence[Any]:
    return value if _is_list(value) else [value]
