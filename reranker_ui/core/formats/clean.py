"""Turns a judged record into a pair that can be stored, or the reason why it cannot."""

from typing import Any

from reranker_ui.core.formats.options import Limits
from reranker_ui.core.values.labels import LabelReader
from reranker_ui.core.values.pairs import Judged, LeftOut, Pair
from reranker_ui.core.values.splits import split_name


def clean(judged: Judged, line: int, labels: LabelReader, limits: Limits) -> Pair:
    """The pair with trimmed texts and a read label; raises LeftOut with the first reason."""
    query, passage = _text(judged.query, "query", limits), _text(judged.passage, "passage", limits)
    if not (query and passage):
        raise LeftOut("blank", f"the {'passage' if query else 'query'} is empty")
    if not judged.votes:
        label, split = labels.read(judged.label), split_name(judged.split)
        return Pair(query, passage, label, line, split, (), judged.extra)
    if any("\x00" in who or not _is_unicode(who) for who, _ in judged.votes):
        raise LeftOut("unreadable", "the annotator's name contains bytes that are not text")
    votes = tuple(
        (who, value) for who, raw in judged.votes if (value := labels.read(raw)) is not None
    )
    label = labels.read(judged.label)
    settled = label is not None and any(value != label for _, value in votes)
    if label is None and votes:
        label = votes[0][1]
        if all(not who and value == label for who, value in votes):
            votes = ()  # a label without an annotator is the imported label
    split = split_name(judged.split)
    return Pair(query, passage, label, line, split, votes, judged.extra, settled)


def _text(raw: Any, which: str, limits: Limits) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise LeftOut("unreadable", f"the {which} is not text but {_kind(raw)}")
        raw = str(raw)
    if len(raw) > limits.cell_characters:
        limit = f"{limits.cell_characters:,}"
        raise LeftOut(
            "unreadable", f"the {which} has {len(raw):,} characters, the limit is {limit}"
        )
    if "\x00" in raw:
        raise LeftOut("unreadable", f"the {which} contains a zero byte")
    if not raw.isascii() and not _is_unicode(raw):
        raise LeftOut(
            "unreadable", f"the {which} contains bytes that are not text in this encoding"
        )
    return str(raw.strip())


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(raw: Any) -> str:
    return {"list": "a list", "dict": "an object", "bool": "true or false"}.get(
        type(raw).__name__, type(raw).__name__
    )
