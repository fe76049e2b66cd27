"""The embeddings of a dataset's passages: each distinct one is embedded once and kept on disk.

They lie beside the search index of the dataset, in a folder for each encoder. A change of the
dataset adds the passages that are new; those that are gone are not searched.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy import select

from reranker_ui.core.evaluation.vector_index import KEY, VectorIndex
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.services.labels import search_index
from reranker_ui.services.ranking.rankers import encoder_path, loaded_encoder
from reranker_ui.services.ranking.retrieval.passages import distinct, state_of
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace

SAMPLE = 100  # pairs by which the encoder is chosen
BATCH = 100  # passages embedded and then kept at once
FETCHED = 50_000  # rows of the database in memory at once
OnMissing = Callable[[int, int], None]  # passages that are not embedded yet, and all


@dataclass(frozen=True)
class Embedded:
    """Which embeddings are those of a dataset's passages as they are now.

    `places` in the index ascend; `pair_ids`: the first pair with each of these passages; `missing`:
    the first pairs of passages without an embedding.
    """

    index: VectorIndex
    places: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    pair_ids: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    missing: "np.ndarray[tuple[int], np.dtype[np.int64]]"

    @property
    def passages(self) -> int:
        """Distinct passages of the dataset."""
        return len(self.pair_ids) + len(self.missing)


class PassageEmbeddings:
    """The embeddings of one dataset by the encoder that reads it."""

    def __init__(self, workspace: Workspace, dataset: sa.Row[Any]) -> None:
        """`dataset`: a row of `datasets`."""
        self._workspace, self._dataset = workspace, dataset
        self._encoder = encoder_path(workspace, self._sample())[0]
        self._folder = search_index.embeddings_folder(workspace, dataset, self._encoder)

    @property
    def job(self) -> JobFolder:
        """The job that embeds the passages."""
        return JobFolder(self._folder / "job", "Embedding the passages")

    def encoder(self) -> Encoder:
        """The encoder, loaded."""
        return loaded_encoder(self._workspace, self._encoder)[0]

    def now(self) -> Embedded:
        """Which embeddings there are; read again after the dataset or they have changed."""
        with self._workspace.reading() as connection:
            state = state_of(connection, self._dataset.id)
            index = VectorIndex(self._folder)
            key = (self._folder, state, len(index))
            with _LOCK:
                if key not in _READ:
                    _READ.clear()
                    _READ[key] = self._read(connection, index)
                return _READ[key]

    def embed(self, on_missing: OnMissing = lambda _missing, _all: None) -> Embedded:
        """Embed what is missing, in batches that stay where a later one is stopped.

        Waits for another process that does the same. Refused: the disk is full.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "append.lock"):
            state = self.now()
            on_missing(len(state.missing), state.passages)
            for start in range(0, len(state.missing), BATCH):
                self._embed(state.index, state.missing[start : start + BATCH].tolist())
                rest = max(0, len(state.missing) - start - BATCH)
                on_missing(rest, state.passages)
        return self.now()

    def _embed(self, index: VectorIndex, ids: list[int]) -> None:
        with self._workspace.reading() as connection:
            columns = select(pairs.c.passage_key, pairs.c.passage)
            rows = connection.execute(columns.where(pairs.c.id.in_(ids))).all()
        if not rows:  # deleted meanwhile
            return
        vectors = self.encoder().vectors([row.passage for row in rows], "document")
        check_space(self._folder, vectors.nbytes, "the embeddings of the passages")
        index.append([row.passage_key for row in rows], vectors)

    def _read(self, connection: sa.Connection, index: VectorIndex) -> Embedded:
        first = connection.execution_options(yield_per=FETCHED).execute(distinct(self._dataset.id))
        ids, keys = np.empty(0, np.int64), np.empty(0, KEY)
        for rows in first.partitions():
            ids = np.concatenate([ids, [row.id for row in rows]])
            keys = np.concatenate([keys, np.array([row.passage_key for row in rows], KEY)])
        embedded_keys, order = np.unique(index.keys(), return_index=True)
        at = np.searchsorted(embedded_keys, keys)
        is_known = np.zeros(len(keys), bool)
        is_known[at < len(embedded_keys)] = (
            embedded_keys[at[at < len(embedded_keys)]] == keys[at < len(embedded_keys)]
        )
        places = order[at[is_known]]
        ascending = np.argsort(places)
        return Embedded(index, places[ascending], ids[is_known][ascending], np.sort(ids[~is_known]))

    def _sample(self) -> list[tuple[str, str]]:
        texts = select(pairs.c.query, pairs.c.passage).where(pairs.c.dataset_id == self._dataset.id)
        with self._workspace.reading() as connection:
            rows = connection.execute(texts.order_by(pairs.c.id).limit(SAMPLE)).all()
        return [(row.query, row.passage) for row in rows]


_READ: dict[tuple[Path, str, int], Embedded] = {}  # of the current dataset
_LOCK = threading.Lock()
