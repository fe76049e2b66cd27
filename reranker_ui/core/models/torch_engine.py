"""The default engine: a cross-encoder run by sentence-transformers."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.first_token import read_first_token
from reranker_ui.core.models.loading import SAFE, bytes_of, folder_at, quiet, share_weights
from reranker_ui.core.models.shared_tokenizer import beginnings
from reranker_ui.core.models.text_chunks import batches, chunks
from reranker_ui.core.values.machine import import_large


class TorchEngine:
    """A cross-encoder run by sentence-transformers, on the GPU if there is one."""

    def __init__(self, path: Path | str, max_length: int | None = None, seed: int = 0) -> None:
        path = folder_at(path)  # before the imports, which take seconds
        import_large("sentence_transformers")
        import torch
        from sentence_transformers import CrossEncoder

        quiet()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.model = CrossEncoder(
                str(path), max_length=max_length, local_files_only=True, model_kwargs=SAFE
            )
        if self.model.num_labels != 1:
            raise ValueError(f"{path} returns {self.model.num_labels} scores per pair, not one.")
        read_first_token(self.model)
        self.model.eval()
        self.size, self._turn = bytes_of(self.model), threading.Lock()

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that the model reads; the rest is cut."""
        return int(self.model.max_seq_length)

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each (query, passage); one call at a time."""
        import torch

        lengths = [tokens for chunk in chunks(pairs) for tokens in self.tokens(chunk)]
        logits = np.zeros(len(pairs))
        for places in batches(lengths, self.model.device.type):
            with self._turn:
                scores = self.model.predict(
                    [pairs[place] for place in places],
                    batch_size=len(places),
                    activation_fn=torch.nn.Identity(),
                    show_progress_bar=False,
                )
            logits[places] = np.asarray(scores).reshape(-1)
        return [float(logit) for logit in logits]

    def share_weights(self, path: Path, copies: Path) -> None:
        """Read the weights from a mapped file; see `loading.share_weights`."""
        with self._turn:
            share_weights(self.model, path, copies)

    def tokens(self, pairs: Sequence[Pair]) -> list[int]:
        """Tokens of each pair as read, at most `max_length`."""
        if not pairs:
            return []
        queries, passages = [query for query, _ in pairs], [passage for _, passage in pairs]
        with self._turn:
            read = self.model.tokenizer(
                queries, passages, truncation="longest_first", max_length=self.max_length
            )
        return [len(ids) for ids in read["input_ids"]]

    def truncated(self, texts: Sequence[str], limit: int) -> list[str]:
        """Each text up to the end of its first `limit` tokens."""
        with self._turn:
            return beginnings(self.model.tokenizer.backend_tokenizer, texts, limit)
