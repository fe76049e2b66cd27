"""Recipes: what they refuse, and that each preset survives a trip through JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reranker_ui.core.values.recipe import PRESETS, Recipe


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_knows_its_name_and_survives_json(name):
    recipe = PRESETS[name]
    assert recipe.name == name
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


@pytest.mark.parametrize(
    "field",
    [
        {"epochs": 0},
        {"epochs": float("nan")},
        {"batch_size": 0},
        {"batch_size": 2.5},
        {"learning_rate": -1e-5},
        {"learning_rate": float("inf")},
        {"warmup": -0.1},
        {"max_length": 7},
        {"precision": "fp8"},
        {"warm_start": "yes"},
        {"pos_weight": "some"},
        {"seed": -1},
        {"trust_remote_code": True},
    ],
)
def test_a_field_out_of_range_or_unknown_is_refused(field):
    with pytest.raises(ValidationError):
        Recipe.model_validate(field)


@given(st.integers(0, 2**31 - 1), st.floats(0.01, 1000), st.floats(1e-9, 1))
def test_numbers_survive_json(seed, epochs, learning_rate):
    recipe = Recipe(seed=seed, epochs=epochs, learning_rate=learning_rate)
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_a_recipe_never_changes():
    with pytest.raises(ValidationError):
        Recipe().epochs = 3
