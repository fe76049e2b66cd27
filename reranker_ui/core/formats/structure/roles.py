"""Roles of columns: positives, negatives, raters, and columns that only describe a pair."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import are_labels, is_behaviour, is_count, plain
from reranker_ui.core.formats.labels.label_cells import label_in
from reranker_ui.core.values.labels import number

Side = Literal["positive", "negative"]

_HOW = r"(?:hard|easy|random|dense|mined|soft|top|bm25|candidate)?"
_WHAT = (
    r"(?:passages?|paragraphs?|ctxs?|contexts?|docs?|documents?|texts?|messages?|answers?|"
    r"responses?|completions?|outputs?|repl(?:y|ies)|sentences?|examples?|samples?|candidates?|"
    r"items?|products?|chunks?|snippets?|results?|hits?|queries)?"
)
_POSITIVE = r"(?:positives?|pos|chosen|preferred)"
_NEGATIVE = r"(?:negatives?|negs?|rejected|(?:dis|non|un|not)preferred|distractors?)"
_RELEVANT = r"relevants?"
_IRRELEVANT = r"(?:ir|non|not)relevants?"
# Words that indicate a side only together with the other one: alone they often name a label.
_GOOD = (
    r"(?:correct|right|good|gold|golden|best|accepted|better|winner|winning|relevants?|clicked|"
    r"entailments?)"
)
_BAD = (
    r"(?:incorrect|wrong|bad|worse|loser|losing|(?:ir|non|not)relevants?|unclicked|skipped|"
    r"contradictions?)"
)
_RATERS = (
    *KNOWN["annotator"], "label", "rating", "grade", "score", "relevance", "judgment", "judgement",
    "vote", "assessment", "gpt", "claude", "llm", "gemini", "llama", "mistral", "qwen", "human",
)  # fmt: skip
_MORE = r"(?:passages?|ctxs?|docs|documents?|texts?|answers?|results)"


def _named(word: str) -> re.Pattern[str]:
    return re.compile(rf"{_WHAT}{_HOW}{word}{_WHAT}\d*")


_SURE: tuple[tuple[Side, re.Pattern[str]], ...] = (
    ("negative", re.compile(rf"{_IRRELEVANT}{_MORE}\d*")),
    ("positive", re.compile(rf"{_RELEVANT}{_MORE}\d*")),
    ("negative", _named(_NEGATIVE)),
    ("positive", _named(_POSITIVE)),
)
_LIKELY: tuple[tuple[Side, re.Pattern[str]], ...] = (
    ("negative", _named(_BAD)),
    ("positive", _named(_GOOD)),
)
_AGAINST = re.compile(r".*(?:negativ|dislik|downvot|against|unhelpful|(?:ir|non|not)relevan).*")
_DENIES = re.compile(
    r"(?:is|was)?(?:off|not?on)topic|(?:is|was)?(?:not|un)(?:related|useful|helpful|matching)|"
    r"(?:is|was)?(?:impossible|unanswer(?:able|ed)|no(?:t|n)?answer(?:able)?)|"
    r"(?:is|was)?(?:spam|mismatch(?:ed)?|hallucinat(?:ed|ion)|useless)"
)
_JUDGES = re.compile(
    r".*(?:verdict|judg|relevan|pertinen|label|correct|grade|rating|classif|annotat|feedback)"
    r".*|.*(?:action|interaction|outcome|decision)"
)
_DESCRIBES = re.compile(
    r"(?:wellformed|short|long|gold)?answers|.*(?:title|url|link|source|site|reason(?:ing)?|rationale|explanations?|thoughts?|analysis|"
    r"comments?|notes?|remarks?|topics?|category|categories|domain|description|narrative|"
    r"instructions?|prompt|type|brand|color|colour|author|name|date|time|language|locale|tags?|"
    r"keywords?|intent|facets?|bulletpoint|metadata|guidelines?|stance|feedback|critique)"
)


@lru_cache(maxsize=4096)
def side_of(name: object, sure: bool = True) -> Side | None:
    """The side indicated by a column's name; without `sure` also by words such as "wrong"."""
    plain_name = plain(name)
    patterns = _SURE if sure else (*_SURE, *_LIKELY)
    return next((side for side, pattern in patterns if pattern.fullmatch(plain_name)), None)


@lru_cache(maxsize=4096)
def denies(name: object) -> bool:
    """Whether a flag of this name says that a passage is not relevant."""
    bare = plain(name)
    sides = {side_of(word, sure=False) for word in (bare, bare.removeprefix("is"))}
    return "negative" in sides or bool(_DENIES.fullmatch(bare))


@lru_cache(maxsize=4096)
def names_judgment(name: object) -> bool:
    """Whether a column's name indicates what someone decided about a passage."""
    return bool(_JUDGES.fullmatch(plain(name)))


@lru_cache(maxsize=4096)
def describes(name: object) -> bool:
    """Whether a column's name indicates that it describes a pair, like titles and comments."""
    return bool(_DESCRIBES.fullmatch(plain(name)))


@lru_cache(maxsize=4096)
def stem(name: object) -> str:
    """A column's name without the number or letter that distinguishes it from similar ones."""
    return re.sub(r"(?:\d+|left|right|(?<=[a-z]{3})[abxy])$", "", plain(name))


def raters_of(
    names: Sequence[Any], values: Sequence[Mapping[Any, Any]], used: Collection[Any]
) -> list[Any]:
    """The columns with one rater's labels each; none where this is not clear."""
    counts = {name for name in names if is_count(name) or is_behaviour(name)}
    free = [name for name in names if name not in used and name not in counts]
    columns = [n for n in free if are_labels([label_in(v.get(n))[0] for v in values])]
    if len(columns) < 2 or _one_of_all(columns, values):
        return []
    if any(_AGAINST.fullmatch(plain(name)) for name in columns):
        return []  # votes for and against, counted
    same = len({stem(name) for name in columns}) == 1
    named = all(any(word in plain(name) for word in _RATERS) for name in columns)
    return columns if same or named else []


def _one_of_all(names: Sequence[Any], values: Sequence[Mapping[Any, Any]]) -> bool:
    """Whether exactly one of the columns is true in each record: options, not raters."""
    rows = [[value.get(name) for name in names] for value in values]
    flags = all(str(cell).strip().casefold() in ("true", "false") for row in rows for cell in row)
    return flags and all(sum(number(cell) or 0 for cell in row) == 1 for row in rows)
