"""Texts by id: corpora, queries and joined files, for records that contain only ids."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.binary import workbook
from reranker_ui.core.formats.binary.archive import is_workbook, is_zip
from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import guess_columns, ids_only, plain
from reranker_ui.core.formats.container import Container, open_container
from reranker_ui.core.formats.layouts import parts_of
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.structure.cells import is_empty
from reranker_ui.core.formats.structure.passages import keys_of_texts, text_of
from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

Texts = MutableMapping[str, str]
NewTexts = Callable[[], Texts]
_ID = ("id", "docid", "documentid", "corpusid", "passageid", "pid", "did", "qid", "queryid",
       "docno", "num", "number", "topicid", "topic", "productid", "productuid", "itemid",
       "articleid", "asin")  # fmt: skip
_FREE = ReadOptions()


class Lookup:
    """Texts for a column of ids; None where the column contains the text itself.

    `notes`: which columns of the file of texts are not read.
    """

    def __init__(
        self, column: Any, texts: Mapping[str, str] | None, role: str, notes: Sequence[str] = ()
    ) -> None:
        self.column, self.texts, self.role, self.notes = column, texts, role, notes

    def of(self, value: Mapping[Any, Any]) -> Any:
        """The text for a record; raises LeftOut where its id is unknown."""
        cell = value.get(self.column)
        if self.texts is None:
            return cell
        key = "" if cell is None else str(cell).strip()
        text = self.texts.get(key)
        if text is None:
            where = "corpus" if self.role == "passage" else "queries"
            raise LeftOut("unreadable", f"no text for {self.role} id “{key[:40]}” in the {where}")
        return text


def lookup_in(
    source: Path, role: str, column: Any, options: ReadOptions, tick: Tick, new_texts: NewTexts
) -> Lookup:
    """A column of ids with the texts of a file, folder or ZIP. role: query or passage."""
    texts, notes = new_texts(), dict[str, None]()
    for container in _containers(source, role, options, tick):
        unread_columns, broken = _fill(texts, container, source.name, role)
        notes |= dict.fromkeys(broken)
        if unread_columns:
            shown = ", ".join(unread_columns[:8]) + ", …" * (len(unread_columns) > 8)
            notes[f"Not read of the {_part_of(role)}: {shown}."] = None
    return Lookup(column, texts, role, list(notes))


def _part_of(role: str) -> str:
    return "queries" if role == "query" else "corpus"


def _fill(texts: Texts, container: Container, name: str, role: str) -> tuple[list[str], list[str]]:
    """Put every `id -> text` of a container into `texts`.

    Returns the columns that have neither, and a note on the lines that cannot be read. Refused
    where none can.
    """
    faults: list[str] = []
    key: Any = None
    names: dict[Any, None] = {}
    read: set[Any] = set()
    for line, value in container.records():
        if isinstance(value, LeftOut):
            faults.append(f"line {line:,} ({value.why})")
            continue
        key = _id_of(value) if key not in value else key
        if key is None and not read:
            raise Refused(f"Line {line} of {name} has no id column. It needs id and text.")
        if key is None:
            faults.append(f"line {line:,} (it has no id)")
            continue
        columns = _columns_of_text(value, key, role)
        parts = (text_of(value[column]) for column in columns)
        texts[str(value[key]).strip()] = " ".join(str(part) for part in parts if part).strip()
        names.update((column, None) for column, cell in value.items() if not is_empty(cell))
        read.update(columns, [key])
    others = [str(column) for column in names if column not in read and isinstance(column, str)]
    return others, _notes_on(faults, name, any_read=bool(read))


def _notes_on(faults: Sequence[str], name: str, any_read: bool) -> list[str]:
    """A note on lines of a file of texts that are left out; Refused where nothing else is there."""
    if faults and not any_read:
        raise Refused(f"No line of {name} can be read: {faults[0]}.")
    more = f" and {len(faults) - 3:,} more" if len(faults) > 3 else ""
    shown = ", ".join(faults[:3])
    return [f"Left out of {name}, as it cannot be read: {shown}{more}."] if faults else []


def fill_from(texts: Texts, join: str, options: ReadOptions, tick: Tick) -> tuple[str, list[str]]:
    """Put `FILE:KEY:TEXT` into `texts`; returns KEY, and a note on lines that cannot be read."""
    try:
        name, key, text = join.rsplit(":", 2)
    except ValueError:
        raise Refused(f"--join expects FILE:KEY:TEXT, not “{join}”.") from None
    path, faults, any_text = existing(name), [], False
    for line, value in open_container(path, _plain(options), tick).records():
        if isinstance(value, LeftOut):
            faults.append(f"line {line:,} ({value.why})")
            continue
        if key not in value or text not in value:
            have = ", ".join(map(str, list(value)[:12]))
            raise Refused(f"{path.name} has no column {key} and {text}. It has {have}.")
        texts[str(value[key]).strip()], any_text = str(value[text] or ""), True
    return key, _notes_on(faults, path.name, any_read=any_text)


def _containers(source: Path, role: str, options: ReadOptions, tick: Tick) -> Iterator[Container]:
    """The containers of the texts: the file itself, or its parts in a folder or ZIP."""
    packed = is_zip(source)
    if packed and is_workbook(source):
        yield workbook.container_of(source, _plain(options), tick, ())
    elif packed or source.is_dir():
        yield from (part.open() for part in parts_of(source, _part_of(role), options, tick))
    else:
        yield open_container(source, _plain(options), tick)


def existing(name: str) -> Path:
    """The path `name`; Refused where it does not exist."""
    path = Path(name)
    if not path.exists():
        raise Refused(f"There is no file {name}.")
    return path


def _plain(options: ReadOptions) -> ReadOptions:
    return replace(_FREE, limits=options.limits)


def _id_of(value: Mapping[Any, Any]) -> Any:
    by_plain = {plain(name): name for name in reversed(list(value))}
    named = next((by_plain[alias] for alias in _ID if alias in by_plain), None)
    if named is None:
        named = next((name for name in value if ids_only(name)), None)
    return 0 if named is None and 0 in value and len(value) > 1 else named


def _columns_of_text(value: Mapping[Any, Any], key: Any, role: str) -> list[Any]:
    """The columns of a record that hold its text."""
    rest = {name: cell for name, cell in value.items() if name != key}
    if rest and all(isinstance(name, int) for name in rest):
        return [min(rest)]
    if role == "query":  # a topic's title is the query, its description only explains it
        by_plain = {plain(name): name for name in reversed(list(rest))}
        named = next(
            (by_plain[name] for name in (*KNOWN["query"], "title") if name in by_plain),
            None,
        )
        if named is not None:
            return [named]
    if columns := keys_of_texts(rest):
        return columns
    column = guess_columns([rest])["query"]
    return [] if column is None else [column]
