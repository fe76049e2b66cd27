"""Labels: their scales, and how raw values are read."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NotRequired, TypedDict

from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused, excerpt

Kind = Literal["binary", "graded", "score"]

# ASCII digits only: float() accepts other numerals that users may not mean as numbers.
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
# Digits in groups of three: "1 250", "1'250", "1,250,000", "1,250.5".
_GROUPED = re.compile(
    r"[1-9]\d{0,2}(([ \u00a0\u202f'\u2019]\d{3})+|(,\d{3}){2,}|(,\d{3})+\.\d+)", re.ASCII
)
_ONE_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)  # 1.25 or 1250
_STARS = re.compile(r"[★⭐]*[☆✩]*")
_WORDS = {
    **dict.fromkeys(("true", "yes", "relevant", "positive", "related"), 1.0),
    **dict.fromkeys(("false", "no", "not relevant", "irrelevant", "negative", "unrelated",
                     "non relevant", "non-relevant", "nonrelevant"), 0.0),
    **dict.fromkeys("👍✅✓✔☑", 1.0), **dict.fromkeys("👎❌✗✘", 0.0),
    # As spreadsheets in other languages write TRUE and FALSE, and yes and no in these.
    **dict.fromkeys(("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "истина", "ja",
                     "oui", "sí", "sim", "да", "是", "相关", "はい"), 1.0),
    **dict.fromkeys(("falsch", "faux", "falso", "onwaar", "ложь", "nein", "nee", "non", "não",
                     "нет", "否", "不相关", "いいえ"), 0.0),
}  # fmt: skip
HIGHEST: dict[Kind, int] = {"binary": 1, "graded": 100, "score": 10**12}  # label of a scale
LONGEST_NAME = 40  # characters of a label's name


class ScaleJson(TypedDict):
    """A scale as JSON; `names` only where labels have names."""

    kind: Kind
    max: float
    min: float
    relevant_from: float | None
    names: NotRequired[list[str]]


@dataclass(frozen=True)
class Scale:
    """The values of labels: 0 or 1, a grade min..max, or a score 0..max, and which are relevant.

    `min` is 1 for grades without a 0, such as stars. `relevant_from` is the lowest relevant
    label; None if every label above 0 is relevant. `names` has a name for each label from `min` to
    `max` ("" for one without), or is empty.
    """

    kind: Kind
    max: float = 1.0
    min: float = 0.0
    relevant_from: float | None = None
    names: tuple[str, ...] = ()

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Scale":
        """The scale from the output of `as_json`, also of versions without the newer fields."""
        low, relevant_from = values.get("min") or 0.0, values.get("relevant_from")
        return Scale(
            values["kind"], values["max"], low, relevant_from, tuple(values.get("names") or ())
        )  # fmt: skip

    def as_json(self) -> ScaleJson:
        """The scale as JSON; `from_json` reads it."""
        plain: ScaleJson = {"kind": self.kind, "max": self.max, "min": self.min,
                            "relevant_from": self.relevant_from}  # fmt: skip
        return {**plain, "names": list(self.names)} if any(self.names) else plain

    def checked(self) -> "Scale":
        """The scale with trimmed names; Refused where labels cannot be on it."""
        ends = (self.min, self.max, self.relevant_from or 0.0)
        if not all(map(math.isfinite, ends)) or not 0 <= self.min < self.max <= HIGHEST[self.kind]:
            raise Refused(
                f"Labels cannot go from {self.min:g} to {self.max:g}: the highest label must be"
                f" above the lowest, which is at least 0, and at most {HIGHEST[self.kind]:,}."
            )
        if self.kind != "score" and not all(end == int(end) for end in (self.min, self.max)):
            raise Refused(f"Grades are whole numbers, not {self.min:g} to {self.max:g}.")
        if self.relevant_from is not None and not self.min < self.relevant_from <= self.max:
            raise Refused(
                f"Labels from {self.relevant_from:g} on cannot be the relevant ones: the labels"
                f" are {self}. Choose a label above the lowest of that scale (--relevant-from)."
            )
        return replace(self, names=self._checked_names())

    def _checked_names(self) -> tuple[str, ...]:
        names = tuple(" ".join(name.split()) for name in self.names)
        if not any(names):
            return ()
        if self.kind == "score":
            raise Refused("Scores have no names. Choose graded labels, or leave the names out.")
        if len(names) != self.max - self.min + 1:
            raise Refused(
                f"There are {len(names)} names for {self.max - self.min + 1:g} labels. Give one"
                f" for each label from {self.min:g} to {self.max:g}, lowest first."
            )
        folded_names = [name.casefold() for name in names if name]
        if len(set(folded_names)) < len(folded_names) or max(map(len, folded_names)) > LONGEST_NAME:
            raise Refused(
                f"Two labels cannot have the same name, and a name has at most {LONGEST_NAME}"
                " characters."
            )
        return names

    def name_of(self, label: float) -> str:
        """The name of a label, "" where it has none."""
        at = label - self.min
        return self.names[int(at)] if at == int(at) and 0 <= at < len(self.names) else ""

    def word_of(self, label: float) -> str:
        """A label as people read it: "3 Exact", or "3" where it has no name."""
        return f"{label:g} {self.name_of(label)}".strip()

    def relevant(self, labels: Any) -> Any:
        """Whether a label, or each of an array or a Series, is relevant."""
        return labels > 0 if self.relevant_from is None else labels >= self.relevant_from

    def targets(self, labels: Any) -> Any:
        """An array or a Series of labels as 0, the lowest of the scale, to 1."""
        return (labels - self.min) / (self.max - self.min)

    def gains(self, labels: Any) -> Any:
        """The nDCG gain of a label, or of each in an array or a Series; at least 0.

        Linear in the grade, from 0 for the lowest grade of the scale. A score that is not
        relevant has a gain of 0.
        """
        return labels * self.relevant(labels) if self.kind == "score" else labels - self.min

    def holds(self, value: float) -> bool:
        """Whether `value` is a label of this scale."""
        inside = self.min <= value <= self.max
        return inside and (self.kind == "score" or value == int(value))

    def __str__(self) -> str:
        if self.kind == "binary":
            return "0 or 1"
        what = "a grade" if self.kind == "graded" else "a score"
        return f"{what} from {self.min:g} to {self.max:g}"


@dataclass(frozen=True)
class LabelReader:
    """Reads raw labels: first the words and grades the user mapped, then numbers and words."""

    scale: Scale | None = None
    mapping: Mapping[str, float] | None = None
    highest_code: float | None = None  # set where the lowest code is the best
    thousands: bool | None = None  # what "1,250" is: 1250, 1.25 (False), or not clear
    _known: dict[str | int, float | None] = field(default_factory=dict, compare=False)

    def read(self, raw: Any) -> float | None:
        """The label, or None for an empty one; raises LeftOut for an invalid one."""
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
        value = self._number(raw)
        if value is None:
            raise LeftOut("bad_label", f"“{_short(raw)}” is not a number")
        if not math.isfinite(value):
            raise LeftOut("bad_label", f"“{_short(raw)}” is not finite")
        if self.highest_code is not None:
            if value < 1 or value > self.highest_code:
                raise LeftOut(
                    "bad_label", f"“{_short(raw)}” is not a code from 1 to {self.highest_code:g}"
                )
            value = self.highest_code + 1 - value
        if self.scale and not self.scale.holds(value):
            raise LeftOut("bad_label", f"“{_short(raw)}” is not {self.scale}")
        return value + 0.0  # no negative zero

    def _number(self, raw: Any) -> float | None:
        unclear = isinstance(raw, str) and _ONE_COMMA.fullmatch(raw.strip())
        if self.thousands is False or not unclear:
            return number(raw)
        if self.thousands is None:
            raise LeftOut("bad_label", f"“{_short(raw)}” may be a fraction or thousands: map it")
        return float(raw.replace(",", ""))


def comma_groups(labels: Iterable[Any]) -> bool | None:
    """Whether "1,250" is 1250 in a file with these labels; None where they do not tell."""
    texts = [raw.strip() for raw in labels if isinstance(raw, str)]
    if any(re.fullmatch(r"[+-]?(0?,\d+|\d+,(\d{1,2}|\d{4,}))", text, re.ASCII) for text in texts):
        return False
    grouped = any("," in text and _GROUPED.fullmatch(text) for text in texts)
    return True if grouped or any(re.fullmatch(r"\d*\.\d+", text) for text in texts) else None


def number(raw: Any) -> float | None:
    """`raw` as a number (may be infinite or NaN), None if it is not one.

    Also a percentage (a fraction), stars (their count) and words such as "yes" (1 or 0).
    """
    if isinstance(raw, bool | int | float):
        try:
            return float(raw)
        except OverflowError:
            return math.inf
    text = str(raw).strip().replace("\ufe0f", "")  # which asks for the colored sign
    word = _WORDS.get(text.casefold().replace("_", " "))
    if word is not None:
        return word
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if text.lstrip("+-").casefold() in ("nan", "inf", "infinity"):
        return float(text)
    return _other_number(text)


def _other_number(text: str) -> float | None:
    """The value of a percentage, of stars, and of digits in groups of three."""
    if text.endswith("%"):
        part = text[:-1].rstrip()
        return float(part.replace(",", ".")) / 100 if _NUMBER.fullmatch(part) else None
    if text and _STARS.fullmatch(text):
        return float(text.count("★") + text.count("⭐"))
    if _GROUPED.fullmatch(text):
        return float("".join(sign for sign in text if sign in "0123456789."))
    return None


GRADES = Scale("graded")  # every label above 0 is relevant


def _name(raw: Any) -> str:
    return str(raw).strip().casefold()


def _short(raw: Any) -> str:
    return excerpt(str(raw).strip(), 40)
