"""Finds texts decoded with the wrong encoding (“Ã©” for “é”), and repairs them on request.

Only exact repairs are made: the letters, encoded in the wrong encoding, are valid UTF-8. ftfy
detects text that is not in any language, and provides encodings that keep undefined bytes. Lost
bytes are never guessed.
"""

import codecs
import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, TypedDict

from reranker_ui.core.values.pairs import Judged

_ENCODINGS = (
    "sloppy-windows-1252", "sloppy-windows-1254", "latin-1", "macroman", "sloppy-windows-1251",
    "sloppy-windows-1250", "sloppy-windows-1253", "sloppy-windows-1257", "iso-8859-2", "cp437",
)  # fmt: skip
_RUN = re.compile(r"[^\x00-\x7f]{1,12}")  # quickly rules out most correct texts
_SHOWN = 5
_FULLY_EXAMINED = 200  # texts examined closely while no text could be repaired so far
_CERTAIN_LETTERS = 3  # multi-byte letters that do not form by chance
_ROUNDS = 3  # wrong decodings on top of each other, at most


class LostText(TypedDict):
    """The beginning of a text that lost bytes."""

    line: int
    before: str


class RepairedText(LostText):
    """A part of a text before and after its repair."""

    after: str


class MojibakeReport(TypedDict):
    """Texts decoded with the wrong encoding, and `lost`, those that cannot be repaired."""

    texts: int
    lost: int
    repaired: bool
    encoding: str
    examples: list[RepairedText]
    left: list[LostText]


@dataclass
class Mojibake:
    """Findings over all records. `repair`: whether texts are repaired or only reported."""

    repair: bool = False
    texts: int = 0  # that can be repaired exactly
    lost: int = 0  # that look wrong and cannot be repaired
    encodings: dict[str, int] = field(default_factory=dict)
    examples: list[RepairedText] = field(default_factory=list)
    left: list[LostText] = field(default_factory=list)
    looked: int = 0

    def see(self, judged: Judged, line: int) -> Judged:
        """The same pair, with repaired texts if `repair` is set."""
        query, passage = self._text(judged.query, line), self._text(judged.passage, line)
        if query is judged.query and passage is judged.passage:
            return judged
        return replace(judged, query=query, passage=passage)

    def report(self) -> MojibakeReport | None:
        """The findings; None if there are none."""
        if not self.texts:
            return None
        return {
            "texts": self.texts, "lost": self.lost, "repaired": self.repair,
            "encoding": max(self.encodings, key=self.encodings.__getitem__),
            "examples": self.examples, "left": self.left,
        }  # fmt: skip

    def _text(self, text: Any, line: int) -> Any:
        if not isinstance(text, str) or text.isascii():
            return text
        repaired, encoding = repaired_text(text)
        if encoding is not None:
            self.texts += 1
            self.encodings[encoding] = self.encodings.get(encoding, 0) + 1
            if len(self.examples) < _SHOWN:
                at = next(n for n, letter in enumerate(text) if letter > "\x7f")
                before, after = _cut(text, at), _cut(repaired, at)
                self.examples.append({"line": line, "before": before, "after": after})
            return repaired if self.repair else text
        self.looked += 1
        if (self.texts or self.looked <= _FULLY_EXAMINED) and is_bad(text):
            self.lost += 1
            if len(self.left) < _SHOWN:
                self.left.append({"line": line, "before": _cut(text, 0)})
        return text


def repaired_text(text: str, rounds: int = _ROUNDS) -> tuple[str, str | None]:
    """The repaired text and the encoding it was wrongly decoded with; None for a correct text."""
    run = _RUN.search(text)
    for encoding in _suspects(run[0]) if run and rounds and _suspects(run[0][0]) else ():
        try:
            repaired = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if repaired != text and (_letters(repaired) >= _CERTAIN_LETTERS or is_bad(text)):
            repaired, _ = repaired_text(repaired, rounds - 1)
            if not is_bad(repaired):
                return repaired, encoding.removeprefix("sloppy-")
    return text, None


def is_bad(text: str) -> bool:
    """Whether the text contains letters that are not adjacent in any language."""
    from ftfy.badness import is_bad as bad

    return bool(bad(text))


def _letters(text: str) -> int:
    return sum(letter > "\x7f" for letter in text)


@lru_cache(maxsize=1 << 16)
def _suspects(run: str) -> tuple[str, ...]:
    """The encodings in which the first non-ASCII letters are UTF-8, perhaps cut at the end."""
    _register_encodings()
    return tuple(encoding for encoding in _ENCODINGS if _begins_as_utf8(run, encoding))


def _begins_as_utf8(run: str, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(run.encode(encoding))
    except UnicodeError:
        return False
    return True


@cache
def _register_encodings() -> None:
    import ftfy.bad_codecs

    ftfy.bad_codecs.ok()


def _cut(text: str, at: int, width: int = 120) -> str:
    """One line of text, starting shortly before position `at`."""
    begin = max(at - 20, 0) if at > width // 2 else 0
    line = " ".join(text[begin : begin + width].encode("utf-8", "replace").decode().split())
    return f"{'…' if begin else ''}{line}{'…' if begin + width < len(text) else ''}"
