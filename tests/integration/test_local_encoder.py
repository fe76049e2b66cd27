"""A run whose base is an encoder in a folder of this machine: its copies score without that."""

import inspect
import io
import json
import os
import shutil
import zipfile
from fnmatch import fnmatch
from types import SimpleNamespace

import pandas as pd
import pytest
from huggingface_hub import HfApi

from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.jobs import push as push_job
from reranker_ui.services.operating import backup, run_copies
from reranker_ui.services.operating.restore import restore, restore_runs
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.ranking import rankers
from reranker_ui.services.runs import push
from reranker_ui.services.runs.archive import run_archive
from reranker_ui.services.runs.export_model import export_model
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.integration.test_combined_ranker import PAIRS, WEIGHTS, combine
from tests.integration.test_ranking import a_run
from tests.support.combined_reader import reader_in
from tests.support.labelling import ADMIN, VIEWER

NAMES = {"config.json": "_name_or_path", "tokenizer_config.json": "tokenizer_file"}


@pytest.fixture
def encoder(tmp_path):
    """A folder as others train one: linked weights, names of its machine, other files."""
    folder = tmp_path / "máy" / "our encoder"
    (folder / "checkpoint-5").mkdir(parents=True)
    for file in embedded_encoder().iterdir():
        (folder / file.name).symlink_to(file)
    for name, field in NAMES.items():
        settings = json.loads((folder / name).read_text()) | {field: str(folder)}
        (folder / name).unlink()
        (folder / name).write_text(json.dumps(settings))
    (folder / "trainer_state.json").write_text(json.dumps({"best_model_checkpoint": str(folder)}))
    prompts = {"prompts": {"search": "search: "}, "default_prompt_name": "search"}
    (folder / "config_sentence_transformers.json").unlink()
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    (folder / "bpe.codes").write_text("of some tokenizers")
    (folder / "checkpoint-5" / "model.safetensors").write_bytes(b"x")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A cross-encoder whose vocabulary can be trimmed."""
    folder = tmp_path_factory.mktemp("model")
    TorchEngine(embedded_encoder()).model.save_pretrained(str(folder), create_model_card=False)
    return folder


@pytest.fixture
def run(workspace, model, encoder):
    """A run that ranks with the encoder, and the scores that it serves."""
    number = a_run(workspace, model=model)
    folder = RunFolder(workspace.runs / f"{int(number):05d}")
    frame = pd.DataFrame(PAIRS, columns=["query", "passage"])
    frame = frame.assign(pair_id=[0, 1, 2], query_key=["a", "b", "b"], grade=[1.0, 0.0, 1.0])
    splits = dict.fromkeys(("train", "dev", "test"), frame)
    folder.write_inputs(Recipe(base=str(encoder)), splits, {}, [])
    folder.emit("started", base_asked=str(encoder), base_used=str(encoder))
    folder.emit("checkpoint", path=str(folder.checkpoints / "checkpoint-2"))
    folder.log_file.write_text(f"{folder.path}: a warning")
    folder.emit("finished", metrics={})
    combine(workspace, number, encoder=str(encoder), **WEIGHTS | {"probe": 1.5})
    served = rankers.find_ranker(workspace, VIEWER, number).scores(PAIRS)
    yield SimpleNamespace(number=number, folder=folder, served=served)
    rankers.MODELS.clear()


def names_in(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def check(copy, run, encoder):
    """What is in `copy` names no folder of this machine, and scores without them."""
    names = names_in(copy)
    assert {f"encoder/{name}" for name in ("modules.json", "1_Pooling/config.json")} <= names
    assert {"combined.json", "encoder/bpe.codes"} <= names
    assert not any("checkpoint" in name or "trainer" in name for name in names)
    contents = [(copy / name).read_bytes() for name in names]
    places = [str(encoder.parents[1]), encoder.parent.name, json.dumps(encoder.parent.name)[1:-1]]
    assert not any(place.encode() in content for content in contents for place in places)
    away = encoder.rename(encoder.with_name("away"))
    assert reader_in(copy).scores(PAIRS) == pytest.approx(run.served, abs=1e-4)
    away.rename(encoder)


@pytest.mark.parametrize("part", ["model", "run"])
def test_a_zip_has_the_encoder(workspace, run, encoder, tmp_path, part):
    name, parts = run_archive(workspace, VIEWER, run.number, part)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        archive.extractall(tmp_path / "elsewhere")
    copy = tmp_path / "elsewhere" / name.removesuffix(".zip")
    check(copy, run, encoder)
    if part == "run":
        records = RunFolder(copy)
        assert records.recipe().base == "our encoder" and len(records.pairs("dev")) == len(PAIRS)
        *_, started, checkpoint, _ = records.events()[0]
        assert started["base_used"] == "our encoder"
        assert checkpoint["path"] == "checkpoints/checkpoint-2"
    served = CombinedRanker.open(run.folder.combined_file).encoder
    assert served == str(encoder), "the home keeps serving by the folder"


@pytest.mark.parametrize("trim", [False, True])
def test_an_exported_model_has_the_encoder(workspace, run, encoder, tmp_path, trim):
    report = export_model(workspace, ADMIN, run.number, tmp_path / "copy", trim)
    check(tmp_path / "copy", run, encoder)
    assert (report["bytes"] < 100e6) == trim
    if trim:
        assert report["encoder_difference"] <= 1e-4


class Hub:
    """What of HfApi a push uses; `folder`: where a repository's files are put."""

    private = True

    def __init__(self, folder):
        self.folder = folder

    def create_repo(self, repo, **_):
        return f"https://huggingface.co/{repo}"

    def model_info(self, _repo):
        return self

    def upload_folder(self, **asked):
        inspect.signature(HfApi.upload_folder).bind(self, **asked)
        for name in names_in(self.folder):
            if any(fnmatch(name, pattern) for pattern in asked["delete_patterns"]):
                (self.folder / name).unlink()
        shutil.copytree(asked["folder_path"], self.folder, dirs_exist_ok=True)

    def create_commit(self, repo, operations, **asked):
        inspect.signature(HfApi.create_commit).bind(self, repo, operations, **asked)
        for added in operations:
            file = self.folder / added.path_in_repo
            file.parent.mkdir(parents=True, exist_ok=True)
            with added.as_file() as content:
                file.write_bytes(content.read())


