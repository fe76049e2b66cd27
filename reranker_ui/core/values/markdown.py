"""Markdown as a tree of allowed tags, which the page builds node by node; HTML is not rendered."""

from functools import lru_cache
from typing import Any, NewType
from urllib.parse import urlsplit

# Nodes: a string is text, a list is [tag, attributes, MarkdownTree].
MarkdownTree = NewType("MarkdownTree", list[Any])
_TAGS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "s"),
}
_BLOCKS = _TAGS - {"strong", "em", "s"} | {"hr", "br", "pre"}
_VOID_TAGS = {"hr": "hr", "hardbreak": "br"}
# The parser takes the square of the brackets of a paragraph, and lines times columns of a table.
_LONGEST_PARAGRAPH, _MOST_CELLS = 5_000, 5_000


@lru_cache(maxsize=64)  # every page requests the same text
def tree(text: str) -> MarkdownTree:
    """The nodes of a text. They are cached: callers must not change them.

    A paragraph of more than 5,000 characters has no emphasis and no links, and texts with very
    large tables have none, as they would take seconds.
    """
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    bars = [line.count("|") for line in text.splitlines() if "|" in line]
    if len(bars) * max(bars, default=0) <= _MOST_CELLS:
        parser.enable("table")
    parser.core.ruler.at("inline", _inline)
    return MarkdownTree(_children(SyntaxTreeNode(parser.parse(text))))


def _inline(state: Any) -> None:
    """Parse what is inside the blocks, as the parser's own rule does; long blocks are text."""
    from markdown_it.token import Token

    for token in state.tokens:
        if token.type == "inline" and len(token.content) <= _LONGEST_PARAGRAPH:
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.type == "inline":
            token.children = [Token("text", "", 0, content=token.content)]


def words(nodes: list[Any]) -> str:
    """The plain text of a `tree`, each block on its own lines."""
    parts = [
        node if isinstance(node, str) else f"\n{words(node[2])}\n" if node[0] in _BLOCKS
        else words(node[2])
        for node in nodes
    ]  # fmt: skip
    return "".join(parts)


def _children(node: Any) -> list[Any]:
    return [child for inner in node.children for child in _node(inner)]


def _node(node: Any) -> list[Any]:
    if node.type in ("text", "html_inline", "html_block"):
        return [node.content] if node.content else []
    if node.type == "softbreak":
        return ["\n"]
    if node.type in _VOID_TAGS:
        return [[_VOID_TAGS[node.type], {}, []]]
    if node.type in ("code_inline", "fence", "code_block"):
        code = ["code", {}, [node.content]]
        return [code if node.type == "code_inline" else ["pre", {}, [code]]]
    if node.type == "link" and urlsplit(str(node.attrs["href"])).scheme in ("http", "https"):
        return [["a", {"href": str(node.attrs["href"])}, _children(node)]]
    if node.type == "image":
        return [node.content]
    inner = _children(node)
    # a paragraph of a tight list is hidden: its text is a direct child of the list item
    return [[node.tag, {}, inner]] if node.tag in _TAGS and not node.hidden else inner
