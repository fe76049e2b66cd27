"""Which labels a short budget trains on."""

import pandas as pd

from reranker_ui.core.training.advice.selection import most_informative
from reranker_ui.core.values.labels import Scale

SCALE = Scale("binary", 1)


def pairs():
    """40 queries with 1 positive and 19 negatives each, and 60 queries with negatives alone."""
    rows = [(query, number, float(number == 0)) for query in range(40) for number in range(20)]
    rows += [(query, number, 0.0) for query in range(40, 100) for number in range(20)]
    found = pd.DataFrame(rows, columns=["query_key", "passage", "grade"])
    return found.assign(query_key=found["query_key"].astype(str))


def selected(count, seed=1):
    return pairs().iloc[most_informative(pairs(), count, SCALE, seed)]


def test_queries_with_both_kinds_come_first_with_three_negatives_for_a_positive():
    some = selected(160)
    assert len(some) == 160 and some["query_key"].nunique() == 40
    assert some.groupby("query_key")["grade"].agg(["sum", "size"]).eq([1, 4]).all().all()


def test_a_query_that_is_chosen_has_its_share_of_both_kinds():
    some = selected(80)
    assert some["query_key"].nunique() == 20 and some["grade"].sum() == 20


def test_then_more_negatives_and_the_other_queries_last():
    some = selected(900)
    alike = some["query_key"].astype(int) >= 40
    assert (~alike).sum() == 800 and alike.sum() == 100


def test_all_are_kept_where_the_time_is_enough():
    assert sorted(selected(5000).index) == [*range(2000)]


def test_the_order_is_random_and_follows_from_the_seed():
    first, again, other = (selected(160, seed) for seed in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)
    assert not first["query_key"].is_monotonic_increasing
