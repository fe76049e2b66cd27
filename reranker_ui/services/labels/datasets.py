"""Datasets: list them, read their scale and labelled pairs, delete them."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import case, func, select

from reranker_ui.core.values.labels import Kind, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.effective_labels import (
    imported_label,
    importing,
    last_labelled,
    pairs_with_labels,
    seen,
    touched,
)
from reranker_ui.services.labels.visibility import HIDDEN, Visibility, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    datasets,
    decisions,
    imports,
    journal,
    pairs,
    runs,
)
from reranker_ui.services.store.workspace import Workspace, record

if TYPE_CHECKING:
    import pandas as pd


def find_dataset(connection: sa.Connection, name: str) -> sa.Row[Any]:
    """The row of the dataset called `name`; Refused if there is none."""
    row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
    if row is None:
        known = connection.scalars(select(datasets.c.name).order_by(datasets.c.name).limit(8)).all()
        names = f"There are: {', '.join(known)}." if known else "Import one first."
        raise Refused(f"There is no dataset called {name}. {names}")
    return row


def find_pair(connection: sa.Connection, pair_id: int, *columns: Any) -> sa.Row[Any]:
    """These columns of a pair and of its dataset; Refused if the pair was deleted."""
    query = select(*columns).select_from(pairs.join(datasets)).where(pairs.c.id == pair_id)
    row = connection.execute(query).first()
    if row is None:
        raise Refused("This pair was deleted. Reload the page for the next one.")
    return row


def scale_of(workspace: Workspace, user: User, dataset_name: str) -> dict[str, Any]:
    """`{"kind": binary | graded | score, "max", "min", "relevant_from"}` of a dataset."""
    require(user, "viewer")
    with workspace.reading() as connection:
        return scale(find_dataset(connection, dataset_name)).as_json()


def scale(row: sa.Row[Any]) -> Scale:
    """The scale of a dataset's row."""
    kind: Kind = row.scale
    return Scale(kind, row.max_grade, row.min_grade, row.relevant_from)


def labelled_pairs(workspace: Workspace, user: User, dataset_name: str) -> "pd.DataFrame":
    """Every pair with an effective label that `user` may know, in order of id.

    Columns: pair_id, query_key (groups a query's candidates), query, passage, grade (float,
    on the dataset's scale), split (train, dev, test). Disputed pairs and those left out by a
    decision are not there.
    """
    require(user, "viewer")
    import pandas as pd  # half a second, which a label need not wait for

    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        labelled = pairs_with_labels(
            visibility_of(dataset, user),
            pairs.c.id.label("pair_id"),
            *(pairs.c.query_key, pairs.c.query, pairs.c.passage, pairs.c.split),
        ).subquery()
        columns = ("pair_id", "query_key", "query", "passage", "effective", "split")
        rows = connection.execute(
            select(*(labelled.c[name] for name in columns))
            .where(labelled.c.effective.is_not(None))
            .order_by(labelled.c.pair_id)
        )
        names = ["pair_id", "query_key", "query", "passage", "grade", "split"]
        return pd.DataFrame(rows.all(), columns=names)


