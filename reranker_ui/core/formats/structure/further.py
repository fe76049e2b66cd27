"""Further columns: what a file holds of a pair beside its texts and label, such as SKU or price."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_empty, is_list


def further_of(cells: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What is stored of these cells: all that are not empty, in texts that a database takes."""
    return {_storable(name): _storable(cell) for name, cell in cells if not is_empty(cell)}


def plain_cells(
    value: Mapping[Any, Any], beside: Iterable[tuple[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """Those of `beside` that hold one text, number or truth value for the whole record."""
    for name, cell in beside:
        if name in value and not isinstance(cell, Mapping) and not is_list(cell):
            yield name, cell


def metadata_of(
    values: Sequence[Mapping[Any, Any]],
) -> Callable[[Mapping[Any, Any]], Iterator[dict[Any, Any]]] | None:
    """A function that merges objects of a record into it, where only one of them has the query.

    Such as metadata, `{"params": {"query": …}}`, and objects with a label beside it.
    """
    names = dict.fromkeys(name for value in values for name in value)
    if any(plain(name) in KNOWN["query"] for name in names):
        return None
    objects = [name for name in names if all(_names(value.get(name), "query") for value in values)]
    if len(objects) != 1:
        return None
    labels = [name for name in names if name not in objects
              and all(_names(value.get(name), "label") for value in values)]  # fmt: skip
    inside = [*objects, *labels]

    def merged(value: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
        parts = {key: cell for name in inside for key, cell in value[name].items()}
        yield {**parts, **{key: value[key] for key in value if key not in inside}}

    return merged


def _names(cell: Any, role: str) -> bool:
    return isinstance(cell, Mapping) and any(plain(key) in KNOWN[role] for key in cell)


def cell_text(cell: Any) -> str:
    """A cell as text: as it is, else as JSON; "" for none."""
    if isinstance(cell, str):
        return cell
    return "" if cell is None else json.dumps(cell, ensure_ascii=False)


def further_text(extra: Any) -> str:
    """All further cells of a pair as one text, for a search index; "" for none."""
    return " ".join(map(cell_text, extra.values())) if isinstance(extra, Mapping) else ""


def _storable(cell: Any) -> Any:
    if isinstance(cell, str):
        if cell.isascii() and "\0" not in cell:
            return cell
        whole = cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(cell, Mapping):
        return {_storable(str(name)): _storable(each) for name, each in cell.items()}
    if is_list(cell):
        return [_storable(each) for each in cell]
    if isinstance(cell, float) and cell - cell != 0:  # JSON has no NaN and no infinity
        return str(cell)
    return cell if isinstance(cell, bool | int | float | None) else str(cell)
