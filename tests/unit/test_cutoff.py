"""Cut-offs and calibration on scores whose answer is known."""

import numpy as np
import pytest

from reranker_ui.core.evaluation.calibration import calibrate, calibrated
from reranker_ui.core.evaluation.cutoff import choose_cutoff
from reranker_ui.core.values.refused import Refused


def drawn(count=2000, slope=1.0, shift=0.0, seed=1):
    """Logits, and labels that are relevant as often as sigmoid(slope * logit + shift) says."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, count)
    chance = 1 / (1 + np.exp(-(slope * logits + shift)))
    return [number % 100 for number in range(count)], random.random(count) < chance, logits


def test_the_best_f1_is_found():
    relevant = [False] * 30 + [True] * 30
    report = choose_cutoff([0, 1] * 30, relevant, [float(value) for value in range(60)])
    assert (report["logit"], report["precision"]["value"], report["recall"]["value"]) == (30, 1, 1)
    assert report["kept"] == 0.5
    assert report["low"] <= 30 <= report["high"]


@pytest.mark.parametrize("goal", ["precision:0.9", "recall:0.9"])
def test_a_goal_is_reached_and_no_more(goal):
    keys, relevant, logits = drawn()
    report = choose_cutoff(keys, relevant, logits, goal)
    name = goal.partition(":")[0]
    assert 0.9 <= report[name]["value"] < 0.92
    assert report[name]["low"] < report[name]["value"] < report[name]["high"]
    assert report["low"] <= report["logit"] <= report["high"]
    cuts, precision, recall = zip(*report["curve"], strict=True)
    assert list(cuts) == sorted(cuts)
    assert list(recall) == sorted(recall, reverse=True)
    assert precision[0] == pytest.approx(np.mean(relevant), abs=0.01)


def test_what_cannot_be_cut():
    with pytest.raises(Refused, match="at least 20"):
        choose_cutoff([0] * 30, [True] * 3 + [False] * 27, [0.0] * 30)
    keys, relevant, _ = drawn()
    with pytest.raises(Refused, match="Lower the goal"):
        choose_cutoff(keys, relevant, np.zeros(len(keys)), "precision:0.99")


def test_one_query_says_nothing_of_others():
    with pytest.raises(Refused, match="two queries"):
        choose_cutoff([1] * 60, [False] * 30 + [True] * 30, [float(n) for n in range(60)])


def test_platt_finds_the_sigmoid_behind_the_labels():
    found = calibrate(*(part[:900] for part in drawn(slope=0.5, shift=-1.0)))
    assert found["method"] == "platt"
    assert (found["a"], found["b"]) == pytest.approx((0.5, -1), abs=0.2)
    assert found["after"]["error"] < 0.06 < found["before"]["error"]
    assert found["after"]["log_loss"] < found["before"]["log_loss"]


def test_isotonic_is_taken_where_no_sigmoid_fits():
    keys, _, logits = drawn(5000)
    random = np.random.default_rng(2)
    relevant = random.random(5000) < np.where(logits > 1, 0.9, np.where(logits > -1, 0.5, 0.45))
    found = calibrate(keys, relevant, logits)
    assert found["method"] == "isotonic"
    assert calibrated(found, [-1.8, 0.0, 2.5]) == pytest.approx([0.45, 0.5, 0.9], abs=0.12)
    shown = calibrated(found, np.sort(logits))
    assert shown == sorted(shown)


def test_a_model_that_ranks_backwards_is_not_turned_around():
    keys, relevant, logits = drawn()
    found = calibrate(keys, relevant, -logits)
    if found["method"] == "platt":
        assert found["a"] == 0
    low, high = calibrated(found, [-3.0, 3.0])
    assert low <= high
