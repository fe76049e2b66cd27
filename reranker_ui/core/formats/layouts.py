"""Test collections: which files of a folder or ZIP hold the corpus, the queries and the qrels.

BEIR, TREC, MS MARCO and data sets of shops name these files or their folders by the role, in words
of their own: `qrels/test.tsv`, `topics.dl20.txt`, `collection.tsv`, `2020qrels-pass.txt`,
`product.csv`, `label.csv`.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reranker_ui.core.formats.binary.archive import members, open_member
from reranker_ui.core.formats.container import Container, open_container, text_container
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import split_name

# The first role that has a word of a file's own name, else of its folder's name.
_ROLES = {
    "qrels": {"qrels", "qrel", "judgments", "judgements", "label", "labels", "annotations"},
    "queries": {"queries", "query", "topics", "topic", "questions"},
    "corpus": {"corpus", "collection", "documents", "docs", "passages", "product", "products",
               "items", "articles", "catalog", "catalogue"},
}  # fmt: skip
_TABLES = (".tsv", ".txt", ".csv", ".json", ".jsonl", ".trec", ".xml", ".sgml", ".parquet",
           ".qrels", ".qrel", ".gz")  # fmt: skip
_NO_DATA = {"readme", "license"}


class Part(NamedTuple):
    """A file of a test collection: `name` is its path inside, `open()` gives its records."""

    name: str
    open: Callable[[], Container]

    @property
    def split(self) -> str | None:
        """The split that the file is named after."""
        return next(filter(None, map(split_name, _words(self.name.rpartition("/")[2]))), None)


def is_test_collection(source: Path) -> bool:
    """Whether a folder or ZIP has a corpus, queries and qrels."""
    return {_role_of(name) for name in _names(source)} >= _ROLES.keys()


def parts_of(source: Path, role: str, options: ReadOptions, tick: Tick) -> list[Part]:
    """The files of a role (corpus, queries or qrels), by name. Refused where there is none."""
    named = [name for name in _names(source) if _role_of(name) == role]
    if not named:
        what = f"The folder {source.name}" if source.is_dir() else source.name
        raise Refused(f"{what} contains no {role} file.")
    return [_part(source, name, ReadOptions(limits=options.limits), tick) for name in named]


def other_files(source: Path) -> list[str]:
    """The files that have no role, so that they are not read."""
    return [name for name in _names(source) if _role_of(name) is None]


def _part(source: Path, name: str, options: ReadOptions, tick: Tick) -> Part:
    if source.is_dir():
        return Part(name, partial(open_container, source / name, options, tick))
    opened = partial(open_member, source, name, options, tick)
    return Part(name, partial(text_container, opened, name, options))


def _names(source: Path) -> list[str]:
    if not source.is_dir():
        return members(source)
    files = (path for path in sorted(source.rglob("*")) if path.is_file())
    names = [path.relative_to(source).as_posix() for path in files]
    return [name for name in names if not any(part.startswith(".") for part in name.split("/"))]


def _role_of(name: str) -> str | None:
    """The role of a file by its own name, else by the folder that holds it."""
    *folders, file = name.split("/")
    if not file.casefold().endswith(_TABLES) or _NO_DATA & set(_words(file)):
        return None
    for words in (set(_words(file)), set(_words(folders[-1] if folders else ""))):
        for role, aliases in _ROLES.items():
            if words & aliases:
                return role
    return None


def _words(name: str) -> list[str]:
    """The words of a file's name without its ending."""
    return re.findall("[a-z]+", name.rpartition(".")[0].casefold() or name.casefold())
