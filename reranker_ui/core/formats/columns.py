"""Columns: which of them is the query, the passage, the label and the split."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import IDS, KNOWN
from reranker_ui.core.values.labels import number
from reranker_ui.core.values.splits import split_name

# Names, or labels?
_LISTED = {"positive", "negative", "positives", "negatives", "relevant", "irrelevant",
           "notrelevant", "nonrelevant", "related", "unrelated"}  # fmt: skip
_ALL = {name for names in KNOWN.values() for name in names} | set(IDS) | _LISTED
# Endings of names; those of "valid", "yes or no", "recommend" and "mean" are none.
_COUNTS = re.compile(
    r".*(impressions|views|rank(ing)?|position|index|idx|(?<!val)(?<!pa)id|count|length|version|"
    r"year|seed|fold|time|offset|start|(?<!mm)end|hash|order|line|page|confidence|unnamed0|number|"
    r"num|tokens|words|(?<!yes)(?<!yesor)no|nr|row|nummer|sku|(?<!cl)(?<!m)ean|gtin|price|preis|"
    r"cost|amount|quantity|stock|variance|std|stddev|deviation|entropy|agreement|session|round|"
    r"user|visitor|customer|batch|group|task)"
)
_RANK = re.compile(r".*(rank(ing)?|position|rang|platz)")  # the place of a result in its list
# What users did with a result: it depends on its position, so it is read as a label only if chosen.
_BEHAVIOUR = re.compile(
    r".*(clicks|ctr|click(through)?rate|conversions?(rate)?|purchases|orders|addtocarts?|sales"
    r"|(up|down)votes?|(dis)?likes)"
)
_CODE = re.compile(r"(?=\S*\d)[!-~]+|https?://\S+")  # "SKU-7001", an address
_CHOSEN = re.compile(
    r".*(click|select|chosen|correct|gold|relevant|best|winner|answer).*(position|index|idx|rank)"
)
_NOTED = re.compile(r"(.+?)\s*[(\[][^()\[\]]*[)\]]\s*")  # "Relevance (0-3)"
# Yes and no below these names answer the query; they do not judge a passage.
_ANSWERS = {*KNOWN["query"], *KNOWN["passage"]} - {"positive"}
_WEAK = {"score", "scores", "similarity", "similarityscore", "relevancescore", "target", "class"}
_TRUE = r"final|gold|true|truth|groundtruth|adjudicated|consensus|majority|agreed"
_LABEL = r"label|score|rating|grade|relevance|relevant|judge?ment"
_SETTLED = re.compile(rf"(?:is)?(?:{_TRUE})(?:{_LABEL})?")
_BY_PEOPLE = re.compile(rf"(?:{_TRUE}|human|expert|manual|annotator).*")
_WORSE = re.compile(r".*(?:(?:ir|non|not)relevan|negativ|dissimilar|distance|error|penalty|spam).*")
_HIGHEST = 100  # a column of larger numbers holds ids or years, not labels
_HIGHEST_GRADE, _HIGHEST_HALF = 10, 5  # of a column that no name says to be the label


def plain(name: object) -> str:
    """A column name without case, spaces and punctuation."""
    return "".join(letter for letter in str(name).casefold() if letter.isalnum())


def _is_known(name: str) -> bool:
    plain_name = plain(name)  # "negative_1" is one of several "negative"
    return plain_name in _ALL or plain_name.rstrip("0123456789") in _LISTED


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a header, judged by it and the rows below."""
    first = [cell.strip() for cell in rows[0]]
    names = [cell for cell in first if _is_known(cell) and number(cell) is None]
    numbers = [c for c in first if number(c) is not None and not (names and plain(c) in _LISTED)]
    if numbers or any(not cell or len(cell) > 64 for cell in first):
        return bool(names) and not numbers
    if len(set(first)) < len(first):
        return len(set(names)) > 1
    if names:
        return True
    return any(_numbers([row[at] for row in rows[1:] if at < len(row)]) for at in range(len(first)))


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a header with a known name."""
    return any(plain(cell) in _ALL for cell in rows[0]) and looks_like_header(rows)


def are_names(cells: Sequence[Any]) -> bool:
    """Whether cells are the names of columns: different strings, two of them well known."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    count = sum(plain(cell) in _ALL for cell in texts)
    return len(set(texts)) == len(cells) and count > 1


