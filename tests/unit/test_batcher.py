"""Batches of one model for many callers: everyone gets the right scores."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reranker_ui.core.models.batcher import Batcher


def score(pairs):
    return [float(query) * 1000 + float(passage) for query, passage in pairs]


def asked(query, count):
    return [(str(query), str(passage)) for passage in range(count)]


def test_nothing_is_asked():
    assert Batcher(score).scores([]) == []


def test_longer_than_a_turn():
    turns = []
    found = Batcher(lambda pairs: turns.append(len(pairs)) or score(pairs), batch=4)
    assert found.scores(asked(1, 10)) == score(asked(1, 10))
    assert turns == [4, 4, 2]


def test_many_at_once_each_get_their_own():
    sizes, gate = [], threading.Barrier(32)

    def slow(pairs):
        sizes.append(len(pairs))
        return score(pairs)

    turns = Batcher(slow, batch=64)

    def ask(query):
        gate.wait()
        return turns.scores(asked(query, query))

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(32)))
    assert answers == [score(asked(query, query)) for query in range(32)]
    assert sum(sizes) == sum(range(32))
    assert max(sizes) <= 64


def test_a_short_list_has_its_share_of_the_next_turn():
    first, go, seen = threading.Event(), threading.Event(), []

    def slow(pairs):
        seen.append(pairs)
        first.set()
        assert go.wait(10)
        return score(pairs)

    turns = Batcher(slow, batch=6)
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(turns.scores, asked(1, 20))
        assert first.wait(10)
        short = pool.submit(turns.scores, asked(2, 2))
        while len(turns._waiting) < 2:
            pass
        go.set()
        assert short.result(10) == score(asked(2, 2))
        assert long.result(10) == score(asked(1, 20))
    assert [query for query, _ in seen[1]] == ["2", "2", "1", "1", "1", "1"]


def test_equal_pairs_are_scored_once_a_turn():
    sizes = []
    turns = Batcher(lambda pairs: sizes.append(len(pairs)) or score(pairs))
    assert turns.scores([("1", "1")] * 5) == [1001.0] * 5
    assert sizes == [1]


def test_a_fault_is_raised_and_the_next_turn_works():
    def broken(pairs):
        if pairs[0][0] == "0":
            raise MemoryError("no memory")
        return score(pairs)

    turns = Batcher(broken)
    with pytest.raises(MemoryError):
        turns.scores(asked(0, 2))
    assert turns.scores(asked(1, 2)) == score(asked(1, 2))
