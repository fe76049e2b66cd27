"""Evaluates rankers on a split: base, BM25 and cosine, and the model during training."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.embedded import encoder_beside
from reranker_ui.core.evaluation import shared as sharing
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.metrics import Metrics, ranking_metrics, scorable
from reranker_ui.core.evaluation.shared import Shared
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.loading import damage_refused
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.values.execution.stops import obey_cancel
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.recipe import BestBy
from reranker_ui.core.values.run_folder import RunFolder

LIVE_SHARE = 0.06  # dev pairs scored at each evaluation for each pair learned from
JUDGED_SHARE = 0.2  # the same for the one evaluation by which the run's ranker is chosen
LIVE_LEAST, LIVE_MOST = 300, 1500
SLICE = 2048  # pairs scored between two checks for a stop request


def pairs_of(frame: pd.DataFrame) -> list[Pair]:
    """The (query, passage) of each row."""
    return list(zip(frame["query"], frame["passage"], strict=True))


def scores_of(
    folder: RunFolder, score: Callable[[list[Pair]], list[float]], pairs: list[Pair]
) -> list[float]:
    """Scores of `pairs`, in order. Raises Cancelled if the run is cancelled."""
    scores: list[float] = []
    for start in range(0, len(pairs), SLICE):
        obey_cancel(folder)
        scores += score(pairs[start : start + SLICE])
    return scores


def logits_of(
    folder: RunFolder,
    model: Path,
    max_length: int | None,
    pairs: list[Pair],
    shared: Shared | None = None,
    name: str = "The model of this run",
) -> list[float]:
    """Logits of `pairs` by the cross-encoder in the folder `model`; large batches by `shared`.

    `name` is what the error calls the model if it cannot be loaded.
    """
    if shared is not None and len(pairs) >= sharing.LEAST:
        return shared.logits(model, max_length, pairs)
    with damage_refused(name, "Choose another base."):
        reranker = Reranker(model, max_length)
    return scores_of(folder, partial(reranker.scores, raw=True), pairs)


def metrics_of(frame: pd.DataFrame, scores: list[float], scale: Scale = GRADES) -> Metrics:
    """Ranking metrics of `scores` for the rows of `frame`, in the same order."""
    keys, grades = frame["query_key"].tolist(), frame["grade"].tolist()
    return ranking_metrics(keys, grades, scores, scale=scale)


def live_pairs(
    dev: pd.DataFrame,
    learned: int,
    seed: int,
    scale: Scale = GRADES,
    share: float = LIVE_SHARE,
) -> pd.DataFrame:
    """The rows of `dev` that are scored for a model that trains on `learned` pairs.

    Whole queries in a seeded order, those with metrics first, until there are enough: ten
    evaluations should take at most a fifth of the training time. A larger share has all rows of a
    smaller one.
    """
    enough = min(LIVE_MOST, max(LIVE_LEAST, round(learned * share)))
    if len(dev) <= enough:
        return dev
    mixed = scorable(dev["query_key"], dev["grade"], scale)
    queries = mixed.groupby(dev["query_key"]).agg(["max", "size"])
    queries = queries.rename(columns={"max": "mixed"}).sample(frac=1, random_state=seed)
    queries = queries.sort_values("mixed", ascending=False, kind="stable")
    chosen = queries.index[queries["size"].cumsum() - queries["size"] < enough]
    return dev[dev["query_key"].isin(chosen)]


class Baselines:
    """Base, BM25 and cosine, each loaded only while it scores."""

    def __init__(
        self,
        base: ResolvedBase,
        max_length: int,
        cache: Path,
        texts: list[Pair],
        shared: Shared | None = None,
    ) -> None:
        """`texts` choose the encoder if the base is not one; it is stored in `cache`.

        `shared` scores large batches on several processes; None if this process works alone.
        """
        self.shared = shared
        self._base, self._max_length = base, max_length
        self.scores: dict[str, dict[str, list[float]]] = {}  # split -> ranker -> as last evaluated
        self.encoder, self.notice = encoder_beside(base.path, cache, texts)
        self.vectors = TextVectors(self.encoder, shared)

    def evaluate(
        self, folder: RunFolder, frame: pd.DataFrame, split: str
    ) -> tuple[dict[str, Metrics], dict[str, list[float]]]:
        """Metrics and scores of all three on `frame`; emits an `evaluated` event for each.

        The scores of base are logits.
        """
        metrics: dict[str, Metrics] = {}
        scores: dict[str, list[float]] = {}
        for ranker in ("bm25", "cosine", "base"):
            scores[ranker] = self._scores(folder, ranker, frame)
            metrics[ranker] = metrics_of(frame, scores[ranker], folder.scale())
            folder.emit("evaluated", when=ranker, split=split, metrics=metrics[ranker])
        self.scores[split] = scores
        return metrics, scores

    def _scores(self, folder: RunFolder, ranker: str, frame: pd.DataFrame) -> list[float]:
        if ranker == "bm25":
            keys, queries = frame["query_key"].tolist(), frame["query"].tolist()
            return bm25_scores(keys, queries, frame["passage"].tolist())
        if ranker == "cosine":
            pairs = pairs_of(frame)
            if self.shared is not None and len(pairs) >= sharing.LEAST:
                self.vectors.keep(pairs)  # not in the slices below, which are small
            cosines = scores_of(folder, self.vectors.cosines, pairs)
            self.vectors.delete_engine()
            return cosines
        pairs, name = pairs_of(frame), f"The base {self._base.used}"
        return logits_of(folder, self._base.path, self._max_length, pairs, self.shared, name)


@dataclass(frozen=True)
class Tuned:
    """The saved model on dev and on the test split: metrics and logits.

    `dev` is of the live pairs, `dev_logits` are of those that choose the run's ranker.
    """

    dev: Metrics
    test: Metrics
    dev_logits: list[float]
    test_logits: list[float]


def evaluate_tuned(
    folder: RunFolder,
    frame: pd.DataFrame,
    live: pd.DataFrame,
    judged: pd.DataFrame,
    shared: Shared | None = None,
) -> Tuned:
    """Reload the saved model and evaluate it on dev and on the test split `frame`.

    `live` and `judged` are rows of dev; the second includes the first. `shared` scores large
    batches. Emits the metrics.
    """
    scale = folder.scale()
    pairs = pairs_of(judged) + pairs_of(frame)
    logits = logits_of(folder, folder.model, None, pairs, shared)
    dev, test = logits[: len(judged)], logits[len(judged) :]
    of_live = pd.Series(dev, index=judged.index, dtype=float)[live.index].tolist()
    tuned = Tuned(metrics_of(live, of_live, scale), metrics_of(frame, test, scale), dev, test)
    folder.emit("evaluated", when="tuned", split="dev", metrics=tuned.dev)
    folder.emit("evaluated", when="tuned", split="test", metrics=tuned.test)
    return tuned


def best_by(metrics: Metrics, choice: BestBy = "auto") -> str | None:
    """The metric that selects the best checkpoint; None where the last one is kept.

    `auto` is average precision where it can be computed: pooled over all pairs, it varies less on
    a small dev split than a mean over queries. With nDCG@10 over 127 queries the sample kept an
    early, worse checkpoint.
    """
    if choice == "last":
        return None
    deciding = (*([] if choice == "auto" else [choice]), "average_precision", "ndcg@10")
    return next((name for name in deciding if metrics[name] is not None), None)