def guess_columns(values: Sequence[Mapping[Any, Any]]) -> dict[str, Any]:
    """Map each of ROLES to the name of its column (None where there is none)."""
    names = list(dict.fromkeys(name for value in values for name in value))
    cells = {name: [value.get(name) for value in values] for name in names}
    columns: dict[str, Any] = dict.fromkeys(KNOWN)
    if len(names) > 1 and {"sentence1", "sentence2"} <= {plain(name) for name in names}:
        columns["query"], columns["passage"] = _pair_of(names, "sentence1", "sentence2")
    elif {"sentence0", "sentence1"} <= {plain(name) for name in names}:
        columns["query"], columns["passage"] = _pair_of(names, "sentence0", "sentence1")
    for role in ("label", "query", "passage", "annotator"):
        if columns[role] is None:
            free = [name for name in names if name not in columns.values()]
            columns[role] = _best_named(role, free, cells)
        if role == "label":
            columns[role] = _settled(columns[role], names, cells)
    columns["split"] = _split_column(names, cells)
    _by_content(columns, names, cells)
    return columns


def is_named(role: str, name: object) -> bool:
    """Whether a column's name is one of those known for this role."""
    return _by_name(role, [name]) is not None


def ids_only(name: object) -> bool:
    """Whether a column's name indicates ids, not texts."""
    plain_name = plain(name)
    text = str(name).removesuffix("s") if plain_name.endswith("ids") else str(name)
    return plain_name in IDS or (plain(text).endswith("id") and text[-3:-2] in "_- .")


def is_count(name: object) -> bool:
    """Whether a column's name indicates ids, ranks, times, prices or counts, not labels."""
    return ids_only(name) or bool(_COUNTS.fullmatch(plain(name)))


def is_rank(name: object) -> bool:
    """Whether a column's name indicates the place of a passage in a result list."""
    return bool(_RANK.fullmatch(plain(name))) and not names_one(name)


def is_behaviour(name: object) -> bool:
    """Whether a column's name indicates a count or a rate of clicks, purchases and the like."""
    return bool(_BEHAVIOUR.fullmatch(plain(name)))


def names_one(name: object) -> bool:
    """Whether a column's name indicates the place of the passage that was chosen."""
    return bool(_CHOSEN.fullmatch(plain(name)))


def _pair_of(names: Sequence[Any], first: str, second: str) -> tuple[Any, Any]:
    by_plain = {plain(name): name for name in names}
    return by_plain[first], by_plain[second]


def _best_named(role: str, names: Sequence[Any], cells: Mapping[Any, Sequence[Any]]) -> Any:
    """The column with a name of the role; one that is empty, or has codes, only without another.

    A tool's own fields, such as `_score`, come last as well.
    """
    rest, first = list(names), None
    while (name := _by_name(role, rest)) is not None:
        if role == "annotator" or not _is_unlikely(role, name, cells[name]):
            return name
        first = name if first is None else first
        rest.remove(name)
    return first


def _settled(named: Any, names: Sequence[Any], cells: Mapping[Any, Sequence[Any]]) -> Any:
    """The one column that has what people decided, instead of a score or of each one's label."""
    if named is not None and plain(named) not in _WEAK:
        return named
    pattern = _SETTLED if named is None else _BY_PEOPLE
    settled = [name for name in names if name != named and pattern.fullmatch(plain(name))]
    settled = [name for name in settled if are_labels(cells[name])]
    return settled[0] if len(settled) == 1 else named


def _is_unlikely(role: str, name: Any, cells: Sequence[Any]) -> bool:
    if all(cell in (None, [], {}) or not str(cell).strip() for cell in cells):
        return True
    if role == "label":
        return str(name).startswith("_")
    return all(isinstance(cell, str | None) for cell in cells) and are_codes(cells)


