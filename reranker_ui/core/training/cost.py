"""The estimated cost of a run: steps, pairs, seconds, bytes of disk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.embedded import encoder_beside
from reranker_ui.core.evaluation.baselines import live_pairs
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.negatives import expected
from reranker_ui.core.training.phase import PhaseSpec, phase_spec
from reranker_ui.core.training.run_time import COST_OF_SCORING, evaluations
from reranker_ui.core.training.warm_start.preparation import WarmStart, warm_start_of
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import COLUMNS

OPENING = 15.0  # seconds of imports, base model and baselines
CHECKPOINTS = 3  # on disk at once: two are kept while a third is written
Splits = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Cost:
    """The phases of one recipe, a spec for each pass, and the work of all of them.

    `pairs` is the work in training pairs; scored pairs count for less.
    """

    specs: tuple[PhaseSpec, ...]
    warm: WarmStart | None
    pairs: float

    @property
    def steps(self) -> int:
        """Optimizer steps of all passes, without the warm start."""
        return sum(spec.steps for spec in self.specs)

    def seconds(self, pairs_per_second: float | None) -> float | None:
        """The duration at this speed; None where the speed is unknown."""
        if not pairs_per_second:
            return None
        return OPENING * len(self.specs) + self.pairs / pairs_per_second

    def disk(self, measured: dict[str, Any]) -> int:
        """Bytes on disk at most, from the measured sizes of `weights` and a `checkpoint`."""
        models = len(self.specs) + (self.warm is not None)
        return CHECKPOINTS * int(measured["checkpoint"]) + int(measured["weights"]) * models


def cost_of(
    recipe: Recipe,
    passes: Sequence[Splits],
    base: ResolvedBase | None,
    scale: Scale,
    texts: list[Pair],
    cache: Path,
    ranks: int = 1,
    share: float = 1.0,
) -> Cost:
    """The cost of `recipe`. `passes` are the splits of each pass, which differ in `train` only.

    The warm start trains on `texts`; `ranks` is the number of processes that train together.
    `share`: `passes` are a sample, this part of the pairs; the cost is that of all.
    """
    specs = tuple(
        replace(_spec(recipe, drawn, scale), ranks=ranks, share=share) for drawn in passes
    )
    warm = _warm_start(recipe, base, texts, cache)
    before = warm.spec.learned if warm and not warm.done else 0
    work = (_work(*pair, scale) for pair in zip(specs, passes, strict=True))
    return Cost(specs, warm, before + sum(work))


def _spec(recipe: Recipe, splits: Splits, scale: Scale) -> PhaseSpec:
    # The negatives are not mined yet: sampled labelled pairs replace them.
    train = splits["train"]
    if more := expected(recipe, train, scale):
        filled = train.sample(more, replace=True, random_state=0).assign(grade=scale.min)
        train = pd.concat([train, filled[COLUMNS]], ignore_index=True)
    return phase_spec(recipe, train, scale)


def _warm_start(
    recipe: Recipe, base: ResolvedBase | None, texts: list[Pair], cache: Path
) -> WarmStart | None:
    if base is None:
        return None
    encoder, _notice = encoder_beside(base.path, cache, texts)
    return warm_start_of(recipe, base, encoder, texts, cache)


def _work(spec: PhaseSpec, splits: Splits, scale: Scale) -> float:
    live = live_pairs(splits["dev"], spec.learned, spec.seed, scale)
    scored = (evaluations(spec) + 2) * len(live) + 2 * len(splits["test"]) / spec.share
    return spec.learned + COST_OF_SCORING * scored
