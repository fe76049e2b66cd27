"""The distinct passages of a dataset, each by its first pair."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.pairs import passage_key
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.database import datasets, pairs

CHUNK = 500  # values in one IN list


def state_of(connection: sa.Connection, dataset_id: int) -> str:
    """A text that changes with every added, deleted or edited pair."""
    count, last, total = connection.execute(
        select(func.count(), func.max(pairs.c.id), func.sum(pairs.c.id)).where(
            pairs.c.dataset_id == dataset_id, is_visible()
        )
    ).one()
    edits = select(datasets.c.texts_version).where(datasets.c.id == dataset_id)
    return f"{count}-{last or 0}-{total or 0}-{connection.scalar(edits)}"


def distinct(dataset_id: int) -> "sa.Select[Any]":
    """The first pair, by id, of each distinct passage of a dataset: id and passage_key."""
    return (
        select(func.min(pairs.c.id).label("id"), pairs.c.passage_key)
        .where(pairs.c.dataset_id == dataset_id, is_visible())
        .group_by(pairs.c.passage_key)
    )


def first_pairs(
    connection: sa.Connection, dataset_id: int, passages: Sequence[str]
) -> dict[str, int]:
    """The id of the first pair with each of `passages`; those of no pair are left out."""
    by_key = {passage_key(passage): passage for passage in passages}
    keys, pair_ids = list(by_key), {}
    for start in range(0, len(keys), CHUNK):
        query = distinct(dataset_id).where(pairs.c.passage_key.in_(keys[start : start + CHUNK]))
        for number, key in connection.execute(query).all():
            pair_ids[by_key[key]] = int(number)
    return pair_ids


def texts_of(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    """The passages of the pairs with these ids; those of no pair are left out."""
    texts: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(pairs.c.id, pairs.c.passage).where(
            pairs.c.id.in_(ids[start : start + CHUNK])
        )
        texts.update({row.id: row.passage for row in connection.execute(query)})
    return texts
