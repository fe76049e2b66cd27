"""Datasets: list them, read their scale, delete them."""

import time
from functools import partial
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.labels import Kind, Scale, ScaleJson
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.effective_labels import last_labelled
from reranker_ui.services.labels.pair_counts import (
    LabelCounts,
    count,
    count_labels,
    labelled_by_people,
    visible_pairs,
)
from reranker_ui.services.labels.visibility import Visibility, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, datasets, imports, journal, pairs
from reranker_ui.services.store.workspace import Workspace, record


class Dataset(LabelCounts):
    """A dataset and the counts of its pairs that the user may know.

    `positives`: relevant pairs; `splits`: pairs by split; `updated_at`: last change of pairs or
    labels, in Unix seconds.
    """

    id: int
    name: str
    description: str
    scale: ScaleJson
    queries: int
    labelled_by_people: int
    splits: dict[str, int]
    updated_at: float


class FirstSteps(TypedDict):
    """Labels, and runs that have a model, counted over all datasets."""

    labels: int
    runs: int


class DeletedDataset(TypedDict):
    """How many pairs and human labels were deleted."""

    pairs: int
    labels: int


def find_dataset(connection: sa.Connection, name: str) -> sa.Row[Any]:
    """The row of the dataset called `name`; Refused if there is none."""
    row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
    if row is None:
        existing = connection.scalars(
            select(datasets.c.name).order_by(datasets.c.name).limit(8)
        ).all()
        names = f"There are: {', '.join(existing)}." if existing else "Import one first."
        raise Refused(f"There is no dataset called {name}. {names}")
    return row


def find_pair(connection: sa.Connection, pair_id: int, *columns: Any) -> sa.Row[Any]:
    """These columns of a pair and of its dataset; Refused if the pair was deleted."""
    query = select(*columns).select_from(pairs.join(datasets)).where(pairs.c.id == pair_id)
    row = connection.execute(query).first()
    if row is None:
        raise Refused("This pair was deleted. Reload the page for the next one.")
    return row


def scale_of(workspace: Workspace, user: User, dataset_name: str) -> ScaleJson:
    """The scale of a dataset."""
    require(user, "viewer")
    with workspace.reading() as connection:
        return scale(find_dataset(connection, dataset_name)).as_json()


def scale(row: sa.Row[Any]) -> Scale:
    """The scale of a dataset's row."""
    kind: Kind = row.scale
    names = tuple(row.grade_names or ())
    return Scale(kind, row.max_grade, row.min_grade, row.relevant_from, names)


def check_label(dataset: sa.Row[Any], label: float | None) -> None:
    """Refuse a label that is not on the scale of the dataset's row."""
    if label is not None and not scale(dataset).holds(label):
        raise Refused(f"{label:g} is not a valid label for {dataset.name}: use {scale(dataset)}.")


def scale_columns(scale: Scale) -> dict[str, Any]:
    """The scale as columns of a dataset's row; `scale` reads them."""
    return {
        "scale": scale.kind, "max_grade": scale.max, "min_grade": scale.min,
        "relevant_from": scale.relevant_from, "grade_names": list(scale.names) or None,
    }  # fmt: skip


def label_counts(workspace: Workspace, user: User, dataset_name: str) -> LabelCounts:
    """Pairs by what `user` may know of their labels."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        return count_labels(connection, dataset, visibility_of(dataset, user))


def list_datasets(workspace: Workspace, user: User) -> list[Dataset]:
    """Every dataset, last changed first."""
    require(user, "viewer")
    done = imports.alias()
    with workspace.reading() as connection:
        rows = connection.execute(
            select(datasets)
            # a dataset whose first import still runs is not is_visible
            .where(
                sa.exists().where(done.c.dataset_id == datasets.c.id, done.c.state == "done")
                | ~sa.exists().where(done.c.dataset_id == datasets.c.id)
            )
            .order_by(datasets.c.updated_at.desc(), datasets.c.id.desc())
        ).all()
        newest = connection.scalar(select(func.max(journal.c.id)))
        # Every change is in the journal, so without a new line there nothing is counted again.
        views = [(row, visibility_of(row, user)) for row in rows]
        return [
            workspace.memory.get(
                ("described", view),
                partial(_describe, connection, row, view),
                (row.updated_at, newest),
            )
            for row, view in views
        ]


def first_steps(workspace: Workspace, user: User) -> FirstSteps:
    """How far a new user has come."""
    require(user, "viewer")
    with workspace.reading() as connection:
        return {
            "labels": count(connection, select(func.count()).select_from(annotations)),
            "runs": sum(1 for _ in workspace.runs.glob("*/model")),
        }


def delete_dataset(workspace: Workspace, user: User, dataset_name: str) -> DeletedDataset:
    """Delete a dataset, its pairs and their labels."""
    require(user, "admin")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        deleted: DeletedDataset = {
            "pairs": count(
                connection, select(func.count()).where(*visible_pairs(connection, dataset.id))
            ),
            "labels": count(
                connection,
                select(func.count())
                .select_from(annotations.join(pairs))
                .where(pairs.c.dataset_id == dataset.id),
            ),
        }
        connection.execute(datasets.delete().where(datasets.c.id == dataset.id))
        record(
            connection, user, "delete dataset", f"dataset:{dataset.id}",
            at=time.time(), before={"name": dataset.name, **deleted},
        )  # fmt: skip
    search_index.drop(workspace, dataset)
    return deleted


def _describe(connection: sa.Connection, row: sa.Row[Any], view: Visibility) -> Dataset:
    conditions = visible_pairs(connection, row.id)
    splits = select(pairs.c.split, func.count()).where(*conditions).group_by(pairs.c.split)
    by_split: dict[str, int] = {name: n for name, n in connection.execute(splits)}  # noqa: C416
    queries = select(func.count(pairs.c.query_key.distinct())).where(*conditions)
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "scale": scale(row).as_json(),
        "queries": count(connection, queries),
        **count_labels(connection, row, view),
        "labelled_by_people": labelled_by_people(connection, view),
        "splits": {name: by_split.get(name, 0) for name in ("train", "dev", "test")},
        "updated_at": max(row.updated_at, connection.scalar(last_labelled(view)) or 0.0),
    }
