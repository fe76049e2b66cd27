"""How the labels of a file are read: its values and their names, and the scale they are on."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from shlex import quote
from typing import Any, TypedDict

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.formats.labels.label_scale import (
    HistogramRow,
    average_among,
    histogram,
    scale_for,
    top_grade,
)
from reranker_ui.core.formats.labels.stated_scale import scale_in
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.writing import read_safe_cell
from reranker_ui.core.values.labels import (
    LONGEST_NAME,
    LabelReader,
    Scale,
    ScaleJson,
    comma_groups,
    number,
)  # fmt: skip
from reranker_ui.core.values.pairs import LeftOut

# Judgments name the passages that are relevant: their lowest grade is no "not relevant".
_ALL_RELEVANT = ("judgments", "beir", "trec", "trec-run", "quepid-book", "id-lists")
_MOST_NAMES = 1_000  # different ones that are counted
_MISSING = ("", "na", "null", "none", "nil", "empty", "missing", "unlabelled", "unlabeled")
_SHOWN = 150  # entries of the histogram


class ScaleFacts(TypedDict):
    """The scale of a file's labels. `found`: the lowest and highest, None without labels."""

    scale: ScaleJson
    histogram: list[HistogramRow]
    found: list[float] | None


class LabelNames:
    """What a file calls its labels: in a column of its own, or as words mapped by a person.

    `scale`: the scale that one of our own exports states, else None.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.names = plan, Counter[tuple[Any, str]]()
        self.scale: Scale | None = None

    def see(self, value: Mapping[Any, Any]) -> None:
        """Note the label of a record and what it is called there, and the scale it states."""
        self.scale = self.scale or scale_in(value)
        if names := self.plan.label_names(value):
            self.names.update(names.items())
        name = value.get(self.plan.label_name) if self.plan.label_name is not None else None
        raw = value.get(self.plan.label)
        if not isinstance(name, str) or not isinstance(raw, str | int | float):
            return
        name = read_safe_cell(name.strip())
        if 0 < len(name) <= LONGEST_NAME and len(self.names) < _MOST_NAMES:
            self.names[raw, name] += 1

    def by_label(self, reader: LabelReader, labels: Counter[Any]) -> dict[float, str]:
        """The most frequent name of each label; of mapped words those that alone mean a label."""
        names: dict[float, str] = {}
        for (raw, name), _ in self.names.most_common():
            if (label := reads(reader, raw)) is not None:
                names.setdefault(label, name)
        if names:
            return names
        words = [(reads(reader, raw), raw) for raw in labels if _is_word(raw, reader)]
        meant = Counter(label for label, _ in words)
        return {label: raw for label, raw in words if label is not None and meant[label] == 1}


def reader_for(
    labels: Counter[Any], options: ReadOptions, family: str, names: LabelNames
) -> LabelReader:
    """The reader of labels on the scale that was chosen, else on the narrowest that fits.

    labels: how often each raw label occurs. Refused where the chosen scale cannot be.
    """
    mapping = {name.strip().casefold(): label for name, label in options.map_label.items()}
    if not mapping and family not in _ALL_RELEVANT and _are_signs(labels):
        mapping = {str(raw).strip().casefold(): 0.0 for raw in labels if number(raw) == -1}
    reader = LabelReader(mapping=mapping, thousands=comma_groups(labels))
    if options.lowest_is_best:
        codes = Counter({v: n for v, n in counts_of(reader, labels).items() if v >= 1})
        reader = replace(reader, highest_code=top_grade(codes), _known={})
    scale = scale_for(
        options, counts_of(reader, labels), names.by_label(reader, labels),
        all_relevant=family in _ALL_RELEVANT,
        own=None if options.lowest_is_best else names.scale,
    )  # fmt: skip
    return replace(reader, scale=scale, _known={})


def _are_signs(labels: Counter[Any]) -> bool:
    """Whether the labels are 1 and -1, as of a classifier: -1 is then not relevant."""
    return {number(raw) for raw in labels} == {1.0, -1.0}


def counts_of(reader: LabelReader, labels: Counter[Any]) -> Counter[float]:
    """How often each label occurs that `reader` can read."""
    counts = Counter[float]()
    for raw, n in labels.items():
        if (label := reads(reader, raw)) is not None:
            counts[label] += n
    return counts


def scale_facts(reader: LabelReader, labels: Counter[Any]) -> ScaleFacts:
    """The scale of the labels of a file, and how often they occur."""
    assert reader.scale is not None
    inside = counts_of(reader, labels)
    rows = histogram(counts_of(replace(reader, scale=None, _known={}), labels), reader.scale)
    return {
        "scale": reader.scale.as_json(),
        "histogram": rows[:_SHOWN],
        "found": [min(inside), max(inside)] if inside else None,
    }


def label_notes(reader: LabelReader, labels: Counter[Any]) -> list[str]:
    """What to say of the labels themselves: of averages, of -1, and of those that are rejected."""
    counts = counts_of(reader, labels)
    if _are_signs(labels) and 0.0 in counts:
        return ["The labels are 1 and -1: -1 is read as 0, not relevant."]
    average, notes = average_among(counts), _unclear_notes(reader, labels)
    if average is None or reader.scale is None or reader.scale.kind != "score":
        return notes
    return [
        f"Labels such as {average:g} are between two grades, like the average of several"
        " annotators, so all labels are read as scores.",
        *notes,
    ]


def _unclear_notes(reader: LabelReader, labels: Counter[Any]) -> list[str]:
    """What to say of labels that are rejected because they cannot be read as a number."""
    names = [(raw, n) for raw, n in labels.most_common() if reads(reader, raw) is None]
    names = [(raw, n) for raw, n in names if isinstance(raw, str) and _unclear(raw)]
    if not names:
        return []
    shown = ", ".join(f"{raw[:40]} ({n:,})" for raw, n in names[:6])
    more = f" and {len(names) - 6:,} more" if len(names) > 6 else ""
    return [
        f"Labels that are not clear numbers are rejected, each with its line: {shown}{more}. If"
        f" they are right, say what they mean (--map-label {quote(f'{names[0][0][:40]}=GRADE')})."
    ]


def are_names(reader: LabelReader, labels: Counter[Any], *, mapped: bool) -> bool:
    """Whether labels are names that nobody has mapped, rather than a few odd values.

    mapped: a person said what some names mean, so the others may be left out.
    """
    unread = {raw: n for raw, n in labels.items() if reads(reader, raw) is None}
    total, unread_count = labels.total(), sum(unread.values())
    if unread and (
        len(unread) == len(labels) or (unread_count > total / 2 and unread_count >= 2 * len(unread))
    ):
        return True
    shares = [n for raw, n in unread.items() if _is_name(raw)]
    return not mapped and any(n >= total / 4 or (n > 1 and n >= total / 10) for n in shares)


def scale_notes(scale: Scale, rows: list[HistogramRow], *, chosen: bool) -> list[str]:
    """What to say of the scale of a file and of what it rejects, entries of a histogram."""
    outside = [row for row in rows if row["outside"]]
    notes = []
    if not chosen and any(row["count"] for row in rows):
        notes.append(f"Labels are read as {scale}.")
    if scale.relevant_from is not None:
        start = f"{scale.relevant_from:g}"
        notes.append(f"Labels from {start} on are relevant (--relevant-from {start}).")
    if outside:
        shown = ", ".join(f"{row['from']:g} ({row['count']:,})" for row in outside[:6])
        more = f" and {len(outside) - 6:,} more values" if len(outside) > 6 else ""
        lowest = outside[0]["from"]
        say = f"say what they mean (--map-label={lowest:g}=GRADE)"
        notes.append(
            f"Labels outside of the scale are rejected, each with its line: {shown}{more}. If they"
            f" are right, {say if lowest < 0 else 'choose the scale (--scale, --max-grade)'}."
        )
    return notes


def reads(reader: LabelReader, raw: Any) -> float | None:
    """The label, None for one that cannot be read."""
    try:
        return reader.read(raw)
    except LeftOut:
        return None


def _is_name(raw: Any) -> bool:
    """Whether a label is a word that may mean a grade: not one for "missing", nor a header."""
    if not isinstance(raw, str) or number(raw) is not None or not any(map(str.isalpha, raw)):
        return False
    return plain(raw) not in (*_MISSING, *KNOWN["label"])


def _unclear(raw: str) -> bool:
    """Whether a label is a name, or digits that may be a fraction or thousands."""
    value = number(raw)
    return value is None or (math.isfinite(value) and "," in raw)


def _is_word(raw: Any, reader: LabelReader) -> bool:
    mapped = isinstance(raw, str) and raw.strip().casefold() in (reader.mapping or {})
    return mapped and number(raw) is None and len(raw) <= LONGEST_NAME
