"""The card of a model: facts beside each other, and no text of anyone."""

import json

import pandas as pd
import pytest
import yaml

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.training.advice.budget import sized
from reranker_ui.core.training.card_facts import SIDECAR, base_title, log_rows
from reranker_ui.core.training.model_card import write_card
from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder

NOTHING = {"ndcg@10": None, "mrr@10": None, "map": None, "average_precision": None, "queries": 0}


@pytest.fixture
def written(tmp_path):
    def write(base, metrics=None, number=3, steps=(), **changes):
        recipe = sized(Recipe(**changes))
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
        folder.write_inputs(recipe, dict.fromkeys(counts, pairs), lineage)
        folder.model.mkdir(exist_ok=True)
        rankers = dict.fromkeys(("base", "tuned", "bm25", "cosine"), NOTHING) | (metrics or {})
        for step in steps:
            folder.emit("log", step=step, epoch=step / 10, loss=1 / step)
        spec, machine = phase_spec(recipe, pairs, 1), Machine("cpu", "fp32", 2)
        write_card(folder, recipe, base, spec, machine, rankers, NOTHING, 12.3)
        return folder.model

    return write


def test_the_card_is_a_card_of_the_hub(written, tmp_path):
    model = written(ResolvedBase("a/b", "a/b", tmp_path, True))
    card = (model / "README.md").read_text()
    assert yaml.safe_load(card.split("---")[1])["base_model"] == "a/b"
    recipe = card.split("#### Recipe")[1].split("```json")[1].split("```")[0]
    assert json.loads(recipe)["learning_rate"] > 0


def test_the_card_shows_all_rankers_and_the_real_optimizer(written, tmp_path):
    tuned = NOTHING | {"ndcg@10": 0.8765, "queries": 5}
    card = written(ResolvedBase("a/b", "a/b", tmp_path, True), {"tuned": tuned}) / "README.md"
    text = card.read_text()
    assert "| this model | 0.876 | – | – | – |" in text or "| this model | 0.877 |" in text
    assert "| BM25 | – |" in text
    assert "| | nDCG@10 | MRR@10 | MAP | average precision |\n" in text
    assert f"learning rate: {sized(Recipe()).learning_rate}" in text
    assert f"weight decay: {Recipe().weight_decay}" in text


def test_the_card_shows_how_to_read_a_combined_ranker(written, tmp_path):
    base = ResolvedBase("a/b", "a/b", tmp_path, True)
    alone = (written(base) / "README.md").read_text()
    card = (written(base, {"combined": NOTHING}) / "README.md").read_text()
    assert "combined_reader" not in alone
    code = card.split("as `combined.json` describes them")[1].split("```python")[1].split("```")[0]
    assert 'CombinedReranker(".")' in code
    compile(code, "card", "exec")


def test_the_card_quotes_no_text(written, tmp_path):
    model = written(ResolvedBase("a/b", "a/b", tmp_path, True))
    assert not any("secret" in file.read_text() for file in model.iterdir())


def test_the_card_quotes_texts_where_the_recipe_asks_for_them(written, tmp_path):
    base = ResolvedBase("a/b", "a/b", tmp_path, True)
    card = (written(base, card_texts=True) / "README.md").read_text()
    assert "| <code>secret query</code> | <code>other secret</code> | <code>1.0</code> |" in card


def test_columns_are_described_and_only_what_is_no_default_is_listed(written, tmp_path):
    base = ResolvedBase("a/b", "a/b", tmp_path, True)
    card = (written(base, epochs=3, learning_rate=5e-5, batch_size=16) / "README.md").read_text()
    assert "<li>min: 12 characters</li><li>mean: 13.0 characters</li>" in card
    assert "<ul><li>min: 0.0</li><li>mean: 0.5</li><li>max: 1.0</li></ul>" in card
    listed = card.split("Non-Default Hyperparameters")[1].split("####")[0]
    assert "`per_device_train_batch_size`: 16" in listed
    assert "num_train_epochs" not in listed and "learning_rate" not in listed
    assert '"pos_weight": 1.0' in card


def test_rows_of_earlier_runs_are_kept_even_where_they_end_and_start_alike(written, tmp_path):
    base = ResolvedBase("a/b", "a/b", tmp_path, True)
    first = written(base, number=3, steps=[3])
    second = written(ResolvedBase(str(first), str(first), first, True), number=4, steps=[3])
    third = written(ResolvedBase(str(second), str(second), second, True), number=5, steps=[1, 3])
    card = (third / "README.md").read_text()
    assert [
        line.split("|")[2].strip() for line in card.splitlines() if line.startswith("| 0.")
    ] == [*("3", "3", "1", "3")]
    front = yaml.safe_load(card.split("---")[1])
    assert front["base_model"] == "a/b" and "dataset_size:2" in front["tags"]
    assert "2 pairs of `mine`, from run 4" in card


def test_a_step_taken_again_counts_as_it_was_taken_last():
    def log(step, loss):
        return {"event": "log", "phase": "train", "step": step, "epoch": step / 4, "loss": loss}

    rows = log_rows([log(1, 0.9), log(2, 0.8), log(3, 0.7), log(2, 0.6), log(3, 0.5)])
    assert [[step, loss] for _, step, loss, _ in rows] == [[1, 0.9], [2, 0.6], [3, 0.5]]
    many = log_rows([log(step, 0.1) for step in range(1, 1001)])
    assert len(many) <= 52 and many[-1][1] == 1000


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
