"""Texts that were read with the wrong encoding (“Ã©” for “é”): found, and mended where asked for.

Only what comes back exactly is mended: the letters, written in the encoding that they were read
in by mistake, are valid UTF-8. ftfy says what is no text of any language, and brings encodings
that keep bytes which an encoding leaves undefined. Lost bytes are never guessed.
"""

import codecs
import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from reranker_ui.core.values.pairs import Judged

_ENCODINGS = (
    "sloppy-windows-1252", "sloppy-windows-1254", "latin-1", "macroman", "sloppy-windows-1251",
    "sloppy-windows-1250", "sloppy-windows-1253", "sloppy-windows-1257", "iso-8859-2", "cp437",
)  # fmt: skip
_RUN = re.compile(r"[^\x00-\x7f]{1,12}")  # what tells most right texts from wrong ones quickly
_SHOWN = 5
_LOOKED_AT = 200  # texts that are looked at closely although no text could be mended so far
_SURE = 3  # letters of several bytes each that no text forms by chance
_TURNS = 3  # as often was a text read wrongly, at most


@dataclass
class Mojibake:
    """What is found while records go by. `repair`: texts are mended, else they stay as they are."""

    repair: bool = False
    texts: int = 0  # that come back exactly
    lost: int = 0  # that look wrong and cannot come back
    encodings: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    looked: int = 0

    def see(self, judged: Judged, line: int) -> Judged:
        """The same pair, its texts mended where that is asked for."""
        query, passage = self._text(judged.query, line), self._text(judged.passage, line)
        if query is judged.query and passage is judged.passage:
            return judged
        return replace(judged, query=query, passage=passage)

    def told(self) -> dict[str, Any] | None:
        """What was found: texts, lost, encoding, repaired, examples and left; None for nothing."""
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
        mended, encoding = mend(text)
        if encoding is not None:
            self.texts += 1
            self.encodings[encoding] = self.encodings.get(encoding, 0) + 1
            if len(self.examples) < _SHOWN:
                at = next(n for n, letter in enumerate(text) if letter > "\x7f")
                before, after = _cut(text, at), _cut(mended, at)
                self.examples.append({"line": line, "before": before, "after": after})
            return mended if self.repair else text
        self.looked += 1
        if (self.texts or self.looked <= _LOOKED_AT) and is_bad(text):
            self.lost += 1
            if len(self.left) < _SHOWN:
                self.left.append({"line": line, "before": _cut(text, 0)})
        return text


def mend(text: str, turns: int = _TURNS) -> tuple[str, str | None]:
    """The text as it was written and the encoding that it was read in; None where it is right."""
    run = _RUN.search(text)
    for encoding in _suspects(run[0]) if run and turns and _suspects(run[0][0]) else ():
        try:
            told = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if told != text and (_letters(told) >= _SURE or is_bad(text)):
            told, _ = mend(told, turns - 1)
            if not is_bad(told):
                return told, encoding.removeprefix("sloppy-")
    return text, None


def is_bad(text: str) -> bool:
    """Whether the text holds letters that stand beside each other in no language."""
    from ftfy.badness import is_bad as bad

    return bool(bad(text))


def _letters(text: str) -> int:
    return sum(letter > "\x7f" for letter in text)


@lru_cache(maxsize=1 << 16)
def _suspects(run: str) -> tuple[str, ...]:
    """The encodings in which the first letters beyond ASCII are UTF-8, perhaps cut at the end."""
    _know_encodings()
    return tuple(encoding for encoding in _ENCODINGS if _begins_as_utf8(run, encoding))


def _begins_as_utf8(run: str, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(run.encode(encoding))
    except UnicodeError:
        return False
    return True


@cache
def _know_encodings() -> None:
    import ftfy.bad_codecs

    ftfy.bad_codecs.ok()


def _cut(text: str, at: int, most: int = 120) -> str:
    """A piece of one line, from a little before position `at`."""
    begin = max(at - 20, 0) if at > most // 2 else 0
    line = " ".join(text[begin : begin + most].encode("utf-8", "replace").decode().split())
    return f"{'…' if begin else ''}{line}{'…' if begin + most < len(text) else ''}"
