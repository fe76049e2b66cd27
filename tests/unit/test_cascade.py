"""A cascade: which candidates the cross-encoder scores, and what the others get."""

import numpy as np
import pytest

from reranker_ui.core.evaluation.combining.cascade import (
    PATIENCE,
    STEP,
    cheap_order,
    scored_until_settled,
    with_estimates,
)
from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.term_weights import TermWeights

PAIRS = [("ice", f"passage {number}") for number in range(1000)]


def test_cosine_and_words_decide_the_order_together():
    assert cheap_order([0.80, 0.82, 0.81], [0.0, 0.0, 0.0]) == [1, 2, 0]
    assert cheap_order([0.81, 0.82, 0.40], [9.0, 0.0, 0.0]) == [0, 1, 2]
    assert cheap_order([0.5, 0.5], [0.0, 0.0]) == [0, 1]


def test_scoring_ends_when_the_best_stay_the_same():
    asked = []

    def score(places):
        asked.append(places)
        return [-float(place) for place in places]

    found = scored_until_settled(range(1000), score)
    assert list(found) == list(range(len(found)))
    assert 10 + PATIENCE <= len(found) <= 10 + PATIENCE + STEP
    assert {len(places) for places in asked} == {STEP}


def test_a_late_find_goes_on():
    found = scored_until_settled(range(1000), lambda places: [float(p == 140) for p in places])
    assert 140 in found and len(found) >= 140 + PATIENCE
    ever = scored_until_settled(range(333), lambda places: [float(place) for place in places])
    assert len(ever) == 333
    assert len(scored_until_settled(range(1000), lambda p: [-float(x) for x in p], top=300)) >= 600


def test_estimates_stay_below_the_best():
    found = {place: float(place) for place in range(20)}
    scores = with_estimates(found, [0.0] * 20 + [99.0, -5.0])
    assert scores.logits[:20] == list(found.values())
    assert scores.logits[20] < 10.0 and scores.logits[21] == -5.0
    assert scores.estimated == [False] * 20 + [True] * 2
    assert scores.scored == 20


@pytest.mark.parametrize("weights", [{"tuned": 1.0, "cosine": 4.0}, {"tuned": 1.0}])
def test_the_best_of_a_combined_ranker_are_those_of_scoring_all(weights):
    chance = np.random.default_rng(0)
    meaning = chance.normal(size=1000)
    truth = meaning + chance.normal(size=1000) / 3
    scored = []

    def tuned(pairs):
        scored.extend(pairs)
        return [float(truth[int(passage.split()[1])]) for _, passage in pairs]

    def embedded(pairs):
        right = np.array([[meaning[int(passage.split()[1])], 1] for _, passage in pairs])
        return np.tile([0.1, 0.0], (len(pairs), 1)), right

    combination = Combination(-1.0, weights, {})
    ranker = CombinedRanker(combination, "embedded", None, TermWeights({}, 0.0, 1.0))
    every = np.array(ranker.logits(PAIRS, tuned, embedded))
    scored.clear()
    found = ranker.cascade(PAIRS, tuned, embedded)
    assert found.scored == len(scored) < 250
    best = np.argsort(-every)[:10]
    assert np.argsort(-np.array(found.logits))[:10].tolist() == best.tolist()
    assert [found.logits[at] for at in best] == pytest.approx(every[best].tolist())
    # The estimates are of the size of the last scores.
    left = np.array(found.estimated)
    assert np.array(found.logits)[left].max() < every[best].min()
    assert abs(np.array(found.logits)[left].mean() - every[left].mean()) < every.std() * 2
