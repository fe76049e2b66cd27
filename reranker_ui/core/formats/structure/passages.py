"""Passages and their labels inside one nested value: lists, lists of objects, of pairs, of grades.

A nested value yields `(passage, label)` in its order; a missing label is None.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import ids_only, plain
from reranker_ui.core.formats.structure.cells import (
    is_empty,
    is_list,
    is_message,
    is_prose,
    kind_of,
    kind_of_column,
)  # fmt: skip

_JUDGED = (
    "isselected", "selected", "isrelevant", "relevant", "ispositive", "positive", "iscorrect",
    "correct", "isgold", "gold", "issupporting", "issupport", "isanswer", "clicked", "click",
    "label", "labels", "relevance", "relevancelabel", "grade", "rating", "judgment", "judgement",
    "rel", "gain",
)  # fmt: skip
_LABELS = (*_JUDGED, *(name for name in KNOWN["label"] if name not in _JUDGED))
_TITLES = ("title", "headline", "name", "producttitle", "productname", "itemname")
_BODIES = (
    "text", "passage", "contents", "content", "body", "document", "description", "overview",
    "passagetext", "documenttext", "doctext", "paragraphtext", "paragraph", "answer", "sentence",
    "sentences", "snippet", "chunk", "abstract", "response", "productdescription",
    "itemdescription",
)  # fmt: skip
_ORDER = ("rank", "position", "index", "idx", "start", "end", "offset", "length", "count", "year",
          "page", "order", "hash", "time", "id")  # fmt: skip
_MOST_GRADES = 11
_ID = re.compile(r"(?=\D*\d)[^\s]{1,100}")  # of a passage, with a digit
_ASSISTANTS, _SYSTEM = ("assistant", "gpt", "model", "bot"), ("system", "developer")


@dataclass(frozen=True)
class Inner:
    """The keys of a nested object with the passage's label and, where known, its text."""

    label: Any = None
    text: Any = None


def passages_in(cell: Any, inner: Inner) -> list[tuple[Any, Any]]:
    """Each passage of a nested value with its label (None where there is none)."""
    if is_empty(cell):
        return []
    kind = kind_of(cell)
    if kind == "grades":
        return list(cell.items())
    if kind == "columns":
        return [_of_object(row, inner) for row in rows_of(cell)]
    if kind in ("messages", "object", "text", "number") or not is_list(cell):
        return [_of_object(cell, inner)]
    return [_of_row(each) if is_list(each) else _of_object(each, inner) for each in cell]


def inner_of(cells: Iterable[Any], by_content: bool) -> Inner:
    """The key of the label in a column's objects, by name or, if allowed, by content."""
    objects = [each for cell in cells for each in objects_in(cell)]
    names = list(dict.fromkeys(key for each in objects for key in each))
    by_name = {name: [each.get(name) for each in objects] for name in names}
    by_plain = {plain(name): name for name in reversed(names)}
    named = next(
        (by_plain[n] for n in _LABELS if n in by_plain and _could_label(by_name[by_plain[n]])),
        None,
    )
    if named is None and by_content:
        candidates = [name for name in names if _like_labels(name, by_name[name])]
        named = next(
            (n for n in candidates if isinstance(by_name[n][0], bool)), next(iter(candidates), None)
        )
    return Inner(label=named)


def objects_in(cell: Any) -> list[Mapping[Any, Any]]:
    """The objects of a nested value; none where it has plain texts."""
    kind = kind_of(cell)
    if kind == "columns":
        return rows_of(cell)
    if kind == "object":
        return [cell]
    return list(cell) if kind == "objects" else []


def wrapped_in(values: Sequence[Mapping[Any, Any]]) -> list[Any]:
    """The columns of objects around one list (`{"documents": [{...}]}`), or of passages by id."""
    names = dict.fromkeys(name for value in values for name in value)
    columns = {name: [cell for value in values if not is_empty(cell := value.get(name))]
               for name in names if plain(name) not in KNOWN["label"]}  # fmt: skip
    return [name for name, cells in columns.items() if cells and all(map(_list_in, cells))]


