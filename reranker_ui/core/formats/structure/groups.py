"""Several passages in a row, in numbered columns, and two texts in one cell."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import KNOWN, is_count, plain
from reranker_ui.core.formats.structure.cells import is_empty, kind_of_column

Value = Mapping[Any, Any]
Groups = dict[str, dict[str, Any]]  # number -> stem -> column
_BETWEEN = ("[SEP]", "<SEP>", "</s></s>", "</s>")  # tokens of models between two texts
_NUMBERED = re.compile(r"(.*?\D)[\s_.-]?(\d+)|(\d+)[\s_.-](\D.*)")


def groups_of(values: Sequence[Value]) -> Groups:
    """The columns that belong together, by their number; none where a row has one pair."""
    groups: Groups = defaultdict(dict)
    for name in dict.fromkeys(name for value in values for name in value):
        if isinstance(name, str) and (match := _NUMBERED.fullmatch(name.strip())):
            groups[match[2] or match[3]][(match[1] or match[4]).strip(" _.-")] = name
    if len(groups) < 2 or len({frozenset(group) for group in groups.values()}) > 1:
        return {}
    kinds = {
        stem: kind_of_column([value.get(column) for value in values])
        for stem, column in next(iter(groups.values())).items() if not is_count(stem)
    }  # fmt: skip
    return dict(groups) if {"text", "number"} <= set(kinds.values()) else {}


def separated_of(values: Sequence[Value]) -> tuple[Any, str] | None:
    """The column that holds query and passage in one text, and the mark between them."""
    names = list(dict.fromkeys(name for value in values for name in value))
    if any(plain(name) in KNOWN["query"] for name in names):
        return None
    for name in names:
        cells = [cell for value in values if not is_empty(cell := value.get(name))]
        texts = [cell for cell in cells if isinstance(cell, str)]
        if cells and len(texts) == len(cells):
            for mark in _BETWEEN:
                if all(text.count(mark) == 1 for text in texts):
                    return name, mark
    return None


def split_text(name: Any, mark: str, value: Value) -> Iterator[dict[Any, Any]]:
    """A record with the query and the passage of one text in columns of their own."""
    query, _, passage = str(value.get(name) or "").partition(mark)
    rest = {column: cell for column, cell in value.items() if column != name}
    yield {"query": query.strip(), "passage": passage.strip(), **rest}


def split_groups(groups: Groups, value: Value) -> Iterator[dict[Any, Any]]:
    """A row as one record for each of its groups that is not empty."""
    grouped = {column for group in groups.values() for column in group.values()}
    rest = {name: cell for name, cell in value.items() if name not in grouped}
    for group in groups.values():
        cells = {stem: value.get(column) for stem, column in group.items()}
        if not all(map(is_empty, cells.values())):
            yield {**rest, **cells}
