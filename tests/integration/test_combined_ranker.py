"""A run that ranks by its model with cosine and BM25: served, named, and read outside the app."""

import io
import json
import zipfile

import numpy as np
import pytest

from reranker_ui.core.bases import multilingual
from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.linear_probe import LinearProbe
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.models.encoder import Encoder, embedded_encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.services.ranking import candidates, compare, rankers
from reranker_ui.services.ranking.rerank import models_served, serve_ranking
from reranker_ui.services.runs.archive import run_archive
from reranker_ui.ui.api.shapes import CohereRequest
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.integration.test_worker import frozen
from tests.support.combined_reader import reader_in
from tests.support.labelling import VIEWER
from tests.support.twin_homes import Model

PAIRS = [(QUERY, passage) for passage in PASSAGES]
WEIGHTS = {"tuned": 2.0, "cosine": 5.0, "bm25": 0.7}
CHANCE = np.random.default_rng(0)
PROBE = LinearProbe(CHANCE.normal(size=384), CHANCE.normal(size=384), 0.4, -0.3)


def combine(workspace, number, encoder="embedded-en", **weights):
    folder = workspace.runs / f"{int(number):05d}"
    terms = TermWeights.of([*PASSAGES, "A cave.", "Ice is cold.", "By the sea all day."])
    found = Combination(-1.5, dict.fromkeys(WEIGHTS, 0.0) | weights, {})
    CombinedRanker(found, encoder, None, terms, PROBE).save(folder / "combined.json")
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


def test_every_model_that_the_api_lists_is_served(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)

    def listed():
        return {row["name"]: row["title"] for row in models_served(workspace, VIEWER)}

    before = listed()
    assert list(before) == ["base", "bm25", "cosine", number]
    combine(workspace, number, **WEIGHTS)
    title = f"{before[number]}, model alone"
    assert listed() == before | {f"{number}:tuned": title}
    alone = rankers.find_ranker(workspace, VIEWER, f"{number}:tuned")
    assert (alone.name, alone.title, alone.combined) == (f"{number}:tuned", title, False)


def test_with_many_candidates_a_cascade_scores_some_of_them(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    combine(workspace, number, tuned=0.1, cosine=5.0)
    passages = [*PASSAGES, *(f"Cats sleep on day {day}." for day in range(260))]
    every = serve_ranking(workspace, VIEWER, number, QUERY, passages, raw=True)
    assert every.scored == 263 and every.estimates() is None
    found = serve_ranking(workspace, VIEWER, number, QUERY, passages, raw=True, cascade=True)
    assert 100 < found.scored < 263
    assert f"scored {found.scored} of 263 passages" in found.estimates()
    assert [row["index"] for row in found.rows[:2]] == [row["index"] for row in every.rows[:2]]
    assert found.rows[0]["score"] == pytest.approx(every.rows[0]["score"], abs=1e-4)
    few = serve_ranking(workspace, VIEWER, number, QUERY, passages[:200], cascade=True)
    assert few.scored == 200
    warned = CohereRequest(query=QUERY, documents=passages).answer(found, "2")["meta"]["warnings"]
    assert warned == [found.estimates()]
    text = "\n".join(passages)
    pasted = candidates.pasted(workspace, VIEWER, QUERY, text, None)
    side = compare.compare(workspace, VIEWER, [number], pasted, cascade=True)["sides"][0]
    assert (side["scored"], side["cascades"]) == (found.scored, True)
    assert sum(not row["estimated"] for row in side["rows"]) == found.scored
    assert not any(row["estimated"] for row in side["rows"][:10])


def test_a_cross_encoder_alone_cascades_among_passages_that_are_embedded(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    combine(workspace, number, tuned=1.0)
    pairs = [(QUERY, f"Cats sleep on day {day}.") for day in range(230)]
    rankers.MODELS.clear()
    ranker = rankers.find_ranker(workspace, VIEWER, number)
    assert ranker.cascade(pairs, 10) is None  # embedding them would take as long as scoring all
    encoder, _ = rankers.loaded_encoder(workspace, embedded_encoder())
    assert ranker.cascade(pairs, 10) is None
    encoder.scores(pairs)
    assert len(ranker.cascade(pairs, 10).logits) == 230


def test_the_encoder_of_e5_is_not_its_ranking_start(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(multilingual, "multilingual_folder", lambda _cache: tmp_path / "encoder")
    monkeypatch.setattr(multilingual, "reranker_folder", lambda _cache: tmp_path / "start")
    opened = []
    monkeypatch.setattr(rankers, "Encoder", lambda path: opened.append(path.name) or Model())
    monkeypatch.setattr(rankers, "_load", Model)
    rankers.MODELS.clear()
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    number = a_run(workspace, model=model)
    combine(workspace, number, encoder="embedded-multilingual", **WEIGHTS)
    rankers.find_ranker(workspace, VIEWER, number)
    rankers.MODELS.clear()
    assert opened == ["encoder"]


def test_a_run_without_the_file_serves_its_model(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    served = rankers.find_ranker(workspace, VIEWER, number)
    logits = Reranker(tiny_model).scores(PAIRS, raw=True)
    assert served.scores(PAIRS, raw=True) == pytest.approx(logits, abs=1e-5)


ODD = ["", " ", "冰洞是如何形成的？", "Пещеры", "a\x00b", "İce ﬁrn ①", "ice caves " * 900]


@pytest.mark.parametrize("weights", [WEIGHTS | {"probe": 1.5}, {"tuned": 1.2}])
def test_the_reader_in_the_download_gives_the_scores_served(
    workspace, tiny_model, weights, tmp_path, monkeypatch
):
    # Its own encoder comes with the download: the one on the Hub gives other cosines.
    (tmp_path / "multilingual-e5-small").symlink_to(embedded_encoder())
    own = tmp_path / "multilingual-e5-small"
    monkeypatch.setattr(multilingual, "multilingual_folder", lambda _cache: own)
    number = a_run(workspace, model=tiny_model)
    combine(workspace, number, encoder="embedded-multilingual", **weights)
    name, parts = run_archive(workspace, VIEWER, number)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / name.removesuffix(".zip")
    assert (unpacked / own.name).exists() == ("cosine" in weights)
    ranker = reader_in(unpacked)
    pairs = [*PAIRS, *((query, passage) for query in (QUERY, *ODD) for passage in ODD)]
    served = rankers.find_ranker(workspace, VIEWER, number).scores(pairs)
    assert ranker.scores(pairs) == pytest.approx(served, abs=1e-4)
    assert ranker.scores([]) == []


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
