"""The rule by which a pair gets its label, in Python: what the SQL of the services is tested by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Resolved:
    """The effective label of a pair, and where it comes from."""

    label: float | None
    state: Literal["decided", "left out", "annotated", "imported", "disputed", "unlabelled"]


def resolve_labels(
    imported: Sequence[float],
    votes: Sequence[float | None],
    decision: tuple[float | None] | None = None,
) -> Resolved:
    """The effective label: decision, else majority of votes, else the imported label.

    A vote of None is a skip. A tie of votes, or imported labels that differ, is disputed.
    `decision` is (label,) or (None,) for a pair left out of training.
    """
    if decision is not None:
        (label,) = decision
        return Resolved(label, "left out" if label is None else "decided")
    counts = Counter(v for v in votes if v is not None).most_common(2)
    if counts:
        if len(counts) == 2 and counts[0][1] == counts[1][1]:
            return Resolved(None, "disputed")
        return Resolved(counts[0][0], "annotated")
    if len(set(imported)) > 1:
        return Resolved(None, "disputed")
    return Resolved(imported[0], "imported") if imported else Resolved(None, "unlabelled")
