"""A dataset is scored on Ray; its jobs run in this process here."""

import time

import numpy as np
import pytest
from sqlalchemy import select

from reranker_ui.core.evaluation.combining.combination import Combination
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.evaluation.combining.term_weights import TermWeights
from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors import scoring_job
from reranker_ui.executors.ray_jobs import RayExecutor
from reranker_ui.jobs import score as program
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.scoring import on_ray, score_job
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.database import pairs, scores
from tests.support.fake_ray import FakeRay
from tests.support.labelling import ADMIN, LINH, MAI, finished_run, seed

COUNT = 40


@pytest.fixture
def ray(monkeypatch):
    """The cluster; its jobs score in threads of this process."""
    ray = FakeRay()
    ray.work = lambda _module, folder: program.main([folder])
    executor = RayExecutor({}, "http://head:8265", transport=ray.transport())
    monkeypatch.setattr(on_ray, "ray_executor", lambda _: executor)
    monkeypatch.setattr(on_ray, "LEAST", 10)
    monkeypatch.setattr(scoring_job, "EVERY", 0.02)
    monkeypatch.setattr(scoring_job, "SEEN", 0.1)
    monkeypatch.setattr(program, "_end_with", lambda _: None)
    monkeypatch.setattr(program, "prepare", lambda _: None)
    monkeypatch.setattr(program, "SLICE", 16)
    return ray


@pytest.fixture
def run(workspace, tiny_model):
    """A run that trained on Ray, and 40 pairs, the first of them disputed with all its labels."""
    ids = seed(workspace, count=COUNT, overlap=2)
    annotate(workspace, MAI, ids[0], 1, "a")
    annotate(workspace, LINH, ids[0], 0, "b")
    run = finished_run(workspace, tiny_model)
    workspace.settings.executors = "local,ray"
    Placement("ray").save(folder_of(workspace, run).path)
    return run


@pytest.fixture
def job(tmp_path):
    return JobFolder(tmp_path / "job", "Scoring")


@pytest.fixture
def scored(workspace, run, job):
    """Score, and return the report."""
    job.path.mkdir()
    return lambda: score_job.score_waiting(workspace, ADMIN, "caves", run, job)


def kept(workspace, run):
    columns = pairs.c.query, pairs.c.passage, scores.c.score
    query = select(*columns).join(pairs, pairs.c.id == scores.c.pair_id)
    with workspace.reading() as connection:
        rows = connection.execute(query.where(scores.c.run_id == run)).all()
    return {(row.query, row.passage): row.score for row in rows}


def expected(workspace, run):
    texts = list(kept(workspace, run))
    found = find_ranker(workspace, ADMIN, str(run)).scores(texts)
    return pytest.approx(dict(zip(texts, found, strict=True)), abs=1e-5)


def test_the_cluster_scores_what_the_server_scores(workspace, ray, run, job, scored, monkeypatch):
    monkeypatch.setattr(on_ray, "MOST", 30)
    monkeypatch.setattr("reranker_ui.services.annotating.scoring.waiting_pairs.BATCH", 10)
    seen = []
    monkeypatch.setattr(job.__class__, "report", lambda _, progress: seen.append(dict(progress)))
    report = scored()
    assert len(ray.jobs) == 2 and "reranker_ui.jobs.score" in str(ray.jobs)
    assert len(kept(workspace, run)) == COUNT
    assert kept(workspace, run) == expected(workspace, run)
    counted = list(dict.fromkeys(progress["scored"] for progress in seen))
    assert counted == [0, 15, 30, 39]  # by parts of jobs; one of the first is disputed
    assert (report["scored"], report["wanted"]) == (COUNT - 1, COUNT - 1)  # without the disputed
    assert not report.get("notice") and not list(job.path.iterdir())


def test_a_combined_run_is_combined_there_too(workspace, ray, run, scored, tiny_model):
    folder = folder_of(workspace, run)
    parts = Combination(0.1, {"tuned": 1.0, "cosine": 2.0, "bm25": 0.5}, {})
    terms = TermWeights.of(["Passage 1 on ice caves.", "Passage 2 on sea caves."])
    CombinedRanker(parts, str(tiny_model), None, terms).save(folder.combined_file)
    scored()
    assert ray.jobs and kept(workspace, run) == expected(workspace, run)


