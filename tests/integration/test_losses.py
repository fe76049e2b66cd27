"""Each loss trains a tiny model from frozen pairs to a model that ranks, and learns something."""

import json
from typing import get_args

import pytest
import torch

from reranker_ui.core.training.rows.examples import grade_counts
from reranker_ui.core.training.run import train
from reranker_ui.core.values.recipe import Loss
from reranker_ui.core.values.refused import Refused
from tests.integration.test_worker import frozen, seen

LOSSES = get_args(Loss)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_goes_down_on_what_is_easy(home, tiny_model, loss, precision):
    recipe = {"learning_rate": 3e-3, "epochs": 24, "batch_size": 24, "train_embeddings": True}
    folder = frozen(home, 1, tiny_model, queries=8, loss=loss, precision="auto", **recipe)
    for split in ("dev", "test"):
        folder.pairs(split).head(6).to_parquet(folder.path / f"{split}.parquet")
    train(folder, 1, precision)
    losses = [log["loss"] for log in seen(folder, "log")]
    assert min(losses[-3:]) < 0.98 * losses[0]
    facts = json.loads((folder.model / "reranker_ui.json").read_text())
    assert (
        facts["loss"]["class"]
        .lower()
        .startswith({"bce": "binary", "mnrl": "cached"}.get(loss, loss.split("_")[0]))
    )
    assert facts["metrics"]["tuned"]["queries"] == 2
    assert folder.status() in ("lost", "finished") and seen(folder, "finished")


def test_the_rows_of_a_lesson_are_as_many_steps_as_were_planned(home, tiny_model):
    folder = frozen(home, 1, tiny_model, queries=5, loss="lambda", batch_size=6, max_steps=4)
    for split in ("dev", "test"):
        folder.pairs(split).head(0).to_parquet(folder.path / f"{split}.parquet")
    train(folder, 1)
    assert seen(folder, "started")[0]["plan"]["train_steps"] == 4
    assert [log["step"] for log in seen(folder, "log")] == [1, 2, 3, 4]


def test_a_schedule_warmup_evaluations_and_early_stop_are_obeyed(home, tiny_model):
    recipe = {"schedule": "constant", "warmup": 4, "eval_every": 3, "learning_rate": 1e-9}
    folder = frozen(home, 1, tiny_model, epochs=50, early_stopping=2, **recipe)
    train(folder, 1)
    logs = seen(folder, "log")
    rates = [log["learning_rate"] / 1e-9 for log in logs]
    assert rates[:6] == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1])
    during = [event["step"] for event in seen(folder, "evaluated") if event["when"] == "during"]
    assert during[:3] == [3, 6, 9] and logs[-1]["step"] < 40  # nothing changes, so it stops


def test_a_loss_that_the_labels_cannot_feed_is_refused(home, tiny_model):
    folder = frozen(home, 1, tiny_model, loss="lambda")
    pairs = folder.pairs("train")
    alone = pairs.assign(query_key=[str(n) for n in range(len(pairs))])
    alone.to_parquet(folder.path / "train.parquet")
    with pytest.raises(Refused, match="order"):
        train(folder, 1)


def test_cross_entropy_of_two_grades_is_binary_cross_entropy():
    from reranker_ui.core.training.losses import GradeCrossEntropy

    class Fixed(torch.nn.Module):
        device = torch.device("cpu")

        def preprocess(self, pairs, **_):
            return {"input_ids": torch.zeros(len(pairs), 1)}

        def forward(self, tokens):
            return {"scores": torch.tensor([[2.0], [-1.0], [0.5]])}

    labels = torch.tensor([1, 0, 0])
    loss = GradeCrossEntropy(Fixed(), grade_counts([1, 0, 0]))([["q"] * 3, ["p"] * 3], labels)
    binary = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor([2.0, -1.0, 0.5]), labels.float()
    )
    assert loss.item() == pytest.approx(binary.item())


def test_hard_negatives_are_learned_from_and_reported(home, tiny_model):
    folder = frozen(home, 1, tiny_model, queries=6, negatives="bm25", negatives_per_query=2)
    train(folder, 1)
    pairs = len(folder.pairs("train"))
    assert seen(folder, "started")[0]["learned_from"] == pairs + 12
    assert "* Size: 30 training samples" in (folder.model / "README.md").read_text()
