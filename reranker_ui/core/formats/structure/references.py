"""Passages marked relevant by reference: a column names them by id, title, position or text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reranker_ui.core.formats.columns import ids_only, plain
from reranker_ui.core.formats.structure.cells import is_empty, is_list, is_prose, kind_of
from reranker_ui.core.formats.structure.passages import rows_of, text_of

_PLACES = ("index", "idx", "indices", "indexes")
_ENOUGH = 0.9
_TEXT, _PLACE, _FIRST = object(), object(), object()  # ways to name a passage besides a key


@dataclass(frozen=True)
class References:
    """`column` names the relevant passages by their `key`."""

    column: Any
    key: Any

    def labels(self, passages: Any, value: Mapping[Any, Any]) -> list[int] | None:
        """1 or 0 for each passage of a record; None where nothing is named."""
        named = set(_named_in(value.get(self.column)))
        return [int(name in named) for name in _names(passages, self.key)] if named else None


def references_of(
    passages: Sequence[Any], others: Mapping[Any, Sequence[Any]], texts: bool
) -> References | None:
    """The column among `others` whose values all name passages of their record.

    texts: whether a passage may be named by its text.
    """
    keys = [*_keys(passages), _FIRST, *([_TEXT] if texts else [])]
    for column, cells in others.items():
        candidates = [_PLACE] if plain(column).endswith(_PLACES) else keys
        for key in candidates:
            if _fits(passages, cells, key):
                return References(column, key)
    return None


def with_ids(values: Sequence[Mapping[Any, Any]]) -> tuple[Any, Any] | None:
    """The column of texts and that of their ids, where a third column names some of these ids."""
    names = list(dict.fromkeys(name for value in values for name in value))
    lists = [name for name in names if all(is_list(value.get(name)) for value in values)]
    for ids in filter(ids_only, lists):
        for texts in lists:
            named = [[{"id": each} for each in value[ids]] for value in values]
            others = {n: [v.get(n) for v in values] for n in lists if n not in (ids, texts)}
            same = all(len(value[ids]) == len(value[texts]) for value in values)
            prose = any(is_prose(each) for value in values for each in value[texts])
            if texts != ids and same and prose and references_of(named, others, texts=False):
                return texts, ids
    return None


def identified(texts: Any, ids: Any, value: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
    """The record with its texts as objects that have their ids."""
    pairs = zip(value[ids], value[texts], strict=True)
    rest = {name: cell for name, cell in value.items() if name != ids}
    yield {**rest, texts: [{"id": each, "text": text} for each, text in pairs]}


def _fits(passages: Sequence[Any], cells: Sequence[Any], key: Any) -> bool:
    records = [(set(_named_in(cell)), _names(listed, key))
               for listed, cell in zip(passages, cells, strict=True)]  # fmt: skip
    naming = [(named, names) for named, names in records if named]
    good = sum(named <= set(names) and len(set(names)) == len(names) for named, names in naming)
    return len(naming) >= len(records) / 2 > 0 and good >= _ENOUGH * len(naming)


def _keys(passages: Sequence[Any]) -> list[Any]:
    """Keys of the passages' objects that could name them."""
    names = dict.fromkeys(key for cell in passages for each in _objects(cell) for key in each)
    return [name for name in names if plain(name).endswith(("id", "title", "name", "key", "url"))]


def _names(passages: Any, key: Any) -> list[Any]:
    if key is _PLACE:
        objects = rows_of(passages) if kind_of(passages) == "columns" else passages
        return list(range(len(objects))) if is_list(objects) else []
    if key is _TEXT:
        return [text_of(each) for each in passages] if is_list(passages) else []
    if key is _FIRST:
        rows = passages if kind_of(passages) == "rows" else []
        return [row[0] for row in rows if row and not is_list(row[0])]
    return [_hashable(each.get(key)) for each in _objects(passages)]


def _objects(passages: Any) -> list[Mapping[Any, Any]]:
    kind = kind_of(passages)
    if kind == "columns":
        return rows_of(passages)
    return list(passages) if kind == "objects" else []


def _named_in(cell: Any) -> list[Any]:
    """The names in a cell: itself, its elements, or the first of each row or parallel list."""
    if is_empty(cell):
        return []
    kind = kind_of(cell)
    if kind == "columns":
        return [_hashable(each) for each in next(iter(cell.values()))]
    if kind == "rows":
        return [_hashable(row[0]) for row in cell if row]
    if is_list(cell):
        return [_hashable(each) for each in cell]
    return [] if isinstance(cell, Mapping) else [cell]


def _hashable(name: Any) -> Any:
    return str(name) if isinstance(name, list | dict) else name
