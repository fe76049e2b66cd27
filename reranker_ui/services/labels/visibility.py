"""Which labels an annotator sees in a table: own ones, and others' where neither seal nor
blindness keeps them back."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.labels.open_pairs import decides, sealed_for
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import annotations, datasets, runs

HIDDEN = "hidden"
Row = dict[str, Any]


def sees_everything(dataset: sa.Row[Any], user: User) -> bool:
    """Whether no label of the dataset is kept from `user`.

    Annotators do not see those of the sealed test split, nor others' labels (also those that
    pairs came with) while the dataset is labelled blind.
    """
    if user.role != "annotator":
        return True
    return not sealed_for(dataset, user) and sees_others(dataset, user)


def sees_run(connection: sa.Connection, user: User, run: int) -> bool:
    """Whether no label that `run` was frozen with is kept from `user`."""
    query = select(datasets).join(runs, runs.c.dataset_id == datasets.c.id)
    dataset = connection.execute(query.where(runs.c.id == run)).first()
    # Of a dataset that is gone nobody knows any more what was kept back.
    return user.role != "annotator" if dataset is None else sees_everything(dataset, user)


def sees_others(dataset: sa.Row[Any], user: User) -> bool:
    """Whether `user` sees labels that others gave, outside the sealed test split."""
    return user.role != "annotator" or not dataset.blind or decides(dataset, user)


def hide(connection: sa.Connection, dataset: sa.Row[Any], user: User, rows: list[Row]) -> list[Row]:
    """Rows with id, split, label, effective and state, as `user` may see them.

    A label that is kept back is None with the state HIDDEN; one's own stands in its place.
    """
    if sees_everything(dataset, user):
        return rows
    sealed, others = sealed_for(dataset, user), sees_others(dataset, user)
    closed = {row["id"] for row in rows if not others or (sealed and row["split"] == "test")}
    told = connection.execute(
        select(annotations.c.pair_id, annotations.c.label).where(
            annotations.c.pair_id.in_(closed), annotations.c.annotator == user.name,
            annotations.c.label.is_not(None),
        )
    )  # fmt: skip
    own: dict[int, float] = {pair_id: label for pair_id, label in told}  # noqa: C416
    return [_closed(row, own) if row["id"] in closed else row for row in rows]


def _closed(row: Row, own: dict[int, float]) -> Row:
    mine = own.get(row["id"])
    state = HIDDEN if mine is None else "annotated"
    return {**row, "label": None, "effective": mine, "state": state}
