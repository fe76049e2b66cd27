"""Labelled pairs of a dataset, as frames: what runs train on and evaluations measure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import and_, select, true

from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ["pair_id", "query_key", "query", "passage", "grade", "split"]


def labelled_pairs(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    split: str | None = None,
    share: float = 1.0,
) -> "pd.DataFrame":
    """Every pair with an effective label that `user` may know, in order of id.

    `split`: of this one alone. `share`: of this part of the queries alone, the same ones each time;
    queries that are near-duplicates of each other come together.

    Columns: pair_id, query_key (groups a query's candidates), query, passage, grade (float,
    on the dataset's scale), split (train, dev, test). Disputed pairs and those left out by a
    decision are not there.
    """
    require(user, "viewer")
    import pandas as pd  # half a second, which a label need not wait for

    conditions = [] if split is None else [pairs.c.split == split]
    if share < 1:  # a key begins with a hash of the folded query, in hexadecimal
        conditions.append(pairs.c.query_key < f"{int(share * 16**8):08x}")
    with workspace.reading() as connection:
        rows = connection.execute(_labelled(connection, user, dataset_name, *conditions))
        return pd.DataFrame(rows.all(), columns=_COLUMNS)


def labelled_batches(
    workspace: Workspace, user: User, dataset_name: str, size: int
) -> Iterator["pd.DataFrame"]:
    """The rows of `labelled_pairs`, in frames of `size` rows at most."""
    require(user, "viewer")
    import pandas as pd

    with workspace.reading() as connection:
        query = _labelled(connection, user, dataset_name).execution_options(yield_per=size)
        for rows in connection.execute(query).partitions():
            yield pd.DataFrame(rows, columns=_COLUMNS)


def _labelled(
    connection: sa.Connection, user: User, dataset_name: str, *conditions: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    labelled = pairs_with_labels(
        visibility_of(find_dataset(connection, dataset_name), user),
        pairs.c.id.label("pair_id"),
        *(pairs.c.query_key, pairs.c.query, pairs.c.passage, pairs.c.split),
        where=and_(true(), *conditions),
    ).subquery()
    columns = ("pair_id", "query_key", "query", "passage", "effective", "split")
    return (
        select(*(labelled.c[name] for name in columns))
        .where(labelled.c.effective.is_not(None))
        .order_by(labelled.c.pair_id)
    )
