"""Phase specs, warm starts and what is scored live: decided before torch is needed."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.evaluation.baselines import best_by, live_pairs, pairs_of
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.training.phase import MOST_POS_WEIGHT, phase_spec, pos_weight
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.training.warm_start.preparation import warm_start_of
from reranker_ui.core.training.warm_start.soft_targets import (
    drawn_pairs,
    standardised,
    taught_pairs,
)
from reranker_ui.core.values import processor
from reranker_ui.core.values.machine import chosen_precision
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused


def frame(grades, queries=1):
    rows = [
        {"query_key": f"k{n % queries}", "query": f"q{n % queries}", "passage": f"p{n}", "grade": g}
        for n, g in enumerate(grades)
    ]
    return pd.DataFrame(rows)


def test_targets_are_grades_over_the_top_grade():
    assert phase_spec(Recipe(), frame([0, 1, 2, 4]), 4).targets == [0, 0.25, 0.5, 1]


@pytest.mark.parametrize("grades", [[1, 1, 1], [0], [0, 5], [0, -1], [0, float("nan")]])
def test_labels_that_cannot_be_learned_from_are_refused(grades):
    with pytest.raises(Refused):
        phase_spec(Recipe(), frame(grades), 4)


@pytest.mark.parametrize(
    ("pairs", "batch", "epochs", "steps"), [(2, 16, 3, 3), (33, 16, 2, 6), (32, 16, 0.5, 1)]
)
def test_steps_are_those_of_the_trainer(pairs, batch, epochs, steps):
    recipe = Recipe(batch_size=batch, epochs=epochs)
    assert phase_spec(recipe, frame([0, 1] * (pairs // 2) + [0] * (pairs % 2)), 1).steps == steps


@given(st.lists(st.floats(0, 1), min_size=2).filter(lambda given: sum(given) > 0))
def test_an_automatic_weight_is_moderate(targets):
    assert 1 <= pos_weight(Recipe(pos_weight="auto"), targets) <= MOST_POS_WEIGHT


def test_a_weight_that_is_given_is_taken():
    assert pos_weight(Recipe(pos_weight=3), [0, 1]) == 3
    assert pos_weight(Recipe(pos_weight="auto"), [1] + [0] * 9) == 3


# -- the warm start


def base(tmp_path, ranks=False):
    return ResolvedBase("embedded", "embedded", tmp_path, ranks)


@pytest.mark.parametrize(
    ("asked", "ranks", "pairs", "happens"),
    [
        ("auto", False, 100, True),
        ("auto", False, 99, False),
        ("auto", True, 100, False),
        ("on", True, 2, True),
        ("off", False, 100, False),
    ],
)
def test_when_a_warm_start_happens(tmp_path, asked, ranks, pairs, happens):
    texts = frame([0, 1] * (pairs // 2) + [0] * (pairs % 2))
    warm = warm_start_of(
        Recipe(warm_start=asked), base(tmp_path, ranks), tmp_path, pairs_of(texts), tmp_path
    )
    assert (warm is not None) == happens


def test_texts_that_the_encoder_cannot_read_warm_nothing_unless_asked(tmp_path):
    texts = frame([0, 1] * 60).assign(query="花呗额度怎么冻结", passage="借呗还款账户被锁")
    encoder = embedded_encoder()
    for asked, happens in (("auto", False), ("on", True)):
        recipe = Recipe(warm_start=asked)
        warm = warm_start_of(recipe, base(tmp_path), encoder, pairs_of(texts), tmp_path)
        assert (warm is not None) == happens


def test_a_warm_start_is_kept_by_encoder_texts_and_settings(tmp_path):
    def kept(recipe=None, texts=None, weights=b""):
        (tmp_path / "model.safetensors").write_bytes(weights)
        texts = frame([0, 1] * 60) if texts is None else texts
        warm = warm_start_of(
            recipe or Recipe(), base(tmp_path), tmp_path, pairs_of(texts), tmp_path
        )
        return warm.folder

    assert kept() == kept()
    assert kept() == kept(recipe=Recipe(learning_rate=1e-3, epochs=9))
    assert kept() != kept(recipe=Recipe(seed=1))
    assert kept() != kept(recipe=Recipe(max_length=9))
    assert kept() != kept(weights=b"other")
    assert kept() != kept(texts=frame([0, 1] * 61))
    assert kept() == kept(texts=frame([1, 0] * 60))  # the labels play no part in it


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=1), st.integers(1, 9))
def test_warm_texts_are_those_given(pairs, wanted):
    texts = drawn_pairs(pairs, wanted, seed=0)
    given = set(pairs)
    assert len(texts) <= wanted
    assert len(set(texts) & given) >= min(-(-wanted // 2), len(given))
    assert {q for q, _ in texts} <= {q for q, _ in pairs}
    assert {p for _, p in texts} <= {p for _, p in pairs}


@pytest.mark.parametrize(("layers", "rate"), [(6, 2e-4), (12, 8e-5)])
def test_deep_models_are_warmed_at_a_lower_rate(tmp_path, layers, rate):
    (tmp_path / "config.json").write_text(json.dumps({"num_hidden_layers": layers}))
    texts = pairs_of(frame([0, 1] * 60))
    warm = warm_start_of(Recipe(), base(tmp_path), tmp_path, texts, tmp_path)
    assert warm.spec.learning_rate == rate
    named = Recipe(warm_start_learning_rate=1e-3)
    warm = warm_start_of(named, base(tmp_path), tmp_path, texts, tmp_path)
    assert warm.spec.learning_rate == 1e-3


def test_targets_spread_however_near_the_cosines_are():
    near = standardised([0.84, 0.85, 0.86, 0.87, 0.88])
    assert near == pytest.approx(standardised([0.4, 0.5, 0.6, 0.7, 0.8]))
    assert near[0] < 0.15 and near[2] == pytest.approx(0.5) and near[4] > 0.85
    assert standardised([0.5, 0.5, 0.5]) == [0.5, 0.5, 0.5]


class Letters:
    """An encoder that knows how often each of 26 letters stands in a text."""

    def vectors(self, texts, kind):
        counts = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts], float)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_random_pairs_make_room_for_neighbours_by_cosine_and_words():
    words = ["apple pie", "apple juice", "car wheel", "car door", "sea wind", "sea salt"]
    drawn = drawn_pairs([(f"what is {word}", f"{word} text") for word in words], 12, seed=0)
    pairs, targets = taught_pairs(drawn, 6, Letters(), seed=0)
    assert pairs[:6] == drawn[:6]
    assert len(pairs) == len(targets) == len(drawn)
    assert pairs != drawn
    assert all(0 < target < 1 for target in targets)


# -- what is scored while the model learns


def test_live_pairs_are_whole_queries_and_those_first_that_can_be_scored():
    dev = frame(([0] * 40 + [1] * 10) * 40, queries=200)
    mixed = dev.groupby("query_key")["grade"].transform("nunique") > 1
    live = live_pairs(dev, learned=1000, seed=0)
    assert 300 <= len(live) <= 310
    assert len(live) == dev["query_key"].isin(live["query_key"]).sum()
    assert live["grade"].groupby(live["query_key"]).nunique().eq(2).all() or not mixed.any()


def test_a_small_dev_split_is_scored_whole():
    dev = frame([0, 1] * 50, queries=10)
    assert len(live_pairs(dev, learned=10, seed=0)) == 100


def test_what_decides_which_checkpoint_is_best():
    nothing = {"ndcg@10": None, "mrr@10": None, "map": None, "average_precision": None}
    assert best_by(nothing) is None
    assert best_by(nothing | {"ndcg@10": 0.0}) == "ndcg@10"
    assert best_by(nothing | {"average_precision": 0.0, "ndcg@10": 0.1}) == "average_precision"


# -- pace and precision


def test_the_time_left_falls_to_nothing():
    pace = Pace.of(to_learn=100, to_score=300)
    assert pace.eta is None and pace.pairs_per_second is None
    pace.learned(50, seconds=5)
    assert pace.pairs_per_second == 10
    assert pace.eta == pytest.approx((50 + 100) / 10)
    pace.scored(300)
    pace.learned(50, seconds=5)
    assert pace.eta == 0


def test_the_last_steps_decide_the_pace():
    pace = Pace.of(1e9, 0)
    for seconds in [1.0] * 100 + [2.0] * 100:
        pace.learned(16, seconds)
    assert math.isclose(pace.pairs_per_second, 8, rel_tol=0.02)


@pytest.mark.parametrize(
    ("asked", "cuda", "bf16", "had", "said"),
    [
        ("auto", False, False, "fp32", False),
        ("auto", False, True, "bf16", False),
        ("auto", True, False, "fp16", False),
        ("fp32", True, True, "fp32", False),
        ("bf16", False, True, "bf16", False),
        ("bf16", False, False, "fp32", True),
        ("fp16", False, True, "bf16", True),
        ("fp16", False, False, "fp32", True),
        ("fp16", True, True, "fp16", False),
    ],
)
def test_precision_is_what_the_machine_can_and_says_what_it_cannot(asked, cuda, bf16, had, said):
    precision, notice = chosen_precision(asked, cuda, bf16)
    assert (precision, notice is not None) == (had, said)


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize(
    ("asked", "preferred", "had"),
    [
        ("auto", "fp32", "fp32"),
        ("auto", "bf16", "bf16"),
        ("fp32", "bf16", "fp32"),
        ("bf16", "bf16", "bf16"),
    ],
)
def test_settings_say_what_auto_means(monkeypatch, bf16, asked, preferred, had):
    assert chosen_precision(asked, False, bf16, preferred) == (had, None)
    monkeypatch.setattr(processor, "NVIDIA", Path("/none"))
    monkeypatch.setattr(processor, "_flags", lambda: {"avx512_bf16"} if bf16 else {"avx2"})
    assert processor.likely_precision(asked, preferred) == had
    assert processor.likely_notice(asked, preferred) is None
