"""Embeddings on disk: the search is exact, and a batch that was cut short does not count."""

import numpy as np
import pytest

from reranker_ui.core.evaluation import vector_index
from reranker_ui.core.evaluation.vector_index import VectorIndex


def unit(rows, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def keys(rows, begin=0):
    return [f"{number:024x}" for number in range(begin, begin + rows)]


@pytest.fixture
def index(tmp_path):
    made = VectorIndex(tmp_path / "made")
    made.append(keys(30), unit(30))
    made.append(keys(20, 30), unit(20, 1))
    return made


def test_search_compares_every_embedding_block_by_block(index, monkeypatch):
    vectors = np.concatenate([unit(30), unit(20, 1)])
    places = np.arange(50)
    expected = np.argsort(-(vectors @ vectors[7]))[:5].tolist()
    found = index.search(vectors[7], 5, places)
    assert [place for place, _ in found] == expected and expected[0] == 7
    assert found[0][1] == pytest.approx(1, abs=1e-6)
    monkeypatch.setattr(vector_index, "BLOCK", 4)
    again = index.search(vectors[7], 5, places)
    assert [place for place, _ in again] == expected
    assert [cosine for _, cosine in again] == pytest.approx([cosine for _, cosine in found])


def test_only_the_given_places_are_searched(index):
    places = np.array([3, 9, 40])
    found = index.search(unit(30)[9], 10, places)
    assert found[0][0] == 1  # its position among the places
    assert len(found) == 3
    assert index.search(unit(30)[9], 10, places[:0]) == []


def test_nothing_is_there_at_first(tmp_path):
    index = VectorIndex(tmp_path / "none")
    assert len(index.keys()) == 0
    assert index.search(unit(1)[0], 3, np.arange(0)) == []


def test_a_batch_that_was_cut_short_is_written_again(index, tmp_path):
    file = tmp_path / "made" / "keys.bin"
    file.write_bytes(file.read_bytes()[:-30])  # the last key, and a part of the one before
    assert len(index.keys()) == 48
    index.append(keys(3, 100), unit(3, 2))
    assert index.keys()[-3:].astype(str).tolist() == keys(3, 100)
    assert index.rows(np.array([48, 49, 50])) == pytest.approx(unit(3, 2))
    assert index.rows(np.array([47])) == pytest.approx(unit(20, 1)[17:18])


def test_damaged_embeddings_are_found_last(index, tmp_path):
    file = tmp_path / "made" / "vectors-8.f32"
    damaged = np.fromfile(file, np.float32).reshape(-1, 8)
    damaged[4], damaged[5] = np.nan, 1e30
    damaged.tofile(file)
    places = [place for place, _ in index.search(unit(30)[4], 50, np.arange(50))]
    assert set(places[-2:]) == {4, 5}
