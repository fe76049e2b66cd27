"""The passages of a Label Studio task: in one list, or in numbered fields such as `text_1`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.structure.cells import is_list, is_prose, kind_of
from reranker_ui.core.formats.structure.passages import text_of

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FIELD = re.compile(rf"(.*?)[\s_.-]*(\d{{1,6}}|{'|'.join(_WORDS)})", re.IGNORECASE)


@dataclass(frozen=True)
class TaskPassages:
    """The passages of a task: the fields that hold them and their texts.

    `names`: what an answer may call each; `numbers`: how questions about each end.
    """

    fields: tuple[str, ...]
    texts: list[Any]
    names: list[set[str]]
    numbers: list[int]

    def place_of(self, name: Any) -> int | None:
        """The place of the one passage that is called so; None where none or several are."""
        for called in (str(name), plain(name)):
            places = [at for at, names in enumerate(self.names) if called in names]
            if len(places) == 1:
                return places[0]
        return None


def passages_of(data: Mapping[str, Any], name: str) -> TaskPassages | None:
    """The passages in the list `name`, or in the numbered fields with this name."""
    cell = data.get(name)
    if is_list(cell):
        names = [_names(each) for each in cell]
        return TaskPassages((name,), list(map(text_of, cell)), names, list(range(len(cell))))
    fields = {numbered[1]: field for field in data
              if (numbered := _numbered_field(field)) and numbered[0] == name}  # fmt: skip
    if not fields:
        return None
    names = [{plain(field), *_WORDS[number : number + 1], str(number)}
             for number, field in fields.items()]  # fmt: skip
    texts = [data[field] for field in fields.values()]
    return TaskPassages(tuple(fields.values()), texts, names, list(fields))


def names_of_lists(data: Mapping[str, Any]) -> Iterator[str]:
    """The fields with a list of passages, and the common name of numbered fields of texts."""
    yield from (name for name, cell in data.items() if kind_of(cell) in ("objects", "texts"))
    stems = [numbered[0] for name, cell in data.items()
             if is_prose(cell) and (numbered := _numbered_field(name))]  # fmt: skip
    yield from (stem for stem in dict.fromkeys(stems) if stems.count(stem) > 1)


def _numbered_field(name: str) -> tuple[str, int] | None:
    """The name of a field without its number, and the number: digits or a word."""
    match = _FIELD.fullmatch(name)
    if match is None:
        return None
    number = match[2].casefold()
    return match[1], int(number) if number.isdecimal() else _WORDS.index(number)


def _names(passage: Any) -> set[str]:
    cells = passage.values() if isinstance(passage, Mapping) else [passage]
    return {str(cell) for cell in cells if isinstance(cell, str | int)}