def test_a_pushed_model_has_the_encoder(workspace, run, encoder, tmp_path, monkeypatch):
    jobs = []
    monkeypatch.setattr(push, "start", lambda job, *asked: jobs.append(job.begin(asked[1])))

    def pushed():
        push.push(workspace, ADMIN, run.number, "team/ranker")
        os.close(jobs[-1])
        run.folder.push.finish(push_job.push(run.folder.push, "", Hub(tmp_path / "hub")))

    pushed()
    check(tmp_path / "hub", run, encoder)
    run.folder.combined_file.unlink()
    (tmp_path / "hub" / "notes.md").write_text("by someone")
    pushed()
    assert names_in(tmp_path / "hub") == {"notes.md", *names_in(run.folder.model)}


def test_a_model_whose_encoder_is_gone_is_not_copied_without_it(workspace, run, encoder, tmp_path):
    encoder.rename(tmp_path / "moved")
    for copy in (
        lambda: run_archive(workspace, VIEWER, run.number),
        lambda: export_model(workspace, ADMIN, run.number, tmp_path / "copy"),
        lambda: push.push(workspace, ADMIN, run.number, "team/ranker"),
    ):
        with pytest.raises(Refused, match="encoder our encoder, whose folder was moved"):
            copy()
    assert not (tmp_path / "copy").exists()
    assert b"".join(run_archive(workspace, VIEWER, run.number, "run")[1])


@pytest.fixture
def copies(workspace, tmp_path):
    """Of a database that has something to back up."""
    add_user(workspace, ADMIN, "Lin", "annotator")
    return backup.copies_of(workspace, str(tmp_path / "backups"))


def test_a_backup_has_the_encoder(workspace, run, encoder, copies, tmp_path):
    backup.back_up(workspace, ADMIN, copies)
    encoder.rename(tmp_path / "moved")
    add_user(workspace, ADMIN, "Mai", "annotator")
    backup.back_up(workspace, ADMIN, copies)  # the run keeps the copy with its encoder
    home = open_workspace(Settings(home=tmp_path / "other", database_url=None))
    restored = restore(home, ADMIN, backup.copies_of(home, str(tmp_path / "backups")))
    assert (restored["restored"], restored["left_out"]) == ([run.number], {})
    rankers.MODELS.clear()
    assert rankers.find_ranker(home, VIEWER, run.number).scores(PAIRS) == run.served
    assert run_copies.states(home) == {run.number: restored["runs"][run.number]["state"]}
    _, parts = run_archive(home, VIEWER, run.number)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert "encoder/modules.json" in {file.partition("/")[2] for file in archive.namelist()}


def test_an_encoder_that_is_gone_comes_back_with_the_run(workspace, run, encoder, copies, tmp_path):
    manifest = backup.back_up(workspace, ADMIN, copies)
    assert restore_runs(workspace, ADMIN, copies).restored == []
    encoder.rename(tmp_path / "moved")
    assert restore_runs(workspace, ADMIN, copies).restored == [run.number]
    assert restore_runs(workspace, ADMIN, copies).restored == []
    rankers.MODELS.clear()
    assert rankers.find_ranker(workspace, VIEWER, run.number).scores(PAIRS) == run.served
    (run.folder.path / "encoder" / "model.safetensors").write_bytes(b"damaged")
    copy = tmp_path / "backups" / manifest["runs"][run.number]["file"]
    assert run_copies.differs_from_copy(run.folder, copy)


def test_a_backup_made_without_the_encoder_is_made_again(workspace, run, encoder, copies, tmp_path):
    away = encoder.rename(tmp_path / "moved")
    first = backup.back_up(workspace, ADMIN, copies)["runs"][run.number]
    assert backup.back_up(workspace, ADMIN, copies)["runs"][run.number] == first
    away.rename(encoder)
    second = backup.back_up(workspace, ADMIN, copies)["runs"][run.number]
    assert second["state"] == first["state"] + run_copies.WITH_ENCODER
    with zipfile.ZipFile(tmp_path / "backups" / second["file"]) as archive:
        assert "00001/encoder/model.safetensors" in archive.namelist()
    (encoder / "model.safetensors").unlink()
    (encoder / "model.safetensors").mkdir()
    assert backup.back_up(workspace, ADMIN, copies)["runs"][run.number] == second
