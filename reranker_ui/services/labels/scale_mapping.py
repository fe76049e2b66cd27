"""Which label on a new scale an old label becomes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict

from reranker_ui.core.values.labels import Scale, ScaleJson
from reranker_ui.core.values.refused import Refused

_MOST = 200  # different labels that can be mapped
LabelMap = Mapping[float, float]  # a new label, or a count, by label


class MappedLabel(TypedDict):
    """A label that was given or imported `count` times; `to` is None where it has no place."""

    label: float
    count: int
    to: float | None


class ScaleChange(TypedDict):
    """What changing a scale does. `changed` and `unmapped` count labels.

    `positives`: relevant pairs before and after.
    """

    scale: ScaleJson
    labels: list[MappedLabel]
    changed: int
    unmapped: int
    positives: tuple[int, int]


class ChangedScale(ScaleChange):
    """A change that was made; `edit` is its number for `undo`."""

    edit: int


def mapped(label: float, old: Scale, new: Scale, mapping: LabelMap) -> float | None:
    """The label on the new scale: from `mapping`, the same, or by relevance for a binary scale.

    None where it has no place there.
    """
    if label in mapping:
        return mapping[label] if new.holds(mapping[label]) else None
    if replace(old, names=()) == replace(new, names=()):
        return label
    if new.kind == "binary" and old.kind != "binary":
        return float(old.relevant(label))
    if old.kind == "binary" and new.kind != "binary":
        return new.max if label > 0 else new.min
    return label if new.holds(label) else None


def check_mapped(
    to: Mapping[float, float | None], counts: LabelMap, dataset_name: str, new: Scale
) -> None:
    """Refused where a label has no place on the new scale, or there are too many to map."""
    off = {label: int(counts[label]) for label, target in to.items() if target is None}
    if off:
        first = min(off)
        raise Refused(
            f"{sum(off.values()):,} labels of {dataset_name} are not on the new scale, which takes"
            f" {new}: {listed(off)}. Say what each of them becomes, such as"
            f" --map-label {first:g}={new.max:g}."
        )
    if len(to) > _MOST and any(label != target for label, target in to.items()):
        raise Refused(
            f"{dataset_name} has {len(to):,} different labels; at most {_MOST} can be mapped."
        )


def listed(off: Mapping[float, int]) -> str:
    """Labels and their counts in words, the first eight."""
    first = ", ".join(f"{label:g} ({n:,})" for label, n in sorted(off.items())[:8])
    return first + (", …" if len(off) > 8 else "")
