"""Labelled pairs in the shape that a loss needs: pairs, classes, lists, triplets or margins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reranker_ui.core.training.rows.mapped_pairs import numbers_of, texts_of
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.recipe import Loss
from reranker_ui.core.values.refused import Refused

LONGEST = 16  # passages of a list; a query with more gives several lists
MOST_GRADES = 10
WORSE = 4  # worse passages that each better one is compared with
IN_BATCH = 4  # negatives that a row gets from the other rows of its batch
POINTWISE = ("bce", "mse", "cross_entropy")
LISTWISE = ("lambda", "listnet", "ranknet")


@dataclass(frozen=True)
class Examples:
    """Rows for a loss, by column; `width` is the number of pairs the model reads per row."""

    columns: Mapping[str, Sequence[Any]]
    width: float

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))


def examples_of(
    loss: Loss,
    pairs: pd.DataFrame,
    targets: "pd.Series[float]",
    seed: int,
    scale: Scale = GRADES,
) -> Examples | None:
    """The rows for `loss`, None where they are the pairs and their targets.

    `targets` are the grades as 0 to 1, parallel to `pairs`. Refused where the labels do not fit
    the loss; the message names a loss that does.
    """
    if loss in ("bce", "mse"):
        return None
    frame = pairs[["query", "passage", "grade"]].assign(
        query_key=pairs["query_key"] if "query_key" in pairs else pairs["query"],
        target=targets, relevant=scale.relevant(pairs["grade"]),
    )  # fmt: skip
    if loss == "cross_entropy":
        return _classes(frame, scale)
    chance = np.random.default_rng(seed)
    if loss in LISTWISE:
        return _lists(frame, chance)
    return _triplets(frame, chance) if loss == "mnrl" else _margins(frame, chance)


def idle_pairs(loss: Loss, pairs: pd.DataFrame, targets: "pd.Series[float]") -> int:
    """The number of pairs without effect on `loss`: those of queries with equal labels.

    Pointwise losses have none.
    """
    if loss not in (*LISTWISE, "margin_mse"):
        return 0
    keys = pairs["query_key"] if "query_key" in pairs else pairs["query"]
    return int((targets.groupby(keys).transform("nunique") < 2).sum())


def grade_counts(classes: Sequence[int]) -> list[int]:
    """How often each grade from 0 to the highest occurs."""
    return [int(count) for count in np.bincount(np.fromiter(classes, np.int64, len(classes)))]


def _classes(frame: pd.DataFrame, scale: Scale) -> Examples:
    grades = frame["grade"].astype(float) - scale.min  # the lowest of the scale is the first class
    if (grades != grades.round()).any() or grades.max() > MOST_GRADES:
        raise Refused(
            "Cross-entropy needs whole grades, and these labels are scores. "
            "Choose MSE or binary cross-entropy, which accept any score."
        )
    texts = {"query": texts_of(frame["query"]), "passage": texts_of(frame["passage"])}
    return Examples(texts | {"label": numbers_of(grades.astype(int))}, 1.0)


def _lists(frame: pd.DataFrame, chance: np.random.Generator) -> Examples:
    columns: dict[str, list[Any]] = {"query": [], "passages": [], "labels": []}
    for query, group in _mixed(frame, "A listwise loss learns the order of a query's candidates"):
        for part in _cut(group, chance):
            columns["query"].append(query)
            columns["passages"].append(part["passage"].tolist())
            columns["labels"].append([float(target) for target in part["target"]])
    return Examples(columns, float(np.mean([len(passages) for passages in columns["passages"]])))


def _cut(group: pd.DataFrame, chance: np.random.Generator) -> Iterator[pd.DataFrame]:
    # The best are in every list, the others are distributed: each has a better passage above it.
    if len(group) <= LONGEST:
        yield group
        return
    best = group[group["target"] == group["target"].max()].head(LONGEST // 4)
    rest = group.drop(best.index)
    rest = rest.iloc[chance.permutation(len(rest))]
    for part in np.array_split(np.arange(len(rest)), -(-len(rest) // (LONGEST - len(best)))):
        yield pd.concat([best, rest.iloc[part]])


def _triplets(frame: pd.DataFrame, chance: np.random.Generator) -> Examples:
    positive = frame[frame["relevant"]]
    if positive["query_key"].nunique() < 2:
        raise Refused(
            "In-batch negatives need relevant passages of at least two queries. "
            "Label more, or choose binary cross-entropy."
        )
    negatives = {
        key: group["passage"].tolist()
        for key, group in frame[~frame["relevant"]].groupby("query_key", sort=False)
    }
    relevant = {key: set(group) for key, group in positive.groupby("query_key")["passage"]}
    passages = frame["passage"].tolist()
    columns: dict[str, list[str]] = {"query": [], "positive": [], "negative": []}
    for key, query, passage in zip(
        positive["query_key"], positive["query"], positive["passage"], strict=True
    ):
        pool = negatives.get(key) or passages
        drawn = [str(pool[place]) for place in chance.integers(len(pool), size=8)]
        fitting = [candidate for candidate in drawn if candidate not in relevant[key]]
        fitting = fitting or [candidate for candidate in passages if candidate not in relevant[key]]
        if fitting:  # a relevant passage as a negative would teach the opposite
            columns["query"].append(query)
            columns["positive"].append(passage)
            columns["negative"].append(fitting[0])
    if not columns["query"]:
        raise Refused(
            "Every passage is relevant to every query, so there are no negatives. "
            "Label passages that are not relevant, or choose binary cross-entropy."
        )
    return Examples(columns, 2.0 + IN_BATCH)


def _margins(frame: pd.DataFrame, chance: np.random.Generator) -> Examples:
    columns: dict[str, list[Any]] = {"query": [], "better": [], "worse": [], "label": []}
    for query, group in _mixed(frame, "MarginMSE learns the score difference of two passages"):
        texts, targets = group["passage"].tolist(), group["target"].to_numpy(float)
        for place, target in enumerate(targets):
            below = np.flatnonzero(targets < target)
            for other in chance.permutation(below)[:WORSE]:
                columns["query"].append(query)
                columns["better"].append(texts[place])
                columns["worse"].append(texts[other])
                columns["label"].append(float(target - targets[other]))
    return Examples(columns, 2.0)


def _mixed(frame: pd.DataFrame, needs: str) -> list[tuple[str, pd.DataFrame]]:
    # Queries with candidates of different labels, each with its text.
    queries = [
        (str(group["query"].iloc[0]), group)
        for _, group in frame.groupby("query_key", sort=False)
        if group["target"].nunique() > 1
    ]
    if not queries:
        raise Refused(
            f"{needs}, and no query here has two candidates with different labels. "
            "Choose binary cross-entropy, or label more candidates of the same queries."
        )
    return queries
