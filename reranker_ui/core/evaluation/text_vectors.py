"""Embeddings of a run's texts by one encoder, each computed once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.evaluation import shared as sharing
from reranker_ui.core.evaluation.shared import Shared
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Encoder, Kind


class TextVectors:
    """Caches embeddings, 4 bytes per dimension; the encoder is only loaded for new texts."""

    def __init__(self, encoder: Path, shared: Shared | None = None) -> None:
        """`shared` embeds many new texts on several processes; None if this process works alone."""
        self._shared = shared
        self._path, self._encoder = encoder, None  # type: Path, Encoder | None
        self._kept: dict[Kind, dict[str, Any]] = {"query": {}, "document": {}}

    def vectors(self, texts: Sequence[str], kind: Kind) -> Any:
        """The embedding of each text, of length 1: texts x dimensions."""
        self._cache_new(texts, kind)
        return np.stack([self._kept[kind][text] for text in texts])

    def keep(self, pairs: Sequence[Pair]) -> None:
        """Embed all texts of `pairs` at once, for the calls that follow."""
        self._cache_new([query for query, _ in pairs], "query")
        self._cache_new([passage for _, passage in pairs], "document")

    def _cache_new(self, texts: Sequence[str], kind: Kind) -> None:
        cache = self._kept[kind]
        new = [text for text in dict.fromkeys(texts) if text not in cache]
        if new:
            cache.update(zip(new, self.uncached(new, kind), strict=True))

    def uncached(self, texts: Sequence[str], kind: Kind) -> Any:
        """As `vectors`, but computed again and not cached."""
        if self._shared is not None and len(texts) >= sharing.LEAST:
            return self._shared.vectors(self._path, texts, kind)
        self._encoder = self._encoder or Encoder(self._path)
        return self._encoder.vectors(texts, kind)

    def of_pairs(self, pairs: Sequence[Pair]) -> tuple[Any, Any]:
        """The embeddings of the queries and of the passages: each pairs x dimensions."""
        queries, passages = zip(*pairs, strict=True)
        return self.vectors(queries, "query"), self.vectors(passages, "document")

    def cosines(self, pairs: Sequence[Pair]) -> list[float]:
        """The cosine of each (query, passage)."""
        if not pairs:
            return []
        left, right = self.of_pairs(pairs)
        return [float(cosine) for cosine in np.einsum("ij,ij->i", left, right, dtype=float)]

    def delete_engine(self) -> None:
        """Free the encoder's memory; the embeddings stay."""
        self._encoder = None
