"""Pushing to the Hub: a fake one here, and a process of its own that no page waits for."""

import io
import json
import os
import sys
import time
from types import SimpleNamespace

import pytest
from huggingface_hub.errors import HfHubHTTPError

from reranker_ui.core.values.job_folder import run_job
from reranker_ui.core.values.refused import Refused
from reranker_ui.jobs import push as process
from reranker_ui.services.runs import push
from reranker_ui.services.runs.outcomes import outcome
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User
from tests.support.labelling import ADMIN, VIEWER, finished_run, seed

SECRET = "hf_never_written_anywhere"


class Hub:
    """What of HfApi is used. `status`: the error that it answers with, if any."""

    def __init__(self, status=None, public=False):
        self.status, self.public, self.calls = status, public, {}

    def create_repo(self, repo, **asked):
        if self.status:
            answer = SimpleNamespace(status_code=self.status, headers={}, request=None)
            raise HfHubHTTPError("no", response=answer)
        self.calls |= {"repo": repo} | asked
        return f"https://huggingface.co/{repo}"

    def model_info(self, repo):
        self.private = self.calls["private"] and not self.public
        return self

    def upload_folder(self, **asked):
        self.calls |= asked

    def create_commit(self, repo, operations, **_):
        self.calls["beside"] = {one.path_in_repo for one in operations}


@pytest.fixture
def run(workspace, tiny_model):
    seed(workspace)
    return finished_run(workspace, tiny_model)


@pytest.fixture
def begun(monkeypatch):
    """Pushes that were started, `(job, token)`, with the lock of a process but without one."""
    found = []

    def start(job, _module, request, token):
        lock = job.begin(request)
        found.append((job, token))
        locks.append(lock)
        return True

    locks = []
    monkeypatch.setattr(push, "start", start)
    yield found
    for lock in locks:
        os.close(lock)


def carry_out(begun, hub, monkeypatch):
    """Do what the process of the last push would do, with this Hub; its exit code."""
    job, token = begun[-1]
    monkeypatch.setattr(sys, "argv", ["push", str(job.path), str(os.open(job.path, os.O_RDONLY))])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(token)))
    return run_job(lambda job, private: process.push(job, private, hub))


def test_a_model_is_pushed_private_and_its_address_kept(
    workspace, run, begun, monkeypatch, tiny_model
):
    monkeypatch.setattr(push, "encoder_beside_model", lambda *_: tiny_model)
    push.push(workspace, ADMIN, run, "team/ranker", token=SECRET)
    assert push.state(workspace, VIEWER, run)["state"] == "pushing"
    with pytest.raises(Refused, match="is being pushed"):
        push.push(workspace, ADMIN, run, "team/other")
    hub, folder = Hub(), folder_of(workspace, run)
    named = {"encoder": "embedded-multilingual", "encoder_on_hub": "intfloat/multilingual-e5-small"}
    folder.combined_file.write_text(json.dumps(named))
    assert carry_out(begun, hub, monkeypatch) == 0
    assert (begun[0][1], hub.calls["private"], hub.calls["exist_ok"]) == (SECRET, True, True)
    assert hub.calls["folder_path"] == str(folder.model)
    assert {"combined.json", "combined_reader.py"} < hub.calls["beside"]
    assert "multilingual-e5-small/model.safetensors" in hub.calls["beside"]
    pushed = outcome(workspace, VIEWER, run)["pushed"]
    assert (pushed["state"], pushed["url"]) == ("done", "https://huggingface.co/team/ranker")
    files = [file for file in folder.path.rglob("*") if file.suffix in (".json", ".jsonl", ".log")]
    assert not any(SECRET in file.read_text() for file in files)


@pytest.mark.parametrize(
    ("hub", "token", "said"),
    [
        (Hub(401), "", "requires a token"),
        (Hub(401), SECRET, "rejected this token"),
        (Hub(403), SECRET, "may not write to team/ranker"),
        (Hub(500), SECRET, "answered 500"),
        (Hub(public=True), SECRET, "already exists and is public"),
    ],
)
def test_what_went_wrong_is_a_sentence(workspace, run, begun, hub, token, said, monkeypatch):
    push.push(workspace, ADMIN, run, "team/ranker", token=token)
    assert carry_out(begun, hub, monkeypatch) == 1
    state = push.state(workspace, VIEWER, run)
    assert state["state"] == "failed" and said in state["error"]
    assert "upload" not in "".join(hub.calls)


def test_a_process_of_its_own_says_that_the_hub_is_out_of_reach(workspace, run):
    push.push(workspace, ADMIN, run, "team/ranker", token=SECRET)
    until = time.monotonic() + 60
    while (state := push.state(workspace, VIEWER, run))["state"] == "pushing":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert state["state"] == "failed" and "cannot be reached" in state["error"]


def test_a_push_by_version_0_1_is_remembered(workspace, run):
    pushed = {
        "repo": "a/b",
        "private": True,
        "state": "done",
        "time": 1.0,
        "url": "https://hub/a/b",
    }
    file = folder_of(workspace, run).pushed_file
    file.write_text(json.dumps(pushed))
    assert push.state(workspace, VIEWER, run) == pushed
    file.write_text(json.dumps(pushed | {"state": "pushing"}))
    assert "interrupted" in push.state(workspace, VIEWER, run)["error"]


@pytest.mark.parametrize("name", ["", "ranker", "../x", "a/b/c", "a b/c", "-/x y"])
def test_a_name_that_is_none_on_the_hub_is_refused(workspace, run, begun, name):
    with pytest.raises(Refused, match="Name the model"):
        push.push(workspace, ADMIN, run, name)
    assert not begun


def test_only_an_admin_pushes_and_only_a_model(workspace, run, begun):
    with pytest.raises(Refused, match="needs the role admin"):
        push.push(workspace, User("Mai", "annotator"), run, "team/ranker")
    folder_of(workspace, run).model.rename(folder_of(workspace, run).path / "gone")
    with pytest.raises(Refused, match="no model to push"):
        push.push(workspace, ADMIN, run, "team/ranker")
