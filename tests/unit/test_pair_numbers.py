"""The numbers of staged pairs by their keys, against a dict."""

import random

from reranker_ui.core.values.pairs import pair_key
from reranker_ui.services.imports.scratch.pair_numbers import PairNumbers


def test_each_key_keeps_its_first_number_as_the_table_grows():
    rng = random.Random(7)
    table, known, keys = PairNumbers(), {}, {}
    for _ in range(150_000):  # beyond two thirds of the first table, and of the second
        key = pair_key("q", str(rng.randrange(120_000)))
        number = len(known) + 1
        assert table.number_of(key, number, lambda n, k: keys[n] == k) == known.get(key, number)
        if key not in known:
            known[key], keys[number] = number, key
    assert table.count == len(known) > 65_000


def test_keys_with_the_same_hash_are_told_apart():
    table = PairNumbers()
    keys = {1: "00000000a", 2: "00000000b", 3: "ffffffffa", 4: "ffffffffb", 5: "0000000fa"}
    has_key = lambda number, key: keys[number] == key  # noqa: E731
    for _ in range(2):
        for number, key in keys.items():
            assert table.number_of(key, number, has_key) == number
