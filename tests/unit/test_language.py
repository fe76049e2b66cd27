"""Documents, help texts and code use the field's words, not those that hide them."""

import argparse
import ast
import io
import re
import tokenize

import pytest

from reranker_ui.__main__ import parser
from tests.support import ROOT

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


CODE = sorted((ROOT / "reranker_ui").rglob("*.py"))
SCRIPTS = sorted((ROOT / "assets" / "js").rglob("*.js"))
NOT_NAMES = re.compile(r"_?(told|said|anew|mend|mended|whoever)(_.*)?")
NOT_VALUES = {"asked", "mine", "one", "most", "found", "gone", "made", "some", "given", "taken"}
# Fields of answers and requests that pages of earlier versions know, and a test text.
KEPT = ("['mend']", '["mend"]', '"mend"', "20 % 😀")
KEPT_NAMES = {  # fields of files of older versions, and of the page's request to read an upload
    ("imports.py", "said"),
    ("read_state.py", "said"),
    ("finding.py", "mend"),
    ("data_check.py", "mend"),
}
KEPT_VALUES = {  # a field of finished readings, which an upgrade may find
    ("label_reading.py", "found"),
    ("file_reading.py", "found"),
}
LITERAL = re.compile(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", re.DOTALL)


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


def in_text(text: str) -> list[str]:
    """Banned words of a literal or comment; "There is no file" is plain English."""
    for kept in KEPT:
        text = text.replace(kept, "")
    return banned_in(re.sub(r"\bthere\s+(is|are) no\b", "", text, flags=re.IGNORECASE))


def words_of(source: str) -> list[str]:
    """Banned words in the strings, docstrings and comments of Python code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    texts = (token.string for token in tokens if token.type in (tokenize.STRING, tokenize.COMMENT))
    return [word for text in texts for word in in_text(text)]


def names_in(source: str) -> set[str]:
    """Names of values, parameters, attributes, functions and classes in Python code."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {
        getattr(node, field, None) for node in nodes for field in ("id", "arg", "attr", "name")
    }
    return {name for name in names if isinstance(name, str)}


def values_in(source: str) -> set[str]:
    """Names that Python code defines: of values, fields, parameters and functions."""
    nodes = list(ast.walk(ast.parse(source)))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return stored | parameters | {n.name for n in nodes if isinstance(n, ast.FunctionDef)}


def test_code_uses_plain_words():
    found = {str(file): words_of(file.read_text()) for file in CODE}
    assert {file: words for file, words in found.items() if words} == {}


def test_scripts_use_plain_words():
    found = {
        str(file): [word for text in LITERAL.findall(file.read_text()) for word in in_text(text)]
        for file in SCRIPTS
    }
    assert {file: words for file, words in found.items() if words} == {}


def test_values_have_names_of_the_field():
    found = {
        (file.name, name)
        for file in CODE
        for name in names_in(file.read_text())
        if NOT_NAMES.fullmatch(name)
    }
    assert found == KEPT_NAMES


def test_values_are_not_named_by_a_verb_or_a_pronoun():
    found = {
        (file.name, name)
        for file in CODE
        if "versions" not in file.parts
        for name in values_in(file.read_text()) & NOT_VALUES
    }
    assert found == KEPT_VALUES


def test_code_is_searched():
    assert words_of('note = "It was told anew."  # mended') == ["told", "anew", "mended"]
    assert words_of('note = "There is no file of this name."') == []
    assert names_in("def f(told): self.said = told") >= {"told", "said"}
    assert values_in("def f(a):\n  b = a.c\n  d: int") == {"f", "a", "b", "d"}


def test_the_list_finds_what_it_bans():
    for text in ("A pair in hand.", "It is no number.", "95 % of pairs", "She mended it."):
        assert banned_in(text), text
    assert banned_in("It is no longer there; 95% of the pairs are kept.") == []
