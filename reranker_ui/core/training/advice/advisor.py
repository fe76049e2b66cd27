"""The advisor: examines labelled pairs and fills in a recipe, with a reason for each choice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from reranker_ui.core.bases.coverage import can_read
from reranker_ui.core.bases.token_lengths import share_cut
from reranker_ui.core.evaluation.metrics import scorable
from reranker_ui.core.training.phase import pos_weight
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe

FEW, SMALL = 100, 1000  # training pairs
SMALL_BATCH = 16
LENGTHS = (32, 48, 64, 96, 128, 192, 256, 384, 512)
CUT = 0.05  # share of pairs that may be longer than the max length
FEW_QUERIES = 50  # dev queries with metrics below which their means vary too much


@dataclass(frozen=True)
class Choice:
    """One choice of the advisor: what is chosen, its value in words, the reason in a sentence.

    `fields` of the recipe: with another value in one of them, value and reason do not hold.
    """

    name: str
    value: str
    reason: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """A recipe for this data, with a reason for each choice."""

    recipe: Recipe
    choices: list[Choice]


def advise(
    start: Recipe,
    splits: Mapping[str, pd.DataFrame],
    scale: Mapping[str, Any],
    tokenizer: Path | None,
    longest: int | None,
    ranks: bool | None,
) -> Advice:
    """`start` changed to fit the frozen `splits` of a dataset with this `scale`.

    `tokenizer`: the base's tokenizer.json; `longest`: tokens it can read; `ranks`: whether it has
    a ranking head. None where unknown.
    """
    train, label_scale = splits["train"], Scale.from_json(scale)
    choices: list[tuple[dict[str, Any], Choice]] = [
        _loss(label_scale),
        _positives(start, train, label_scale),
        _batch(start, len(train)),
        _dev(splits["dev"], label_scale),
        _negatives(train, label_scale),
    ]
    if tokenizer is not None:
        choices.append(_length(train, tokenizer, longest or LENGTHS[-1]))
    if ranks is not None:
        choices.append(_warm_start(ranks, train, tokenizer))
    changes = {name: value for values, _ in choices for name, value in values.items()}
    return Advice(
        start.model_copy(update=changes | {"name": "advised"}),
        [replace(choice, fields=(*values, *choice.fields)) for values, choice in choices],
    )


def _loss(scale: Scale) -> tuple[dict[str, Any], Choice]:
    if scale.kind == "binary":
        why = "Labels are 0 or 1; binary cross-entropy gives probabilities that can be thresholded."
    else:
        why = (
            f"Labels of {scale.min:g} to {scale.max:g} become targets of 0 to 1, so scores are "
            "probabilities, which listwise losses do not give."
        )
    return {"loss": "bce"}, Choice("Loss", "binary cross-entropy", why)


def _positives(start: Recipe, train: pd.DataFrame, scale: Scale) -> tuple[dict[str, Any], Choice]:
    share = float(scale.relevant(train["grade"]).mean())
    weight = pos_weight(
        start.model_copy(update={"loss": "bce", "pos_weight": "auto"}),
        scale.targets(train["grade"]).tolist(),
    )
    why = f"{share:.0%} of the pairs are positive, so they have the same weight as the others."
    if weight > 1.05:
        why = (
            f"{share:.0%} of the pairs are positive; each has a weight of {weight:.1f}, the square "
            "root of negatives per positive, at most 10."
        )
    # No other loss weighs positives.
    return {"pos_weight": "auto"}, Choice("Positive weight", f"{weight:.1f}", why, ("loss",))


def _batch(start: Recipe, pairs: int) -> tuple[dict[str, Any], Choice]:
    size, why = (
        start.batch_size,
        f"{pairs:,} pairs are enough steps in batches of {start.batch_size}.",
    )
    if pairs < SMALL:
        size, why = SMALL_BATCH, f"{pairs:,} pairs are few: small batches give enough steps."
    return {"batch_size": size}, Choice("Batch size", str(size), why)


def _dev(dev: pd.DataFrame, scale: Scale) -> tuple[dict[str, Any], Choice]:
    measured = scorable(dev["query_key"], dev["grade"], scale)
    queries = int(dev.loc[measured, "query_key"].nunique())
    size = f"{len(dev):,} pairs, {queries:,} queries"
    if not len(dev):
        why = "There are no labelled dev pairs to select a checkpoint, so the last one is kept."
        return {"best_by": "last"}, Choice("Dev split", "none", why)
    if queries < FEW_QUERIES:
        why = (
            f"Only {queries} dev queries have a positive and a negative, too few for a mean over "
            "queries, so average precision over all dev pairs selects the checkpoint."
        )
    else:
        why = "Average precision over all dev pairs, which varies less, selects the checkpoint."
    return {"best_by": "auto"}, Choice("Dev split", size, why)


def _negatives(train: pd.DataFrame, scale: Scale) -> tuple[dict[str, Any], Choice]:
    relevant = scale.relevant(train["grade"]).groupby(train["query_key"]).agg(["min", "max"])
    positives = relevant[relevant["max"]]
    without_negatives = int(positives["min"].sum())
    if without_negatives * 2 > len(positives):
        why = (
            f"{without_negatives:,} of {len(positives):,} queries with a positive have no "
            "negative, so BM25 mines similar passages without a label."
        )
        return {"negatives": "bm25"}, Choice("Hard negatives", "by BM25", why)
    why = "Most queries have labelled negatives, which are better than mined ones."
    return {"negatives": "none"}, Choice("Hard negatives", "none", why)


def _length(train: pd.DataFrame, tokenizer: Path, longest: int) -> tuple[dict[str, Any], Choice]:
    queries, passages = train["query"].tolist(), train["passage"].tolist()
    allowed = [length for length in LENGTHS if length <= longest] or [longest]
    for length in allowed:
        cut = share_cut(tokenizer, queries, passages, length)
        if cut <= CUT:
            break
    why = f"{1 - cut:.0%} of the pairs have at most {length} tokens; shorter is faster."
    if cut > CUT:
        why = f"{cut:.0%} of the pairs are longer than {length} tokens, the limit of this base."
    return {"max_length": length}, Choice("Max length", f"{length} tokens", why)


def _warm_start(
    ranks: bool, train: pd.DataFrame, tokenizer: Path | None
) -> tuple[dict[str, Any], Choice]:
    texts, on = list(zip(train["query"], train["passage"], strict=True)), False
    if ranks:
        why = "The base has a trained ranking head, so no warm start is needed."
    elif len(train) < FEW:
        why = "There is too little text for a warm start."
    elif tokenizer is not None and not can_read(tokenizer, texts):
        why = "Too many tokens of these texts are unknown to the base for a warm start."
    else:
        why, on = (
            "The base has no ranking head, and a new one ranks at random until trained.",
            True,
        )
    return {"warm_start": "auto"}, Choice("Warm start", "on" if on else "off", why)
