"""The file combined.json beside a run's model: how its scores are combined."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.bases.embedded import HUB_NAMES
from reranker_ui.core.evaluation.combining.cascade import (
    PATIENCE,
    TOP,
    CascadeScores,
    cheap_order,
    scored_until_settled,
    with_estimates,
)
from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.files_beside import local_encoder
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.models.batcher import Pair

SLICE = 2048  # pairs whose embeddings are compared at once, which bounds the memory
Scorer = Callable[[Sequence[Pair]], list[float]]
Embedder = Callable[[Sequence[Pair]], tuple[Any, Any]]  # of queries and of passages


@dataclass(frozen=True)
class CombinedRanker:
    """A combination with what its parts need: an encoder's name, weights of words, a probe."""

    combination: Combination
    encoder: str
    revision: str | None  # of the encoder on the Hub
    terms: TermWeights
    probe: LinearProbe | None = None

    @property
    def embeds(self) -> bool:
        """Whether it needs the encoder."""
        return not {"probe", "cosine"}.isdisjoint(self.combination.used)

    def save(self, file: Path) -> None:
        """Write the file whole or not at all."""
        combination = self.combination
        values = {
            "intercept": combination.intercept,
            "weights": dict(combination.weights),
            "gains_on_dev": dict(combination.gains),
            "means_on_dev": dict(combination.means),
            "encoder": self.encoder,
            "encoder_on_hub": HUB_NAMES.get(self.encoder, self.encoder),
            "revision": self.revision,
        }
        if not {"probe", "bm25"}.isdisjoint(combination.used):
            values["bm25"] = self.terms.to_json()
        if self.probe and "probe" in combination.used:
            values["probe"] = self.probe.to_json()
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(values, ensure_ascii=False, indent=1))
        draft.replace(file)

    @classmethod
    def open(cls, file: Path) -> "CombinedRanker | None":
        """The ranker in `file`; None where there is no such file."""
        if not file.is_file():
            return None
        values = json.loads(file.read_text())
        terms = (
            TermWeights.from_json(values["bm25"]) if "bm25" in values else TermWeights({}, 0.0, 1.0)
        )
        means = values.get("means_on_dev", {})  # missing before version 0.2
        combination = Combination(
            values["intercept"], values["weights"], values["gains_on_dev"], means
        )
        probe = LinearProbe.from_json(values["probe"]) if "probe" in values else None
        encoder = str(local_encoder(file, values) or values["encoder"])
        return cls(combination, encoder, values["revision"], terms, probe)

    def logits(
        self, pairs: Sequence[Pair], tuned: Scorer, embedded: Embedder | None
    ) -> list[float]:
        """The combined logit of each pair; only the parts with a weight are asked."""
        return self.combination.logits(self._scores(pairs, tuned, embedded)) if pairs else []

    def cascade(
        self, pairs: Sequence[Pair], tuned: Scorer, embedded: Embedder, top: int = TOP
    ) -> CascadeScores:
        """The combined logits of a query's `pairs`, most of them estimated: see `cascade`.

        Estimates take the mean logit of the candidates that were scored last.
        """
        bm25 = self._terms_for(pairs).scores(pairs)
        scores = meaning_of(pairs, embedded, self.probe, bm25) | {"bm25": bm25}
        tuned_scores: dict[int, float] = {}

        def score(places: list[int]) -> list[float]:
            batch = {part: [values[at] for at in places] for part, values in scores.items()}
            batch["tuned"] = tuned([pairs[at] for at in places])
            tuned_scores.update(zip(places, batch["tuned"], strict=True))
            return self.combination.logits(batch)

        order = cheap_order(scores["cosine"], bm25)
        exact = scored_until_settled(order, score, top)
        last = float(np.mean(list(tuned_scores.values())[-PATIENCE:]))
        estimates = self.combination.logits(scores | {"tuned": [last] * len(pairs)})
        return with_estimates(exact, estimates, top)

    def _terms_for(self, pairs: Sequence[Pair]) -> TermWeights:
        if not {"probe", "bm25"}.isdisjoint(self.combination.used):
            return self.terms
        return TermWeights.of([passage for _, passage in pairs])  # others are not saved

    def contributions(
        self, pairs: Sequence[Pair], tuned: Scorer, embedded: Embedder | None
    ) -> dict[str, list[float]]:
        """What each part adds to the logits: see `Combination.contributions`."""
        return self.combination.contributions(self._scores(pairs, tuned, embedded))

    def _scores(
        self, pairs: Sequence[Pair], tuned: Scorer, embedded: Embedder | None
    ) -> dict[str, list[float]]:
        scores = self._cheap_scores(pairs, embedded)
        if "tuned" in self.combination.used:
            scores["tuned"] = tuned(pairs)
        return scores

    def _cheap_scores(
        self, pairs: Sequence[Pair], embedded: Embedder | None
    ) -> dict[str, list[float]]:
        # Scores of the parts but for the cross-encoder.
        scores = {"bm25": self.terms.scores(pairs)}
        if self.embeds and embedded:
            scores |= meaning_of(pairs, embedded, self.probe, scores["bm25"])
        return scores


def meaning_of(
    pairs: Sequence[Pair], embedded: Embedder, probe: LinearProbe | None, bm25: Sequence[float]
) -> dict[str, list[float]]:
    """The scores of the parts that read embeddings: `cosine`, and `probe` where there is one."""
    scores: dict[str, list[float]] = {"cosine": []}
    if probe:
        scores["probe"] = []
    for start in range(0, len(pairs), SLICE):
        part = slice(start, start + SLICE)
        left, right = embedded(pairs[part])
        scores["cosine"] += np.einsum("ij,ij->i", left, right, dtype=float).tolist()
        if probe:
            scores["probe"] += probe.logits(left, right, bm25[part])
    return scores
