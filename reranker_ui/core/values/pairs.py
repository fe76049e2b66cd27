"""A pair: a query, a passage and perhaps a label; its keys, and the report of an import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypedDict

_NOT_WORDS = re.compile(r"[\W_]+")
_NEAR = 16  # characters of a query key that near-duplicate queries share


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair as read from a record: raw texts and label, not yet trimmed or parsed."""

    query: Any
    passage: Any
    label: Any = None
    split: Any = None
    votes: tuple[tuple[str, Any], ...] = ()  # (annotator or "", raw label)
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair that can be stored: trimmed texts, a finite label or None.

    `settled`: the record names the effective label, although votes differ from it.
    """

    query: str
    passage: str
    label: float | None
    line: int
    split: str | None = None
    votes: tuple[tuple[str, float], ...] = ()
    extra: Mapping[str, Any] | None = None
    settled: bool = False
    source: str | None = None  # the file, where several are read as one


class LeftOut(Exception):  # noqa: N818 - a skipped record is not an error
    """A record, or a part of one, that is skipped: `reason` is one of REASONS."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(f"{reason}: {why}")
        self.reason, self.why = reason, why


REASONS = ("unreadable", "blank", "bad_label")


class Reject(TypedDict):
    """A record that was left out, and why."""

    line: int
    reason: str


@dataclass
class Report:
    """Counts of an import by outcome; always pairs = kept + duplicate."""

    records: int = 0
    pairs: int = 0
    kept: int = 0
    duplicate: int = 0
    unlabelled: int = 0
    distinct: int = 0  # pairs without repeats, with or without a label
    conflicts: int = 0
    positives: int = 0
    blank: int = 0
    bad_label: int = 0
    unreadable: int = 0
    rejects: list[Reject] = field(default_factory=list)


class ImportReport(TypedDict):
    """`Report` as plain values."""

    records: int
    pairs: int
    kept: int
    duplicate: int
    unlabelled: int
    distinct: int
    conflicts: int
    positives: int
    blank: int
    bad_label: int
    unreadable: int
    rejects: list[Reject]


def import_sentence(counts: Mapping[str, Any]) -> str:
    """What an import changes in a dataset: the sentence of the page, its history and the command.

    counts: added, new_labels, already_there and replaced (pairs), as an import reports them.
    """
    added = f"{counts['added']:,}"
    if replaced := counts.get("replaced"):
        return f"{added} added, {replaced:,} replaced"
    if already_there := counts["already_there"]:
        new = counts["new_labels"]
        labels = f"{new:,} new {'label' if new == 1 else 'labels'}"
        return f"{added} added, {labels}, {already_there:,} already there"
    return f"{added} {'pair' if counts['added'] == 1 else 'pairs'} added"


def fold(query: str) -> str:
    """`query` without case, punctuation and spaces: equal for near-duplicate queries."""
    return _NOT_WORDS.sub("", query.casefold()) or query.strip()


@lru_cache(maxsize=4096)
def query_key(query: str) -> str:
    """Key of a query; its first half, `near(key)`, is shared by near-duplicate queries."""
    return _digest(fold(query), 8) + _digest(query, 8)


def near(key: str) -> str:
    """The part of a query key that near-duplicate queries share."""
    return key[:_NEAR]


def passage_key(passage: str) -> str:
    """Key of a passage."""
    return _digest(passage, 12)


def pair_key(query: str, passage: str) -> str:
    """Key of a pair: equal exactly if both trimmed texts are (up to chance of 2**-96)."""
    return _digest(f"{len(query)}:{query}{passage}", 12)


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
