"""The warm start: a base without a ranking head learns the cosine of an encoder first.

A fresh head ranks at random, and a few thousand labels do not make up for it. So before any
label is seen, the cross-encoder learns to order pairs as the encoder's cosine does (distillation
with a soft target, as in https://arxiv.org/abs/1503.02531), on the texts of the train split alone,
labelled or not.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.coverage import can_read
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.model_folder import layers_of, sha256_of
from reranker_ui.core.training.advice.budget import sized
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.warm_start.soft_targets import drawn_pairs, taught_pairs
from reranker_ui.core.values.filesystems import note_use
from reranker_ui.core.values.recipe import Recipe

LEAST_PAIRS = 100  # below, "auto" is off: too little text to learn a cosine from
BATCH = 32
MOST_EPOCHS = 3
# 2e-4 collapses twelve layers into constant scores, .693 of loss to the end; six learn at it.
RATE, DEEP_RATE, DEEP = 2e-4, 8e-5, 12  # learning rates, and layers from which the lower one counts
KEPT = 4  # warm starts that stay in the cache


@dataclass(frozen=True)
class WarmStart:
    """A warm start to train, or one that `folder` already contains.

    `spec` has no targets yet; its first `given_count` pairs are pairs of the dataset.
    """

    spec: PhaseSpec
    given_count: int
    encoder: Path
    folder: Path

    @property
    def draft(self) -> Path:
        """Where a draft of it is saved, before it is kept."""
        return self.folder.with_name(f".{self.folder.name}")

    @property
    def done(self) -> bool:
        """Whether an earlier run has done it."""
        return (self.folder / "config.json").is_file()

    def targets(self, vectors: TextVectors) -> PhaseSpec:
        """The spec with neighbours among its pairs, and the target of each by its cosine."""
        drawn = list(zip(self.spec.queries, self.spec.passages, strict=True))
        pairs, targets = taught_pairs(drawn, self.given_count, vectors, self.spec.seed)
        queries, passages = (list(texts) for texts in zip(*pairs, strict=True))
        return replace(self.spec, queries=queries, passages=passages, targets=targets)


def warm_start_of(
    recipe: Recipe, base: ResolvedBase, encoder: Path, train_texts: list[Pair], cache: Path
) -> WarmStart | None:
    """The warm start of a run on the pairs `train_texts`, None where it needs none.

    `auto` is on for a base without head, if its encoder knows the tokens of the texts: where it
    does not, its cosine has nothing to teach.
    """
    if not warms(recipe, base, encoder, train_texts):
        return None
    count = int(sized(recipe).warm_start_pairs)
    pairs = drawn_pairs(train_texts, count, recipe.seed)
    spec = PhaseSpec(
        "warm_start",
        [query for query, _ in pairs],
        [passage for _, passage in pairs],
        [0.0] * len(pairs),
        epochs=min(MOST_EPOCHS, count / len(pairs)),
        batch_size=BATCH,
        learning_rate=_learning_rate(recipe, base.path),
        warmup=0.1,
        weight_decay=0.01,
        pos_weight=1.0,
        seed=recipe.seed,
        train_embeddings=recipe.train_embeddings,
        dropout=False,
    )
    name = _hash(base.path, encoder, spec, recipe.max_length)
    as_given = min(len(set(train_texts)), -(-count // 2))
    return WarmStart(spec, as_given, encoder, cache / "warm_starts" / name)


def warms(recipe: Recipe, base: ResolvedBase, encoder: Path, train_texts: list[Pair]) -> bool:
    """Whether a run on these `train_texts` has a warm start."""
    if recipe.warm_start != "auto":
        return recipe.warm_start == "on"
    lacks_head = not base.has_ranking_head and len(train_texts) >= LEAST_PAIRS
    return lacks_head and can_read(encoder / "tokenizer.json", train_texts)


def _learning_rate(recipe: Recipe, base: Path) -> float:
    if recipe.warm_start_learning_rate != "auto":
        return recipe.warm_start_learning_rate
    return DEEP_RATE if layers_of(base) >= DEEP else RATE


def used(warm: WarmStart) -> None:
    """Mark a cached warm start as just used, and delete those that were not used for longest."""
    note_use(warm.folder, KEPT)


def start_was_best(events: list[dict[str, Any]], metric: str) -> bool:
    """Whether the weights before the first step were better on dev than those of any step."""
    reported = {
        event["step"]: event["metrics"].get(metric)
        for event in events
        if event["event"] == "evaluated" and event["when"] == "during"
    }
    values = {step: value for step, value in reported.items() if value is not None}
    start = values.pop(0, None)
    return start is not None and bool(values) and start > max(values.values())


def _hash(base: Path, encoder: Path, spec: PhaseSpec, max_length: int) -> str:
    digest = hashlib.sha256(f"{max_length} {replace(spec, targets=[])}".encode())
    for folder in dict.fromkeys((base, encoder)):
        for file in sorted(folder.glob("*.safetensors")):
            digest.update(sha256_of(file).encode())
    return digest.hexdigest()[:32]
