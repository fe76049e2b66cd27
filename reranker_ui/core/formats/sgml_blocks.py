"""SGML of TREC: topics and documents in blocks, often with unclosed tags."""

import re
from collections.abc import Iterator
from typing import Any

from reranker_ui.core.values.pairs import LeftOut
from reranker_ui.core.values.refused import Refused

_OPEN = re.compile(r"<(top|topic|doc|document)(\s[^>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][\w-]*)([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PREFIX = re.compile(r"\s*(number|topic|title|description|narrative|query)\s*:\s*", re.IGNORECASE)
_LONGEST = 10_000_000  # characters of one block


def is_sgml(head: str) -> bool:
    """Whether a text begins with a TREC block; several blocks are not an XML document."""
    first = _OPEN.match(head.lstrip("\ufeff \t\r\n"))
    if first is None:
        return False
    tag = first[1].lower()
    return tag in ("top", "doc") or len(re.findall(rf"<{tag}[\s>]", head.lower())) > 1


def records_of(lines: Iterator[str], name: str) -> Iterator[tuple[int, dict[Any, Any] | LeftOut]]:
    """(line, values by tag) of each block, such as num, title, desc and narr of a topic."""
    block: list[str] = []
    opened, start, size = "", 0, 0
    for at, line in enumerate(lines, 1):
        if not opened:
            opening = _OPEN.search(line)
            if opening is None:
                continue
            opened, start, block, size = opening[1].lower(), at, [], 0
        block.append(line)
        size += len(line)
        if size > _LONGEST:
            raise Refused(f"Line {start}: a <{opened}> of {name} has no </{opened}>.")
        if f"</{opened}>" in line.lower():
            yield start, _values("".join(block), opened)
            opened = ""
    if opened:
        yield start, LeftOut("unreadable", f"the <{opened}> is never closed")


def _values(block: str, outer: str) -> dict[Any, Any]:
    """Each tag's text, up to the next tag; attributes of the block are values too."""
    values: dict[Any, Any] = {}
    within, last = [""], 0
    for tag in _TAG.finditer(block):
        _add(values, within[-1], block[last : tag.start()])
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if name == outer:
            values |= {key: a or b for key, a, b in _ATTRIBUTE.findall(attributes)}
        elif not closing:
            within.append(name)
        elif name in within:
            del within[within.index(name) :]
        last = tag.end()
    return values


def _add(values: dict[Any, Any], tag: str, text: str) -> None:
    text = " ".join(_PREFIX.sub("", text, count=1).split())
    if tag and text:
        values[tag] = f"{values[tag]} {text}" if tag in values else text
