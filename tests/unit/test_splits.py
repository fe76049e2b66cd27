"""Splits: shares, names, and the same place for the same query always."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.values.splits import SPLITS, hashed_split, order, split_at, split_name


@given(st.integers(3, 500))
def test_a_tenth_each_and_none_empty(size):
    counts = Counter(split_at(rank, size) for rank in range(size))
    assert set(counts) == set(SPLITS)
    assert counts["dev"] == counts["test"] == max(1, round(size / 10))


@pytest.mark.parametrize("size", [1, 2])
def test_one_or_two_go_to_train(size):
    assert {split_at(rank, size) for rank in range(size)} == {"train"}


def test_the_hashed_split_is_fixed_and_about_80_10_10():
    assert [hashed_split(key) for key in "abcdef"] == [hashed_split(key) for key in "abcdef"]
    counts = Counter(hashed_split(str(number)) for number in range(5000))
    assert 0.77 < counts["train"] / 5000 < 0.83
    assert 0.08 < counts["test"] / 5000 < 0.12


def test_another_seed_is_another_order():
    keys = [str(number) for number in range(50)]
    assert sorted(keys, key=order) != sorted(keys, key=lambda key: order(key, 7))


@pytest.mark.parametrize(
    ("raw", "split"),
    [("train", "train"), (" Validation ", "dev"), ("val", "dev"), ("TEST", "test"), ("x", None),
     (None, None), ("", None), (1, None)],
)  # fmt: skip
def test_names(raw, split):
    assert split_name(raw) == split
