"""A search as FTS5 reads it, with the words that an unfinished one may become.

FTS5 merges all hits of a prefix before it gives the first one, so the words are looked up in the
index and searched one by one, where they are not too many.
"""

from typing import Any

from reranker_ui.core.values.search_terms import Search

MOST = 150  # words of a prefix that are looked up
_INDEXED = 3  # characters of a prefix that has an index of its own
_TABLE = "CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'texts', 'instance')"
_NEXT = "SELECT term FROM words WHERE term >= ? LIMIT 1"
_BEHIND = "\x01"  # after a word, sorts before every longer one


def match_of(index: Any, search: Search) -> str:
    """The MATCH expression of a search in an index; its words are letters, digits and marks."""
    return " AND ".join(
        _unfinished(index, phrase) if is_prefix else f'"{phrase.strip()}"'
        for phrase, is_prefix in search.phrases
    )


def _unfinished(index: Any, phrase: str) -> str:
    before, _, prefix = phrase.strip().rpartition(" ")
    words = _words(index, prefix) if len(prefix) > _INDEXED else []
    if not 0 < len(words) <= MOST:
        return f'"{phrase.strip()}" *'
    return "(" + " OR ".join(f'"{before} {word}"' for word in words) + ")"


def _words(index: Any, prefix: str) -> list[str]:
    """The words of the index that begin with `prefix`, in order, until there are too many."""
    if not index.execute("SELECT 1 FROM sqlite_temp_master WHERE name = 'words'").fetchone():
        index.execute(_TABLE)
    words: list[str] = []
    row = index.execute(_NEXT, (prefix,)).fetchone()
    while row and row[0].startswith(prefix) and len(words) <= MOST:
        words.append(row[0])
        row = index.execute(_NEXT, (row[0] + _BEHIND,)).fetchone()
    return words
