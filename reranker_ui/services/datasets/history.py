"""The history of a dataset: its part of the journal, newest first, in words."""

from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.pairs import import_sentence
from reranker_ui.services.datasets.undo import UNDOABLE
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.visibility import Visibility, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import journal, pairs
from reranker_ui.services.store.workspace import Workspace

PAGE = 50
_STEP, _STEPS = 500, 20  # lines of the journal that one page looks at, at most
_CHANGED = {"edit text": "Changed the text of", "delete pairs": "Deleted"}
_FIXED = {
    "undo annotate": "Removed label",
    "decide": "Decided a disputed pair",
    "undo decide": "Removed decision",
    "add pair": "Added a pair",
    "edit guidelines": "Changed the guidelines",
    "show columns": "Changed the columns beside the pairs",
    "mark gold": "Marked gold pairs",
    "unmark gold": "Unmarked gold pairs",
    "set stream": "Changed the annotation settings",
    "describe": "Changed the description",
}
_GIVEN = ("annotate", "undo annotate", "decide", "undo decide")  # each about one pair's label


class HistoryLine(TypedDict):
    """One change. `undoable`: it is an edit that was not undone yet."""

    id: int
    at: float
    who: str
    text: str
    pair: int | None
    undoable: bool


class HistoryPage(TypedDict):
    """Changes, newest first, and where the next page starts; None at the end."""

    lines: list[HistoryLine]
    before: int | None


def history(
    workspace: Workspace, user: User, dataset_name: str, before: int | None = None
) -> HistoryPage:
    """One page of a dataset's history, from the line `before` back.

    Lines on others' labels are left out for annotators from whom those labels are hidden, and
    the label that an edit set is left out.
    """
    require(user, "viewer")
    edits: list[sa.Row[Any]] = []
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        view, more = visibility_of(dataset, user), True
        for _ in range(_STEPS):
            rows = _step(connection, before)
            visible = _of_dataset(connection, rows, view, user)
            edits += visible
            more = len(rows) == _STEP or len(edits) > PAGE
            if len(edits) > PAGE or not rows or len(rows) < _STEP:
                break
            before = rows[-1].id
        shown = edits[:PAGE]
        undone = _undone(connection, [row.id for row in shown])
        reverted = _reverted(connection, shown)
    if len(edits) > PAGE:
        before = shown[-1].id
    return {
        "lines": [
            _line(row, reverted.get(row.subject), undone, view.everything, scale(dataset))
            for row in shown
        ],
        "before": before if more else None,
    }


def _step(connection: sa.Connection, before: int | None) -> list[sa.Row[Any]]:
    query = select(journal).order_by(journal.c.id.desc()).limit(_STEP)
    return list(connection.execute(query if before is None else query.where(journal.c.id < before)))


def _of_dataset(
    connection: sa.Connection, rows: list[sa.Row[Any]], view: Visibility, user: User
) -> list[sa.Row[Any]]:
    pair_ids = {_number(row.subject) for row in rows if row.subject.startswith("pair:")} - {None}
    edit_ids = {_number(row.subject) for row in rows if row.subject.startswith("edit:")} - {None}
    of_dataset = select(pairs.c.id).where(
        pairs.c.id.in_(pair_ids), pairs.c.dataset_id == view.dataset_id
    )
    subject = f"dataset:{view.dataset_id}"
    edits = select(journal.c.id).where(journal.c.id.in_(edit_ids), journal.c.subject == subject)
    subjects = {f"pair:{number}" for number in connection.scalars(of_dataset)}
    subjects |= {f"edit:{number}" for number in connection.scalars(edits)} | {subject}
    known_rows = [row for row in rows if row.subject in subjects]
    if view.everything:
        return known_rows
    free = {f"pair:{number}" for number in connection.scalars(of_dataset.where(*view.shown()))}
    return [
        row for row in known_rows
        if row.what not in _GIVEN or row.who == user.name or row.subject in free
    ]  # fmt: skip


def _undone(connection: sa.Connection, ids: list[int]) -> set[int]:
    subjects = [f"edit:{number}" for number in ids]
    query = select(journal.c.subject).where(
        journal.c.what == "undo", journal.c.subject.in_(subjects)
    )
    return {number for subject in connection.scalars(query) if (number := _number(subject))}


