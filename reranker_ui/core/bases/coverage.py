"""How a base model's tokenizer reads texts: lengths, unknown tokens, texts with the same ids."""

import json
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.token_lengths import SAMPLE, SPECIAL, tokenizer_of
from reranker_ui.core.values.search_terms import spaced

# Measured on BERT's English vocabulary: en 0.20 tokens a character, vi 0.41, ru 0.86, zh 1.00.
UNKNOWN_WARNS, UNKNOWN_BLOCKS, DENSE_WARNS, MERGED_WARNS = 0.02, 0.20, 0.60, 0.02
# Six English sets: nothing unknown, at most .004 merged, .19 to .22 tokens a character. Vietnamese:
# .5 merged; Russian: .82 tokens a character; French .34; Chinese: .6 to .75 unknown.
WELL_UNKNOWN, WELL_MERGED, WELL_DENSE = 0.05, 0.05, 0.30
MULTILINGUAL_VOCABULARY = 100_000  # tokens; such tokenizers need .7 tokens a character in Chinese
WELL_SAMPLE, WELL_LENGTH = 100, 500  # pairs, characters
_BATCH = 500


@dataclass(frozen=True)
class Coverage:
    """Over the sampled texts. Shares are 0 to 1; `merged` counts distinct words, case folded."""

    lengths: list[int]  # tokens of each pair, special ones included
    unknown: float  # of all tokens
    tokens_per_character: float
    vocabulary: int  # tokens that the tokenizer knows
    merged_texts: float  # of distinct texts, those with the same ids as another text
    merged_words: float
    unknown_pairs: list[int]  # positions of pairs with an unknown token
    merged_examples: list[list[str]]  # groups of words that become one
    merged_pairs: list[int]  # positions of pairs with a text that shares its ids with another
    dense_pairs: list[int]  # positions of pairs above DENSE_WARNS tokens a character