def label_counts(workspace: Workspace, user: User, dataset_name: str) -> dict[str, int]:
    """Pairs by what `user` may know of their labels.

    Returns pairs, labelled, positives, unlabelled, disputed, left out, and hidden: labelled by
    others whose labels `user` may not know, and counted nowhere else.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        return _count_labels(connection, dataset, visibility_of(dataset, user))


def list_datasets(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """Every dataset, last changed first.

    Each: id, name, scale {"kind", "max", "min", "relevant_from"}, pairs, queries, positives
    (relevant), labelled (with an effective label), labelled_by_people, disputed, unlabelled,
    splits {"train", "dev", "test"} (pairs), updated_at (pairs or labels, Unix seconds), hidden
    (pairs whose labels `user` may not know).
    """
    require(user, "viewer")
    done = imports.alias()
    with workspace.reading() as connection:
        rows = connection.execute(
            select(datasets)
            # a dataset whose first import still runs is not seen
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


def first_steps(workspace: Workspace, user: User) -> dict[str, int]:
    """How far round the loop this home is: `{"labels", "runs"}`, counted over all datasets."""
    require(user, "viewer")
    with workspace.reading() as connection:
        return {
            "labels": _count(connection, select(func.count()).select_from(annotations)),
            "runs": _count(connection, select(func.count()).select_from(runs)),
        }


def delete_dataset(workspace: Workspace, user: User, dataset_name: str) -> dict[str, int]:
    """Delete a dataset with its pairs and labels; returns what went: pairs, labels by people."""
    require(user, "admin")
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        gone = {
            "pairs": _count(connection, select(func.count()).where(*_mine(connection, dataset.id))),
            "labels": _count(
                connection,
                select(func.count())
                .select_from(annotations.join(pairs))
                .where(pairs.c.dataset_id == dataset.id),
            ),
        }
        connection.execute(datasets.delete().where(datasets.c.id == dataset.id))
        record(
            connection, user, "delete dataset", f"dataset:{dataset.id}",
            at=time.time(), before={"name": dataset.name, **gone},
        )  # fmt: skip
    search_index.drop(workspace, dataset)
    return gone


def _describe(connection: sa.Connection, row: sa.Row[Any], view: Visibility) -> dict[str, Any]:
    mine = _mine(connection, row.id)
    splits = select(pairs.c.split, func.count()).where(*mine).group_by(pairs.c.split)
    by_split: dict[str, int] = {name: n for name, n in connection.execute(splits)}  # noqa: C416
    queries = select(func.count(pairs.c.query_key.distinct())).where(*mine)
    return {
        "id": row.id,
        "name": row.name,
        "scale": scale(row).as_json(),
        "queries": _count(connection, queries),
        **_count_labels(connection, row, view),
        "labelled_by_people": _labelled_by_people(connection, view),
        "splits": {name: by_split.get(name, 0) for name in ("train", "dev", "test")},
        "updated_at": max(row.updated_at, connection.scalar(last_labelled(view)) or 0.0),
    }


def _count_labels(connection: sa.Connection, row: sa.Row[Any], view: Visibility) -> dict[str, int]:
    touched_pairs = pairs_with_labels(view, where=touched()).subquery()
    tally = _counted(touched_pairs, connection, row.relevant_from)
    # What nobody touched has its imported label, and counting it needs no more than an index.
    state = case(
        (pairs.c.label.is_(None), "unlabelled"),
        *([] if view.everything else [(view.hidden(), HIDDEN)]),
        else_="imported",
    )
    untouched = select(state.label("state"), imported_label(view).label("effective")).where(
        *_mine(connection, view.dataset_id), sa.not_(touched())
    )
    tally += _counted(untouched.subquery(), connection, row.relevant_from)
    states = ("unlabelled", "disputed", "left out", HIDDEN)
    return {
        "pairs": sum(n for *_, n in tally),
        "labelled": sum(n for state, _, n in tally if state not in states),
        "positives": sum(n for _, positive, n in tally if positive),
        **{state: sum(n for s, _, n in tally if s == state) for state in states},
    }


def _counted(
    told: sa.Subquery, connection: sa.Connection, relevant_from: float | None
) -> list[Any]:
    # A literal: PostgreSQL takes two bound numbers for two different expressions.
    positive = told.c.effective > sa.literal_column("0")
    if relevant_from is not None:
        positive = told.c.effective >= sa.literal_column(repr(float(relevant_from)))
    return list(
        connection.execute(
            select(told.c.state, positive, func.count()).group_by(told.c.state, positive)
        )
    )


def _labelled_by_people(connection: sa.Connection, view: Visibility) -> int:
    # Whether a hidden decision gives a label or leaves the pair out is hidden, too.
    given = (
        (annotations, annotations.c.label.is_not(None)),
        (decisions, sa.or_(decisions.c.label.is_not(None), view.hidden())),
    )
    by = [
        select(table.c.pair_id)
        .join(pairs, pairs.c.id == table.c.pair_id)
        .where(*_mine(connection, view.dataset_id), with_label)
        for table, with_label in given
    ]
    return _count(connection, select(func.count()).select_from(sa.union(*by).subquery()))


def _mine(connection: sa.Connection, dataset_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The dataset's seen pairs; where no import runs, an index alone tells them."""
    mine = pairs.c.dataset_id == dataset_id
    if connection.scalar(importing().limit(1)):
        return mine, seen()
    return mine, pairs.c.retired_at.is_(None)


def _count(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return int(connection.scalar(query) or 0)
