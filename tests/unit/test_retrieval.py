"""BM25: words in any script, its formula, the index and how it is kept."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation.bm25 import Index, bm25_scores, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How are Caves formed?", ["how", "are", "caves", "formed"]),
        ("Пещеры в льду", ["пещеры", "в", "льду"]),
        ("Phở bò", ["phở", "bò"]),
        ("我喜欢BM25算法", ["我", "喜", "欢", "bm25", "算", "法"]),
        ("カフェ", ["カ", "フ", "ェ"]),
        ("don't", ["don", "t"]),
        ("?! …", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_the_formula():
    passages = ["cat sat on mat", "dog", "cat cat"]
    found = bm25_scores("qqq", ["cat cat"] * 3, passages)
    idf, mean = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 7 / 3

    def part(count, length):
        return idf * count / (count + 1.2 * (1 - 0.75 + 0.75 * length / mean))

    # A word said twice in the query counts once.
    assert found == pytest.approx([part(1, 4), 0, part(2, 2)], rel=1e-5)


def test_words_are_rare_among_different_passages():
    # The same passage under many queries counts once for idf and mean length.
    once = bm25_scores("ab", ["cat", "cat"], ["cat sat", "dog"])
    often = bm25_scores("abc", ["cat", "cat", "cat"], ["cat sat", "dog", "dog"])
    assert often[:2] == once


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_text(pairs):
    queries, passages = [query for query, _ in pairs], [passage for _, passage in pairs]
    found = bm25_scores(queries, queries, passages)
    assert len(found) == len(pairs)
    for (query, passage), score in zip(pairs, found, strict=True):
        assert (score > 0) == bool(set(words(query)) & set(words(passage)))


def test_search_finds_the_best_first_and_no_stranger():
    index = Index.build(["a cat", "a dog", "cat cat cat", "birds"])
    assert [place for place, _ in index.search("cat", 10)] == [2, 0]
    assert [place for place, _ in index.search("cat", 1)] == [2]
    assert index.search("elephant", 3) == []
    assert index.search("", 3) == []


def test_search_and_scores_agree_with_the_pairs():
    passages = ["a cat", "a dog", "cat cat cat", "birds"]
    index = Index.build(passages)
    assert list(index.scores("a cat")) == pytest.approx(
        bm25_scores(range(4), ["a cat"] * 4, passages)
    )


@pytest.mark.parametrize("passages", [["a cat", "猫"], ["??"], []])
def test_a_kept_index_opens_again(tmp_path, passages):
    built = Index.build(passages, tmp_path / "index")
    kept = Index.open(tmp_path / "index")
    assert kept.size == len(passages)
    assert kept.search("cat 猫", 5) == built.search("cat 猫", 5)


def test_there_is_no_index(tmp_path):
    with pytest.raises(FileNotFoundError):
        Index.open(tmp_path)
