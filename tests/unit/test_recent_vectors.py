"""Embeddings of recent texts: each made once, and no more kept than allowed."""

import numpy as np

from reranker_ui.core.models.encoder import RecentVectors


def test_a_text_is_embedded_once_for_each_kind():
    asked = []

    def embed(texts):
        asked.append(texts)
        return np.array([[float(len(text)), 1.0] for text in texts])

    recent = RecentVectors(size=3)
    assert recent.of(["a", "bb", "a"], "query", embed).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert recent.of(["bb", "a"], "query", embed).tolist() == [[2, 1], [1, 1]]
    recent.of(["a"], "document", embed)
    assert asked == [["a", "bb"], ["a"]]


def test_the_texts_of_long_ago_are_given_up():
    asked = []

    def embed(texts):
        asked.extend(texts)
        return np.zeros((len(texts), 2))

    recent = RecentVectors(size=2)
    for texts in (["a", "b", "c"], ["c"], ["b"], ["a"]):
        assert recent.of(texts, "query", embed).shape == (len(texts), 2)
    assert asked == ["a", "b", "c", "a"]
