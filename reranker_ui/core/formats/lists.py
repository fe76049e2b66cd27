"""Lists: a query with its positives and negatives, or with passages and their labels.

Triplets, n-tuples, MTEB, Cohere, FlagEmbedding, tevatron and labelled lists are all this.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.pairs import Judged, Left

NAME = "lists"
_QUERY = ("query", "question", "anchor", "querytext", "q", "prompt", "sentence", "premise")
_POSITIVE = re.compile(
    r"(positives?|pos)(passages?|ctxs|docs|documents?|texts?)?\d*|relevant(passages|docs|documents)"
)
_NEGATIVE = re.compile(
    r"(hard)?(negatives?|neg)(passages?|ctxs|docs|documents?|texts?)?\d*"
    r"|(irrelevant|nonrelevant)(passages|docs|documents)"
)
_PASSAGES = ("docs", "documents", "passages", "candidates", "texts")
_LABELS = ("labels", "scores", "relevances", "grades", "ratings", "label", "score", "relevance")


def detect(values: Sequence[Mapping[Any, Any]]) -> bool:
    """Whether the records are lists by their keys and the kinds of their values."""
    told = sum(_shape(value) is not None for value in values)
    return bool(values) and told >= 0.9 * len(values)


def read(value: Mapping[Any, Any], _plan: Any = None) -> Iterator[Judged | Left]:
    """One judged pair for each passage of the record."""
    shape = _shape(value)
    if shape is None:
        raise Left("unreadable", "the record has no query with positives or labelled passages")
    query, positives, negatives, passages, labels = shape
    split, asked = value.get("split"), value[query]
    if passages and not positives:
        yield from _labelled(asked, _each(value[passages]), value.get(labels or ""), split)
        return
    good = [text_of(passage) for key in positives for passage in _each(value[key])]
    bad = [text_of(passage) for key in negatives for passage in _each(value[key])]
    yield from (Judged(asked, passage, 1, split) for passage in good)
    yield from (Judged(asked, passage, 0, split) for passage in bad)
    # A first stage's list: what is named neither good nor bad has no label.
    rest = [text_of(passage) for passage in _each(value[passages])] if passages else []
    yield from (Judged(asked, each, None, split) for each in rest if each not in {*good, *bad})


def text_of(passage: Any) -> Any:
    """The text of a passage: itself, or the title and the text of an object."""
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


def _labelled(
    query: Any, passages: Sequence[Any], labels: Any, split: Any
) -> Iterator[Judged | Left]:
    if not isinstance(labels, Sequence) or isinstance(labels, str) or len(labels) != len(passages):
        have = len(labels) if isinstance(labels, Sequence) else "no"
        raise Left("unreadable", f"{len(passages)} passages and {have} labels")
    for passage, label in zip(passages, labels, strict=True):
        yield Judged(query, text_of(passage), label, split)


def _shape(
    value: Mapping[Any, Any],
) -> tuple[Any, list[Any], list[Any], Any | None, Any | None] | None:
    bare = {key: plain(key) for key in value}
    query = next((key for name in _QUERY for key, known in bare.items() if known == name), None)
    positives = [k for k, known in bare.items() if _POSITIVE.fullmatch(known) and _some(value[k])]
    negatives = [k for k, known in bare.items() if _NEGATIVE.fullmatch(known) and _some(value[k])]
    passages = next((k for k, n in bare.items() if n in _PASSAGES and _is_list(value[k])), None)
    labels = next((k for name in _LABELS for k, n in bare.items() if n == name), None)
    if query is None or (labels is not None and not passages and not negatives):
        return None
    empty = any(_POSITIVE.fullmatch(n) or _NEGATIVE.fullmatch(n) for n in bare.values())
    if not (positives or negatives or empty or (passages and labels)):
        return None
    return query, positives, negatives, passages, labels


def _some(value: Any) -> bool:
    return value is not None and not isinstance(value, int | float | bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _each(value: Any) -> Sequence[Any]:
    return value if _is_list(value) else [value]
