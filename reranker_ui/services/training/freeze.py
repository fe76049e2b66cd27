"""Freezing a dataset's labels into the splits that a run trains on."""

import hashlib
import hmac
from collections.abc import Mapping

import pandas as pd
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels import datasets
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs as stored
from reranker_ui.services.store.workspace import Workspace

MOST_TEXTS = 10_000  # pairs without a label that a run reads


def frozen_splits(workspace: Workspace, user: User, dataset: str | None) -> dict[str, pd.DataFrame]:
    """The labelled pairs of `dataset` by split, as a run would train on them now."""
    if not dataset:
        raise Refused("No dataset is chosen. Import one in the Data tab first.")
    pairs = datasets.labelled_pairs(workspace, user, dataset)
    if pairs.empty:
        raise Refused(
            f"{dataset} has no labelled pair yet. "
            "Label some in Annotate, or import a file with a label column."
        )
    splits = {split: pairs[pairs["split"] == split] for split in SPLITS}
    splits["train"] = pairs[~pairs["split"].isin(["dev", "test"])]
    train = splits["train"]
    if train.empty:
        raise Refused(f"No labelled pair of {dataset} is in the train split. Label some there.")
    if train["grade"].nunique() == 1:
        raise Refused(
            f"All {len(train):,} training labels of {dataset} are {train['grade'].iloc[0]:g}. "
            "A reranker learns from the difference: label some pairs otherwise."
        )
    return splits


def unlabelled_texts(workspace: Workspace, user: User, dataset: str) -> list[tuple[str, str]]:
    """Pairs of the train split without a label, MOST_TEXTS at most: what a warm start reads too.

    Where there are more, the keys of pairs decide, which are hashes.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        found = datasets.find_dataset(connection, dataset)
        columns = (stored.c.query, stored.c.passage, stored.c.split, stored.c.pair_key)
        labels = pairs_with_labels(visibility_of(found, user), *columns).subquery()
        rows = connection.execute(
            select(labels.c.query, labels.c.passage)
            .where(
                labels.c.state == "unlabelled",
                func.coalesce(labels.c.split, "train").not_in(["dev", "test"]),
            )
            .order_by(labels.c.pair_key)
            .limit(MOST_TEXTS)
        )
        return [(query, passage) for query, passage in rows]


def first_pairs(
    splits: Mapping[str, pd.DataFrame], count: int, seed: int
) -> dict[str, pd.DataFrame]:
    """`splits` with `count` train pairs drawn by chance, in their order; all of them for 0."""
    train = splits["train"]
    if not 0 < count < len(train):
        return dict(splits)
    drawn = train.sample(count, random_state=seed).sort_index()
    if drawn["grade"].nunique() == 1:
        raise Refused(
            f"All {count:,} pairs drawn for a pass have the same label. "
            "Let it learn from more of them."
        )
    return dict(splits) | {"train": drawn}


def notices(counts: Mapping[str, int]) -> list[str]:
    """Warnings about the size of the splits, for the user, before a run starts."""
    found = []
    if counts["train"] < 100:
        found.append(f"Only {counts['train']} pairs to train on; results will be noisy.")
    if not counts["dev"]:
        found.append("No labelled pair is in the dev split, so the chart shows the loss only.")
    if not counts["test"]:
        found.append("No labelled pair is in the test split, so base and tuned cannot be compared.")
    return found


def data_hash(splits: Mapping[str, pd.DataFrame], key: bytes) -> str:
    """HMAC-SHA-256 over the texts and grades of all splits, in order.

    Without `key` nobody can find hidden labels by hashing every guess.
    """
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for split in SPLITS:
        columns = splits[split][["query", "passage", "grade"]]
        digest.update(pd.util.hash_pandas_object(columns, index=False).to_numpy().tobytes())
    return digest.hexdigest()
