"""The kind of a cell and of a column of cells: texts, labels, ids, lists or objects."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal, TypeGuard

import orjson

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import ids_only, plain
from reranker_ui.core.values.labels import number

Kind = Literal[
    "empty", "number", "text", "numbers", "texts", "objects", "rows", "object", "grades",
    "columns", "messages", "other",
]  # fmt: skip
NESTED: tuple[Kind, ...] = ("texts", "objects", "rows", "grades", "columns")
_MAJORITY = 0.9
_LONGEST_LITERAL = 1_000_000  # characters of a cell that is tried as a list
_LONGEST_ARRAY = 200_000  # characters of a list of texts without commas
_SHORT_TEXT = 20  # characters from which a cell without a blank is more than a name
_FENCED = re.compile(r"```(?:json)?\s*([\[{].*[\]}])\s*```", re.DOTALL)
_NUMBERS = re.compile(r"\[[\s\d.eE+-]+\]")
_TEXTS = re.compile(r"['\"]\s+['\"]")
_LETTERS = re.compile(r"[^\W\d_]")


def kind_of(cell: Any) -> Kind:
    """The kind of one cell."""
    if is_empty(cell):
        return "empty"
    if isinstance(cell, bool | int | float):
        return "number"
    if isinstance(cell, str):
        return "text" if number(cell) is None else "number"
    if isinstance(cell, Mapping):
        return _kind_of_object(cell)
    return _kind_of_list(cell) if is_list(cell) else "other"


def kind_of_column(cells: Iterable[Any]) -> Kind:
    """The kind of nine in ten non-empty cells; "other" where they differ."""
    kinds = [kind for cell in cells if (kind := kind_of(cell)) != "empty"]
    if not kinds:
        return "empty"
    usual = max(set(kinds), key=kinds.count)
    return usual if kinds.count(usual) >= _MAJORITY * len(kinds) else "other"


def is_empty(cell: Any) -> bool:
    """Whether a cell is empty: null, white space, an empty list or object."""
    if isinstance(cell, str):
        return not cell.strip()
    if isinstance(cell, (int, float)):
        return False
    return cell is None or (isinstance(cell, Mapping | list | tuple) and not cell)


def is_list(cell: Any) -> TypeGuard[Sequence[Any]]:
    """Whether a cell is a list."""
    return isinstance(cell, Sequence) and not isinstance(cell, str | bytes)


def is_message(cell: Any) -> bool:
    """Whether a cell is a message of a chat, as OpenAI's or ShareGPT's files write them."""
    keys = cell.keys() if isinstance(cell, Mapping) else ()
    return {"role", "content"} <= set(keys) or {"from", "value"} <= set(keys)


def is_prose(cell: Any) -> bool:
    """Whether a cell is a text of words, not a number, code, date or address."""
    if not isinstance(cell, str) or number(cell) is not None or "://" in cell[:64]:
        return False
    text = cell.strip()[:400]
    if len(_LETTERS.findall(text)) < 0.5 * len(text.replace(" ", "")):
        return False
    if not text.isascii() and len(text) >= _SHORT_TEXT // 2:
        return True  # scripts without blanks between words
    return " " in text


def opened(cell: Any) -> Any:
    """The list or object in a string, as JSON or a Python literal; otherwise the cell itself."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_LITERAL:
        return cell
    text = cell.strip()
    if fenced := _FENCED.fullmatch(text):  # as language models answer
        text = fenced[1]
    if (text[:1], text[-1:]) not in (("[", "]"), ("{", "}")):
        return cell
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return ast.literal_eval(_with_commas(text) if text[0] == "[" else text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, tokenize.TokenError):
        return cell


def _with_commas(text: str) -> str:
    """A list as NumPy writes it, `['a' 'b']` or `[1 0]`, with commas between its elements.

    Without them Python joins the texts. Raises SyntaxError where `text` has other signs.
    """
    if _NUMBERS.fullmatch(text):
        return ",".join(text.split()).replace("[,", "[").replace(",]", "]")
    if not _TEXTS.search(text):
        return text
    if len(text) > _LONGEST_ARRAY:
        raise ValueError("too long to be split into tokens")
    starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline)
              if token.type != tokenize.NL]  # fmt: skip
    ends = [
        starts[token.end[0] - 1] + token.end[1] for token, following in pairwise(tokens)
        if token.type == following.type == tokenize.STRING
    ]  # fmt: skip
    parts = [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
    return ",".join(parts)


def written_columns(values: Sequence[Mapping[Any, Any]]) -> list[Any]:
    """The columns whose cells are lists, or passages as objects, written as strings."""
    names = dict.fromkeys(name for value in values for name in value)
    return [name for name in names if _are_written(name, [v.get(name) for v in values])]


def _are_written(name: Any, cells: Sequence[Any]) -> bool:
    full = [cell for cell in cells if not is_empty(cell)]
    parsed = [opened(cell) for cell in full if isinstance(cell, str)]
    if not full or len(parsed) < len(full):
        return False
    passages = plain(name) in (*KNOWN["query"], *KNOWN["passage"])
    return all(is_list(value) or (passages and _is_text_with_title(value)) for value in parsed)


def _is_text_with_title(cell: Any) -> bool:
    """Whether a cell is an object of a text, perhaps with its title and id, and nothing else."""
    if not isinstance(cell, Mapping):
        return False
    texts = [key for key in cell if not ids_only(key)]
    return bool(texts) and all(plain(key) in KNOWN["passage"] for key in texts)


def _kind_of_object(cell: Mapping[Any, Any]) -> Kind:
    inner = list(cell.values())
    lists = [each for each in inner if is_list(each)]
    if lists and len(lists) == len(inner) and len({len(each) for each in lists}) == 1:
        return "columns"
    grades = all(not is_empty(each) and kind_of(each) == "number" for each in inner)
    return "grades" if grades and any(is_prose(key) for key in cell) else "object"


def _kind_of_list(cell: Sequence[Any]) -> Kind:
    full = [each for each in cell if not is_empty(each)]
    if full and all(isinstance(each, Mapping) for each in full):
        return "messages" if all(map(is_message, full)) else "objects"
    if full and all(is_list(each) for each in full):
        return "rows"
    if full and all(kind_of(each) == "number" for each in full):
        return "numbers"
    return "texts" if all(isinstance(each, str) for each in full) else "other"
