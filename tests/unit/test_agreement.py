"""Agreement of annotators, against worked examples and against chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reranker_ui.core.evaluation.agreement import agreement
from reranker_ui.core.evaluation.agreement_report import in_detail


def of(*rows, scale="binary"):
    """Votes from one row of labels per annotator; None where one did not label."""
    return agreement(
        [
            (pair, f"annotator {who}", label)
            for who, row in enumerate(rows)
            for pair, label in enumerate(row)
            if label is not None
        ],
        scale,
    )


def test_two_annotators_have_a_kappa():
    agreement = of([1, 1, 0, 0, 1, 0, 1, 0, 1, 1], [1, 1, 0, 0, 1, 0, 1, 1, 0, 1])
    # by hand: 8 of 10 equal; both say 1 six times of ten; chance 0.6² + 0.4² = 0.52
    assert agreement["percent"] == pytest.approx(0.8)
    assert agreement["kappa"] == pytest.approx((0.8 - 0.52) / (1 - 0.52))
    assert (agreement["shared"], agreement["annotators"]) == (10, 2)


def test_krippendorff_1980_reliability_of_two_coders():
    # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example A: 0.095
    agreement = of([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    assert agreement["alpha"] == pytest.approx(0.095, abs=0.001)


def test_krippendorff_with_missing_labels():
    # the same paper, example C: four coders, nominal 0.743, ordinal 0.815, interval 0.849
    rows = (
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    )
    for scale, alpha in (("binary", 0.743), ("graded", 0.815), ("score", 0.849)):
        agreement = of(*rows, scale=scale)
        assert agreement["alpha"] == pytest.approx(alpha, abs=0.001)
        assert agreement["kappa"] is None
        assert agreement["shared"] == 11


def test_what_cannot_be_computed_is_none():
    nothing = {"shared": 0, "annotators": 0, "percent": None, "kappa": None, "alpha": None}
    assert of([1, 0, 1]) == nothing
    assert agreement([]) == nothing
    same = of([1, 1], [1, 1])
    assert (same["percent"], same["kappa"], same["alpha"]) == (1.0, None, None)


def test_scores_are_no_classes_to_average():
    agreement = of([0.25, 0.5, 1.0], [0.25, 0.75, 1.0], scale="score")
    assert agreement["kappa"] == pytest.approx(0.5714, abs=0.001)
    assert agreement["alpha"] > 0.9


labels = st.lists(st.sampled_from([0.0, 1.0, None]), min_size=4, max_size=4)


@given(st.lists(labels, min_size=1, max_size=5))
def test_any_votes_give_numbers_in_range(rows):
    agreement = of(*rows)
    assert agreement["shared"] <= 4
    for name, low in (("percent", 0), ("kappa", -1), ("alpha", -1)):
        assert agreement[name] is None or low <= agreement[name] <= 1


def votes_of(*rows):
    return [
        (pair, f"annotator {who}", label)
        for who, row in enumerate(rows)
        for pair, label in enumerate(row)
        if label is not None
    ]


def test_intervals_wait_for_enough_pairs_and_hold_the_value():
    few = in_detail(votes_of([1, 0, 1, 0], [1, 0, 0, 0]))
    assert set(few["intervals"].values()) == {None}
    first = [float(n % 3 == 0) for n in range(60)]
    second = [float((n % 3 == 0) != (n % 10 == 7)) for n in range(60)]
    agreement = in_detail(votes_of(first, second))
    for name in ("percent", "kappa", "alpha"):
        low, high = agreement["intervals"][name]
        assert low < agreement[name] < high
        assert high - low < 0.5
    # Wilson's interval of 54 of 60 (Newcombe 1998, method 3): 0.799 to 0.953
    assert agreement["between"][0]["interval"] == pytest.approx((0.7985, 0.9534), abs=0.001)


def test_a_majority_of_the_others_needs_a_winner():
    majority = in_detail(votes_of([1, 1, 0], [1, 0, 0], [1, 1, None]))["majority"]
    assert (majority["annotator 0"]["shared"], majority["annotator 0"]["equal"]) == (2, 2)
    assert (majority["annotator 1"]["shared"], majority["annotator 1"]["equal"]) == (3, 2)
    assert (majority["annotator 2"]["shared"], majority["annotator 2"]["equal"]) == (1, 1)


def test_confusion_counts_each_pairing_once():
    confusion = in_detail(votes_of([0, 1, 2], [0, 2, 1], [1, None, None]), "graded")["confusion"]
    assert confusion["labels"] == [0, 1, 2]
    assert confusion["everyone"] == [[1, 2, 0], [0, 0, 2], [0, 0, 0]]
    assert confusion["annotators"]["annotator 2"] == [[0, 0, 0], [2, 0, 0], [0, 0, 0]]
    steps = in_detail(votes_of([0.3, 0.9], [0.26, 0.5]), "score")["confusion"]
    assert steps["labels"] == [0.25, 0.5, 1.0]
