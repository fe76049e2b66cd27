"""Tokenizers that the engines of a process share: one of 250,000 tokens takes 280 MB."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.model_folder import sha256_of


class SharedTokenizer:
    """A tokenizer for engines that cut texts at different lengths. May be used by many threads."""

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._turn = threading.Lock()

    def encode(self, texts: Sequence[str] | Sequence[Pair], max_length: int) -> list[Any]:
        """The encoding of each text or pair, cut to `max_length` tokens."""
        with self._turn:
            self._tokenizer.enable_truncation(max_length, strategy="longest_first")
            encoded: list[Any] = self._tokenizer.encode_batch(list(texts))
            return encoded

    def beginnings(self, texts: Sequence[str], limit: int) -> list[str]:
        """Each text up to the end of its first `limit` tokens."""
        with self._turn:
            self._tokenizer.enable_truncation(limit + 1)
            return beginnings(self._tokenizer, texts, limit)


def beginnings(tokenizer: Any, texts: Sequence[str], limit: int) -> list[str]:
    """Each text up to the end of its first `limit` tokens, by a tokenizer of `tokenizers`."""
    read = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [
        text[: encoding.offsets[limit - 1][1]] if len(encoding.offsets) > limit else text
        for text, encoding in zip(texts, read, strict=True)
    ]


def shared_tokenizer(file: Path) -> SharedTokenizer:
    """The tokenizer in a tokenizer.json; the one in memory, while another engine has the same."""
    with _READING:
        key = sha256_of(file)
        tokenizer = _IN_USE.get(key)
        if tokenizer is None:
            tokenizer = _IN_USE[key] = SharedTokenizer(file)
        return tokenizer


# Module state, because tokenizers are too large to load twice.
_IN_USE: WeakValueDictionary[str, SharedTokenizer] = WeakValueDictionary()
_READING = threading.Lock()
