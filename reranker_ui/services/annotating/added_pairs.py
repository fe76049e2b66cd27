"""Pairs added by hand: passages for a query, written or found in the dataset by BM25."""

import time
from collections.abc import Sequence
from typing import TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.pairs import near, pair_key, passage_key, query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import Split, hashed_split
from reranker_ui.services.labels.dataset_details import checked_text
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.ranking.retrieval import words
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, pairs
from reranker_ui.services.store.workspace import Workspace, record

SOURCE = "by hand"
MOST = 100  # passages at once


class FoundPassage(TypedDict):
    """A passage and its BM25 score."""

    passage: str
    score: float


class Unjudged(TypedDict):
    """Passages that are not paired with a query; `paired`: how many are."""

    paired: int
    passages: list[FoundPassage]


class AddedPairs(TypedDict):
    """Ids of new pairs and their split; `existing`: how many were pairs already."""

    pairs: list[int]
    existing: int
    split: Split


def unjudged_passages(
    workspace: Workspace, user: User, dataset_name: str, query: str, k: int = 20
) -> Unjudged:
    """The dataset's best passages for a query by BM25 that are not paired with it yet.

    The best first, at most `k`.
    """
    require(user, "admin")
    query = checked_text(workspace, query, "query")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        of_query = (
            pairs.c.dataset_id == dataset.id,
            pairs.c.query_key == query_key(query),
            is_visible(),
        )
        paired = set(connection.scalars(select(pairs.c.passage_key).where(*of_query)))
    k = max(1, min(k, MOST))
    hits = words.search(workspace, user, dataset_name, query, k + len(paired))
    fresh = [(passage, score) for passage, score in hits if passage_key(passage) not in paired]
    return {
        "paired": len(paired),
        "passages": [{"passage": passage, "score": score} for passage, score in fresh[:k]],
    }


def add_pairs(
    workspace: Workspace, user: User, dataset_name: str, query: str, passages: Sequence[str]
) -> AddedPairs:
    """Add a query with its passages; they wait for labels in the split of the query.

    Refused: an empty or too long text, nothing to add, more than MOST passages.
    """
    require(user, "admin")
    query = checked_text(workspace, query, "query")
    texts = list(dict.fromkeys(checked_text(workspace, passage, "passage") for passage in passages))
    if not texts:
        raise Refused("There is no passage to add. Write one, or choose some that were found.")
    if len(texts) > MOST:
        raise Refused(f"At most {MOST} passages are added at once; import a file for more.")
    with workspace.writing() as connection:
        dataset, now = find_dataset(connection, dataset_name), time.time()
        keys = {pair_key(query, text): text for text in texts}
        stored = select(pairs.c.pair_key).where(
            pairs.c.dataset_id == dataset.id, pairs.c.pair_key.in_(keys)
        )
        for key in list(connection.scalars(stored)):
            del keys[key]
        split = _split(connection, dataset.id, query_key(query))
        new = [_add(connection, dataset.id, query, text, split, now) for text in keys.values()]
        for number in new:
            record(connection, user, "add pair", f"pair:{number}", at=now)
        if new:
            touched = datasets.update().where(datasets.c.id == dataset.id)
            connection.execute(touched.values(updated_at=now))
    return {"pairs": new, "existing": len(texts) - len(new), "split": split}


def _split(connection: sa.Connection, dataset_id: int, key: str) -> Split:
    """Where the query's pairs are, near-duplicates included; else by its hash."""
    stored = connection.scalar(
        select(func.min(pairs.c.split)).where(
            pairs.c.dataset_id == dataset_id,
            pairs.c.query_key.startswith(near(key)),
            pairs.c.retired_at.is_(None),
        )
    )
    return cast(Split, stored or hashed_split(near(key)))


def _add(
    connection: sa.Connection, dataset_id: int, query: str, passage: str, split: str, now: float
) -> int:
    values = {
        "dataset_id": dataset_id, "query": query, "query_key": query_key(query),
        "passage": passage, "passage_key": passage_key(passage),
        "pair_key": pair_key(query, passage), "split": split, "source": SOURCE, "created_at": now,
    }  # fmt: skip
    return int(connection.execute(pairs.insert().values(values).returning(pairs.c.id)).scalar_one())
