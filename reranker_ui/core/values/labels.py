"""Labels: their scales, how raw values are read, and which label of a pair counts."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from reranker_ui.core.values.pairs import Left

Kind = Literal["binary", "graded", "score"]

# ASCII digits only: what a language runtime takes for a number, a person may not mean as one.
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
_WORDS = {
    "true": 1.0, "yes": 1.0, "relevant": 1.0, "positive": 1.0,
    "false": 0.0, "no": 0.0, "not relevant": 0.0, "irrelevant": 0.0, "negative": 0.0,
}  # fmt: skip
_MOST_GRADES = 10


@dataclass(frozen=True)
class Scale:
    """What labels can be: 0 or 1, a grade min..max, or a score 0..max, and which are relevant.

    `min` is 1 for grades without a 0, such as stars. `relevant_from` is the lowest label that is
    relevant; None for every label above 0.
    """

    kind: Kind
    max: float = 1.0
    min: float = 0.0
    relevant_from: float | None = None

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Scale":
        """The scale of `as_json`; of an older one where its newer fields are missing."""
        return Scale(
            told["kind"], told["max"], told.get("min") or 0.0, told.get("relevant_from")
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """`{"kind", "max", "min", "relevant_from"}`."""
        return asdict(self)

    def relevant(self, labels: Any) -> Any:
        """Whether a label, or each of an array or a Series, is relevant."""
        return labels > 0 if self.relevant_from is None else labels >= self.relevant_from

    def targets(self, labels: Any) -> Any:
        """An array or a Series of labels as 0, the lowest of the scale, to 1."""
        return (labels - self.min) / (self.max - self.min)

    def gains(self, labels: Any) -> Any:
        """What a label, or each of an array or a Series, counts for in nDCG; at least 0.

        Linear in the grade, from 0 for the lowest grade of the scale. A score that is not
        relevant counts for nothing.
        """
        return labels * self.relevant(labels) if self.kind == "score" else labels - self.min

    def holds(self, value: float) -> bool:
        """Whether `value` is a label of this scale."""
        inside = 0 <= value <= self.max
        return inside and (self.kind == "score" or value == int(value))

    def __str__(self) -> str:
        if self.kind == "binary":
            return "0 or 1"
        what = "a grade" if self.kind == "graded" else "a score"
        return f"{what} from {self.min:g} to {self.max:g}"


@dataclass(frozen=True)
class LabelReader:
    """Reads raw labels: words and grades mapped by a person first, then numbers and words."""

    scale: Scale | None = None
    mapping: Mapping[str, float] | None = None
    highest_code: float | None = None  # set where the lowest code is the best
    _known: dict[str | int, float | None] = field(default_factory=dict, compare=False)

    def read(self, raw: Any) -> float | None:
        """The label, or None for an empty one; raises Left for one that is no label."""
        if type(raw) not in (str, int):  # True is an int, and yet another label
            return self._read(raw)
        if raw not in self._known and len(self._known) < 1000:
            self._known[raw] = self._read(raw)
        return self._known[raw] if raw in self._known else self._read(raw)

    def _read(self, raw: Any) -> float | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        mapped = (self.mapping or {}).get(_name(raw))
        if mapped is not None:
            return mapped
        value = number(raw)
        if value is None:
            raise Left("bad_label", f"“{_short(raw)}” is not a number")
        if not math.isfinite(value):
            raise Left("bad_label", f"“{_short(raw)}” is not finite")
        if self.highest_code is not None:
            if value < 1 or value > self.highest_code:
                raise Left("bad_label", f"“{_short(raw)}” is no code from 1")
            value = self.highest_code + 1 - value
        if self.scale and not self.scale.holds(value):
            raise Left("bad_label", f"“{_short(raw)}” is not {self.scale}")
        return value + 0.0  # no negative zero


def number(raw: Any) -> float | None:
    """`raw` as a number (may be infinite or NaN), None if it is none."""
    if isinstance(raw, bool | int | float):
        try:
            return float(raw)
        except OverflowError:
            return math.inf
    text = str(raw).strip()
    word = _WORDS.get(text.casefold().replace("_", " "))
    if word is not None:
        return word
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if text.lstrip("+-").casefold() in ("nan", "inf", "infinity"):
        return float(text)
    return None


def guess_scale(values: Iterable[float]) -> Scale:
    """The narrowest scale for labels as found; values far outside do not widen it."""
    finite = [v for v in values if math.isfinite(v) and v >= 0]
    fractions = [v for v in finite if v != int(v)]
    if fractions:
        highest = max(fractions)
        if highest <= 1:
            return Scale("score")
        near = [v for v in finite if v <= max(_MOST_GRADES, 2 * highest)]
        return Scale("score", float(math.ceil(max(near))))
    grades = [v for v in finite if v <= _MOST_GRADES]
    top = max(grades, default=1.0)
    return Scale("graded", top) if top > 1 else Scale("binary")


GRADES = Scale("graded")  # every label above 0 is relevant


def with_relevance(scale: Scale, values: Iterable[float]) -> Scale:
    """The scale of labels as found, where they have no 0: stars, or scores that are all above it.

    Relevant is then the upper half: 4 and 5 of five stars.
    """
    found = [v for v in values if math.isfinite(v) and 0 <= v <= scale.max]
    lowest, highest = min(found, default=0.0), max(found, default=0.0)
    if not 0 < lowest < highest or scale.kind == "binary":
        return scale
    if scale.kind == "score":
        return replace(scale, relevant_from=(lowest + highest) / 2)
    return replace(scale, min=1.0, relevant_from=math.floor((1 + scale.max) / 2) + 1.0)


@dataclass(frozen=True)
class Resolved:
    """The label of a pair that counts, and why."""

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


def _name(raw: Any) -> str:
    return str(raw).strip().casefold()


def _short(raw: Any) -> str:
    text = str(raw).strip().encode("utf-8", "replace").decode()
    return text if len(text) <= 40 else text[:39] + "…"