def coverage_of(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> Coverage:
    """Tokenize (query, passage) pairs with a tokenizer.json; no model is loaded."""
    unknown = unknown_id(tokenizer_file)  # first: it takes much memory for a moment
    tokenizer = tokenizer_of(tokenizer_file)
    tally = _Tally(tokenizer, unknown)
    for begin in range(0, len(pairs), _BATCH):
        tally.add(begin, pairs[begin : begin + _BATCH])
    words = tally.merged_words()
    merged = tally.merged_texts()
    return Coverage(
        tally.lengths, tally.unknown / max(tally.tokens, 1),
        tally.tokens / max(tally.characters, 1), tokenizer.get_vocab_size(),
        len(merged) / max(len(tally.texts), 1), words[0], tally.unknown_pairs, words[1],
        sorted({at for text in merged for at in tally.where[text]}), tally.dense_pairs,
    )  # fmt: skip


def can_read(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether fewer than UNKNOWN_BLOCKS of the tokens of (query, passage) pairs are unknown.

    Uses at most SAMPLE pairs; True where the file does not exist.
    """
    if not tokenizer_file.is_file():
        return True
    texts = [text for pair in pairs[:: max(1, len(pairs) // SAMPLE)] for text in pair]
    encodings = tokenizer_of(tokenizer_file).encode_batch(texts, add_special_tokens=False)
    ids: list[int] = [number for encoding in encodings for number in encoding.ids]
    return ids.count(unknown_id(tokenizer_file)) / max(len(ids), 1) < UNKNOWN_BLOCKS


def reads_well(tokenizer_file: Path, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether a tokenizer reads (query, passage) pairs as well as an English one reads English.

    It does not where tokens are unknown, different words share their ids, or a small vocabulary
    splits words into characters. Uses the beginnings of at most WELL_SAMPLE pairs; True where
    there are none.
    """
    every = max(1, len(pairs) // WELL_SAMPLE)
    beginnings = [(query[:WELL_LENGTH], passage[:WELL_LENGTH]) for query, passage in pairs[::every]]
    coverage = coverage_of(tokenizer_file, beginnings)
    return (
        coverage.unknown < WELL_UNKNOWN
        and coverage.merged_words < WELL_MERGED
        and (
            coverage.tokens_per_character < WELL_DENSE
            or coverage.vocabulary >= MULTILINGUAL_VOCABULARY
        )
    )


def tokens_seen(tokenizer_file: Path, text: str, limit: int = 24) -> list[tuple[str, bool]]:
    """The first tokens of a text as the model sees them, and whether each is unknown."""
    tokenizer = tokenizer_of(tokenizer_file)
    encoding = tokenizer.encode(text, add_special_tokens=False)
    unknown = unknown_id(tokenizer_file)
    shown = zip(encoding.tokens[:limit], encoding.ids[:limit], strict=True)
    return [(token, number == unknown) for token, number in shown]


class _Tally:
    def __init__(self, tokenizer: Any, unknown: int) -> None:
        self.tokenizer, self.unknown_id = tokenizer, unknown
        self.tokens = self.unknown = self.characters = 0
        self.lengths: list[int] = []
        self.unknown_pairs: list[int] = []
        self.dense_pairs: list[int] = []
        self.texts: dict[str, bytes] = {}  # hashes of texts, and of their ids
        self.where: dict[str, list[int]] = {}
        self.words: set[str] = set()

    def add(self, begin: int, pairs: Sequence[tuple[str, str]]) -> None:
        flat = [text for pair in pairs for text in pair]
        encodings = self.tokenizer.encode_batch(flat, add_special_tokens=False)
        for number, (query, passage) in enumerate(pairs):
            left, right = encodings[2 * number].ids, encodings[2 * number + 1].ids
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
        text = _hash(words.encode("utf-8", "surrogatepass")).hex()
        self.where.setdefault(text, []).append(position)
        if text not in self.texts:  # case and punctuation alone make no other text
            self.texts[text] = _hash(_packed(ids))
            self.words.update(word for word in words.split() if word.isalpha() or _marked(word))

    def merged_texts(self) -> list[str]:
        """The hashes of distinct texts that share their ids with another distinct text."""
        return [text for group in _merged(self.texts) for text in group]

    def merged_words(self) -> tuple[float, list[list[str]]]:
        """The share of such words among distinct words, and the largest groups of known ones."""
        words = sorted(self.words)
        ids_of: dict[str, bytes] = {}
        known: set[str] = set()
        for begin in range(0, len(words), _BATCH):
            batch = words[begin : begin + _BATCH]
            encodings = self.tokenizer.encode_batch(batch, add_special_tokens=False)
            for word, encoding in zip(batch, encodings, strict=True):
                ids_of[word] = _packed(encoding.ids)
                if self.unknown_id not in encoding.ids:
                    known.add(word)
        ids_of_known = {word: ids for word, ids in ids_of.items() if word in known}
        share = sum(map(len, _merged(ids_of))) / max(len(ids_of), 1)
        return share, [group[:8] for group in _merged(ids_of_known)[:3]]


def _packed(ids: list[int]) -> bytes:
    return array("I", ids).tobytes()


def _hash(value: bytes) -> bytes:
    return blake2b(value, digest_size=16).digest()


def _merged(ids_of: dict[str, bytes]) -> list[list[str]]:
    """Groups of texts that have the same ids, the largest first."""
    groups: dict[bytes, list[str]] = {}
    for text, ids in ids_of.items():
        groups.setdefault(ids, []).append(text)
    merged = [group for group in groups.values() if len(group) > 1]
    return sorted(merged, key=len, reverse=True)


def _marked(word: str) -> bool:
    return any(unicodedata.category(char)[0] == "M" for char in word)


@lru_cache(maxsize=4)
def unknown_id(tokenizer_file: Path) -> int:
    """The id of the unknown token; -1 where the vocabulary covers every byte."""
    model = json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]
    if model.get("unk_id") is not None:
        return int(model["unk_id"])
    name = model.get("unk_token")
    return -1 if name is None else int(tokenizer_of(tokenizer_file).token_to_id(name))
