"""Runs as zips: whole, named, without what is of no use elsewhere."""

import io
import zipfile

import pytest

from reranker_ui.core.refused import Refused
from reranker_ui.core.run_folder import RunFolder
from reranker_ui.services.run_archive import run_archive
from tests.integration.test_ranking import a_run
from tests.labelling import VIEWER


def unzipped(parts):
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_model_comes_back_byte_by_byte(workspace, tiny_model):
    name, parts = run_archive(workspace, VIEWER, a_run(workspace, model=tiny_model))
    files = unzipped(parts)
    folder = name.removesuffix(".zip")
    assert files == {f"{folder}/{file.name}": file.read_bytes() for file in tiny_model.iterdir()}


def test_a_whole_run_leaves_out_what_only_the_worker_needs(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    folder = RunFolder(workspace.runs / f"{int(number):05d}")
    (folder.checkpoints / "checkpoint-1").mkdir(parents=True)
    (folder.checkpoints / "checkpoint-1" / "optimizer.pt").write_bytes(b"x")
    _, parts = run_archive(workspace, VIEWER, number, "run")
    names = {name.partition("/")[2] for name in unzipped(parts)}
    assert {"events.jsonl", "model/config.json"} <= names
    assert not any("checkpoint" in name for name in names)


def test_a_run_without_a_model_has_none_to_download(workspace):
    with pytest.raises(Refused, match="no model to download"):
        run_archive(workspace, VIEWER, a_run(workspace, "failed"))
