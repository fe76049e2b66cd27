"""Scores and embeddings of many texts, computed by all processes of a run: each has a part."""

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.evaluation.baselines import pairs_of, scores_of
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Encoder, Kind
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.training.parallel.task import Launch, Scoring, TaskFolder, no_answer
from reranker_ui.core.values.execution.stops import obey_cancel
from reranker_ui.core.values.machine import use_threads
from reranker_ui.core.values.run_folder import Cancelled, RunFolder


class SharedScoring:
    """Starts the processes for each call, as they are started for a phase.

    Raises Cancelled, Lost where one of them was killed, and Refused with why one of them failed.
    """

    def __init__(self, folder: RunFolder, launch: Launch, ranks: int, threads: int) -> None:
        """`threads` of the processor are shared by all `ranks` processes."""
        self._folder, self._launch, self._ranks = folder, launch, ranks
        self._threads = max(1, threads // ranks)

    def logits(self, model: Path, max_length: int | None, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each pair by the cross-encoder in the folder `model`."""
        distinct = list(dict.fromkeys(pairs))
        values = self._computed(Scoring(model, "pair", self._threads, max_length), distinct)
        logits = dict(zip(distinct, values.tolist(), strict=True))
        return [logits[pair] for pair in pairs]

    def vectors(self, encoder: Path, texts: Sequence[str], kind: Kind) -> Any:
        """The normalized embedding of each text: texts x dimensions."""
        return self._computed(Scoring(encoder, kind, self._threads), [(text, "") for text in texts])

    def _computed(self, scoring: Scoring, rows: Sequence[Pair]) -> Any:
        files = TaskFolder(self._folder.path)
        files.delete()  # of a worker that was killed
        try:
            files.give_scoring(scoring, rows)
            intact = self._launch(self._folder.path, self._ranks)
            obey_cancel(self._folder)
            parts = [files.part(rank) for rank in range(self._ranks)]
            if not all(part.exists() for part in parts):
                raise no_answer(files, intact)
            loaded = [np.load(part) for part in parts]
        finally:
            files.delete()
        values = np.empty((len(rows), *loaded[0].shape[1:]), loaded[0].dtype)
        for rank, part in enumerate(loaded):
            values[rank :: self._ranks] = part
        return values


class Scorer:
    """Computes what the scoring in a run folder asks for, with its model loaded once."""

    def __init__(self, path: Path) -> None:
        scoring = TaskFolder(path).scoring()
        use_threads(scoring.threads)
        self._folder, self._kind = RunFolder(path), scoring.kind
        if scoring.kind == "pair":
            reranker = Reranker(scoring.model, scoring.max_length)
            self._score = partial(reranker.scores, raw=True)
            if scoring.combined and (combined := CombinedRanker.open(scoring.combined)):
                embedded = Encoder(scoring.encoder).of_pairs if scoring.encoder else None
                self._score = partial(combined.logits, tuned=self._score, embedded=embedded)
        else:
            self._encoder = Encoder(scoring.model)

    def of(self, rows: list[Pair]) -> Any:
        """The logit of each row, or its embedding. Raises Cancelled if the run is cancelled."""
        obey_cancel(self._folder)
        if self._kind != "pair":
            return self._encoder.vectors([text for text, _ in rows], self._kind)
        return np.array(scores_of(self._folder, self._score, rows), dtype=float)


def score_as_rank(path: Path) -> None:
    """Compute this process's part of the scoring in the run folder `path`, and write it."""
    import torch

    rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    files = TaskFolder(path)
    with suppress(Cancelled):  # the worker sees the same request
        values = Scorer(path).of(pairs_of(files.rows().iloc[rank::ranks]))
        files.save_part(rank, values)
