"""The card of a model: facts beside each other, and no text of anyone."""

import json

import pandas as pd
import pytest
import yaml

from reranker_ui.core.base_models import ResolvedBase
from reranker_ui.core.lesson import lesson_of
from reranker_ui.core.machine import Machine
from reranker_ui.core.model_card import SIDECAR, base_title, write_card
from reranker_ui.core.recipe import Recipe
from reranker_ui.core.run_folder import RunFolder

NOTHING = {"ndcg@10": None, "mrr@10": None, "map": None, "average_precision": None, "queries": 0}


@pytest.fixture
def written(tmp_path):
    def write(base, metrics=None, number=3):
        folder = RunFolder(tmp_path / "runs" / f"{number:05d}")
        pairs = pd.DataFrame(
            {
                "pair_id": [1, 2],
                "query_key": ["k", "k"],
                "query": ["secret query"] * 2,
                "passage": ["secret passage", "other secret"],
                "grade": [0.0, 1.0],
            }
        )
        counts = {"train": 2, "dev": 2, "test": 2}
        lineage = {"dataset": "mine", "scale": {"max": 1}, "counts": counts, "hash": "abc"}
        folder.write_inputs(Recipe(), dict.fromkeys(counts, pairs), lineage)
        folder.model.mkdir(exist_ok=True)
        rankers = dict.fromkeys(("base", "tuned", "bm25", "cosine"), NOTHING) | (metrics or {})
        lesson, machine = lesson_of(Recipe(), pairs, 1), Machine("cpu", "fp32", 2)
        write_card(folder, Recipe(), base, lesson, machine, rankers, 12.3)
        return folder.model

    return write


def test_the_card_is_a_card_of_the_hub(written, tmp_path):
    model = written(ResolvedBase("a/b", "a/b", tmp_path, True))
    card = (model / "README.md").read_text()
    assert yaml.safe_load(card.split("---")[1])["base_model"] == "a/b"
    assert json.loads(card.split("```json")[1].split("```")[0])["learning_rate"] > 0


def test_the_card_shows_all_rankers_and_the_real_optimizer(written, tmp_path):
    tuned = NOTHING | {"ndcg@10": 0.8765, "queries": 5}
    card = written(ResolvedBase("a/b", "a/b", tmp_path, True), {"tuned": tuned}) / "README.md"
    text = card.read_text()
    assert "| this model | 0.876 | – | – | – |" in text or "| this model | 0.877 |" in text
    assert "| BM25 | – |" in text
    assert f"learning rate: {Recipe().learning_rate}" in text
    assert f"weight decay: {Recipe().weight_decay}" in text


def test_the_card_quotes_no_text(written, tmp_path):
    model = written(ResolvedBase("a/b", "a/b", tmp_path, True))
    assert not any("secret" in file.read_text() for file in model.iterdir())


def test_a_base_on_this_machine_is_named_without_its_path(written, tmp_path):
    earlier = tmp_path / "runs" / "00002" / "model"
    earlier.mkdir(parents=True)
    base = ResolvedBase(str(earlier), str(earlier), earlier, True)
    assert base_title(base) == "run 2"
    model = written(base)
    assert not any(str(tmp_path) in file.read_text() for file in model.iterdir())
    assert "base_model" not in (model / "README.md").read_text().split("---")[1]


def test_a_fresh_head_is_said_to_rank_at_random(written, tmp_path):
    assert (
        "at random"
        in (written(ResolvedBase("embedded", "a/b", tmp_path, False)) / "README.md").read_text()
    )


def test_a_model_remembers_the_models_it_was_made_from(written, tmp_path):
    first = written(ResolvedBase("a/b", "a/b", tmp_path, True))
    base = ResolvedBase(str(first), str(first), first, True)
    second = written(base, number=4)
    earlier = json.loads((second / SIDECAR).read_text())["earlier"]
    assert [facts["base"] for facts in earlier] == ["a/b"]
