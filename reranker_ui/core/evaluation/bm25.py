"""BM25: a baseline over each query's own candidates, and a first stage over many passages."""

import json
import logging
import re
import shutil
import tempfile
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

K1, B = 1.2, 0.75
# Chinese and Japanese are written without spaces: each character is a word.
CHARACTER = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{CHARACTER}]|[^\\W{CHARACTER}]+")
BLOCK = 100_000  # pairs scored at once, which bounds the memory


def words(text: str) -> list[str]:
    """The lower-cased words of `text`; for Chinese and Japanese its single characters."""
    return WORD.findall(text.lower())


def bm25_scores(
    query_keys: Sequence[Hashable], queries: Sequence[str], passages: Sequence[str]
) -> list[float]:
    """BM25 of each (query, passage) pair; the three sequences are parallel.

    k1 1.2, b 0.75, idf and mean length over the distinct passages, each distinct query word
    counted once (bm25s, Lucene's variant: https://doi.org/10.1007/978-3-030-45442-5_4).
    The keys group candidates for the metrics; a pair's score does not depend on them.
    """
    from scipy import sparse

    passage_rows, distinct = pd.factorize(pd.Series(list(passages), dtype=object))
    query_rows, distinct_queries = pd.factorize(pd.Series(list(queries), dtype=object))
    engine = _engine([str(passage) for passage in distinct])
    if engine is None:
        return [0.0] * len(passages)
    weights = sparse.csc_matrix(
        (engine.scores["data"], engine.scores["indices"], engine.scores["indptr"]),
        shape=(len(distinct), len(engine.scores["indptr"]) - 1),
    ).tocsr()
    query_words = _presence(
        [str(query) for query in distinct_queries], engine.vocab_dict, weights.shape[1]
    )
    scores: list[float] = []
    for start in range(0, len(passage_rows), BLOCK):
        rows = slice(start, start + BLOCK)
        product = weights[passage_rows[rows]].multiply(query_words[query_rows[rows]])
        scores += np.asarray(product.sum(axis=1), dtype=float).ravel().tolist()
    return scores


class Index:
    """A first stage: returns the passages that share words with a query, best first."""

    def __init__(self, engine: Any, size: int) -> None:
        self._engine = engine
        self.size = size

    @classmethod
    def build(cls, passages: Sequence[str], folder: Path | None = None) -> "Index":
        """Index `passages`; save the index in `folder` if given."""
        index = cls(_engine(list(passages)), len(passages))
        if folder is not None:
            index._save(folder)
        return index

    @classmethod
    def open(cls, folder: Path) -> "Index":
        """Open an index saved by `build`; FileNotFoundError where there is none.

        A damaged one raises OSError, ValueError, LookupError or TypeError.
        """
        import bm25s

        facts = json.loads((folder / "kept.json").read_text())
        engine = bm25s.BM25.load(str(folder), mmap=True) if facts["words"] else None
        size = int(facts["passages"])
        # Some damage only shows in a search.
        if engine is not None and len(engine.get_scores_from_ids([0])) != size:
            raise ValueError(f"The index in {folder} does not hold {size:,} passages.")
        return cls(engine, size)

    def scores(self, query: str) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        """BM25 of every passage, by its position."""
        vocabulary = self._engine.vocab_dict if self._engine is not None else {}
        tokens = sorted({vocabulary[word] for word in words(query) if word in vocabulary})
        if not tokens:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._engine.get_scores_from_ids(tokens), dtype=np.float32)

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """At most `k` (position of the passage, BM25 score > 0), best first."""
        scores = self.scores(query)
        k = min(k, len(scores))
        if k < 1:
            return []
        best = np.argpartition(-scores, k - 1)[:k]
        best = best[np.lexsort((best, -scores[best]))]
        return [(int(place), float(scores[place])) for place in best if scores[place] > 0]

    def _save(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            if self._engine is not None:
                self._engine.save(str(draft), show_progress=False)
            facts = {"passages": self.size, "words": self._engine is not None}
            (draft / "kept.json").write_text(json.dumps(facts))
            shutil.rmtree(folder, ignore_errors=True)
            draft.replace(folder)
        except BaseException:  # a full disk, say
            shutil.rmtree(draft, ignore_errors=True)
            raise


def _engine(passages: list[str]) -> Any:
    # None where no passage contains a word.
    import bm25s
    from bm25s.tokenization import Tokenized

    vocabulary: dict[str, int] = {}
    ids = [
        [vocabulary.setdefault(word, len(vocabulary)) for word in words(passage)]
        for passage in passages
    ]
    if not vocabulary:
        return None
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs every index at DEBUG
    engine = bm25s.BM25(k1=K1, b=B, method="lucene")
    engine.index(Tokenized(ids, vocabulary), show_progress=False)
    return engine


def _presence(texts: list[str], vocabulary: dict[str, int], width: int) -> Any:
    # 1 where a known word occurs in a text, however often: texts x vocabulary.
    from scipy import sparse

    known_words = [
        {vocabulary[word] for word in words(text) if word in vocabulary} for text in texts
    ]
    columns = [column for row in known_words for column in sorted(row)]
    starts = np.cumsum([0, *map(len, known_words)])
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_matrix((ones, columns, starts), shape=(len(texts), width))
