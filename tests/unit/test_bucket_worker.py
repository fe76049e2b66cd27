"""What a job copies between its own folder and the mounted bucket."""

import io
import zipfile

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors import hf_jobs
from reranker_ui.jobs import bucket_worker


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_only_what_changed_is_copied(tmp_path):
    folder, target = RunFolder(tmp_path / "here"), tmp_path / "there"
    target.mkdir()
    folder.path.mkdir()
    (folder.path / "recipe.json").write_text("{}")  # came from there
    copy = bucket_worker.Copy(folder, target)
    (folder.path / "checkpoints").mkdir()
    (folder.path / "checkpoints" / "one").write_text("1")
    folder.alive_file.write_text("7")
    folder.emit("started")
    copy.send()
    assert files(target) == {"events.jsonl", "checkpoints/one"}
    (target / "checkpoints" / "one").write_text("untouched")
    (folder.path / "checkpoints" / "two").write_text("2")
    copy.send()
    assert (target / "checkpoints" / "one").read_text() == "untouched"
    (folder.path / "checkpoints" / "one").unlink()
    folder.emit("finished")
    copy.send()
    assert files(target) == {"events.jsonl", "checkpoints/two"}
    assert (target / "events.jsonl").read_bytes() == folder.events_file.read_bytes()


def test_a_copy_that_fails_is_tried_again(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path / "here")
    folder.path.mkdir()
    folder.emit("started")
    copy = bucket_worker.Copy(folder, tmp_path / "missing")
    monkeypatch.setattr(bucket_worker, "EVERY", 0.0)
    assert not bucket_worker._sent(copy)
    (tmp_path / "missing").mkdir()
    assert bucket_worker._sent(copy) and files(tmp_path / "missing") == {"events.jsonl"}


def test_a_stop_request_in_the_bucket_is_obeyed(tmp_path):
    folder, stop = RunFolder(tmp_path / "here"), tmp_path / "stop"
    folder.path.mkdir()
    bucket_worker._obey(stop, folder)
    assert folder.stop_requested() is None
    for how in ("keep", "nonsense", "cancel"):
        stop.write_text(how)
        bucket_worker._obey(stop, folder)
    assert folder.stop_requested() == "cancel"


def test_the_base_lies_where_the_recipe_expects_it(tmp_path):
    sent, base = tmp_path / "sent", tmp_path / "far" / "away" / "model"
    sent.mkdir()
    (sent / "config.json").write_text("{}")
    bucket_worker._bring_base(sent, base)
    assert files(base) == {"config.json"}
    bucket_worker._bring_base(sent, base)
    bucket_worker._bring_base(tmp_path / "none", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_code_of_a_job_has_what_a_run_trains_from():
    with zipfile.ZipFile(io.BytesIO(hf_jobs.code())) as archive:
        names = archive.namelist()
    start = "assets/ranking_start/multilingual-e5-small.safetensors"
    assert {"reranker_ui/worker.py", "requirements.txt", start} <= set(names)
