"""BM25 over a dataset's passages: an index, built once and cached."""

import logging
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError

import numpy as np
import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy import select

from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.further_columns import FurtherCell, Shown, column_names
from reranker_ui.services.ranking.retrieval.passages import (
    CHUNK,
    distinct,
    first_pairs,
    state_of,
    texts_of,
)
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FirstStage:
    """An index and, for each position, the first pair with that passage (ascending ids)."""

    index: Index
    pair_ids: "np.ndarray[tuple[int], np.dtype[np.int64]]"


def search(
    workspace: Workspace, user: User, dataset_name: str, query: str, k: int
) -> list[tuple[str, float]]:
    """At most `k` (passage, BM25 score > 0) of the dataset, best first."""
    require(user, "viewer")
    with workspace.reading() as connection:
        stage = _open(workspace, connection, find_dataset(connection, dataset_name).id)
        hits = stage.index.search(query, k)
        ids = [int(stage.pair_ids[place]) for place, _ in hits]
        texts = texts_of(connection, ids)
    # An index that was damaged on disk may name pairs that do not exist.
    scored = zip(ids, hits, strict=True)
    return [(texts[number], score) for number, (_, score) in scored if number in texts]


def scores(
    workspace: Workspace, user: User, dataset_name: str, query: str, passages: Sequence[str]
) -> list[float]:
    """BM25 of `query` against passages of the dataset; 0 for one that is not in it."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset_id = find_dataset(connection, dataset_name).id
        stage = _open(workspace, connection, dataset_id)
        first = first_pairs(connection, dataset_id, passages)
    every = stage.index.scores(query)
    places = np.searchsorted(stage.pair_ids, [first.get(passage, -1) for passage in passages])
    return [
        float(every[place]) if passage in first else 0.0
        for place, passage in zip(places, passages, strict=True)
    ]


def further_of(
    workspace: Workspace, user: User, dataset_name: str, passages: Sequence[str]
) -> dict[str, list[FurtherCell]]:
    """The further columns shown beside these passages (see `Shown.cells`), of their first pairs."""
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        if not passages or not column_names(workspace, connection, dataset):
            return {}
        columns = Shown(workspace, dataset, user)
        first = first_pairs(connection, dataset.id, passages)
        ids = list(first.values())
        cells: dict[int, list[FurtherCell]] = {}
        for start in range(0, len(ids), CHUNK):
            selected = pairs.c.id.in_(ids[start : start + CHUNK])
            for row in connection.execute(select(pairs.c.id, pairs.c.extra).where(selected)):
                cells[row.id] = columns.cells(row.extra)
    return {passage: cells[number] for passage, number in first.items()}


def _open(workspace: Workspace, connection: sa.Connection, dataset_id: int) -> FirstStage:
    folder = workspace.cache / "passages" / f"{dataset_id}-{state_of(connection, dataset_id)}"
    with _LOCK:
        if folder not in _OPEN:
            _OPEN.clear()
            _OPEN[folder] = _read_or_build(connection, dataset_id, folder)
        return _OPEN[folder]


def _read_or_build(connection: sa.Connection, dataset_id: int, folder: Path) -> FirstStage:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f"{dataset_id}.lock"):
        if (folder / "pair_ids.npy").exists():
            try:
                stage = FirstStage(Index.open(folder), np.load(folder / "pair_ids.npy"))
                stage.index.search("a", 1)  # some damage only shows in a search
                return stage
            except (OSError, ValueError, LookupError, TypeError, TokenError) as error:
                log.warning("The index %s is damaged and will be rebuilt: %s", folder, error)
        _build(connection, dataset_id, folder)
        return FirstStage(Index.open(folder), np.load(folder / "pair_ids.npy"))


def _build(connection: sa.Connection, dataset_id: int, folder: Path) -> None:
    for old in folder.parent.glob(f"{dataset_id}-*"):
        shutil.rmtree(old, ignore_errors=True)
    first = distinct(dataset_id).subquery()
    rows = connection.execute(
        select(pairs.c.id, pairs.c.passage).join(first, first.c.id == pairs.c.id).order_by("id")
    ).all()
    Index.build([passage for _, passage in rows], folder)
    # Written last: it marks the index as complete.
    np.save(folder / "pair_ids.npy", np.array([number for number, _ in rows], dtype=np.int64))


_OPEN: dict[Path, FirstStage] = {}  # the current index, mapped into memory
_LOCK = threading.Lock()
