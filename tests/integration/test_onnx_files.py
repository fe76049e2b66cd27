"""ONNX files of a run: made aside, compared, offered with what was found."""

import io
import json
import os
import site
import time
import zipfile

import numpy as np
import pytest

from reranker_ui.core.models.onnx_parity import make_onnx, report_in
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking import onnx_download
from reranker_ui.services.ranking.engines import converting
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.support import ROOT
from tests.support.labelling import MAI, VIEWER


def test_a_run_becomes_onnx_files_that_score_alike(workspace, tiny_model, tmp_path, monkeypatch):
    run = a_run(workspace, model=tiny_model)
    assert onnx_download.onnx_state(workspace, VIEWER, run)["state"] == "none"
    with pytest.raises(Refused, match="no ONNX files yet"):
        onnx_download.onnx_archive(workspace, VIEWER, run)
    with pytest.raises(Refused, match="annotator"):
        onnx_download.make_onnx(workspace, VIEWER, run)
    with monkeypatch.context() as other_run, pytest.raises(Refused, match="of another run"):
        other_run.setattr(onnx_download, "converting", lambda *_: True)
        onnx_download.make_onnx(workspace, MAI, run)
    assert onnx_download.make_onnx(workspace, MAI, run)["state"] == "making"
    assert converting(workspace, "onnx") and not converting(workspace, "engine")
    deadline = time.monotonic() + 240
    while (state := onnx_download.onnx_state(workspace, VIEWER, run))["state"] == "making":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert state["state"] == "ready", state
    assert state["report"]["fp32"]["agrees"]
    assert state["report"]["fp32"]["difference"] < 1e-4
    assert state["report"]["int8"]["bytes"] < state["report"]["fp32"]["bytes"]
    assert set(state["report"]["int8"]) >= {"agrees", "spearman", "top", "of"}
    _, parts = onnx_download.onnx_archive(workspace, VIEWER, run)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        archive.extractall(tmp_path / "taken")
    (folder,) = (tmp_path / "taken").iterdir()
    assert json.loads((folder / "parity.json").read_text()) == state["report"]
    contents = [file.read_bytes() for file in folder.iterdir()]
    for place in (ROOT, site.getsitepackages()[0], tmp_path):
        assert not any(str(place).encode() in content for content in contents)
    passages = [*PASSAGES, "a cave of ice, " * 99]
    assert by_others(folder, passages) == pytest.approx(
        Reranker(tiny_model).scores([(QUERY, passage) for passage in passages], raw=True), abs=1e-4
    )


def test_files_of_an_earlier_model_are_deleted(workspace, tiny_model, tmp_path, monkeypatch):
    run = a_run(workspace, model=tiny_model)
    monkeypatch.setattr(onnx_download, "begin_conversion", lambda *_: None)
    made = onnx_download._folder(workspace, int(run))
    outdated = [f"{run}-5-2", made.name.removesuffix("-2"), f"{run}-7"]
    others = [f"{run}0-5-2", f"{run}-notes", f".{run}-5"]
    for name in (made.name, *outdated, *others):
        (made.parent / name).mkdir(parents=True)
        (made.parent / name / "parity.json").write_text("{}")
        (workspace.cache / "conversions" / f"onnx-{name}").mkdir(parents=True)
    (made / "model.onnx").write_bytes(bytes(3 << 20))
    _, parts = onnx_download.onnx_archive(workspace, VIEWER, run)
    taken = next(parts)
    os.utime(workspace.runs / f"{int(run):05d}" / "model", (1e9, 1e9))  # as if it was trained again
    onnx_download.make_onnx(workspace, MAI, run)
    assert names_in(made.parent) == {made.name, *others}, "it is being downloaded"
    assert len(taken + b"".join(parts)) > 3 << 20
    onnx_download.make_onnx(workspace, MAI, run)
    assert names_in(made.parent) == {*others}
    left = names_in(workspace.cache / "conversions")
    assert left == {f"onnx-{name}" for name in others}


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def by_others(folder, passages):
    """As another program would, from the files alone."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    logits = []
    for passage in passages:
        read = tokenizer.encode(QUERY, passage)
        fields = {"input_ids": read.ids, "token_type_ids": read.type_ids}
        inputs = {
            one.name: np.array([fields.get(one.name, read.attention_mask)])
            for one in session.get_inputs()
        }
        logits.append(float(session.run(None, inputs)[0].reshape(-1)[0]))
    return logits


def test_what_cannot_be_exported_says_why(tmp_path):
    (tmp_path / "model").mkdir()
    refusal = make_onnx(tmp_path / "model", tmp_path / "made")
    assert "fault" in refusal
    assert report_in(tmp_path / "made") == refusal
