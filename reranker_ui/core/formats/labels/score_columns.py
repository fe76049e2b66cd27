"""Scores of a model, not labels: logits, BM25, similarities, a ranking's own numbers.

Judged by the numbers first and by the column's name second: nobody labels with -3.2519.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_list
from reranker_ui.core.values.labels import number

_NAMED = re.compile(
    r".*(?:logits?|bm25|cosine|distances?|(?:raw|model|teacher|retriever|retrieval|rerank(?:er)?|"
    r"crossencoder|biencoder|dense|sparse|vector|search)scores?)"
)
# Names that say that a person labelled, so only numbers that cannot be labels speak against it.
_LABELS = {
    "label", "labels", "relevance", "grade", "rating", "judgment", "judgement", "isrelevant",
    "relevant", "gold", "relevancelabel", "goldlabel", "esclabel", "escilabel", "annotation",
}  # fmt: skip
_ENOUGH = 10  # fewest numbers for which variety is judged
_VARIED = 0.8  # share of different ones among them
_HIGHEST = 10.0  # a fraction above it is not an average of grades
_NOTE = (
    "Almost all labels of {0} differ, like scores of a model. They are read as labels; choose none"
    " as the label (--ignore {0}) to import the pairs without them."
)


def are_scores(name: object, cells: Iterable[Any], lists: Iterable[Any] = ()) -> bool:
    """Whether numbers are scores of a model. lists: the numbers of each query, in their order.

    They are where the column is named so or a list is ranked by them, and where they are negative
    fractions, long fractions above 10, or long fractions above 1 that hardly ever recur.
    """
    values = _numbers(cells)
    if not any(value != int(value) for value in values):
        return False
    if _NAMED.fullmatch(plain(name)) or any(v < 0 and v != int(v) for v in values):
        return True
    if plain(name) in _LABELS or not _are_long(values, 2):
        return False
    return max(values) > _HIGHEST or (max(values) > 1 and _vary(values)) or _ranked(lists)


def note_on(name: object, cells: Iterable[Any]) -> list[str]:
    """What to say of labels that may be scores of a model."""
    values = _numbers(cells)
    long = _are_long(values, 3 if max(values, default=0) <= 1 else 2)
    return [_NOTE.format(name)] if long and _vary(values) else []


def columns_of_scores(values: Sequence[Mapping[Any, Any]], used: Iterable[Any]) -> set[Any]:
    """The columns beside those `used` whose names say that they are scores of a model."""
    names, used_columns = dict.fromkeys(name for value in values for name in value), set(used)
    named = [name for name in names if name not in used_columns and _NAMED.fullmatch(plain(name))]
    return {name for name in named if are_scores(name, (value.get(name) for value in values))}


def _numbers(cells: Iterable[Any]) -> list[float]:
    """The finite numbers; none where a cell is anything else."""
    numbers = []
    for cell in cells:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        if isinstance(cell, bool) or (isinstance(cell, str) and cell.strip().endswith("%")):
            return []
        value = number(cell) if isinstance(cell, str | int | float) else None
        if value is None:
            return []
        if math.isfinite(value):
            numbers.append(value)
    return numbers


def _are_long(values: Sequence[float], digits: int) -> bool:
    """Whether most numbers have more decimals than `digits`."""
    return sum(round(value, digits) != value for value in values) > len(values) / 2


def _vary(values: Sequence[float]) -> bool:
    return len(values) >= _ENOUGH and len(set(values)) >= _VARIED * len(values)


def _ranked(lists: Iterable[Any]) -> bool:
    """Whether each list of two numbers or more falls strictly."""
    rankings = [_numbers(each) for each in lists if is_list(each)]
    rankings = [each for each in rankings if len(each) > 1]
    return bool(rankings) and all(a > b for each in rankings for a, b in pairwise(each))
