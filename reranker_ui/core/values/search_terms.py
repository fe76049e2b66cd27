"""What full-text search finds: words as they are written, and single characters of CJK texts."""

import re
import unicodedata
from dataclasses import dataclass

from reranker_ui.core.values.refused import Refused

MOST_CHARACTERS, MOST_WORDS = 1_000, 64
_SHORTEST_PREFIX = 3  # characters from which on a word that is still being typed finds longer ones
# Scripts written without spaces, and Hangul with its endings: each character is a word, a word of
# the query is a phrase of them.
_SPACELESS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF),
    (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_PARTS = re.compile(r'"([^"]*)("?)|([^\s"]+)')


class _Letters(dict[int, str]):
    """For str.translate: letters, digits and marks stay, CJK stands alone, the rest is space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char)[0] not in "LNM":
            told = " "
        elif any(low <= code <= high for low, high in _SPACELESS):
            told = f" {char} "
        else:
            told = char
        self[code] = told
        return told


_LETTERS = _Letters()


def spaced(text: str) -> str:
    """The words of `text`, each after one space; case is folded, tones and accents stay."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(["", *plain.casefold().translate(_LETTERS).split()])


@dataclass(frozen=True)
class Search:
    """What is searched for: phrases of words, all of which a pair has in its query or passage.

    `phrases`: (words after a space each, whether the last word may go on).
    """

    phrases: tuple[tuple[str, bool], ...]

    def finds(self, query: str, passage: str) -> bool:
        """Whether a pair of these texts is found; the same rule as the index follows."""
        told = (spaced(query) + " ", spaced(passage) + " ")
        needles = [phrase if goes_on else f"{phrase} " for phrase, goes_on in self.phrases]
        return all(any(needle in text for text in told) for needle in needles)


def read_search(typed: str) -> Search | None:
    """Words, and "phrases in quote marks"; the last word may be unfinished. None: no word in it.

    Refused: more than MOST_CHARACTERS or MOST_WORDS. Each CJK character counts as a word.
    """
    if len(typed) > MOST_CHARACTERS:
        raise Refused(
            f"The search has {len(typed):,} characters; the most is {MOST_CHARACTERS:,}."
            " Search for a few words of the text."
        )
    phrases: list[tuple[str, bool]] = []
    for quoted, closed, word in _PARTS.findall(typed):
        if told := spaced(word or quoted):
            phrases.append((told, not closed and _may_go_on(told)))
    if not phrases:
        return None
    last, open_end = phrases[-1]
    unfinished = open_end and not typed[-1:].isspace()
    others = [phrase for phrase, _ in phrases[:-1] if unfinished or phrase != last]
    whole = dict.fromkeys(others)
    words = sum(phrase.count(" ") for phrase in (*whole, last))
    if words > MOST_WORDS:
        raise Refused(
            f"The search has {words} words; the most is {MOST_WORDS}. Search for fewer of them."
        )
    return Search((*((phrase, False) for phrase in whole), (last, unfinished)))


def _may_go_on(phrase: str) -> bool:
    return len(phrase.rpartition(" ")[2]) >= _SHORTEST_PREFIX
