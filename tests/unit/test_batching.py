"""Length-grouped batches: every pair once, little padding, the same again from the same seed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.training.rows.length_batches import length_grouped

lengths = st.lists(st.integers(0, 2000), max_size=300)


@given(lengths, st.integers(1, 40), st.integers(0, 2**31))
def test_every_pair_comes_once_in_batches_that_fit(lengths, size, seed):
    batches = list(length_grouped(lengths, size, seed))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= size for batch in batches)
    assert len(batches) == -(-len(lengths) // size)


@given(lengths, st.integers(1, 40), st.integers(0, 2**31))
def test_the_same_seed_gives_the_same_batches(lengths, size, seed):
    first, second = (list(length_grouped(lengths, size, seed)) for _ in range(2))
    assert first == second


def test_another_seed_gives_another_order():
    lengths = list(range(1000))
    assert list(length_grouped(lengths, 16, 1)) != list(length_grouped(lengths, 16, 2))


def padding(lengths, batches):
    return sum(max(lengths[i] for i in batch) * len(batch) for batch in batches) - sum(lengths)


def test_little_is_padded_and_batches_do_not_come_sorted():
    chance = random.Random(0)
    lengths = [chance.choice([20, 40, 400]) + chance.randrange(20) for _ in range(3200)]
    grouped = list(length_grouped(lengths, 16, 0))
    plain = [list(range(start, start + 16)) for start in range(0, 3200, 16)]
    assert padding(lengths, grouped) < 0.1 * padding(lengths, plain)
    longest = [max(lengths[i] for i in batch) for batch in grouped]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))
