"""Texts for a tokenizer: nothing a model reads is lost, and little is held at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.models import text_chunks
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.models.text_chunks import (
    BATCH,
    CHARACTERS,
    CHUNK,
    TOKENS,
    batches,
    chunks,
)  # fmt: skip

sizes = st.lists(st.integers(0, 3 * CHUNK), max_size=8)


@given(sizes, st.booleans())
def test_chunks_join_to_the_texts_and_are_small(sizes, paired):
    texts = [("q" * 9, "a" * size) if paired else "a" * size for size in sizes]
    parts = list(chunks(texts))
    assert [text for chunk in parts for text in chunk] == texts
    for chunk in parts:
        assert len(chunk) == 1 or sum(map(text_chunks.length, chunk)) <= CHUNK


@given(st.lists(st.integers(1, 600), max_size=99))
def test_a_batch_holds_few_tokens_and_similar_texts(lengths):
    held = list(batches(lengths, "cpu"))
    order = [place for batch in held for place in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[place] for place in order] == sorted(lengths)
    for batch in held:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= TOKENS
        assert len(batch) <= BATCH
    assert all(len(batch) == BATCH for batch in list(batches(lengths, "cuda"))[:-1])


class Words:
    """An engine that reads four words, and notes what it is given."""

    max_length, size = 4, 1

    def __init__(self):
        self.given = []

    def logits(self, pairs):
        return [float(count) for count in self.tokens(pairs)]

    def tokens(self, pairs):
        self.given += pairs
        return [min(4, len(f"{left} {right}".split())) for left, right in pairs]

    def truncated(self, texts, most):
        self.given += [("", text) for text in texts]
        return [" ".join(text.split()[:most]) for text in texts]


@pytest.fixture
def engine():
    return Words()


def test_an_engine_is_given_only_what_it_can_read(engine):
    model = Reranker("", engine=engine)
    most = CHARACTERS * engine.max_length
    pairs = [("ice", "a " * 50_000), ("ice", "b" * 50_000), ("ice " * 9_000, "cave"), ("ice", "c")]
    np.testing.assert_allclose(model.scores(pairs, raw=True), [4, 2, 4, 2])
    assert model.tokens(pairs) == [4, 2, 4, 2]
    assert model.cut(pairs) == [True, True, True, False]
    assert model.truncated(["a b c d", "e " * 50_000], 2) == ["a b", "e e"]
    assert max(len(text) for pair in engine.given for text in pair) == most
