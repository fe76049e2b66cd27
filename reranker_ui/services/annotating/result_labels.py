"""Labels given to ranked results: each one is an annotation of a pair in the dataset."""

import time
from collections.abc import Sequence
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import near, pair_key, passage_key, query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import Split, hashed_split
from reranker_ui.services.annotating import annotations
from reranker_ui.services.annotating.annotations import NewLabel
from reranker_ui.services.labels.dataset_details import checked_text
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.visibility import may_label
from reranker_ui.services.ranking.candidates import Label, candidates_of_query, label_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, pairs
from reranker_ui.services.store.workspace import Workspace, record

SOURCE = "playground"
MOST_SENT = 50  # passages


class ResultLabel(TypedDict):
    """The label of a pair that counts now."""

    pair_id: int
    label: Label


class SentPairs(TypedDict):
    """Ids of the pairs of passages, in order, how many are new, and their split."""

    pairs: list[int]
    new: int
    split: Split | None


def label_result(
    workspace: Workspace,
    user: User,
    dataset: str,
    query: str,
    passage: str,
    label: float | None,
    client_id: str,
    score: float | None = None,
) -> ResultLabel:
    """Label a ranked passage, which becomes a pair of the dataset if it is not one yet.

    score: what the model gave it, kept beside the label. A new pair joins the split of its
    query. Refused: texts that are empty or too long, and what `annotations.annotate` refuses.
    """
    require(user, "annotator")
    new_label = NewLabel(label, client_id, source=SOURCE, model_score=score)
    with workspace.writing() as connection:
        # One transaction: where the label is refused, the pair is not added either.
        dataset_id = find_dataset(connection, dataset).id
        pair_id = _pair(workspace, connection, user, dataset_id, query, passage)
        annotations.save_label(connection, user, pair_id, new_label)
    return _now(workspace, user, dataset, query, pair_id)


def undo_result(
    workspace: Workspace, user: User, dataset: str, query: str, pair_id: int, client_id: str
) -> ResultLabel:
    """Take back the user's last label of a result."""
    require(user, "annotator")
    with workspace.reading() as connection:
        find_dataset(connection, dataset)  # refused before anything changes
    annotations.undo(workspace, user, pair_id, client_id)
    return _now(workspace, user, dataset, query, pair_id)


def send_to_annotate(
    workspace: Workspace, user: User, dataset: str, query: str, passages: Sequence[str]
) -> SentPairs:
    """Make ranked passages pairs of the dataset, so that they wait for labels in Annotate."""
    require(user, "annotator")
    if not 1 <= len(passages) <= MOST_SENT:
        raise Refused(f"Send one to {MOST_SENT} passages at once, not {len(passages)}.")
    query = query.strip()
    paired = {row["pair_id"] for row in candidates_of_query(workspace, user, dataset, query)}
    with workspace.writing() as connection:
        row = find_dataset(connection, dataset)
        may_label(row, user)
        numbers = [_pair(workspace, connection, user, row.id, query, text) for text in passages]
    rows = candidates_of_query(workspace, user, dataset, query)
    split = next((row["split"] for row in rows if row["pair_id"] == numbers[0]), None)
    return {"pairs": numbers, "new": len(set(numbers) - paired), "split": split}


def _now(workspace: Workspace, user: User, dataset: str, query: str, pair_id: int) -> ResultLabel:
    rows = candidates_of_query(workspace, user, dataset, query)
    current = next((row for row in rows if row["pair_id"] == pair_id), None)
    return {"pair_id": pair_id, "label": label_of(current)}


def _pair(
    workspace: Workspace, connection: sa.Connection, user: User, dataset_id: int, query: str,
    passage: str,
) -> int:  # fmt: skip
    """The id of the pair, which is added if the dataset does not have it."""
    query, passage = query.strip(), passage.strip()
    existing = connection.scalar(
        select(pairs.c.id).where(
            pairs.c.dataset_id == dataset_id, pairs.c.pair_key == pair_key(query, passage)
        )
    )
    if existing:
        return int(existing)
    query = checked_text(workspace, query, "query")
    passage = checked_text(workspace, passage, "passage")
    return _add(connection, user, dataset_id, query, passage)


def _add(connection: sa.Connection, user: User, dataset_id: int, query: str, passage: str) -> int:
    key, now = query_key(query), time.time()
    split = connection.scalar(
        select(pairs.c.split).where(
            pairs.c.dataset_id == dataset_id, pairs.c.query_key.startswith(near(key))
        ).limit(1)
    )  # fmt: skip
    values = {
        "dataset_id": dataset_id,
        "query_key": key,
        "passage_key": passage_key(passage),
        "pair_key": pair_key(query, passage),
        "query": query,
        "passage": passage,
        "split": split or hashed_split(near(key)),
        "source": SOURCE,
        "created_at": now,
    }
    number = connection.execute(pairs.insert().values(values).returning(pairs.c.id)).scalar_one()
    connection.execute(datasets.update().where(datasets.c.id == dataset_id).values(updated_at=now))
    texts = {"query": query, "passage": passage}
    record(connection, user, "add pair", f"pair:{number}", at=now, after=texts)
    return int(number)
