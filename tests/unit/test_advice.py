"""The advisor: what it chooses for which data, and that it always says why."""

import pandas as pd
import pytest

from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.training.advice.advisor import SMALL_BATCH, advise
from reranker_ui.core.training.advice.budget import (
    LOW_RATE,
    MINUTES,
    MOST_EPOCHS,
    MOST_WARM,
    RATE,
    explained,
    needs_speed,
    sized,
)
from reranker_ui.core.training.advice.selection import may_select
from reranker_ui.core.values.recipe import Recipe

BINARY = {"kind": "binary", "max": 1.0}


def frame(count, positive=0.5, per_query=2, words=5):
    every = round(1 / positive)
    columns = ["query_key", "query", "passage", "grade"]
    rows = (
        {
            "query_key": f"k{n // per_query}",
            "query": f"query {n // per_query}",
            "passage": f"word {n} " * words,
            "grade": float(n % every == 0),
        }
        for n in range(count)
    )
    return pd.DataFrame(rows, columns=columns)


def advised(train, dev=None, scale=BINARY, ranks=False):
    splits = {"train": train, "dev": frame(200) if dev is None else dev, "test": frame(0)}
    tokenizer = embedded_encoder() / "tokenizer.json"
    found = advise(Recipe(), splits, scale, tokenizer, 512, ranks)
    return found.recipe, {choice.name: choice for choice in found.choices}


def test_every_choice_has_its_reason_in_a_sentence():
    recipe, choices = advised(frame(2000))
    assert recipe.name == "advised" and len(choices) == 7
    assert all(one.value and one.reason.endswith(".") for one in choices.values())
    assert all(one.fields and hasattr(recipe, one.fields[0]) for one in choices.values())
    assert choices["Positive weight"].fields == ("pos_weight", "loss")


def test_few_pairs_are_read_in_small_batches():
    assert advised(frame(60))[0].batch_size == SMALL_BATCH
    assert advised(frame(2000))[0].batch_size == Recipe().batch_size


def test_rare_positives_weigh_more_and_never_more_than_ten():
    assert advised(frame(2000, positive=0.05))[1]["Positive weight"].value == "4.4"
    assert advised(frame(2000, positive=0.001))[1]["Positive weight"].value == "10.0"


def test_the_share_of_positives_follows_the_scale_of_the_dataset():
    """Grades 1 and 2 of a split without a 0: relevant is what the scale says."""
    graded = frame(2000, positive=0.05).assign(grade=lambda pairs: pairs["grade"] + 1)
    scale = {"kind": "graded", "max": 3.0, "min": 0.0, "relevant_from": 2.0}
    assert "5%" in advised(graded, scale=scale)[1]["Positive weight"].reason
    lower = {**scale, "relevant_from": 1.0}
    assert "100%" in advised(graded, scale=lower)[1]["Positive weight"].reason


def test_the_length_holds_all_but_one_in_twenty():
    short, long = advised(frame(300, words=5)), advised(frame(300, words=60))
    assert short[0].max_length == 32 and long[0].max_length == 128
    recipe, choices = advised(frame(300, words=400))
    assert recipe.max_length == 512 and "longer than 512" in choices["Max length"].reason


def test_without_dev_pairs_the_last_weights_are_kept():
    recipe, choices = advised(frame(300), dev=frame(0))
    assert recipe.best_by == "last" and choices["Dev split"].value == "none"


def test_positives_alone_get_negatives_by_bm25():
    alone = frame(400, per_query=1)
    assert advised(alone)[0].negatives == "bm25"
    assert advised(frame(400))[0].negatives == "none"


def test_a_base_that_ranks_needs_no_warm_start():
    assert advised(frame(300), ranks=True)[1]["Warm start"].value == "off"
    assert advised(frame(300), ranks=False)[1]["Warm start"].value == "on"
    assert advised(frame(60), ranks=False)[1]["Warm start"].value == "off"


def test_texts_that_the_base_cannot_read_get_no_warm_start():
    foreign = frame(300).assign(query="花呗额度怎么冻结", passage="借呗还款账户被锁")
    choice = advised(foreign)[1]["Warm start"]
    assert choice.value == "off" and "unknown" in choice.reason


