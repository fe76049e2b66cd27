"""Full-text search terms: words as written, and single characters of CJK texts."""

import re
import unicodedata
from dataclasses import dataclass

from reranker_ui.core.values.refused import Refused

MOST_CHARACTERS, MOST_WORDS = 1_000, 64
_SHORTEST_PREFIX = 3  # characters from which an unfinished word matches longer words
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
            spaced_char = " "
        elif any(low <= code <= high for low, high in _SPACELESS):
            spaced_char = f" {char} "
        else:
            spaced_char = char
        self[code] = spaced_char
        return spaced_char


_LETTERS = _Letters()


def spaced(text: str) -> str:
    """The words of `text`, each after one space; case is folded, accents and tones are kept."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(["", *plain.casefold().translate(_LETTERS).split()])


@dataclass(frozen=True)
class Search:
    """A parsed search: phrases, each of which must occur in one of the texts of a pair.

    `phrases`: (words, each after a space; whether the last word is a prefix).
    """

    phrases: tuple[tuple[str, bool], ...]

    def finds(self, *pair_texts: str) -> bool:
        """Whether the search matches a pair of these texts, by the same rule as the index."""
        texts = [spaced(text) + " " for text in pair_texts]
        needles = [phrase if is_prefix else f"{phrase} " for phrase, is_prefix in self.phrases]
        return all(any(needle in text for text in texts) for needle in needles)


def read_search(typed: str) -> Search | None:
    """Parse words and "quoted phrases"; the last word may be unfinished. None if there are none.

    Refused: more than MOST_CHARACTERS or MOST_WORDS. Each CJK character counts as a word.
    """
    if len(typed) > MOST_CHARACTERS:
        raise Refused(
            f"The search has {len(typed):,} characters; the maximum is {MOST_CHARACTERS:,}."
            " Search for a few words of the text."
        )
    phrases: list[tuple[str, bool]] = []
    for quoted, closed, word in _PARTS.findall(typed):
        if phrase := spaced(word or quoted):
            phrases.append((phrase, not closed and _may_be_prefix(phrase)))
    if not phrases:
        return None
    last, open_end = phrases[-1]
    unfinished = open_end and not typed[-1:].isspace()
    earlier_phrases = [other for other, _ in phrases[:-1] if unfinished or other != last]
    whole = dict.fromkeys(earlier_phrases)
    words = sum(other.count(" ") for other in (*whole, last))
    if words > MOST_WORDS:
        raise Refused(
            f"The search has {words} words; the maximum is {MOST_WORDS}. Search for fewer words."
        )
    return Search((*((other, False) for other in whole), (last, unfinished)))


def _may_be_prefix(phrase: str) -> bool:
    return len(phrase.rpartition(" ")[2]) >= _SHORTEST_PREFIX
