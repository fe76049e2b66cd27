"""The labelled pairs of a run as files, written in batches: a large dataset takes little memory."""

import hashlib
import hmac
import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from reranker_ui.core.training.rows.mapped_pairs import SCHEMA
from reranker_ui.core.values.run_folder import COLUMNS
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels.labelled_pairs import labelled_batches
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training.freeze import check_drawn, sampled_splits, split_of

BATCH = 20_000  # pairs


@dataclass(frozen=True)
class FrozenFiles:
    """A Parquet file of the columns COLUMNS for each split.

    `hashes`: one number for each pair, by split. `sample`: some of the pairs, for checks.
    """

    paths: Mapping[str, Path]
    hashes: Mapping[str, Any]
    sample: dict[str, pd.DataFrame]

    @property
    def counts(self) -> dict[str, int]:
        """Pairs by split."""
        return {split: len(self.hashes[split]) for split in SPLITS}

    def hash(self, key: bytes) -> str:
        """HMAC-SHA-256 over the texts and grades of all splits, in order.

        Without `key` nobody can find hidden labels by hashing every guess.
        """
        digest = hmac.new(key, digestmod=hashlib.sha256)
        for split in SPLITS:
            digest.update(self.hashes[split].tobytes())
        return digest.hexdigest()

    def drawn(self, count: int, seed: int) -> "FrozenFiles":
        """With `count` train pairs drawn by chance, in their order; all of them for 0."""
        total = len(self.hashes["train"])
        if not 0 < count < total:
            return self
        chosen = pd.Series(np.arange(total)).sample(count, random_state=seed).sort_values()
        path, start, grades = self.paths["train"].with_name(f"train-{count}.parquet"), 0, set()
        with parquet.ParquetWriter(path, SCHEMA) as writer:
            for batch in parquet.ParquetFile(self.paths["train"]).iter_batches(BATCH):
                at = chosen[(chosen >= start) & (chosen < start + len(batch))] - start
                selected, start = batch.take(pa.array(at)), start + len(batch)
                writer.write_batch(selected)
                grades |= set(selected.column("grade").to_pylist())
        check_drawn(count, len(grades))
        hashes = {**self.hashes, "train": self.hashes["train"][chosen]}
        return replace(self, paths={**self.paths, "train": path}, hashes=hashes)

    def link_into(self, folder: Path) -> None:
        """Put the files into the folder of a run."""
        for split, path in self.paths.items():
            try:
                os.link(path, folder / f"{split}.parquet")
            except OSError:  # a file system without links
                shutil.copyfile(path, folder / f"{split}.parquet")


def freeze(workspace: Workspace, user: User, dataset: str | None, folder: Path) -> FrozenFiles:
    """Write the labelled pairs of `dataset` as they are now into `folder`.

    Refused where a run cannot learn from them: see `frozen_splits`.
    """
    sample = sampled_splits(workspace, user, dataset).splits
    paths = {split: folder / f"{split}.parquet" for split in SPLITS}
    hashes: dict[str, list[Any]] = {split: [np.empty(0, np.uint64)] for split in SPLITS}
    with ExitStack() as stack:
        writers = {
            split: stack.enter_context(parquet.ParquetWriter(path, SCHEMA))
            for split, path in paths.items()
        }
        for pairs in labelled_batches(workspace, user, str(dataset), BATCH):
            for split, part in pairs.groupby(split_of(pairs)):
                table = pa.Table.from_pandas(part[COLUMNS], SCHEMA, preserve_index=False)
                writers[str(split)].write_table(table)
                hashes[str(split)].append(row_hashes(part))
    joined = {split: np.concatenate(parts) for split, parts in hashes.items()}
    return FrozenFiles(paths, joined, sample)


def row_hashes(pairs: pd.DataFrame) -> Any:
    """A number for the texts and the grade of each pair."""
    columns = pairs[["query", "passage", "grade"]]
    return pd.util.hash_pandas_object(columns, index=False).to_numpy()
