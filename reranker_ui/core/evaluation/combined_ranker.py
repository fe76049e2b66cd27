"""The file combined.json beside a run's model: how its scores are combined, for whoever serves."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reranker_ui.core.bases.embedded import HUB_NAMES
from reranker_ui.core.evaluation.combination import PARTS, Combination
from reranker_ui.core.evaluation.term_weights import TermWeights
from reranker_ui.core.models.batcher import Pair

READER = Path(__file__).resolve().parents[3] / "assets" / "combined_reader.py"
Scorer = Callable[[Sequence[Pair]], list[float]]


@dataclass(frozen=True)
class CombinedRanker:
    """A combination with what its parts need: the encoder's name, and the weights of words."""

    combination: Combination
    encoder: str
    revision: str | None  # of the encoder on the Hub
    terms: TermWeights

    def save(self, file: Path) -> None:
        """Write the file whole or not at all."""
        found = self.combination
        kept = {
            "intercept": found.intercept,
            "weights": dict(found.weights),
            "gains_on_dev": dict(found.gains),
            "encoder": self.encoder,
            "encoder_on_hub": HUB_NAMES.get(self.encoder, self.encoder),
            "revision": self.revision,
        }
        if found.weights["bm25"]:
            kept["bm25"] = self.terms.to_json()
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1))
        draft.replace(file)

    @classmethod
    def open(cls, file: Path) -> "CombinedRanker | None":
        """The ranker in `file`; None where there is no such file."""
        if not file.is_file():
            return None
        kept = json.loads(file.read_text())
        terms = TermWeights.from_json(kept["bm25"]) if "bm25" in kept else TermWeights({}, 0.0, 1.0)
        found = Combination(kept["intercept"], kept["weights"], kept["gains_on_dev"])
        return cls(found, kept["encoder"], kept["revision"], terms)

    def logits(self, pairs: Sequence[Pair], tuned: Scorer, cosine: Scorer) -> list[float]:
        """The combined logit of each pair; only the parts with a weight are asked."""
        if not pairs:
            return []
        scorers = {"tuned": tuned, "cosine": cosine, "bm25": self.terms.scores}
        weights = self.combination.weights
        scores = {part: scorers[part](pairs) for part in PARTS if weights[part]}
        return self.combination.logits(scores)


def files_beside(combined: Path, root: Path) -> list[Path]:
    """What a copy of `root` needs beside its files to score as the run does: see READER.

    `combined`: the run's combined.json. None where there is no such file, as the model is alone.
    """
    if not combined.is_file():
        return []
    return [READER] if combined.parent == root else [combined, READER]
