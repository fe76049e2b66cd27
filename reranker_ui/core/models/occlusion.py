"""The words of a passage that change its score: each is removed once, all in one batch."""

import re
from collections.abc import Callable, Sequence
from typing import TypedDict

from reranker_ui.core.models.batcher import Pair

MOST = 160  # variants scored at once; longer passages are examined in groups of words
# Scripts without spaces are examined two characters at a time, with the marks on the last one.
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_WORD = re.compile(rf"[぀-ヿ㐀-鿿豈-﫿฀-๿]{{1,2}}[{_MARKS}]*|[^\W぀-ヿ㐀-鿿豈-﫿฀-๿]+(?:['’-]\w+)*")


class PassagePart(TypedDict):
    """A part of a passage. `effect`: the score of the whole minus the score without it.

    None between words.
    """

    text: str
    effect: float | None


class PartEffects(TypedDict):
    """The raw score of a passage, and its parts in order, which join to the passage."""

    score: float
    parts: list[PassagePart]


def occlude(
    score: Callable[[Sequence[Pair]], list[float]], query: str, passage: str
) -> PartEffects:
    """The effect of each part of `passage` on its raw score, measured by removing it.

    score: returns raw scores of pairs; called once.
    """
    words = [match.span() for match in _WORD.finditer(passage)]
    each = max(1, -(-len(words) // MOST))
    spans = [(chunk[0][0], chunk[-1][1]) for chunk in _chunks(words, each)]
    variants = [passage[:start] + passage[end:] for start, end in spans]
    whole, *without = score([(query, text) for text in (passage, *variants)])
    parts: list[PassagePart] = []
    done = 0
    for (start, end), score_without in zip(spans, without, strict=True):
        if start > done:
            parts.append({"text": passage[done:start], "effect": None})
        parts.append({"text": passage[start:end], "effect": whole - score_without})
        done = end
    if done < len(passage):
        parts.append({"text": passage[done:], "effect": None})
    return {"score": whole, "parts": parts}


def _chunks(words: list[tuple[int, int]], size: int) -> list[list[tuple[int, int]]]:
    return [words[start : start + size] for start in range(0, len(words), size)]
