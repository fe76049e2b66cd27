"""The ranker of a run whose dev split has too few labels to fit weights to."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from reranker_ui.core.bases import multilingual
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.training import run_ranker
from reranker_ui.core.values.recipe import DEFAULT_BASE, EMBEDDED_BASE

TEXTS = [(f"query {number}", f"passage {number}") for number in range(6)]


def plan_on(path, recipe_base, ranks=True):
    embeddings = np.eye(6)[:, :2] + 0.1
    vectors = SimpleNamespace(of_pairs=lambda pairs: (embeddings[: len(pairs)],) * 2)
    return SimpleNamespace(
        recipe=SimpleNamespace(base=recipe_base),
        base=SimpleNamespace(path=path, has_ranking_head=ranks),
        baselines=SimpleNamespace(vectors=vectors),
        folder=SimpleNamespace(model=Path("model")),
    )


def built(folder, name):
    """A folder as the app builds it for E5 in its cache."""
    (folder / name).mkdir()
    (folder / name / "written.json").write_text("{}")
    return folder / name


@pytest.mark.parametrize(
    ("path", "named"),
    [(None, EMBEDDED_BASE), (None, DEFAULT_BASE), (embedded_encoder(), DEFAULT_BASE)],
)
def test_on_an_embedded_base_cosine_counts_too_however_it_is_named(
    path, named, monkeypatch, tmp_path
):
    # Without the Hub the embedded base takes the place of the default one.
    monkeypatch.setattr(run_ranker, "logits_of", lambda *_: [float(n) for n in range(6)])
    path = path or built(tmp_path, multilingual.RERANKER_FOLDER)
    found = run_ranker._without_labels(plan_on(path, named), None, TEXTS)
    assert found is not None and found.used == ["tuned", "cosine"]


def test_a_folder_that_is_called_as_an_embedded_base_is_another_one(tmp_path):
    plan = plan_on(tmp_path / multilingual.RERANKER_FOLDER, "here")
    assert run_ranker._without_labels(plan, None, TEXTS) is None
    plan.baselines.encoder = tmp_path / multilingual.FOLDER
    assert run_ranker._encoder_name(plan) == "here"
    plan.baselines.encoder = built(tmp_path, multilingual.FOLDER)
    assert run_ranker._encoder_name(plan) == "embedded-multilingual"


def test_on_another_base_the_model_ranks_alone():
    plan = plan_on(Path("hub") / "model", DEFAULT_BASE)
    assert run_ranker._without_labels(plan, None, TEXTS) is None


def test_the_notice_has_every_metric_that_was_compared():
    gains = {"ndcg@10": [-0.022, 0.036], "average_precision": [0.007, 0.031]}
    found = run_ranker._notice(SimpleNamespace(used=["tuned", "cosine"], gains=gains))
    assert "nDCG@10 -0.022 (± 0.036) and average precision +0.007 (± 0.031) over" in found
