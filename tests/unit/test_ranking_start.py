"""The ranking start: from an encoder and a trained cross-encoder, and back."""

import numpy as np

from reranker_ui.core.bases.packed_weights import packed, unpacked
from reranker_ui.core.bases.ranking_start import start_of, with_start

CHANCE = np.random.default_rng(0)


def numbers(*shape):
    return CHANCE.normal(size=shape).astype(np.float32)


ENCODER = {"words": numbers(50, 32), "query.weight": numbers(32, 32), "query.bias": numbers(32)}
TRAINED = {
    "bert.words": ENCODER["words"],
    "bert.query.weight": ENCODER["query.weight"] + numbers(32, 32),
    "bert.query.bias": numbers(32),
    "classifier.weight": numbers(1, 32),
}


def test_a_trained_model_comes_back():
    found = with_start(ENCODER, start_of(ENCODER, TRAINED))
    assert found.keys() == TRAINED.keys()
    missed = found["bert.query.weight"] - TRAINED["bert.query.weight"]
    assert np.square(missed).mean() < 0.01  # of a move whose square is 1
    for name in ("bert.words", "bert.query.bias", "classifier.weight"):
        np.testing.assert_allclose(found[name], TRAINED[name], atol=2e-3)


def test_what_training_left_alone_takes_no_room():
    assert start_of(ENCODER, TRAINED).keys() == {
        "bert.query.weight.blocks", "bert.query.bias", "classifier.weight",
    }  # fmt: skip


def test_blocks_hold_zeros_and_the_largest_value_of_each():
    values = np.concatenate([np.zeros(32), np.linspace(-3.5, 3.5, 32)]).astype(np.float32)
    found = unpacked(packed(values), 0, 64).reshape(-1)
    assert not found[:32].any()
    np.testing.assert_allclose(found, values, atol=0.26)
    assert (found.min(), found.max()) == (-3.5, 3.5)
