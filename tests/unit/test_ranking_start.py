"""The ranking start: from an encoder and a trained cross-encoder, and back."""

import numpy as np

from reranker_ui.core.bases.ranking_start import start_of, with_start

CHANCE = np.random.default_rng(0)


def numbers(*shape):
    return CHANCE.normal(size=shape).astype(np.float32)


ENCODER = {"words": numbers(50, 8), "query.weight": numbers(8, 8), "query.bias": numbers(8)}


def trained(rank):
    """A cross-encoder whose query matrix was moved by a product of `rank`; words are as before."""
    return {
        "bert.words": ENCODER["words"],
        "bert.query.weight": ENCODER["query.weight"] + numbers(8, rank) @ numbers(rank, 8),
        "bert.query.bias": numbers(8),
        "classifier.weight": numbers(1, 8),
    }


def test_a_move_of_low_rank_comes_back():
    wanted = trained(2)
    found = with_start(ENCODER, start_of(ENCODER, wanted, rank=2))
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        np.testing.assert_allclose(found[name], tensor, atol=0.02)


def test_a_move_of_higher_rank_is_cut_to_its_largest_part():
    wanted = trained(4)["bert.query.weight"]
    moved = wanted - ENCODER["query.weight"]
    sizes = np.linalg.svd(moved, compute_uv=False)
    kept = with_start(ENCODER, start_of(ENCODER, {"bert.query.weight": wanted}, rank=2))
    missed = np.linalg.norm(kept["bert.query.weight"] - wanted)
    np.testing.assert_allclose(missed, np.linalg.norm(sizes[2:]), rtol=0.02)


def test_what_training_left_alone_takes_no_room():
    assert not [name for name in start_of(ENCODER, trained(1), rank=1) if "words" in name]
