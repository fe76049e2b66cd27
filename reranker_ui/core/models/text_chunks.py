"""Texts for a tokenizer: only as much of each as a model can read, a bounded number at once.

A tokenizer takes about 50 bytes for each character, and cuts a text after it has read all of it.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from reranker_ui.core.models.batcher import Pair

Text = TypeVar("Text", str, Pair)

CHARACTERS = 64  # of a token: more than words have
CHUNK = 400_000  # characters tokenized at once
SHORT = 512  # characters
SMALL_BATCH, LARGE_BATCH = 8, 32


def start_of(text: str, max_length: int) -> str:
    """The part of `text` that a model of `max_length` tokens can read, and more."""
    return text[: CHARACTERS * max_length]


def starts_of(pairs: Sequence[Pair], max_length: int) -> list[Pair]:
    """The same of both texts of each pair."""
    return [(start_of(left, max_length), start_of(right, max_length)) for left, right in pairs]


def chunks(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """`texts` in their order, at most CHUNK characters at once, or one longer text."""
    chunk: list[Text] = []
    held = 0
    for text in texts:
        size = length(text)
        if chunk and held + size > CHUNK:
            yield chunk
            chunk, held = [], 0
        chunk.append(text)
        held += size
    if chunk:
        yield chunk


def length(text: str | Pair) -> int:
    """Characters of a text, or of both texts of a pair."""
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])


def batch_size(texts: Sequence[str | Pair], device: str) -> int:
    """Texts for a model at once: few where they are long, unless there is a GPU."""
    short = device != "cpu" or max(map(length, texts), default=0) <= SHORT
    return LARGE_BATCH if short else SMALL_BATCH