def _number(subject: str) -> int | None:
    """The number in "pair:5" or "edit:5"; None where a damaged database holds another text."""
    return int(subject[5:]) if subject[5:].isdecimal() else None


def _reverted(connection: sa.Connection, rows: list[sa.Row[Any]]) -> dict[str, sa.Row[Any]]:
    """{"edit:NUMBER": the edit}, of those that are undone by some of the rows."""
    ids = {_number(row.subject) for row in rows if row.what == "undo"} - {None}
    edits = connection.execute(select(journal).where(journal.c.id.in_(ids)))
    return {f"edit:{edit.id}": edit for edit in edits}


def _line(
    row: sa.Row[Any], reverted: sa.Row[Any] | None, undone: set[int], with_labels: bool, on: Scale
) -> HistoryLine:
    try:
        text = _words(reverted or row, with_labels, on)
    except (LookupError, TypeError, ValueError, AttributeError):  # the rest can be read
        text = "A change whose record is damaged"
    if reverted:
        text = f"Undid: {text[0].lower()}{text[1:]}"
    return {
        "id": row.id,
        "at": row.at,
        "who": row.who,
        "text": text + (", undone later" if row.id in undone else ""),
        "pair": _number(row.subject) if row.subject.startswith("pair:") else None,
        "undoable": row.what in UNDOABLE and row.id not in undone,
    }


def _words(row: sa.Row[Any], with_labels: bool, on: Scale) -> str:
    before, after = row.before, row.after
    if row.what in ("import", "replace pairs", "duplicate"):
        return _import_in_words(row.what, after)
    if row.what == "export":
        return f"Exported {_pairs(after.get('pairs', 0))} as {after.get('format', 'a file')}"
    if row.what == "move split":
        return f"Moved {_pairs(len(before))} to {after[1]}"
    if row.what == "join sides":
        queries = "1 query" if after == 1 else f"{after:,} queries"
        return f"Moved {queries} to one split each: {_pairs(len(before))}"
    if row.what in _CHANGED:
        return f"{_CHANGED[row.what]} {_pairs(len(before))}"
    return _words_of_labels(row, with_labels, on) or _FIXED.get(
        row.what, str(row.what).capitalize()
    )


def _words_of_labels(row: sa.Row[Any], with_labels: bool, on: Scale) -> str | None:
    """Words for a change of labels, their scale or the name; None for another."""
    before, after = row.before, row.after
    if row.what == "set label":
        return f"Label of {_pairs(len(after[0]))} {_set_to(after[1], on) if with_labels else 'set'}"
    if row.what == "annotate":
        return _answered(row.subject[5:], after, on)
    if row.what == "change scale":
        was, now = (_scale_words(Scale.from_json(side["scale"])) for side in (before, after))
        return f"Changed the scale from {was} to {now}"
    if row.what == "rename":
        return f"Renamed the dataset from {before['name']} to {after['name']}"
    return None


def _answered(number: str, after: dict[str, Any], on: Scale) -> str:
    if after["label"] is not None:
        return f"Labelled #{number} as {on.word_of(after['label'])}"
    return f"Marked #{number} as can't tell" if after.get("cannot_tell") else f"Skipped #{number}"


def _import_in_words(what: str, after: dict[str, Any]) -> str:
    """An import in words."""
    if what == "duplicate":
        return f"Duplicated from {after['from']}: {import_sentence(after)}"
    if "added" not in after:  # by version 0.1
        return f"Imported {_pairs(after.get('kept', 0) + after.get('unlabelled', 0))}"
    source = after.get("source") or "a file"
    return f"Imported {source}: {import_sentence(after)}"


def _set_to(label: float | None, on: Scale) -> str:
    return "left out of training" if label is None else f"set to {on.word_of(label)}"


def _scale_words(scale: Scale) -> str:
    names = f" ({', '.join(name or '–' for name in scale.names)})" if scale.names else ""
    start = "" if scale.relevant_from is None else f", relevant from {scale.relevant_from:g}"
    return f"{scale}{names}{start}"


def _pairs(n: int) -> str:
    return f"{n:,} pair{'' if n == 1 else 's'}"
