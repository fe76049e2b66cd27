"""Gains of one ranker over another, query by query, on a dataset's labelled split."""

from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pandas as pd

from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.metrics import RANKING, per_query
from reranker_ui.core.evaluation.outcome import interval_of, is_significant
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import scale_of
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.rankers import Ranker, find_ranker
from reranker_ui.services.ranking.recorded_scores import recorded_scores
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class QueryGain(TypedDict):
    """nDCG@10 of two rankers on a query; `gain` is b - a."""

    query: str
    candidates: int
    positives: int
    a: float
    b: float
    gain: float


class MeanGain(TypedDict):
    """Means of two rankers and of the gain, with its 95% interval (bootstrap over queries).

    None where no query has the metric for both; a single query has no interval. `significant`: as
    in the verdict on a run.
    """

    a: float | None
    b: float | None
    gain: float | None
    low: float | None
    high: float | None
    significant: bool


class MetricGain(MeanGain):
    """The mean gain in one metric."""

    metric: str


class QueryGains(MeanGain):
    """The mean gain in nDCG@10, and the gain of each query, the largest first.

    `means`: of each metric of RANKING; `engines`: the engine of each ranker, "recorded" where the
    scores are those of the run's own evaluation.
    """

    means: list[MetricGain]
    wins: int
    losses: int
    ties: int
    engines: list[str | None]
    queries: list[QueryGain]


def gains(
    workspace: Workspace, user: User, dataset: str, a: str, b: str, split: str = "test"
) -> QueryGains:
    """nDCG@10 of rankers `a` and `b` on each query of a split with ranking metrics.

    Scores are cached.
    """
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset)
    pairs = labelled_pairs(workspace, user, dataset, split)
    scale = Scale.from_json(scale_of(workspace, user, dataset))
    texts = pairs_of(pairs)
    rankers = [find_ranker(workspace, user, name, texts) for name in (a, b)]
    sides = [_metrics(workspace, ranker, pairs, scale) for ranker in rankers]
    if sides[0].empty:
        raise Refused(
            f"No query in the {split} split of {dataset} has both a positive and a negative "
            "candidate whose labels you can see. Label more of them."
        )
    ndcg = [side["ndcg@10"].rename(name) for side, name in zip(sides, "ab", strict=True)]
    table = pd.concat([_about(pairs, scale), *ndcg], axis=1)
    table = table.dropna(subset=["a", "b"])
    table["gain"] = table["b"] - table["a"]
    table = table.sort_values(["gain", "query"], ascending=[False, True], kind="stable")
    means = [_mean(name, *(side[name] for side in sides)) for name in RANKING]
    ndcg_gain = means[0]
    return {
        "a": ndcg_gain["a"], "b": ndcg_gain["b"], "gain": ndcg_gain["gain"],
        "low": ndcg_gain["low"], "high": ndcg_gain["high"],
        "significant": ndcg_gain["significant"],
        "means": means,
        "wins": int((table["gain"] > 0).sum()),
        "losses": int((table["gain"] < 0).sum()),
        "ties": int((table["gain"] == 0).sum()),
        "engines": [
            "recorded" if recorded_scores(ranker, pairs) else ranker.engine for ranker in rankers
        ],
        "queries": [cast(QueryGain, row) for row in table.to_dict("records")],
    }  # fmt: skip


def _about(pairs: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    pairs = pairs.assign(positive=scale.relevant(pairs["grade"]).astype(int))
    return pairs.groupby("query_key", sort=False).agg(
        query=("query", "first"), candidates=("grade", "size"), positives=("positive", "sum")
    )


def _mean(metric: str, a: "pd.Series[float]", b: "pd.Series[float]") -> MetricGain:
    measured = a.notna() & b.notna()
    a, b = a[measured], b[measured]
    if a.empty:
        return {"metric": metric, "a": None, "b": None, "gain": None, "low": None, "high": None,
                "significant": False}  # fmt: skip
    gain = (b - a).to_numpy()
    low, high = interval_of(gain)
    return {"metric": metric, "a": float(a.mean()), "b": float(b.mean()),
            "gain": float(gain.mean()), "low": low, "high": high,
            "significant": is_significant(gain)}  # fmt: skip


def _metrics(
    workspace: Workspace, ranker: Ranker, pairs: pd.DataFrame, scale: Scale
) -> pd.DataFrame:
    scores = kept_scores(workspace, ranker, pairs)
    keys, grades = pairs["query_key"].tolist(), pairs["grade"].tolist()
    metrics = per_query(keys, grades, scores, scale=scale)
    return metrics.set_index("query_key")


def kept_scores(workspace: Workspace, ranker: Ranker, pairs: pd.DataFrame) -> list[float]:
    """The raw scores of `pairs`, columns query and passage: recorded by the run, or cached."""
    if (recorded := recorded_scores(ranker, pairs)) is not None:
        return recorded
    cache_file = _cache_file(workspace, ranker, pairs)
    if cache_file.exists():
        with suppress(OSError, ValueError):  # a damaged file is written again
            if len(cached := [float(score) for score in np.load(cache_file)]) == len(pairs):
                return cached
    scores = ranker.logits(list(zip(pairs["query"], pairs["passage"], strict=True)))
    cache_file.parent.mkdir(parents=True, exist_ok=True)
    draft = cache_file.with_suffix(".new.npy")
    np.save(draft, np.array(scores))
    draft.replace(cache_file)
    return scores


def _cache_file(workspace: Workspace, ranker: Ranker, pairs: pd.DataFrame) -> Path:
    digest = blake2b(ranker.key.encode(), digest_size=12)
    for query, passage in zip(pairs["query"], pairs["passage"], strict=True):
        digest.update(f"{len(query)}:{len(passage)}:{query}{passage}".encode())
    return workspace.cache / "scores" / f"{digest.hexdigest()}.npy"
