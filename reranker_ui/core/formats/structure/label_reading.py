"""How the labels of a file are read: its values and their names, and the scale they are on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.label_scale import histogram, scale_for, top_grade
from reranker_ui.core.formats.writing import read_safe_cell
from reranker_ui.core.values.labels import LONGEST_NAME, LabelReader, Scale, number
from reranker_ui.core.values.pairs import Left

# Judgments name the passages that are relevant: their lowest grade is no "not relevant".
_ALL_RELEVANT = ("judgments", "beir", "trec", "trec-run", "quepid-book", "id-lists")
_MOST_NAMES = 1_000  # different ones that are counted
_SHOWN = 150  # entries of the histogram


class LabelNames:
    """What a file calls its labels: in a column of its own, or as words mapped by a person."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.found = plan, Counter[tuple[Any, str]]()

    def see(self, value: Mapping[Any, Any]) -> None:
        """Note the label of a record and what it is called there."""
        self.found.update(self.plan.label_names(value).items())
        name = value.get(self.plan.label_name) if self.plan.label_name is not None else None
        raw = value.get(self.plan.label)
        if not isinstance(name, str) or not isinstance(raw, str | int | float):
            return
        name = read_safe_cell(name.strip())
        if 0 < len(name) <= LONGEST_NAME and len(self.found) < _MOST_NAMES:
            self.found[raw, name] += 1

    def by_label(self, reader: LabelReader, labels: Counter[Any]) -> dict[float, str]:
        """The most frequent name of each label; of mapped words those that alone mean a label."""
        names: dict[float, str] = {}
        for (raw, name), _ in self.found.most_common():
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
    reader = LabelReader(mapping={k.strip().casefold(): v for k, v in options.map_label.items()})
    if options.lowest_is_best:
        codes = Counter({v: n for v, n in counts_of(reader, labels).items() if v >= 1})
        reader = replace(reader, highest_code=top_grade(codes), _known={})
    scale = scale_for(
        options, counts_of(reader, labels), names.by_label(reader, labels),
        all_relevant=family in _ALL_RELEVANT,
    )  # fmt: skip
    return replace(reader, scale=scale, _known={})


def counts_of(reader: LabelReader, labels: Counter[Any]) -> Counter[float]:
    """How often each label occurs that `reader` can read."""
    counts = Counter[float]()
    for raw, n in labels.items():
        if (label := reads(reader, raw)) is not None:
            counts[label] += n
    return counts


def scale_facts(reader: LabelReader, labels: Counter[Any]) -> dict[str, Any]:
    """`{"scale": as JSON, "histogram": see `histogram`, "found"}` of the labels of a file.

    found: the lowest and the highest label on the scale, None without labels.
    """
    assert reader.scale is not None
    inside = counts_of(reader, labels)
    rows = histogram(counts_of(replace(reader, scale=None, _known={}), labels), reader.scale)
    return {
        "scale": reader.scale.as_json(),
        "histogram": rows[:_SHOWN],
        "found": [min(inside), max(inside)] if inside else None,
    }


def scale_notes(scale: Scale, rows: list[dict[str, Any]], *, chosen: bool) -> list[str]:
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
        notes.append(
            f"Labels outside of the scale are rejected, each with its line: {shown}{more}. If they"
            " are right, choose the scale (--scale, --max-grade)."
        )
    return notes


def reads(reader: LabelReader, raw: Any) -> float | None:
    """The label, None for one that cannot be read."""
    try:
        return reader.read(raw)
    except Left:
        return None


def _is_word(raw: Any, reader: LabelReader) -> bool:
    known = isinstance(raw, str) and raw.strip().casefold() in (reader.mapping or {})
    return known and number(raw) is None and len(raw) <= LONGEST_NAME