def unwrapped(names: Sequence[Any], value: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
    """The record with the list in each of these columns."""
    yield {name: (_list_in(cell) or cell) if name in names else cell
           for name, cell in value.items()}  # fmt: skip


def _list_in(cell: Any) -> list[Any]:
    if not isinstance(cell, Mapping) or not cell:
        return []
    inside = list(cell.values())
    if len(inside) == 1 and kind_of(inside[0]) == "objects":
        return list(inside[0])
    if not all(isinstance(key, str) and _ID.fullmatch(key) for key in cell):
        return []
    if all(map(is_prose, inside)):
        return [{"id": key, "text": text} for key, text in cell.items()]
    objects = all(isinstance(each, Mapping) and text_keys(each)[1] is not None for each in inside)
    return [{"id": key, **each} for key, each in cell.items()] if objects else []


def rows_of(columns: Mapping[Any, Sequence[Any]]) -> list[Mapping[Any, Any]]:
    """Parallel lists by name as one object per position."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def text_of(passage: Any) -> Any:
    """The text of a passage: itself, the title and text of an object, or chat messages."""
    if isinstance(passage, str):
        return passage
    if is_message(passage):
        return _content_of(passage)
    if isinstance(passage, Mapping):
        parts = (text_of(passage[key]) for key in keys_of_texts(passage))
        return " ".join(map(str, parts)).strip()
    if not is_list(passage):
        return passage
    if kind_of(passage) == "messages":
        return _of_messages(passage)
    return " ".join(str(text_of(each)) for each in passage if not is_empty(each)) or None


def query_of(cell: Any) -> Any:
    """The text of a query: of a chat all turns, without the system's."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Mapping) and not is_message(cell):
        return " ".join(str(query_of(cell[key])) for key in keys_of_texts(cell)).strip()
    if kind_of(cell) != "messages":
        return text_of(cell)
    return "\n".join(_content_of(each) for each in cell if _speaker(each) not in _SYSTEM)


def text_keys(passage: Mapping[Any, Any]) -> tuple[Any, Any]:
    """The keys of a passage's title and of its text (None where there is none)."""
    by_plain = {plain(key): key for key in reversed(list(passage)) if not is_empty(passage[key])}
    title = next((by_plain[name] for name in _TITLES if name in by_plain), None)
    body = next((by_plain[name] for name in _BODIES if name in by_plain), None)
    if body is None:
        texts = [key for key, cell in passage.items()
                 if key != title and isinstance(cell, str) and is_prose(cell)]  # fmt: skip
        inside = [key for key, cell in passage.items()
                  if (isinstance(cell, Mapping) or kind_of(cell) == "messages")
                  and is_prose(text_of(cell))]  # fmt: skip
        body = max(texts, key=lambda key: len(passage[key]), default=next(iter(inside), None))
    return title, body


def keys_of_texts(passage: Mapping[Any, Any]) -> list[Any]:
    """The keys of a passage's title and text; of all its texts where it has neither."""
    keys = [key for key in text_keys(passage) if key is not None]
    texts = [key for key, cell in passage.items() if isinstance(cell, str) and cell.strip()]
    return keys or [key for key in texts if not ids_only(key)]


def _of_messages(messages: Sequence[Mapping[Any, Any]]) -> str:
    """The messages of the assistant, or all messages where there are none."""
    answers = [each for each in messages if _speaker(each) in _ASSISTANTS]
    return "\n".join(_content_of(each) for each in answers or messages)


def _speaker(message: Mapping[Any, Any]) -> Any:
    return message["role"] if "role" in message else message.get("from")


def _content_of(message: Mapping[Any, Any]) -> str:
    """The text of a message, whose content may be a list of parts."""
    return str(text_of(message["content"] if "role" in message else message["value"]) or "")


def _of_object(passage: Any, inner: Inner) -> tuple[Any, Any]:
    if not isinstance(passage, Mapping):
        return text_of(passage), None
    label = passage.get(inner.label) if inner.label is not None else None
    rest = {key: cell for key, cell in passage.items() if key != inner.label}
    text = rest.get(inner.text) if inner.text is not None else text_of(rest)
    return text or None, label


def _of_row(row: Sequence[Any]) -> tuple[Any, Any]:
    """A list as one passage: its number is the label, its texts are the passage."""
    labels = [each for each in row if not is_empty(each) and kind_of(each) == "number"]
    texts = [each for each in row if not is_empty(each) and kind_of(each) != "number"]
    return text_of(texts[0] if len(texts) == 1 else texts), labels[-1] if labels else None


def _could_label(cells: Sequence[Any]) -> bool:
    kind = kind_of_column(cells)
    few = kind == "text" and len(set(map(str, cells))) <= max(2, len(cells) // 2)
    return kind in ("number", "numbers", "object") or few


def _like_labels(name: Any, cells: Sequence[Any]) -> bool:
    """Whether cells without a known name look like labels: yes and no, or a few small grades."""
    if ids_only(name) or plain(name).endswith(_ORDER) or kind_of_column(cells) != "number":
        return False
    values = {cell for cell in cells if not is_empty(cell)}
    return all(isinstance(each, bool) or each in range(_MOST_GRADES) for each in values)
