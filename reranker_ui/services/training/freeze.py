"""Freezing a dataset's labels into the splits that a run trains on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels import datasets
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.labels.pair_counts import LabelCounts
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs as stored
from reranker_ui.services.store.workspace import Workspace

MOST_TEXTS = 10_000  # pairs without a label that a run reads
MOST_SAMPLED = 20_000  # labelled pairs of a larger dataset that a plan reads, about


@dataclass(frozen=True)
class Sample:
    """Labelled pairs by split, of a large dataset a part: `share` of its queries, 1 for all.

    `labels` counts the whole dataset.
    """

    splits: dict[str, pd.DataFrame]
    labels: LabelCounts
    share: float

    @property
    def counts(self) -> dict[str, int]:
        """Labelled pairs of the whole dataset by split."""
        return self.labels["labelled_splits"]

    @property
    def read(self) -> str | None:
        """How many pairs were read of how many, in words; None for all."""
        pairs = sum(map(len, self.splits.values()))
        return f"{pairs:,} of {self.labels['labelled']:,} pairs" if self.share < 1 else None


def sampled_splits(workspace: Workspace, user: User, dataset: str | None) -> Sample:
    """As `frozen_splits`, but of a large dataset a sample that fits in little memory."""
    dataset = _chosen(dataset)
    labels = datasets.label_counts(workspace, user, dataset)
    share = min(1.0, MOST_SAMPLED / max(1, labels["labelled"]))
    try:
        return Sample(frozen_splits(workspace, user, dataset, share), labels, share)
    except Refused:
        if share == 1:
            raise
    return Sample(frozen_splits(workspace, user, dataset), labels, 1.0)  # all must be refused


def frozen_splits(
    workspace: Workspace, user: User, dataset: str | None, share: float = 1.0
) -> dict[str, pd.DataFrame]:
    """The labelled pairs of `dataset` by split, as a run would train on them now.

    `share`: of this part of the queries alone, as of `labelled_pairs`.
    """
    dataset = _chosen(dataset)
    pairs = labelled_pairs(workspace, user, dataset, share=share)
    if pairs.empty:
        raise Refused(
            f"{dataset} has no labelled pair yet. "
            "Label some in Annotate, or import a file with a label column."
        )
    places = split_of(pairs)
    splits = {split: pairs[places == split] for split in SPLITS}
    train = splits["train"]
    if train.empty:
        raise Refused(f"No labelled pair of {dataset} is in the train split. Label some there.")
    if train["grade"].nunique() == 1:
        raise Refused(
            f"All {len(train):,} training labels of {dataset} are {train['grade'].iloc[0]:g}. "
            "A reranker learns from the difference: give some pairs another label."
        )
    return splits


def _chosen(dataset: str | None) -> str:
    if not dataset:
        raise Refused("No dataset is chosen. Import one in the Data tab first.")
    return dataset


def split_of(pairs: pd.DataFrame) -> "pd.Series[str]":
    """The split of each pair for a run: train unless it is dev or test."""
    return pairs["split"].where(pairs["split"].isin(["dev", "test"]), "train")


def unlabelled_texts(workspace: Workspace, user: User, dataset: str) -> list[tuple[str, str]]:
    """Pairs of the train split without a label, MOST_TEXTS at most: what a warm start reads too.

    Where there are more, the keys of pairs decide, which are hashes.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset_row = datasets.find_dataset(connection, dataset)
        columns = (stored.c.query, stored.c.passage, stored.c.split, stored.c.pair_key)
        # The condition is part of what unlabelled means, and has an index.
        labels = pairs_with_labels(
            visibility_of(dataset_row, user), *columns, where=stored.c.label.is_(None)
        ).subquery()
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
    check_drawn(count, drawn["grade"].nunique())
    return dict(splits) | {"train": drawn}


def check_drawn(count: int, grades: int) -> None:
    """Refuse `count` pairs drawn for a pass with one label alone; `grades`: different labels."""
    if grades == 1:
        raise Refused(
            f"All {count:,} pairs drawn for a pass have the same label. "
            "Use more pairs for the pass."
        )


def notices(counts: Mapping[str, int]) -> list[str]:
    """Warnings about the size of the splits, for the user, before a run starts."""
    warnings = []
    if counts["train"] < 100:
        warnings.append(f"Only {counts['train']} pairs to train on; results will be noisy.")
    if not counts["dev"]:
        warnings.append("No labelled pair is in the dev split, so the chart shows the loss only.")
    if not counts["test"]:
        warnings.append(
            "No labelled pair is in the test split, so base and tuned cannot be compared."
        )
    return warnings