def _by_name(role: str, names: Sequence[Any]) -> Any:
    by_plain = {plain(name): name for name in reversed(names)}
    noted = [name for name in reversed(names) if _NOTED.fullmatch(str(name))]
    by_plain = {plain(_NOTED.sub(r"\1", str(name))): name for name in noted} | by_plain
    # "Input.query", "data.query": the part of a record comes first.
    dotted = [n for n in reversed(names) if "." in str(n) and not plain(n).startswith("meta")]
    by_plain = {plain(name.rpartition(".")[2]): name for name in dotted} | by_plain
    return next((by_plain[alias] for alias in KNOWN[role] if alias in by_plain), None)


def _split_column(names: Sequence[Any], cells: Mapping[Any, Sequence[Any]]) -> Any:
    name = _by_name("split", names)
    filled = [cell for cell in cells.get(name, []) if cell]
    return name if filled and all(split_name(cell) for cell in filled) else None


def _by_content(
    columns: dict[str, Any], names: Sequence[Any], cells: Mapping[Any, Sequence[Any]]
) -> None:
    """Fill roles without a known name: the last column of few numbers is the label, then texts."""
    free = [name for name in names if name not in columns.values()]
    named = any(isinstance(name, str) for name in names)
    if columns["label"] is None:
        candidates = [n for n in free if are_labels(cells[n])]
        if named:
            candidates = [n for n in candidates if _names_grades(n, cells[n])]
        # With several named candidates the user has to choose the label.
        if candidates and (not named or (len(candidates) == 1 and not _falls(free, cells))):
            columns["label"] = candidates[-1]
    texts = [n for n in free if n != columns["label"] and _texts(cells[n]) and not ids_only(n)]
    texts.sort(key=lambda name: are_codes(cells[name]))  # a code only where there is nothing else
    for role in ("query", "passage"):
        if columns[role] is None and texts:
            columns[role] = texts.pop(0)


def _falls(names: Sequence[Any], cells: Mapping[Any, Sequence[Any]]) -> bool:
    """Whether a column's numbers are higher the less relevant; flags of this kind were turned."""
    worse = [n for n in names if _WORSE.fullmatch(plain(n)) and are_labels(cells[n])]
    return any(not {number(cell) for cell in cells[name]} <= {0, 1, None} for name in worse)


def _names_grades(name: object, cells: Sequence[Any]) -> bool:
    """Whether a column without a known name may hold the labels."""
    if is_count(name) or not _are_grades(cells) or plain(name) in _ANSWERS:
        return False
    return not is_behaviour(name) or {number(cell) for cell in cells} <= {0, 1, None}


def are_labels(cells: Sequence[Any]) -> bool:
    """Whether cells look like labels: few different numbers, none of them large."""
    few = _numbers(cells) and len(set(map(str, cells))) <= 32
    if any(str(cell).strip().endswith("%") for cell in cells):
        return False  # a discount or a share, unless its name says that it is the label
    return few and all((number(cell) or 0) <= _HIGHEST for cell in cells)


def _are_grades(cells: Sequence[Any]) -> bool:
    """Whether labels under an unknown name may be grades: prices and ids are numbers, too.

    Grades repeat, and are small whole numbers, halves such as those of stars, or from 0 to 1.
    """
    values = [value for cell in cells if (value := number(cell)) is not None]
    if len(values) > 3 and len(set(values)) == len(values):
        return False
    return (
        all(0 <= value <= 1 for value in values)
        or all(value == int(value) and value <= _HIGHEST_GRADE for value in values)
        or all(2 * value == int(2 * value) and value <= _HIGHEST_HALF for value in values)
    )


def _numbers(cells: Sequence[Any]) -> bool:
    filled = [cell for cell in cells if cell is not None and str(cell).strip()]
    return bool(filled) and sum(number(cell) is not None for cell in filled) >= 0.9 * len(filled)


def _texts(cells: Sequence[Any]) -> bool:
    filled = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    return bool(filled) and not _numbers(filled)


def are_codes(cells: Iterable[Any]) -> bool:
    """Whether texts are codes or addresses, one word each, such as article numbers."""
    filled = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
    return all(_CODE.fullmatch(cell) for cell in filled)
