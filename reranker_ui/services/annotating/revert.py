"""Taking back one person's labels from a moment on, and giving them back."""

import time
from typing import TypedDict

from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.label_rows import (
    changed_since,
    count_votes,
    existing,
    former_labels,
    insert,
    labelled_after,
    record_pairs,
    remove,
)
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.scale_change import check_scale_since
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import journal
from reranker_ui.services.store.workspace import Workspace, record


class LabelsSince(TypedDict):
    """How many labels and skips an annotator gave since a moment."""

    labels: int
    skips: int


class RevertedPairs(TypedDict):
    """How many pairs were reverted, and the number of the edit for `restore_labels`."""

    edit: int
    pairs: int


class RestoredPairs(TypedDict):
    """How many pairs got their labels back; `newer` ones were labelled again and stay."""

    pairs: int
    newer: int


class Reverted(TypedDict):
    """Labels of an annotator since a moment (Unix seconds) that were taken back."""

    edit: int
    at: float
    who: str
    annotator: str
    since: float
    pairs: int
    undone: bool


def labels_since(
    workspace: Workspace, user: User, dataset_name: str, annotator: str, since: float
) -> LabelsSince:
    """What `revert_labels` would take: labels and skips that changed from `since` on."""
    require(user, "admin")
    with workspace.reading() as connection:
        rows = changed_since(connection, find_dataset(connection, dataset_name), annotator, since)
    labels = sum(row["label"] is not None for row in rows)
    return {"labels": labels, "skips": len(rows) - labels}


def revert_labels(
    workspace: Workspace, user: User, dataset_name: str, annotator: str, since: float
) -> RevertedPairs:
    """Take back everything `annotator` did in a dataset from `since` (Unix seconds) on.

    A pair labelled before and changed after goes back to its former label. Each pair's journal
    says so. Refused where there is nothing.
    """
    require(user, "admin")
    with workspace.writing() as connection:
        dataset, now = find_dataset(connection, dataset_name), time.time()
        rows = changed_since(connection, dataset, annotator, since)
        if not rows:
            raise Refused(f"{annotator} has labelled nothing in {dataset_name} since then.")
        former = former_labels(connection, rows, annotator, since)
        if former:
            check_scale_since(connection, dataset.id, since)
        remove(connection, annotator, [row["pair_id"] for row in rows])
        former_rows = [{**former[p], "pair_id": p, "annotator": annotator} for p in former]
        insert(connection, former_rows)
        count_votes(connection, [row["pair_id"] for row in rows])
        lines = [
            (f"pair:{row['pair_id']}", row["label"], former.get(row["pair_id"], {}).get("label"))
            for row in rows
        ]
        record_pairs(connection, user, "take back", annotator, now, lines)
        details = {"annotator": annotator, "since": since, "pairs": len(rows)}
        record(
            connection, user, "take back labels", f"dataset:{dataset.id}", at=now,
            before=rows, after=details,
        )  # fmt: skip
        edit = connection.scalar(select(func.max(journal.c.id)))
    return {"edit": int(edit or 0), "pairs": len(rows)}


def restore_labels(workspace: Workspace, user: User, edit: int) -> RestoredPairs:
    """Undo `revert_labels`: what was taken returns, unless the annotator labelled the pair again.

    Refused if it was already restored.
    """
    require(user, "admin")
    with workspace.writing() as connection:
        line = connection.execute(select(journal).where(journal.c.id == edit)).first()
        if line is None or line.what != "take back labels":
            raise Refused("There is nothing to restore. Reload the page.")
        subject, now = f"edit:{edit}", time.time()
        if connection.scalar(select(journal.c.id).where(journal.c.subject == subject)):
            raise Refused("These labels were already restored.")
        check_scale_since(connection, int(line.subject.removeprefix("dataset:")), line.at)
        name = line.after["annotator"]
        present = existing(connection, [row["pair_id"] for row in line.before])
        labelled_since = labelled_after(connection, name, present, line.at)
        back = [row for row in line.before if row["pair_id"] in present - labelled_since]
        ids = [row["pair_id"] for row in back]
        remove(connection, name, ids)
        insert(connection, [{**row, "annotator": name} for row in back])
        count_votes(connection, ids)
        lines = [(f"pair:{row['pair_id']}", None, row["label"]) for row in back]
        record_pairs(connection, user, "give back", name, now, lines)
        record(connection, user, "undo", subject, at=now, after={"pairs": len(back)})
    return {"pairs": len(back), "newer": len(line.before) - len(back)}


def reverted_labels(workspace: Workspace, user: User, dataset_name: str) -> list[Reverted]:
    """Reverted labels, newest first."""
    require(user, "admin")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        of_dataset = (
            journal.c.subject == f"dataset:{dataset.id}",
            journal.c.what == "take back labels",
        )
        shown = select(journal.c.id, journal.c.at, journal.c.who, journal.c.after).where(
            *of_dataset
        )
        lines = connection.execute(shown.order_by(journal.c.id.desc()).limit(20)).all()
        undone = set(
            connection.scalars(
                select(journal.c.subject).where(
                    journal.c.subject.in_([f"edit:{line.id}" for line in lines])
                )
            )
        )
    return [
        {
            "edit": line.id,
            "at": line.at,
            "who": line.who,
            "annotator": line.after["annotator"],
            "since": line.after["since"],
            "pairs": line.after["pairs"],
            "undone": f"edit:{line.id}" in undone,
        }
        for line in lines
    ]
