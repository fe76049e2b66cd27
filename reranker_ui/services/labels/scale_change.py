"""Changing the scale of a dataset: each label is mapped to the new scale, or the change refused."""

import time
from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import case, func, select

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset, scale, scale_columns
from reranker_ui.services.labels.effective_labels import importing, pairs_with_labels
from reranker_ui.services.labels.scale_mapping import (
    ChangedScale,
    LabelMap,
    ScaleChange,
    check_mapped,
    listed,
    mapped,
)
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    datasets,
    decisions,
    gold_pairs,
    imported_labels,
    imports,
    journal,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace, record

WHAT = "change scale"  # in the journal
_PART = 1_000  # ids in one statement
# Every column that holds labels of a dataset, with what identifies its row.
_COLUMNS = {
    "pairs": (pairs.c.id, pairs.c.label),
    "imported_labels": (imported_labels.c.id, imported_labels.c.value),
    "annotations": (annotations.c.id, annotations.c.label),
    "decisions": (decisions.c.pair_id, decisions.c.label),
    "gold_pairs": (gold_pairs.c.pair_id, gold_pairs.c.label),
}


def preview_scale(
    workspace: Workspace, user: User, dataset_name: str, new: Scale, mapping: LabelMap
) -> ScaleChange:
    """What changing the scale of a dataset to `new` would do; nothing is changed.

    mapping: the new label of an old one, where it is not the usual one.
    """
    require(user, "admin")
    new = new.checked()
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        old, counts = scale(dataset), _counts(connection, dataset.id)
        label_counts = _effective(connection, dataset.id)
    to = {label: mapped(label, old, new, mapping) for label in sorted(counts)}
    after = [(to.get(label), n) for label, n in label_counts.items()]
    return {
        "scale": new.as_json(),
        "labels": [{"label": label, "count": counts[label], "to": to[label]} for label in to],
        "changed": sum(n for label, n in counts.items() if to[label] not in (label, None)),
        "unmapped": sum(n for label, n in counts.items() if to[label] is None),
        "positives": (
            sum(n for label, n in label_counts.items() if old.relevant(label)),
            sum(n for label, n in after if label is not None and new.relevant(label)),
        ),
    }


def change_scale(
    workspace: Workspace, user: User, dataset_name: str, new: Scale, mapping: LabelMap
) -> ChangedScale:
    """Change the scale of a dataset and map its labels; `undo` restores both.

    Refused where a label has no place
    on the new scale and none in `mapping`, and while an import is running.
    """
    require(user, "admin")
    preview = preview_scale(workspace, user, dataset_name, new, mapping)
    new = Scale.from_json(preview["scale"])
    now = time.time()
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        old, counts = scale(dataset), _counts(connection, dataset.id)
        _check_no_import(connection, dataset)
        to = {label: mapped(label, old, new, mapping) for label in counts}
        check_mapped(to, counts, dataset_name, new)
        moved = _move(connection, dataset.id, {a: b for a, b in to.items() if b not in (a, None)})
        _set(connection, dataset.id, new, now)
        record(
            connection, user, WHAT, f"dataset:{dataset.id}", at=now,
            before={"scale": old.as_json(), "moved": moved}, after={"scale": new.as_json()},
        )  # fmt: skip
        edit = connection.scalar(select(func.max(journal.c.id)))
    return {**preview, "edit": int(edit or 0)}


def undo_scale(connection: sa.Connection, line: sa.Row[Any]) -> int:
    """Undo the change of a scale; returns how many labels were changed again since and stay.

    Refused where the scale was changed again, or a label given since is not on the old scale.
    """
    dataset_id = int(line.subject.removeprefix("dataset:"))
    row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).one()
    if scale(row) != Scale.from_json(line.after["scale"]):
        raise Refused("The scale has changed since. Undo the later change first.")
    _check_no_import(connection, row)
    newer = sum(_move_back(connection, *moved) for moved in line.before["moved"])
    old = Scale.from_json(line.before["scale"])
    off = {v: n for v, n in _counts(connection, dataset_id).items() if not old.holds(v)}
    if off:
        raise Refused(
            f"{sum(off.values()):,} labels given since are not on the former scale"
            f" ({listed(off)}). Change them first, or change the scale and say what they mean."
        )
    _set(connection, dataset_id, old, time.time())
    return newer