def spent(budget, speed, pairs=2000, warms=True, layers=12, **fields):
    return sized(Recipe(budget=budget, **fields), speed, pairs, warms, layers)


def test_a_larger_budget_and_a_faster_machine_learn_from_more():
    cases = (("quick", 10), ("quality", 10), ("quick", 60))
    sizes = [spent(budget, speed) for budget, speed in cases]
    pairs = [recipe.warm_start_pairs + 2000 * recipe.epochs for recipe in sizes]
    assert pairs[0] < pairs[1] and pairs[0] < pairs[2]
    for recipe, (budget, speed) in zip(sizes, cases, strict=True):
        learned = recipe.warm_start_pairs + 2000 * recipe.epochs
        assert learned <= MINUTES[budget] * 60 * speed


def test_a_budget_never_overfits_and_says_what_it_is_enough_for():
    recipe = spent("thorough", 500)
    assert recipe.epochs == MOST_EPOCHS and recipe.warm_start_pairs == MOST_WARM
    reason = explained(recipe, 500, 2000, warms=True)
    assert "500 pairs a second" in reason and "4 minutes" in reason
    assert "60,000 pairs in the warm start, then 4 epochs over 2,000 labels" in reason


def test_labels_are_selected_only_where_the_loss_learns_from_single_pairs():
    for loss, sentence in (
        ("bce", "300 of 2,000 labels, those of queries"),
        ("listnet", "0.15 epochs"),
    ):
        asked = Recipe(loss=loss)
        found = asked.model_copy(update={"epochs": 0.15})
        assert sentence in explained(found, 10, 2000, warms=False, selects=may_select(asked))


def test_one_epoch_is_not_several():
    assert "1 epoch over 2,000" in explained(Recipe(epochs=1), 10, 2000, warms=False)


@pytest.mark.parametrize(("budget", "speed", "enough"), [
    ("quick", 10, "About 4 minutes are enough"),
    ("thorough", 10, "About 3 minutes are enough for 4 epochs over 240 labels"),
    ("thorough", 100, "About 1 minute is enough"),
])  # fmt: skip
def test_few_labels_take_less_than_the_budget(budget, speed, enough):
    pairs = 2000 if budget == "quick" else 240
    recipe = spent(budget, speed, pairs, warms=False)
    assert enough in explained(recipe, speed, pairs, warms=False)


def test_no_labels_are_selected_where_steps_were_asked_for():
    assert may_select(Recipe()) and not may_select(Recipe(max_steps=100))


def test_the_fewest_labels_are_kept_of_millions():
    assert 390 < spent("quick", 1, pairs=3_000_000).epochs * 3_000_000 < 410


def test_without_a_warm_start_all_goes_to_the_labels():
    with_it, without = spent("quick", 10), spent("quick", 10, warms=False)
    assert without.epochs > with_it.epochs
    assert without.warm_start_pairs == sized(Recipe()).warm_start_pairs


def test_numbers_that_were_given_stay():
    recipe = spent("quick", 60, epochs=1, learning_rate=3e-5)
    assert recipe.epochs == 1 and recipe.learning_rate == 3e-5
    assert recipe.warm_start_pairs > spent("quick", 60).warm_start_pairs


def test_the_speed_is_needed_for_what_follows_from_it_alone():
    assert needs_speed(Recipe(), warms=False)
    assert not needs_speed(Recipe(epochs=1), warms=False)
    assert not needs_speed(Recipe(max_steps=3), warms=False)
    assert needs_speed(Recipe(epochs=1), warms=True)
    assert not needs_speed(Recipe(epochs=1, warm_start_pairs=300), warms=True)


@pytest.mark.parametrize(
    ("budget", "layers", "rate"),
    [("quick", 6, RATE), ("quality", 6, LOW_RATE), ("quick", 12, RATE), ("quick", 24, LOW_RATE)],
)
def test_deep_models_and_longer_runs_learn_at_a_lower_rate(budget, layers, rate):
    assert spent(budget, None, layers=layers).learning_rate == rate


def test_a_budget_is_in_minutes():
    assert MINUTES == {"quick": 4, "quality": 20, "thorough": 60}
