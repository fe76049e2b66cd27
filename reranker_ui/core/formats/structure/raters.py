"""Tables with one column of labels per rater or judge model."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.columns import KNOWN, are_labels, is_count, plain
from reranker_ui.core.formats.structure.roles import stem

_WORDS = (
    *KNOWN["annotator"], "label", "rating", "grade", "score", "relevance", "judgment", "judgement",
    "vote", "assessment", "gpt", "claude", "llm", "gemini", "llama", "mistral", "qwen", "human",
)  # fmt: skip


def raters_of(
    names: Sequence[Any], values: Sequence[Mapping[Any, Any]], used: Collection[Any]
) -> list[Any]:
    """The columns with one rater's labels each; none where this is not clear."""
    free = [name for name in names if name not in used and not is_count(name)]
    held = [n for n in free if are_labels([v.get(n) for v in values])]
    if len(held) < 2:
        return []
    same = len({stem(name) for name in held}) == 1
    named = all(any(word in plain(name) for word in _WORDS) for name in held)
    return held if same or named else []