def check_scale_since(connection: sa.Connection, dataset_id: int, at: float) -> None:
    """Refused if the labels of a dataset were mapped to another scale after the time `at`.

    For what brings back labels of that time, which would be on the wrong scale.
    """
    changes = select(journal.c.id, journal.c.before).where(
        journal.c.what == WHAT, journal.c.subject == f"dataset:{dataset_id}", journal.c.at > at
    )
    ids = {f"edit:{row.id}" for row in connection.execute(changes) if row.before["moved"]}
    undone = select(journal.c.subject).where(journal.c.what == "undo", journal.c.subject.in_(ids))
    if ids - set(connection.scalars(undone)):
        raise Refused(
            "The scale of the dataset has changed since, so the former labels do not fit it."
            " Undo the change of the scale first."
        )


def _check_no_import(connection: sa.Connection, dataset: sa.Row[Any]) -> None:
    running = importing().where(imports.c.dataset_id == dataset.id)
    if connection.scalar(running.limit(1)) is not None:
        raise Refused(
            f"An import into {dataset.name} is running. Wait until it has ended, then change the"
            " scale."
        )


def _of_dataset(name: str, dataset_id: int) -> sa.ColumnElement[bool]:
    if name == "pairs":
        return pairs.c.dataset_id == dataset_id
    table = _COLUMNS[name][0].table
    return table.c.pair_id.in_(select(pairs.c.id).where(pairs.c.dataset_id == dataset_id))


def _counts(connection: sa.Connection, dataset_id: int) -> Counter[float]:
    """How often each label of a dataset occurs, imported, given or decided; retired pairs too."""
    counts = Counter[float]()
    for name, (_, label) in _COLUMNS.items():
        query = select(label, func.count()).where(_of_dataset(name, dataset_id), label.is_not(None))
        for value, n in connection.execute(query.group_by(label)):
            counts[value] += n
    return counts


def _effective(connection: sa.Connection, dataset_id: int) -> dict[float, int]:
    """How many pairs have each label that counts."""
    labels = pairs_with_labels(Visibility(dataset_id)).subquery()
    query = select(labels.c.effective, func.count()).where(labels.c.effective.is_not(None))
    return {label: n for label, n in connection.execute(query.group_by(labels.c.effective))}  # noqa: C416


def _move(connection: sa.Connection, dataset_id: int, to: LabelMap) -> list[list[Any]]:
    """Map labels; returns [table, old label, new label, ids of rows] for `_move_back`."""
    moved = []
    for name, (key, label) in _COLUMNS.items() if to else ():
        affected = _of_dataset(name, dataset_id), label.in_(list(to))
        rows: dict[float, list[int]] = {}
        for row, value in connection.execute(select(key, label).where(*affected)):
            rows.setdefault(value, []).append(row)
        moved += [[name, value, to[value], ids] for value, ids in rows.items()]
        if rows:
            new = case(*((label == a, sa.cast(b, sa.Float)) for a, b in to.items()))
            connection.execute(sa.update(key.table).where(*affected).values({label: new}))
    return moved


def _move_back(
    connection: sa.Connection, name: str, was: float, became: float, ids: list[int]
) -> int:
    """Give rows their former label; returns how many have another one by now."""
    key, label = _COLUMNS[name]
    back = 0
    for at in range(0, len(ids), _PART):
        still = key.in_(ids[at : at + _PART]), label == became
        update = sa.update(key.table).where(*still).values({label: was})
        back += connection.execute(update).rowcount
    return len(ids) - back


def _set(connection: sa.Connection, dataset_id: int, new: Scale, now: float) -> None:
    changed = datasets.update().where(datasets.c.id == dataset_id)
    connection.execute(changed.values(**scale_columns(new), updated_at=now))
