"""The scale of a file's labels: as chosen, else guessed from how often each value occurs."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.labels import HIGHEST, Kind, Scale
from reranker_ui.core.values.refused import Refused

_MOST_GRADES = 10
_STARS = (5, 10)  # the highest grades of stars, which begin with 1
_ENOUGH = 20  # labels from which on a rare value far from the others is a typo
_MOST_TYPOS = 3
_RARE = 0.01  # of all labels; also at most _MOST_TYPOS
# A grade this many times as rare as the one below it is a typo, if it is rare in a large file. In a
# small one it is more likely the best grade.
_DROP, _LARGE = 10, 100
_PERCENT = 100
_BINS = 10  # of the histogram of scores
Counts = Mapping[float, int]
# How often the labels of a part of a scale occur; `outside` of it they are rejected.
HistogramRow = TypedDict(
    "HistogramRow", {"from": float, "to": float, "count": int, "outside": bool}
)


def guess_scale(values: Iterable[float] | Counts) -> Scale:
    """The narrowest scale for labels as found, given as values or as a count for each value.

    Values that do not fit and are few do not widen it: those far above the others, a grade above
    a gap, a top grade that is far rarer than the one below it, and fractions among grades.
    """
    counts = {v: n for v, n in Counter(values).items() if math.isfinite(v) and v >= 0}
    few = _few(counts)
    fractions = {v: n for v, n in counts.items() if v != int(v)}
    if fractions and not _are_typos(fractions, counts, few):
        highest = max(fractions)
        if highest <= 1:
            return Scale("score")
        near = [v for v in counts if v <= max(_MOST_GRADES, 2 * highest)]
        return Scale("score", float(math.ceil(max(near))))
    if _are_percents(counts):
        highest = max(v for v in counts if v <= _PERCENT)
        top = float(_PERCENT if highest > _PERCENT / 2 else highest)
        return Scale("score", top, relevant_from=top / 2)
    top = top_grade({v: n for v, n in counts.items() if v <= _MOST_GRADES}, few)
    return Scale("graded", top) if top > 1 else Scale("binary")


def _are_percents(counts: Counts) -> bool:
    """Whether many labels are above the highest grade, and all that are not typos up to 100."""
    above = {v: n for v, n in counts.items() if _MOST_GRADES < v <= _PERCENT}
    return len(above) > 1 and 4 * sum(above.values()) >= sum(counts.values())


def average_among(counts: Counts) -> float | None:
    """The most frequent average among labels that are grades and averages of them, else None.

    An average of two to four grades, such as 2.33, may be rounded to two decimals.
    """
    whole = [v for v in counts if v == int(v)]
    between = {v: n for v, n in counts.items() if v != int(v)}
    if len(whole) < 2 or not between or not all(map(_is_average, between)):
        return None
    return max(between, key=lambda value: between[value])


def _is_average(value: float) -> bool:
    return any(abs(value * n - round(value * n)) <= 0.005 * n + 1e-9 for n in (2, 3, 4))


def _few(counts: Counts) -> int:
    """How many labels may be typos: none where there are too few labels to tell."""
    total = sum(counts.values())
    return max(1, min(_MOST_TYPOS, int(_RARE * total))) if total >= _ENOUGH else 0


def _are_typos(fractions: Counts, counts: Counts, few: int) -> bool:
    """Whether fractions are rare among grades, of which two are more frequent than all of them."""
    total = sum(fractions.values())
    usual = [v for v, n in counts.items() if v not in fractions and n > total]
    return total <= few and len(usual) > 1


def top_grade(counts: Counts, few: int | None = None) -> float:
    """The highest whole label without typos; 1 where there is none.

    Typos are at most `few` labels above a gap, or far rarer than the grade below them.
    """
    few = _few(counts) if few is None else few
    grades = sorted(v for v in counts if v == int(v))
    large = sum(counts.values()) >= _LARGE
    for at in range(2, len(grades)):
        below, rest = grades[at - 1], sum(counts[v] for v in grades[at:])
        drops = large and _DROP * rest <= counts[below]
        if rest <= few and (drops or grades[at] - below > 1):
            return below
    return grades[-1] if grades else 1.0


def with_relevance(scale: Scale, values: Iterable[float]) -> Scale:
    """The scale of labels as found, where they have no 0: stars, or scores that are all above it.

    Relevant is then the upper half: 4 and 5 of five stars.
    """
    inside = [v for v in values if math.isfinite(v) and 0 <= v <= scale.max]
    lowest, highest = min(inside, default=0.0), max(inside, default=0.0)
    if not 0 < lowest < highest or scale.kind == "binary":
        return scale
    if scale.kind == "score":
        return replace(scale, relevant_from=(lowest + highest) / 2)
    return upper_half(replace(scale, min=1.0))


def _without_rare_zero(counts: Counts, scale: Scale) -> Counts:
    """The labels without a 0 that is a typo among stars."""
    stars = scale.kind == "graded" and scale.max in _STARS
    rare = counts.get(0.0, 0) <= _few(counts)
    return {v: n for v, n in counts.items() if v > 0} if stars and rare else counts


def upper_half(scale: Scale) -> Scale:
    """The scale with its upper half relevant, where it has no 0 and nothing else was chosen."""
    if scale.min == 0 or scale.relevant_from is not None:
        return scale
    return replace(scale, relevant_from=math.floor((scale.min + scale.max) / 2) + 1.0)


def scale_for(
    options: ReadOptions, counts: Counts, names: Mapping[float, str], *, all_relevant: bool,
    own: Scale | None = None,
) -> Scale:  # fmt: skip
    """The scale that was chosen in `options`, its missing parts guessed from the labels.

    counts: how often each label occurs. names: what the file calls its labels. all_relevant: the
    file lists relevant passages alone, so its lowest label is not "not relevant". own: the scale
    that the file states, used where none was chosen.

    Refused where no label can be on the chosen scale.
    """
    kind = _kind_of(options)
    if own is not None and kind is None:
        relevant_from = options.relevant_from or own.relevant_from
        return replace(own, relevant_from=relevant_from).checked()
    scale = guess_scale(counts) if kind is None else _chosen(kind, options, counts).checked()
    if not (all_relevant or _has_ends(options, scale)):
        scale = with_relevance(scale, _without_rare_zero(counts, scale))
    scale = upper_half(scale)
    if options.relevant_from is not None:
        scale = replace(scale, relevant_from=options.relevant_from).checked()
    if options.grade_names:
        return replace(scale, names=tuple(options.grade_names)).checked()
    return replace(scale, names=_names_on(scale, names))


def _kind_of(options: ReadOptions) -> Kind | None:
    """The kind that was chosen; names, a lowest or a highest grade stand for grades."""
    chosen: Kind | None = next((kind for kind in HIGHEST if kind == options.scale), None)
    grades = options.grade_names or options.max_grade or options.min_grade is not None
    return chosen or ("graded" if grades else None)


def _has_ends(options: ReadOptions, scale: Scale) -> bool:
    """Whether grades were chosen by their lowest or highest: then a file without a 0 may be a part
    of the data."""
    chosen = options.min_grade is not None or options.max_grade or options.grade_names
    return scale.kind == "graded" and bool(chosen)


def _chosen(kind: Kind, options: ReadOptions, counts: Counts) -> Scale:
    if kind == "binary":
        return Scale("binary")
    if kind == "score":
        return Scale("score", options.max_grade or guess_scale(counts).max)
    low, names = options.min_grade or 0.0, options.grade_names
    inside = {v: n for v, n in counts.items() if 0 <= v <= HIGHEST["graded"]}
    highest = top_grade(inside)
    if highest <= 1:  # no grades without those that were taken for typos
        highest = top_grade(inside, few=0)
    top = low + len(names) - 1 if names else max(highest, low + 1)
    return Scale("graded", options.max_grade or top, low)


def _names_on(scale: Scale, names: Mapping[float, str]) -> tuple[str, ...]:
    """The file's own names of labels, where the scale can have them."""
    if scale.kind == "score" or not names:
        return ()
    all_names = tuple(names.get(scale.min + at, "") for at in range(int(scale.max - scale.min) + 1))
    try:
        return replace(scale, names=all_names, relevant_from=None).checked().names
    except Refused:
        return ()  # long or equal: they are not names, but the labels are valid


def histogram(counts: Counts, scale: Scale) -> list[HistogramRow]:
    """How often labels occur, lowest first.

    One entry for each label of the scale, or for each of ten equal parts of a scale of scores;
    then one for each value outside of the scale, which is rejected.
    """
    inside = {v: n for v, n in counts.items() if scale.holds(v)}
    rows = _parts(inside, scale) if scale.kind == "score" else _grades(inside, scale)
    outside = [[v, v, n] for v, n in sorted(counts.items()) if v not in inside]
    return [
        {"from": low, "to": high, "count": n, "outside": at >= len(rows)}
        for at, (low, high, n) in enumerate(rows + outside)
    ]


def _grades(inside: Counts, scale: Scale) -> list[list[Any]]:
    grades = [scale.min + at for at in range(int(scale.max - scale.min) + 1)]
    return [[v, v, inside.get(v, 0)] for v in grades]


def _parts(inside: Counts, scale: Scale) -> list[list[Any]]:
    width, parts = scale.max / _BINS, Counter[int]()
    for value, n in inside.items():
        parts[min(int(value / width), _BINS - 1)] += n
    return [[at * width, (at + 1) * width, parts[at]] for at in range(_BINS)]