def test_a_cluster_that_cannot_be_reached_leaves_it_to_the_server(workspace, ray, run, scored):
    ray.down = True
    report = scored()
    assert report["notice"].startswith("This server scores instead of Ray. The job was not submi")
    assert "RERANKER_UI_RAY_ADDRESS" in report["notice"]
    assert len(kept(workspace, run)) == COUNT


def test_a_cluster_that_falls_silent_leaves_the_rest(workspace, ray, run, scored, monkeypatch):
    def some(_module, folder):
        first = next(program._scored(RunFolder(folder)))
        TaskFolder(RunFolder(folder).path).save_part(0, np.stack(first))
        ray.down = True
        return 0

    ray.work = some
    monkeypatch.setattr(scoring_job, "SILENCE", 0.1)
    report = scored()
    assert "This server scores instead of Ray" in report["notice"]
    assert len(kept(workspace, run)) == COUNT and kept(workspace, run) == expected(workspace, run)


def test_a_failed_job_says_why_and_keeps_what_it_scored(workspace, ray, run, job, scored):
    work = ray.work
    ray.work = lambda *_: -9
    with pytest.raises(Refused, match=r"^Ray reports job reranker-ray-.*: FAILED, exit code -9\."):
        scored()
    (folder_of(workspace, run).model / "config.json").write_text("{")
    ray.work = work
    with pytest.raises(Refused, match=r"config\.json|JSON"):
        scored()
    assert not kept(workspace, run) and not [*job.path.glob("ray-*")]


def test_what_it_waits_for_is_shown(ray, run, scored, job, monkeypatch):
    shown = []
    report = job.__class__.report

    def note(job, progress):
        shown.append(progress.get("notice"))
        report(job, progress)

    def late(_module, folder):
        wait_until(lambda: any(shown))
        return program.main([folder])

    ray.work = late
    monkeypatch.setattr(job.__class__, "report", note)
    monkeypatch.setattr(ray, "_run", lambda job, work: run_late(ray, job, work))
    assert not scored()["notice"]
    assert next(filter(None, shown)).startswith("Waiting in Ray: job reranker-ray-")


def run_late(ray, job, work):
    status, job["status"] = job["status"], "PENDING"
    FakeRay._run({**job, "status": status}, work)
    job["status"] = "SUCCEEDED"


def wait_until(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("executors", "trained", "count", "on_cluster"),
    [
        ("local,ray", Placement("ray", gpus=2), 10, Placement("ray", gpus=2)),
        ("local,ray", Placement("ray", gpus=2), 9, None),
        ("local,ray", Placement(), 10, None),
        ("local", Placement("ray"), 10, None),
        ("ray", Placement(), 10, Placement("ray")),
        ("ray", Placement("slurm", processes=4), 10, Placement("ray")),
        ("ray,slurm", Placement("slurm", processes=4), 10, Placement("ray")),
        ("ray,local", Placement(), 10, Placement("ray")),
        ("ray,local", Placement(), 9, None),
        ("slurm,ray", Placement(), 10, None),
        ("abacus,local", Placement(), 10, None),
    ],
)
def test_where_a_run_scores(workspace, ray, run, executors, trained, count, on_cluster):
    workspace.settings.executors = executors
    trained.save(folder_of(workspace, run).path)
    place = on_ray.place_of_scoring(workspace, ADMIN, run, count)
    assert (place and place.placed) == on_cluster


def test_a_run_that_trains_again_is_refused(workspace, ray, run, scored):
    folder = folder_of(workspace, run)
    folder.emit("queued")
    with folder.lock(), pytest.raises(Refused, match="is still queued and has no model yet"):
        scored()
    assert not ray.jobs


def test_a_job_ends_with_the_process_that_asked_for_it(tmp_path, monkeypatch):
    ended = []
    monkeypatch.setattr(program.os, "_exit", ended.append)
    monkeypatch.setattr(program, "EVERY", 0.01)
    asking, folder = JobFolder(tmp_path), RunFolder(tmp_path / "ray-1")
    folder.path.mkdir()
    with asking.lock():
        monkeypatch.setattr(program.time, "sleep", lambda _: folder.path.rmdir())
        program._end_with(folder)
    folder.path.mkdir()
    program._end_with(folder)
    assert ended == [1, 1]
