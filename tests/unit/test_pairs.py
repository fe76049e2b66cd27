"""Keys of pairs and queries."""

from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.values.pairs import fold, near, pair_key, query_key


def test_near_duplicate_queries_share_half_a_key():
    one, other = query_key("What is K2?"), query_key("what is  k2")
    assert one != other
    assert near(one) == near(other)
    assert near(query_key("What is K3?")) != near(one)


def test_queries_of_marks_only_stay_apart():
    assert fold("???") != fold("!!!")


def test_the_border_of_query_and_passage_counts():
    assert pair_key("a", "bc") != pair_key("ab", "c")
    assert pair_key("a", "b") != pair_key("A", "b")


@given(st.text(), st.text(), st.text(), st.text())
def test_keys_are_equal_exactly_for_equal_texts(a, b, c, d):
    assert (pair_key(a, b) == pair_key(c, d)) == ((a, b) == (c, d))
