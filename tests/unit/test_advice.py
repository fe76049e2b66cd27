"""The advisor: what it chooses for which data, and that it always says why."""

import pandas as pd
import pytest

from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.training.advice import advise
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


@pytest.mark.parametrize(("pairs", "epochs"), [(60, 4), (2000, Recipe().epochs), (100_001, 1)])
def test_few_pairs_are_seen_more_often_than_many(pairs, epochs):
    assert advised(frame(pairs))[0].epochs == epochs


def test_rare_positives_weigh_more_and_never_more_than_ten():
    assert advised(frame(2000, positive=0.05))[1]["pos_weight"].value == "4.4"
    assert advised(frame(2000, positive=0.001))[1]["pos_weight"].value == "10.0"


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
