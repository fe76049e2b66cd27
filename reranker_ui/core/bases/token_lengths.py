"""Token counts of pairs, from the tokenizer's file alone: no model is loaded."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.values.machine import trim_memory

SPECIAL = 3  # [CLS] query [SEP] passage [SEP]
SAMPLE = 400


def share_cut(
    tokenizer_file: Path, queries: Sequence[str], passages: Sequence[str], max_length: int
) -> float:
    """The share, 0 to 1, of pairs longer than `max_length` tokens; uses at most SAMPLE pairs."""
    every = max(1, len(queries) // SAMPLE)
    tokenizer = tokenizer_of(tokenizer_file)
    left = tokenizer.encode_batch(list(queries[::every]), add_special_tokens=False)
    right = tokenizer.encode_batch(list(passages[::every]), add_special_tokens=False)
    longer = [len(a) + len(b) + SPECIAL > max_length for a, b in zip(left, right, strict=True)]
    return sum(longer) / len(longer) if longer else 0.0


@lru_cache(maxsize=4)
def tokenizer_of(file: Path) -> Any:
    """The tokenizer of a tokenizer.json, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def forget_tokenizers() -> None:
    """Free the tokenizers that `tokenizer_of` keeps; that of E5 takes 290 MB."""
    tokenizer_of.cache_clear()
    trim_memory()
