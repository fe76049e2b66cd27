"""The ranker of a run: combined with cosine and BM25 where dev shows a gain, and its verdict."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.combining.combination import (
    PARTS,
    combination_of,
    combination_without_labels,
    fitted,
)
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.left_out import is_better
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.evaluation.outcome import (
    interval_of,
    is_significant,
    outcome_of,
    randomisation_p,
)
from reranker_ui.core.evaluation.verdict import miscalibrated, small_test, state_of, verdict_of


def dev(tuned, cosine, bm25, probe=0.0, queries=60, seed=0):
    """Pairs of whom a fifth is relevant; each score is relevance times a strength, plus noise."""
    chance = np.random.default_rng(seed)
    keys = np.repeat(np.arange(queries), 5).tolist()
    grades = (np.arange(len(keys)) % 5 == 0).astype(float)
    strength = {"tuned": tuned, "probe": probe, "cosine": cosine, "bm25": bm25}
    scores = {
        part: (grades * by + chance.normal(size=len(keys))).tolist()
        for part, by in strength.items()
    }
    return keys, grades.tolist(), scores


def test_a_weak_model_is_combined_with_what_is_stronger():
    found = combination_of(*dev(tuned=0.3, cosine=2.0, bm25=0.0))
    assert not found.alone
    assert found.weights["cosine"] > found.weights["tuned"]
    gain, error = found.gains["average_precision"]
    assert gain > error


def test_a_strong_model_stands_alone_and_is_calibrated():
    found = combination_of(*dev(tuned=6.0, cosine=0.0, bm25=0.0, queries=300))
    assert found.alone and found.weights["tuned"] > 0
    assert found.logits({"tuned": [-1.0, 8.0]})[0] < 0 < found.logits({"tuned": [-1.0, 8.0]})[1]


def test_a_gain_in_one_metric_makes_up_only_for_a_tolerated_loss_in_the_other():
    gains = {"ndcg@10": [-0.008, 0.018], "average_precision": [0.021, 0.008]}
    assert is_better(gains, tolerated=0.5) and not is_better(gains, tolerated=0.0)
    assert is_better({**gains, "ndcg@10": [0.0, 0.0]}, tolerated=0.0)
    assert not is_better({**gains, "average_precision": [0.007, 0.008]}, tolerated=0.5)


def test_a_model_that_learned_nothing_is_left_out():
    found = combination_of(*dev(tuned=0.0, cosine=2.0, bm25=0.0, queries=300))
    assert found.weights["tuned"] == 0 and found.weights["cosine"] > 0


def test_a_model_that_knows_more_stays_beside_cosine():
    weights = combination_of(*dev(tuned=1.5, cosine=1.5, bm25=0.0)).weights
    assert weights["tuned"] > 0 and weights["cosine"] > 0


def test_a_probe_that_learned_more_takes_over():
    weights = combination_of(*dev(tuned=0.2, cosine=0.5, bm25=0.2, probe=2.5)).weights
    assert max(weights, key=weights.get) == "probe"


@pytest.mark.parametrize("few", [30, 400])
def test_a_probe_is_drawn_towards_cosine_and_learns_what_labels_show(few):
    chance = np.random.default_rng(0)
    left, right = (chance.normal(size=(1000, 16)) for _ in range(2))
    left, right = (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (left, right)
    )
    cosine, hidden = (left * right).sum(axis=1), (left * right)[:, :4].sum(axis=1)
    truth, words = hidden + 0.2 * cosine > 0.1, np.zeros(1000)
    probe = LinearProbe.of(truth[:few], left[:few], right[:few], words[:few])
    found = np.array(probe.logits(left[500:], right[500:], words[500:]))
    again = LinearProbe.from_json(json.loads(json.dumps(probe.to_json())))
    assert again.logits(left, right, words)[500:] == pytest.approx(found, abs=1e-5)
    ours, free = (spearmanr(one, hidden[500:]).statistic for one in (found, cosine[500:]))
    gain = ours - free
    assert gain > (0.05 if few > 100 else -0.05)


def test_too_few_labels_combine_nothing():
    keys, grades, scores = dev(0.3, 2.0, 0.0, queries=9)
    assert combination_of(keys, grades, scores) is None


@pytest.mark.parametrize(("pairs", "alike"), [(6, True), (3000, False)])
def test_few_labels_leave_the_model_and_cosine_alike(pairs, alike):
    chance = np.random.default_rng(0)
    truth = np.arange(pairs) % 2 > 0
    table = np.column_stack([truth * 3, truth * 0.3]) + chance.normal(size=(pairs, 2))
    _, weights = fitted(truth, table, ["tuned", "cosine"])
    model, cosine = weights * table.std(axis=0)
    assert bool(cosine > 0.6 * model) is alike


def test_without_labels_the_model_and_cosine_count_alike():
    tuned, cosine = [-4.0, -2.0, 0.0], [0.80, 0.90, 0.85]
    found = combination_without_labels(tuned, cosine)
    logits = found.logits({"tuned": tuned, "cosine": cosine})
    assert found.used == ["tuned", "cosine"] and found.gains == {}
    assert logits == pytest.approx([-4.0, -1.0, -1.0])  # cosine, as a logit: -4, 0, -2
    assert combination_without_labels([1.0, 1.0], [0.8, 0.9]) is None
    assert combination_without_labels([1.0, 2.0], [0.8, 0.8]) is None


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_never_negative(seed):
    _, grades, scores = dev(tuned=1.0, cosine=-2.0, bm25=0.5, seed=seed)
    table = np.column_stack([scores[part] for part in PARTS])
    _, weights = fitted(np.array(grades) > 0, table, PARTS)
    assert min(weights) >= 0 and weights[PARTS.index("cosine")] == 0


def test_a_score_that_never_changes_gets_no_weight():
    keys, grades, scores = dev(tuned=1.0, cosine=1.0, bm25=0.0)
    scores["bm25"] = [3.0] * len(keys)
    assert combination_of(keys, grades, scores).weights["bm25"] == 0


def test_the_file_gives_the_same_scores_again(tmp_path):
    terms = TermWeights.of(["a cave is deep", "a cave of ice", "cats sleep a lot", "deep ice"])
    found = combination_of(*dev(tuned=0.5, cosine=1.0, bm25=1.0))
    ranker = CombinedRanker(found, "embedded-en", None, terms)
    ranker.save(tmp_path / "combined.json")
    again = CombinedRanker.open(tmp_path / "combined.json")
    pairs = [("deep cave", "a cave is deep"), ("ice", "cats sleep a lot")]
    vectors = np.array([[1.0, 0.0], [0.6, 0.8]])
    both = [
        one.logits(pairs, lambda _: [1.0, 2.0], lambda _: (vectors, vectors[::-1]))
        for one in (ranker, again)
    ]
    assert both[0] == pytest.approx(both[1], abs=1e-9)
    assert CombinedRanker.open(tmp_path / "none.json") is None


def test_only_the_parts_with_a_weight_are_asked():
    found = combination_of(*dev(tuned=6.0, cosine=0.0, bm25=0.0, queries=300))
    ranker = CombinedRanker(found, "embedded-en", None, TermWeights({}, 0.0, 1.0))
    assert ranker.logits([("q", "p")], lambda _: [1.0], lambda _: pytest.fail("asked"))
    assert ranker.logits([], lambda _: pytest.fail("asked"), lambda _: pytest.fail("asked")) == []


def test_kept_weights_score_as_bm25_over_the_same_passages_does():
    passages = ["deep cave cave", "deep ice", "cave of ice", "deep sleep", "cave wind", "ice wind"]
    queries = ["cave ice"] * len(passages)
    kept = TermWeights.of(passages).scores(list(zip(queries, passages, strict=True)))
    fresh = bm25_scores(queries, queries, passages)
    assert kept == pytest.approx(fresh, rel=1e-5)


def outcome(ours, free, queries=40, base=0):
    """Results where `ours` and `free` are the shares of queries whose best passage comes first."""
    rows = []
    for query in range(queries):
        for place, grade in enumerate((1.0, 0.0, 0.0)):
            row = {"query_key": query, "query": f"q{query}", "passage": f"p{place}", "grade": grade}
            for name, share in (("tuned", ours), ("cosine", free), ("bm25", 0), ("base", base)):
                first = query < share * queries
                row[name] = (grade if first else 1 - grade) + place * 1e-3
            rows.append(row)
    return outcome_of(pd.DataFrame(rows))


FREE = "cosine (the strongest free ranker)"


@pytest.mark.parametrize(
    ("ours", "free", "words", "deploy"),
    [
        (0.9, 0.3, f"Significantly better than {FREE}.", True),
        (0.3, 0.9, f"Significantly worse than {FREE}. Do not deploy it.", False),
        (0.5, 0.5, f"No significant difference from {FREE}. Do not deploy it yet.", False),
    ],
)
def test_the_verdict_is_against_the_strongest_free_ranker(ours, free, words, deploy):
    found = verdict_of(outcome(ours, free))
    assert found["free"] == "cosine" and found["deploy"] == deploy
    assert found["sentence"] == words
    assert "40 test queries" in found["numbers"]


@pytest.mark.parametrize(
    ("ours", "base", "words", "kind"),
    [
        (0.9, 0.3, f"Significantly better than {FREE} and run 1.", "good"),
        (0.7, 0.72, f"Significantly better than {FREE}; no significant difference from run 1.",
         "good"),
        (0.6, 0.9, f"Significantly better than {FREE}; significantly worse than run 1. Keep run 1.",
         "bad"),
    ],
)  # fmt: skip
def test_a_continued_run_is_compared_with_the_run_it_came_from_by_name(ours, base, words, kind):
    found = verdict_of(outcome(ours, 0.2, base=base), "run 1")
    assert (found["sentence"], found["kind"]) == (words, kind)
    assert "against run 1 (95% interval" in found["numbers"] and "base" not in found["sentence"]


def test_nothing_inside_the_interval_is_called_worse():
    inside = {"difference": -0.007, "low": -0.027, "high": 0.015, "p": 0.03}
    assert state_of(inside) == "unclear"


def test_a_small_test_split_is_named_beside_the_number():
    few = small_test(outcome(0.9, 0.3, queries=12))
    assert few.startswith("The test split has only 12 queries. nDCG@10 is only known to ±0.")
    assert small_test(outcome(0.9, 0.3, queries=60)) is None
    none = small_test({"queries": 0, "intervals": {}})
    assert none.startswith("No test query has both a relevant and an irrelevant pair")
    one = small_test(outcome(0.9, 0.3, queries=1))
    counted = "The test split has only 1 query, and a verdict needs at least 10."
    assert one == f"{counted} Label more test queries."


def scored_with(logit, pairs=1000):
    """Pairs of which one in four is relevant, all with the same score."""
    grades = (np.arange(pairs) % 4 == 0).astype(float)
    keys = [str(at // 10) for at in range(pairs)]
    scores = dict.fromkeys(["base", "bm25", "cosine", "tuned"], 0.0) | {"combined": logit}
    passages = {"query": keys, "passage": keys, "query_key": keys, "grade": grades}
    return pd.DataFrame(passages).assign(**scores)


def test_scores_that_are_poor_probabilities_on_test_are_named():
    found = outcome_of(scored_with(0.0))
    assert found["probabilities"] == pytest.approx(
        {"pairs": 1000, "mean": 0.5, "relevant": 0.25, "error": 0.25}
    )
    words = miscalibrated(found)
    assert "their mean is 0.50, and 25% of the pairs are relevant (calibration error 0.25)" in words
    assert miscalibrated(outcome_of(scored_with(np.log(1 / 3)))) is None


def test_a_calibration_error_is_not_told_from_chance_by_few_pairs_or_an_old_run():
    few = outcome_of(scored_with(0.0, pairs=400))
    assert few["probabilities"] is None and miscalibrated(few) is None
    assert miscalibrated({"queries": 12, "intervals": {}}) is None
    assert outcome_of(scored_with(0.0).head(0))["probabilities"] is None


def test_the_worst_queries_are_those_lost_against_the_strongest_other_ranker():
    found = outcome(0.5, 0.9, base=0.2)
    assert found["reference"] == "cosine" and len(found["worst"]) == 8
    assert all(row["tuned"] < row["cosine"] for row in found["worst"])


def test_few_queries_have_no_verdict():
    assert verdict_of(outcome(0.9, 0.3, queries=9)) is None
    assert verdict_of({"queries": 50, "against": {}}) is None  # a run of an earlier version


def test_p_is_small_where_all_gains_are_alike_and_large_where_they_cancel():
    assert randomisation_p(np.full(20, 0.1)) < 0.01
    assert randomisation_p(np.array([0.1, -0.1] * 10)) > 0.9


def test_one_query_has_no_interval_and_few_are_not_significant():
    assert interval_of(np.array([0.3])) == (None, None)
    assert not is_significant(np.array([0.3])) and not is_significant(np.array([]))
    three = np.array([0.2, 0.3, 0.4])
    low, high = interval_of(three)
    assert 0.1 < low < high < 0.5  # it does not contain 0, but chance explains three signs
    assert not is_significant(three)
    assert is_significant(np.tile(three, 5)) and is_significant(-np.tile(three, 5))
