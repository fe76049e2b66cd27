"""Scores and embeddings of many texts, which several processes may compute together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Kind

LEAST = 20_000  # texts or pairs: with fewer, one process ends before others have started


class Shared(Protocol):
    """Processes that compute together, each of them a part."""

    def logits(self, model: Path, max_length: int | None, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each pair by the cross-encoder in the folder `model`."""
        ...

    def vectors(self, encoder: Path, texts: Sequence[str], kind: Kind) -> Any:
        """The normalized embedding of each text: texts x dimensions."""
        ...
