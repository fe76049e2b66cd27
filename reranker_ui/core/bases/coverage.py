"""What a base model's tokenizer makes of texts: lengths, unknown tokens, texts that look alike."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.token_lengths import SAMPLE, SPECIAL, tokenizer_of
from reranker_ui.core.values.search_terms import spaced

# Measured on BERT's English vocabulary: en 0.20 tokens a character, vi 0.41, ru 0.86, zh 1.00.
UNKNOWN_WARNS, UNKNOWN_BLOCKS, DENSE_WARNS, MERGED_WARNS = 0.02, 0.20, 0.60, 0.02
# Six English sets: nothing unknown, at most .004 merged, .19 to .22 tokens a character. Vietnamese:
# .5 merged; Russian: .82 tokens a character; French .34; Chinese: .6 to .75 unknown.
WELL_UNKNOWN, WELL_MERGED, WELL_DENSE = 0.05, 0.05, 0.30
WELL_SAMPLE, WELL_LENGTH = 100, 500  # pairs, characters
_BATCH = 2_000


@dataclass(frozen=True)
class Coverage:
    """Over the sampled texts. Shares are 0 to 1; `merged` counts distinct words, case folded."""

    lengths: list[int]  # tokens of each pair, special ones included
    unknown: float  # of all tokens
    tokens_per_character: float
    merged_texts: float  # of distinct texts, those whose ids another text has too
    merged_words: float
    unknown_pairs: list[int]  # positions of pairs with an unknown token
    merged_examples: list[list[str]]  # groups of words that become one
    merged_pairs: list[int]  # positions of pairs with a text that has another's ids
    dense_pairs: list[int]  # positions of pairs above DENSE_WARNS tokens a character


def coverage_of(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> Coverage:
    """Tokenize (query, passage) pairs with a tokenizer.json; no model is loaded."""
    tokenizer = tokenizer_of(tokenizer_file)
    told = _Tally(tokenizer, unknown_id(tokenizer_file))
    for begin in range(0, len(pairs), _BATCH):
        told.add(begin, pairs[begin : begin + _BATCH])
    words = told.merged_words()
    merged = told.merged_texts()
    return Coverage(
        told.lengths, told.unknown / max(told.tokens, 1), told.tokens / max(told.characters, 1),
        len(merged) / max(len(told.texts), 1), words[0], told.unknown_pairs, words[1],
        sorted({at for text in merged for at in told.where[text]}), told.dense_pairs,
    )  # fmt: skip


def can_read(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether fewer than UNKNOWN_BLOCKS of the tokens of (query, passage) pairs are unknown.

    From SAMPLE pairs at most; True where there is no such file to ask.
    """
    if not tokenizer_file.is_file():
        return True
    texts = [text for pair in pairs[:: max(1, len(pairs) // SAMPLE)] for text in pair]
    seen = tokenizer_of(tokenizer_file).encode_batch(texts, add_special_tokens=False)
    ids: list[int] = [number for one in seen for number in one.ids]
    return ids.count(unknown_id(tokenizer_file)) / max(len(ids), 1) < UNKNOWN_BLOCKS


def reads_well(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether a tokenizer keeps what (query, passage) pairs say, as an English one does English.

    It does not where tokens are unknown, words that differ become one, or words are spelled out.
    From WELL_SAMPLE pairs at most, the beginnings of their texts; True where there are none.
    """
    every = max(1, len(pairs) // WELL_SAMPLE)
    begun = [(query[:WELL_LENGTH], passage[:WELL_LENGTH]) for query, passage in pairs[::every]]
    seen = coverage_of(tokenizer_file, begun)
    return (
        seen.unknown < WELL_UNKNOWN
        and seen.merged_words < WELL_MERGED
        and seen.tokens_per_character < WELL_DENSE
    )


def tokens_seen(tokenizer_file: Path, text: str, most: int = 24) -> list[tuple[str, bool]]:
    """The first tokens of a text as the model sees them, and whether each is unknown."""
    tokenizer = tokenizer_of(tokenizer_file)
    seen = tokenizer.encode(text, add_special_tokens=False)
    unknown = unknown_id(tokenizer_file)
    shown = zip(seen.tokens[:most], seen.ids[:most], strict=True)
    return [(token, number == unknown) for token, number in shown]


class _Tally:
    def __init__(self, tokenizer: Any, unknown: int) -> None:
        self.tokenizer, self.unknown_id = tokenizer, unknown
        self.tokens = self.unknown = self.characters = 0
        self.lengths: list[int] = []
        self.unknown_pairs: list[int] = []
        self.dense_pairs: list[int] = []
        self.texts: dict[str, tuple[int, ...]] = {}
        self.where: dict[str, list[int]] = {}
        self.words: set[str] = set()

    def add(self, begin: int, pairs: Sequence[tuple[str, str]]) -> None:
        flat = [text for pair in pairs for text in pair]
        seen = self.tokenizer.encode_batch(flat, add_special_tokens=False)
        for number, (query, passage) in enumerate(pairs):
            left, right = seen[2 * number].ids, seen[2 * number + 1].ids
            self.lengths.append(len(left) + len(right) + SPECIAL)
            if self.unknown_id in left or self.unknown_id in right:
                self.unknown_pairs.append(begin + number)
            if len(left) + len(right) > DENSE_WARNS * (len(query) + len(passage)):
                self.dense_pairs.append(begin + number)
            self._text(query, left, begin + number)
            self._text(passage, right, begin + number)

    def _text(self, text: str, ids: list[int], position: int) -> None:
        self.tokens += len(ids)
        self.unknown += ids.count(self.unknown_id)
        self.characters += len(text)
        words = spaced(text)
        self.where.setdefault(words, []).append(position)
        if words not in self.texts:  # case and punctuation alone make no other text
            self.texts[words] = tuple(ids)
            self.words.update(word for word in words.split() if word.isalpha() or _marked(word))

    def merged_texts(self) -> list[str]:
        """The distinct texts whose ids some other distinct text has."""
        return [text for group in _merged(self.texts) for text in group]

    def merged_words(self) -> tuple[float, list[list[str]]]:
        """The same of distinct words, with the largest groups of those that are known."""
        words = sorted(self.words)
        seen = self.tokenizer.encode_batch(words, add_special_tokens=False)
        ids_of = {word: tuple(one.ids) for word, one in zip(words, seen, strict=True)}
        known = {word: ids for word, ids in ids_of.items() if self.unknown_id not in ids}
        share = sum(map(len, _merged(ids_of))) / max(len(ids_of), 1)
        return share, [group[:8] for group in _merged(known)[:3]]


def _merged(ids_of: dict[str, tuple[int, ...]]) -> list[list[str]]:
    """Groups of texts that have the same ids, the largest first."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for text, ids in ids_of.items():
        groups.setdefault(ids, []).append(text)
    merged = [group for group in groups.values() if len(group) > 1]
    return sorted(merged, key=len, reverse=True)


def _marked(word: str) -> bool:
    return any(unicodedata.category(char)[0] == "M" for char in word)


@lru_cache(maxsize=4)
def unknown_id(tokenizer_file: Path) -> int:
    """The id of the token for what the vocabulary lacks; -1 where every byte has one."""
    model = json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]
    if model.get("unk_id") is not None:
        return int(model["unk_id"])
    name = model.get("unk_token")
    return -1 if name is None else int(tokenizer_of(tokenizer_file).token_to_id(name))
