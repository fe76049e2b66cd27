"""Runs as zips: whole, named, without what is of no use elsewhere."""

import io
import json
import os
import zipfile

import pandas as pd
import pytest

from reranker_ui.core.bases import multilingual, trimmed_encoder
from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.evaluation.outcome import outcome_of
from reranker_ui.core.models.encoder import Encoder, embedded_encoder
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.runs.archive import run_archive
from reranker_ui.services.runs.export_model import export_model
from reranker_ui.services.runs.outcomes import outcome
from tests.integration.test_ranking import a_run
from tests.support.labelling import ADMIN, MAI, VIEWER, finished_run, seed


def unzipped(parts):
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_model_comes_back_byte_by_byte(workspace, tiny_model):
    name, parts = run_archive(workspace, VIEWER, a_run(workspace, model=tiny_model))
    files = unzipped(parts)
    folder = name.removesuffix(".zip")
    kept = [file for file in tiny_model.rglob("*") if file.is_file()]
    assert files == {f"{folder}/{file.relative_to(tiny_model)}": file.read_bytes() for file in kept}


def test_a_whole_run_leaves_out_what_only_the_worker_needs(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    folder = RunFolder(workspace.runs / f"{int(number):05d}")
    (folder.checkpoints / "checkpoint-1").mkdir(parents=True)
    (folder.checkpoints / "checkpoint-1" / "optimizer.pt").write_bytes(b"x")
    _, parts = run_archive(workspace, VIEWER, number, "run")
    names = {name.partition("/")[2] for name in unzipped(parts)}
    assert {"events.jsonl", "model/config.json"} <= names
    assert not any("checkpoint" in name for name in names)


@pytest.mark.parametrize("year", [0, 140])
def test_files_of_a_wrong_clock_are_packed(workspace, tiny_model, year):
    number = a_run(workspace, model=tiny_model)
    model = RunFolder(workspace.runs / f"{int(number):05d}").model
    os.utime(model / "config.json", (year * 31_557_600,) * 2)
    _, parts = run_archive(workspace, VIEWER, number)
    assert any(name.endswith("/config.json") for name in unzipped(parts))


def test_a_run_without_a_model_has_none_to_download(workspace):
    with pytest.raises(Refused, match="no model to download"):
        run_archive(workspace, VIEWER, a_run(workspace, "failed"))


def test_a_whole_run_is_not_for_annotators_from_whom_labels_are_kept(workspace, tiny_model):
    seed(workspace)
    number = finished_run(workspace, tiny_model)
    for part, who in (("run", ADMIN), ("run", VIEWER), ("model", MAI)):
        assert run_archive(workspace, who, number, part)
    with pytest.raises(Refused, match="hidden from annotators"):
        run_archive(workspace, MAI, number, "run")
    rows = [
        {"query_key": str(n), "query": "q", "passage": f"p{grade}", "grade": grade, "base": grade,
         "bm25": 0.0, "cosine": 0.0, "tuned": -grade}
        for n in range(8) for grade in (0.0, 1.0)
    ]  # fmt: skip
    written = json.dumps(outcome_of(pd.DataFrame(rows)))
    RunFolder(workspace.runs / f"{number:05d}").outcome_file.write_text(written)
    whole = json.loads(written)
    assert whole["worst"]
    kept, seen = (outcome(workspace, who, number) for who in (MAI, VIEWER))
    assert (kept["results"], kept["whole"]) == ({**whole, "worst": None}, False)
    assert (seen["results"], seen["whole"]) == (whole, True)
    set_stream(workspace, ADMIN, "caves", blind=False)
    with pytest.raises(Refused, match="sealed test split"):
        run_archive(workspace, MAI, number, "run")
    set_stream(workspace, ADMIN, "caves", test_annotators=["Mai"])
    assert run_archive(workspace, MAI, number, "run")
    with pytest.raises(Refused, match="hidden from annotators"):  # its dataset is gone
        run_archive(workspace, MAI, a_run(workspace, model=tiny_model), "run")


TEXTS = [("How do ice caves form?", "Meltwater carves them."), ("sea", "Waves hit the coast.")]


@pytest.fixture
def run_of_an_encoder(workspace):
    number = a_run(workspace, model=embedded_encoder())
    folder = RunFolder(workspace.runs / f"{int(number):05d}")
    frame = pd.DataFrame(TEXTS, columns=["query", "passage"])
    frame = frame.assign(pair_id=[0, 1], query_key=["a", "b"], grade=[1.0, 0.0])
    splits = {"train": frame, "dev": frame, "test": frame}
    folder.write_inputs(Recipe(), splits, {"dataset": "caves"}, [])
    (folder.model / "README.md").write_text("# Ränker\n\n## Training Details\n\nOn caves.\n")
    (folder.model / "reranker_ui.json").write_text(json.dumps({"max_length": 64}))
    return folder


def test_an_exported_model_can_lose_the_tokens_that_no_text_uses(
    workspace, run_of_an_encoder, tmp_path
):
    folder, number, texts = run_of_an_encoder, int(run_of_an_encoder.path.name), TEXTS
    (folder.model / "model.safetensors").chmod(0o600)
    report = export_model(workspace, ADMIN, number, tmp_path / "small", trim=True)
    assert report["tokens"] < 5000 < report["of"] and report["difference"] <= 1e-4
    assert report["bytes"] < 60e6
    copy, whole = (TorchEngine(place) for place in (tmp_path / "small", folder.model))
    assert copy.logits(texts) == pytest.approx(whole.logits(texts), abs=1e-4)
    assert copy.tokens([("zxqv", "new")]) > [4]  # a new word is read in pieces
    card = (tmp_path / "small" / "README.md").read_text()
    assert card.startswith("# Ränker\n") and card.endswith("\n## Training Details\n\nOn caves.\n")
    assert f"has {report['tokens']:,} of the model's {report['of']:,} tokens: those in" in card
    assert "the 6 pairs of the run's\ntrain, dev and test splits of `caves`" in card
    assert "its logits differ by" in card and "cosines" not in card
    facts = json.loads((tmp_path / "small" / "reranker_ui.json").read_text())
    assert (facts["max_length"], facts["trimmed"]["tokens"]) == (64, report["tokens"])
    with pytest.raises(Refused, match="already exists"):
        export_model(workspace, ADMIN, number, tmp_path / "small")
    assert export_model(workspace, ADMIN, number, tmp_path / "whole")["bytes"] > report["bytes"]
    weights = tmp_path / "whole" / "model.safetensors"
    assert weights.stat().st_mode & 0o044 == 0o044, "other accounts serve it"
    (folder.model / "tokenizer.json").unlink()
    with pytest.raises(Refused, match="WordPiece and Unigram can be trimmed"):
        export_model(workspace, ADMIN, number, tmp_path / "other kind", trim=True)


def test_the_encoder_beside_an_exported_model_loses_them_too(
    workspace, run_of_an_encoder, tmp_path, monkeypatch
):
    number, own = int(run_of_an_encoder.path.name), tmp_path / "own"
    own.symlink_to(embedded_encoder())
    monkeypatch.setattr(multilingual, "multilingual_folder", lambda _cache: own)
    fused = Combination(-1.5, {"tuned": 2.0, "cosine": 5.0}, {})
    ranker = CombinedRanker(fused, "embedded-multilingual", None, TermWeights({}, 0.0, 1.0))
    ranker.save(run_of_an_encoder.combined_file)
    report = export_model(workspace, ADMIN, number, tmp_path / "small", trim=True)
    assert report["encoder_difference"] <= 1e-4 and report["bytes"] < 120e6
    copy, whole = Encoder(tmp_path / "small" / "multilingual-e5-small"), Encoder(own)
    assert copy.scores(TEXTS) == pytest.approx(whole.scores(TEXTS), abs=1e-4)
    assert "and its cosines by" in (tmp_path / "small" / "README.md").read_text()
    monkeypatch.setattr(trimmed_encoder, "CLOSE", -1.0)
    with pytest.raises(Refused, match=r"cosines .* differ"):
        export_model(workspace, ADMIN, number, tmp_path / "again", trim=True)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "own", "small"}
