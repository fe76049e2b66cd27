"""Texts for a tokenizer: only as much of each as a model can read, a bounded number at once.

A tokenizer takes about 50 bytes for each character, and cuts a text after it has read all of it.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

from reranker_ui.core.models.batcher import Pair

Text = TypeVar("Text", str, Pair)

CHARACTERS = 64  # of a token: more than words have
CHUNK = 400_000  # characters tokenized at once
BATCH = 32  # texts for a model at once
TOKENS = 2048  # of them together; MiniLM takes about 20 MB of memory for each thousand


def start_of(text: str, max_length: int) -> str:
    """The part of `text` that a model of `max_length` tokens can read, and more."""
    return text[: CHARACTERS * max_length]


def starts_of(pairs: Sequence[Pair], max_length: int) -> list[Pair]:
    """The same of both texts of each pair."""
    return [(start_of(left, max_length), start_of(right, max_length)) for left, right in pairs]


def chunks(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """`texts` in their order, at most CHUNK characters at once, or one longer text."""
    chunk: list[Text] = []
    characters = 0
    for text in texts:
        size = length(text)
        if chunk and characters + size > CHUNK:
            yield chunk
            chunk, characters = [], 0
        chunk.append(text)
        characters += size
    if chunk:
        yield chunk


def length(text: str | Pair) -> int:
    """Characters of a text, or of both texts of a pair."""
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])


def batches(lengths: Sequence[int], device: str) -> Iterator[list[int]]:
    """The places of texts with these `lengths` in tokens, those of similar length together.

    On a CPU a batch has at most TOKENS tokens, padding included, or one text.
    """
    limit = TOKENS if device == "cpu" else sys.maxsize
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda at: lengths[at]):
        if batch and (len(batch) == BATCH or (len(batch) + 1) * lengths[place] > limit):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
