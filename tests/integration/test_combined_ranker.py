"""A run that ranks by its model with cosine and BM25: served, named, and read outside the app."""

import importlib.util
import io
import json
import zipfile

import numpy as np
import pytest

from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.models.encoder import Encoder, embedded_encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.services.ranking import compare, rankers
from reranker_ui.services.runs.archive import run_archive
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.integration.test_worker import frozen
from tests.support.labelling import VIEWER

PAIRS = [(QUERY, passage) for passage in PASSAGES]
WEIGHTS = {"tuned": 2.0, "cosine": 5.0, "bm25": 0.7}
CHANCE = np.random.default_rng(0)
PROBE = LinearProbe(CHANCE.normal(size=384), CHANCE.normal(size=384), 0.4, -0.3)


def combine(workspace, number, **weights):
    folder = workspace.runs / f"{int(number):05d}"
    terms = TermWeights.of([*PASSAGES, "A cave.", "Ice is cold.", "By the sea all day."])
    found = Combination(-1.5, dict.fromkeys(WEIGHTS, 0.0) | weights, {})
    CombinedRanker(found, "embedded-en", None, terms, PROBE).save(folder / "combined.json")
    return folder, terms


def test_a_run_serves_its_combination_and_its_model_alone(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    _, terms = combine(workspace, number, **WEIGHTS)
    logits = Reranker(tiny_model).scores(PAIRS, raw=True)
    cosines = Encoder(embedded_encoder()).scores(PAIRS)
    parts = zip(logits, cosines, terms.scores(PAIRS), strict=True)
    expected = [-1.5 + 2.0 * a + 5.0 * b + 0.7 * c for a, b, c in parts]
    served = rankers.find_ranker(workspace, VIEWER, number)
    assert served.scores(PAIRS, raw=True) == pytest.approx(expected, abs=1e-4)
    assert served.measure == "probability" and served.name == number
    alone = rankers.find_ranker(workspace, VIEWER, f"{served.title}:tuned")
    assert alone.scores(PAIRS, raw=True) == pytest.approx(logits, abs=1e-5)
    assert alone.key != served.key
    rows = compare.rank(workspace, VIEWER, number, QUERY, PASSAGES, raw=True)
    assert rows[0]["score"] == pytest.approx(max(expected), abs=1e-4)


def test_a_run_without_the_file_serves_its_model(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    served = rankers.find_ranker(workspace, VIEWER, number)
    logits = Reranker(tiny_model).scores(PAIRS, raw=True)
    assert served.scores(PAIRS, raw=True) == pytest.approx(logits, abs=1e-5)


@pytest.mark.parametrize("weights", [WEIGHTS | {"probe": 1.5}, {"tuned": 1.2}])
def test_the_reader_in_the_download_gives_the_scores_served(
    workspace, tiny_model, weights, tmp_path
):
    number = a_run(workspace, model=tiny_model)
    combine(workspace, number, **weights)
    name, parts = run_archive(workspace, VIEWER, number)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / name.removesuffix(".zip")
    file = unpacked / "combined_reader.py"
    spec = importlib.util.spec_from_file_location("combined_reader", file)
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    read = reader.CombinedReranker(unpacked, embedded_encoder()).scores(PAIRS)
    served = rankers.find_ranker(workspace, VIEWER, number).scores(PAIRS)
    assert read == pytest.approx(served, abs=1e-4)


def test_a_run_decides_on_dev_and_is_measured_with_its_ranker(home, tiny_model):
    from reranker_ui.core.training.run import train

    folder = frozen(home, 1, tiny_model, queries=25, epochs=1)
    train(folder, 1)
    ranker = CombinedRanker.open(folder.combined_file)
    ended = folder.events()[0][-1]
    assert ended["event"] == "finished"
    assert list(ended["metrics"])[-1] == "combined"
    # Random weights learn little from 25 queries, and the passages share the words of the answer.
    assert not ranker.combination.alone
    assert ended["metrics"]["combined"]["ndcg@10"] > ended["metrics"]["tuned"]["ndcg@10"]
    assert "combined" in json.loads(folder.outcome_file.read_text())["intervals"]
