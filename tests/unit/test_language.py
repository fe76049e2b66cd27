"""Documents and help texts use the field's words, not those that hide them."""

import argparse
import re

import pytest

from reranker_ui.__main__ import parser
from tests.conftest import ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tests/README.md")),
    *sorted((ROOT / "assets" / "guide").glob("*.md")),
]
BANNED = re.compile(
    r"\b(told|tells of|in hand|anew|mend(s|ed|ing)?|goes on|go on|whoever|behind your back|loudly"
    r"|by people|holds no)\b|\b(is|are) no (?!longer\b|more\b)[a-z]+\b|\d % ",
    re.IGNORECASE,
)

PAGE = [
    *sorted((ROOT / "assets" / "js").rglob("*.js")),
    *sorted((ROOT / "reranker_ui").rglob("*.py")),
]
# What users misread: the page says it in the field's words now.
MISREAD = re.compile(
    r"take in hand|in other hands|have in hand|without a word|come in\"|belong together\. "
    r"|getting ready|steps in all|by their pairs|keep weights by|really did|labels each pair"
    r"|labels per pair|what the labels mean|use these|is better \(1|keep with the run|\"keep it\""
    r"|further columns, left|nothing found: |a character\"|takes for another|removed a label"
    r"|unjudged to annotate",
    re.IGNORECASE,
)


def banned_in(text: str) -> list[str]:
    return [match[0] for match in BANNED.finditer(text)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_use_plain_words(document):
    assert banned_in(document.read_text()) == []


def test_help_texts_use_plain_words():
    def texts(command):
        yield command.format_help()
        for action in command._actions:
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    yield from texts(inner)

    found = {text.splitlines()[0]: banned_in(text) for text in texts(parser())}
    assert {usage: words for usage, words in found.items() if words} == {}


def test_the_page_says_what_users_expect():
    found = {str(source): MISREAD.findall(source.read_text()) for source in PAGE}
    assert {source: words for source, words in found.items() if words} == {}


def test_the_list_finds_what_it_bans():
    for text in ("A pair in hand.", "It is no number.", "95 % of pairs", "She mended it."):
        assert banned_in(text), text
    assert banned_in("It is no longer there; 95% of the pairs are kept.") == []
