"""Every kind of child process is killed; its end is reported at once and nothing stays behind."""

import json
import os
import signal
import time
from types import SimpleNamespace

import psutil
import pytest

from reranker_ui.core.models.engine import NotFast
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating import model_scores
from reranker_ui.services.datasets import findings, quality, quality_job
from reranker_ui.services.imports import read_state, uploads
from reranker_ui.services.labels import search_index
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.ranking import engines, onnx_download
from reranker_ui.services.ranking.retrieval import meaning
from reranker_ui.services.runs import push
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.training import lifecycle, speed
from reranker_ui.services.training.freeze import frozen_splits
from reranker_ui.services.training.recipes import recipe_from
from tests.support.labelling import ADMIN, finished_run, seed

REPORTED = 2.0  # seconds


def split(number):
    return ("train", "dev", "test")[number // 3 % 3]


@pytest.fixture
def place(workspace, tiny_model):
    """A workspace with a dataset and a run that has a model."""
    seed(workspace, count=90, label=lambda number: float(number % 3 == 0), split=split)
    run = finished_run(workspace, tiny_model)
    with workspace.reading() as connection:
        dataset = find_dataset(connection, "caves")
    return SimpleNamespace(workspace=workspace, model=tiny_model, run=run, dataset=dataset)


def upload(place, tmp_path):
    path = tmp_path / "uploaded"
    path.write_text("query,passage,label\nq,p,1\nq,r,0\n")
    token = uploads.begin_upload(place.workspace, ADMIN, path, "some.csv")["token"]
    return token, read_state.folder_of(place.workspace, token)


def reading(place, tmp_path):
    token, folder = upload(place, tmp_path)
    return read_state.reading_in(folder), lambda: uploads.upload_state(
        place.workspace, ADMIN, token
    ).get("refused")


def storing(place, tmp_path):
    token, folder = upload(place, tmp_path)
    read_state.wait_for_reading(place.workspace, ADMIN, token)
    uploads.store_upload(place.workspace, ADMIN, token, "stored")
    return read_state.storing_in(folder), lambda: uploads.upload_state(
        place.workspace, ADMIN, token
    ).get("not_stored")


def training(place, _tmp_path):
    recipe = recipe_from(base=str(place.model), warm_start="off", precision="fp32")
    run = lifecycle.start(place.workspace, ADMIN, "caves", recipe)
    assert run["status"] == "queued"
    return (
        RunFolder(run["folder"]),
        lambda: (
            row["sentence"]
            if (row := find_run(place.workspace, ADMIN, run["id"]))["status"] == "lost"
            else None
        ),
    )


def indexing(place, _tmp_path):
    search_index._start_filling(place.workspace, place.dataset)
    job = search_index.filling(place.workspace, place.dataset)
    return job, lambda: job.state().refused


def checking(place, _tmp_path):
    base = str(place.model)
    quality.check(place.workspace, ADMIN, "caves", base)
    job = quality_job.job_in(findings.report_folder(place.workspace, place.dataset, base))
    return job, lambda: quality.quality(place.workspace, ADMIN, "caves", base)["failed"]


def scoring(place, _tmp_path):
    model_scores.score_pairs(place.workspace, ADMIN, "caves", place.run)
    job = model_scores._job(place.workspace, place.dataset.id, place.run)
    return job, lambda: model_scores.scoring(place.workspace, ADMIN, "caves", place.run)["refused"]


def exporting(place, _tmp_path):
    onnx_download.make_onnx(place.workspace, ADMIN, place.run)
    number = find_run(place.workspace, ADMIN, place.run)["id"]
    job = engines.conversion_of("onnx", onnx_download._folder(place.workspace, number))

    def failure():
        state = onnx_download.onnx_state(place.workspace, ADMIN, place.run)
        return state["report"]["fault"] if state["state"] == "failed" else None

    return job, failure


def embedding(place, _tmp_path):
    assert meaning.embed_passages(place.workspace, ADMIN, "caves")["running"]
    job = meaning._embeddings(place.workspace, "caves").job
    return job, lambda: meaning.embedding_state(place.workspace, ADMIN, "caves")["refused"]


def measuring(place, _tmp_path):
    recipe = recipe_from(base=str(place.model), warm_start="off", precision="fp32")
    train = frozen_splits(place.workspace, ADMIN, "caves")["train"]
    assert speed.begin(place.workspace, recipe, recipe, train, Scale("binary"))
    job = speed._job(place.workspace, recipe, train)
    return job, lambda: job.state().refused


def pushing(place, _tmp_path):
    push.push(place.workspace, ADMIN, place.run, "team/ranker")
    return folder_of(place.workspace, place.run).push, lambda: push.state(
        place.workspace, ADMIN, place.run
    ).get("error")


KINDS = [
    *(training, reading, storing, indexing, checking, scoring, embedding),
    *(exporting, measuring, pushing),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_killed_process_is_reported_at_once_and_leaves_nothing(kind, place, tmp_path):
    job, failure = kind(place, tmp_path)
    pid = job.process()[0]
    assert job.alive() and failure() is None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + REPORTED
    while (sentence := failure()) is None:
        assert time.monotonic() < deadline, "not reported"
        time.sleep(0.02)
    assert ("killed" if kind is not training else "Stopped unexpectedly") in sentence
    while psutil.pid_exists(pid):
        assert time.monotonic() < deadline, psutil.Process(pid).status()
        time.sleep(0.02)
    assert not job.alive()
    left = {file.name for file in job.path.iterdir()}
    given = {"recipe.json", "lineage.json", "train.parquet", "dev.parquet", "test.parquet"}
    assert left <= given | {"worker.alive", "worker.log"} | {
        *("request.json", "failure.json", "progress.json", "job.alive", "job.log")
    }
    assert place.workspace.engine.pool.checkedout() == 0


def test_a_conversion_that_was_killed_leaves_torch_to_score(place, monkeypatch):
    target = engines.engine_folder(place.workspace, place.model)
    begin = engines.begin_conversion

    def killed(*given):
        job = begin(*given)
        os.kill(job.process()[0], signal.SIGKILL)
        return job

    monkeypatch.setattr(engines, "begin_conversion", killed)
    with pytest.raises(NotFast, match="killed"):
        engines._convert(place.model, target)
    assert not target.exists()
    assert not list((place.workspace.cache / "conversions").iterdir())


def test_a_search_starts_a_killed_index_again(place):
    job, _ = indexing(place, None)
    job.kill()
    assert "killed" in job.state().refused
    search_index._start_filling(place.workspace, place.dataset)
    assert job.wait(60).name == "done"
    assert json.loads(job.result_file.read_text()) == {"filled": 90}
