"""The columns of nested records: their kinds, and candidates for query, passages and labels."""

from collections.abc import Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import ids_only, plain
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.cells import (
    NESTED,
    Kind,
    is_empty,
    is_list,
    is_prose,
    kind_of_column,
)  # fmt: skip
from reranker_ui.core.formats.structure.passages import Inner, inner_of, passages_in
from reranker_ui.core.formats.structure.roles import side_of
from reranker_ui.core.values.labels import number

_QUERY = (
    *KNOWN["query"],
    "sentence",
    "messages",
    "instruction",
    "input",
    "topic",
    "title",
    "conversations",
    "conversation",
    "dialogue",
    "history",
)
_PASSAGES = ("docs", "documents", "passages", "candidates", "texts", "results", "hits", "answers")
_NO_LABELS = ("ids", "id", "ranks", "positions", "indices", "lengths", "ranking", "order",
              "permutation")  # fmt: skip
_TEXT: tuple[Kind, ...] = ("text", "object", "messages")
_ENOUGH = 0.9


class NestedColumns:
    """The columns of a sample of records: `names`, `cells` and `kinds` by name."""

    def __init__(self, values: Sequence[Mapping[Any, Any]]) -> None:
        self.names = list(dict.fromkeys(name for value in values for name in value))
        self.cells = {name: [value.get(name) for value in values] for name in self.names}
        self.kinds = {name: kind_of_column(cells) for name, cells in self.cells.items()}
        self.plain = {plain(name): name for name in reversed(self.names)}

    def chosen(self, column: str | int | None) -> Any:
        """The column the user chose, by name or number; None where the user did not choose."""
        if column is None or column in self.names:
            return column
        if str(column).isdecimal() and len(str(column)) < 9 and int(column) < len(self.names):
            return self.names[int(column)]
        return self.plain.get(plain(column))

    def query(self) -> Any:
        """The query: a column of texts named like one, else the first column of sentences."""
        for name in (self.plain[alias] for alias in _QUERY if alias in self.plain):
            if self.holds_texts(name) or self._holds_strings(name):
                return name
        passages = set(KNOWN["passage"])
        texts = [name for name in self.names if self._holds_text(name)]
        texts = [name for name in texts if not ids_only(name) and side_of(name) is None]
        unnamed = [name for name in texts if plain(name) not in passages]
        return next(iter([n for n in unnamed if self.is_prose(n)] or unnamed or texts), None)

    def sides(self, query: Any, options: ReadOptions) -> tuple[list[Any], list[Any]]:
        """Columns of positives and of negatives, as chosen or as found by name and content."""
        good = [self.chosen(name) for name in options.positive]
        bad = [self.chosen(name) for name in options.negative]
        if good or bad:
            return good, bad
        candidates = [n for n in self.names if n != query and self._can_be_side(n)]
        sure = {name: side for name in candidates if (side := side_of(name))}
        passage = self.chosen(options.passage) or self._passage({query, *sure})
        likely = {name: side for name in candidates if (side := side_of(name, sure=False))}
        if len(set(likely.values())) == 2 or (
            passage in candidates and "negative" in likely.values()
        ):
            sure = likely
        good = [name for name, side in sure.items() if side == "positive"]
        bad = [name for name, side in sure.items() if side == "negative"]
        if self._label_of_a_table(options, good, bad):
            return [], []
        if bad and not good and passage is not None and passage not in bad:
            good = [passage]
        return good, bad

    def nested(self, without: set[Any]) -> list[Any]:
        """Columns with lists or objects of passages, those with known names first."""
        columns = [n for n in self.names if n not in without and self._is_nested(n)]
        columns = [name for name in columns if self._holds_passages(name)]
        columns = [name for name in columns if not self._names_label(name)]
        names = (*_PASSAGES, *KNOWN["passage"])
        return sorted(columns, key=lambda name: plain(name) not in names)

    def inner(self, passages: Any, options: ReadOptions, by_content: bool) -> Inner:
        """The label inside the passages, chosen as `passages.key` or as found by name and content.

        by_content: search by the content of a key too, not only by its name.
        """
        column, _, key = str(options.label).partition(".")
        if key and column == str(passages):
            return Inner(label=key)
        return inner_of(self.cells[passages], by_content)

    def named(self, names: Sequence[str]) -> list[Any]:
        """Columns with lists that could be labels, those with these names first."""
        lists = [name for name in self.names if self.kinds[name] in ("numbers", "texts", "other")]
        lists = [name for name in lists if not plain(name).endswith(_NO_LABELS)]
        return sorted(lists, key=lambda n: names.index(plain(n)) if plain(n) in names else 99)

    def parallel(self, passages: Any, labels: Any) -> bool:
        """Whether two columns contain lists of equal length, the second with labels."""
        if passages == labels or not self._like_labels(labels):
            return False
        pairs = [
            (passages_in(a, Inner()), b)
            for a, b in zip(self.cells[passages], self.cells[labels], strict=True)
            if not is_empty(a)
        ]
        same = [is_list(b) and len(a) == len(b) for a, b in pairs]
        if not same or sum(same) < _ENOUGH * len(same) or not self._is_nested(passages):
            return False
        return plain(labels) in KNOWN["label"] or not all(map(_is_order, self.cells[labels]))

    def first_stage(self, without: set[Any]) -> Any:
        """The list of a first stage besides positives and negatives, by its name."""
        nested = [n for n in self.names if n not in without and self._is_nested(n)]
        return next((name for name in nested if plain(name) in _PASSAGES[:5]), None)

    def holds_labels(self, name: Any) -> bool:
        """Whether a column's lists or grades contain passages with labels."""
        if self.kinds[name] not in ("rows", "grades"):
            return False
        labels = [label for cell in self.cells[name] for _, label in passages_in(cell, Inner())]
        return bool(labels) and not any(is_empty(label) for label in labels)

    def only_text(self, query: Any) -> bool:
        """Whether the query is the only plain column with sentences."""
        others = (n for n in self.names if n != query and self.kinds[n] == "text")
        return not any(self.is_prose(name) for name in others)

    def has_passage(self, without: set[Any]) -> bool:
        """Whether a plain column of texts has a passage's name."""
        named = (self.plain[alias] for alias in KNOWN["passage"] if alias in self.plain)
        return any(name not in without and self._holds_strings(name) for name in named)

    def _passage(self, without: set[Any], kinds: tuple[Kind, ...] = (*_TEXT, *NESTED)) -> Any:
        named = (self.plain[alias] for alias in KNOWN["passage"] if alias in self.plain)
        return next((n for n in named if n not in without and self.kinds[n] in kinds), None)

    def _label_of_a_table(self, options: ReadOptions, good: list[Any], bad: list[Any]) -> bool:
        """Whether a label in each record shows that the columns are a table of pairs."""
        if options.label is not None and self.kinds.get(self.chosen(options.label)) == "number":
            return True
        if bad or not good or any(self.kinds[name] in NESTED for name in good):
            return False
        return options.label is not None or any(name in self.plain for name in KNOWN["label"])

    def _can_be_side(self, name: Any) -> bool:
        if self._holds_strings(name):
            return not self._holds_flags(name)
        if self._is_nested(name):
            return True
        return self.kinds[name] in (*_TEXT, "empty", "other")

    def holds_texts(self, name: Any) -> bool:
        """Whether each cell is one text, perhaps in a list of its own."""
        single = all(len(cell) < 2 for cell in self.cells[name] if is_list(cell))
        return self.kinds[name] in _TEXT or (self.kinds[name] == "texts" and single)

    def _holds_text(self, name: Any) -> bool:
        return self.kinds[name] in _TEXT

    def is_prose(self, name: Any) -> bool:
        """Whether half of a column's texts are sentences."""
        cells = [cell for cell in self.cells[name] if isinstance(cell, str) and cell.strip()]
        return bool(cells) and sum(map(is_prose, cells)) >= len(cells) / 2

    def _is_nested(self, name: Any) -> bool:
        return self.kinds[name] in NESTED or (
            self.kinds[name] in ("numbers", "other")
            and any(is_list(cell) for cell in self.cells[name])
            and any(isinstance(each, str) for cell in self.cells[name] if is_list(cell)
                    for each in cell)
        )  # fmt: skip

    def _holds_strings(self, name: Any) -> bool:
        """Whether the cells are strings, including "42"."""
        full = [cell for cell in self.cells[name] if not is_empty(cell)]
        return bool(full) and all(isinstance(cell, str) for cell in full)

    def _holds_flags(self, name: Any) -> bool:
        full = {str(cell).strip().casefold() for cell in self.cells[name] if not is_empty(cell)}
        return full <= {"0", "1", "0.0", "1.0", "true", "false", "x", "✓", "✔"}

    def holds_prose(self, name: Any) -> bool:
        """Whether a text in a column's lists or objects is a sentence."""
        inner = self.inner(name, ReadOptions(), by_content=False)
        return any(is_prose(text) for cell in self.cells[name]
                   for text, _ in passages_in(cell, inner))  # fmt: skip

    def _holds_passages(self, name: Any) -> bool:
        texts = [text for cell in self.cells[name] for text, _ in passages_in(cell, Inner())]
        return any(isinstance(text, str) and not ids_only(name) for text in texts)

    def _names_label(self, name: Any) -> bool:
        """Whether a column's lists are the label's names: it is called so, and has no sentence."""
        inside = [each for cell in self.cells[name] if is_list(cell) for each in cell]
        texts = [cell for each in inside for cell in _cells_of(each)]
        strings = bool(texts) and all(isinstance(text, str | int) for text in texts)
        return plain(name) in KNOWN["label"] and strings and not any(map(is_prose, texts))

    def _like_labels(self, name: Any) -> bool:
        """Whether a column's lists contain numbers, or few recurring names."""
        if self.kinds[name] == "numbers":
            return True
        inside = [each for cell in self.cells[name] if is_list(cell) for each in cell]
        names = [each for each in inside if isinstance(each, str | int | float)]
        return (
            self.kinds[name] in ("texts", "other")
            and bool(names)
            and len(names) == len(inside)
            and len(set(map(str, names))) <= max(2, len(names) // 3)
            and not any(isinstance(each, str) and len(each) > 40 for each in names)
        )


def _is_order(cell: Any) -> bool:
    """Whether a list has the places of at least three passages, each once: an order, no labels."""
    if is_empty(cell):
        return True
    places = sorted(number(each) or 0 for each in cell) if is_list(cell) else []
    return len(places) > 2 and places in (
        [*range(len(places))], [*range(1, len(places) + 1)],
    )  # fmt: skip


def _cells_of(each: Any) -> list[Any]:
    """The values of an object, or the one value that is none."""
    return list(each.values()) if isinstance(each, Mapping) else [each]
