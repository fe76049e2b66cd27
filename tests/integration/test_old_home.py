"""A home of version 0.1 opens with everything in it, and its lost run is resumed."""

import os
import subprocess
import sys

import pytest

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating import disputes
from reranker_ui.services.annotating.agreement import agreement_of
from reranker_ui.services.annotating.recent_labels import last_labels
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.undo import undo
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.labels.guidelines import guideline_versions
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.operating import backup
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.people.accounts import list_users
from reranker_ui.services.people.api_keys import key_user
from reranker_ui.services.people.invites import list_invites
from reranker_ui.services.ranking import cutoffs
from reranker_ui.services.ranking.compare import rank
from reranker_ui.services.runs.outcomes import outcome
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import Settings
from tests.support import ROOT
from tests.support.old_home import api_key, unpack

LIN = User("Lin", "annotator")


@pytest.fixture
def old(tmp_path, monkeypatch):
    """The old home, opened by today's code."""
    home = unpack(tmp_path)
    monkeypatch.setenv("RERANKER_UI_HOME", str(home))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    workspace = open_workspace()
    yield workspace
    workspace.engine.dispose()


def test_datasets_labels_and_guidelines_are_there(old):
    rows = {row["name"]: row for row in list_datasets(old, LOCAL)}
    assert {name: row["pairs"] for name, row in rows.items()} == {"rivers": 425, "towns": 24}
    labelled = labelled_pairs(old, LOCAL, "rivers")
    grades = dict(zip(labelled["passage"], labelled["grade"], strict=True))
    assert grades["River 0 rises near town 1."] == 0.0  # set by the admin over two imported votes
    assert "River 1 rises near town 3." not in grades  # deleted
    assert "River 2 rises near town 3." not in grades  # edited: the new text waits for a label
    assert set(labelled[labelled["query"] == "where does river 5 rise?"]["split"]) == {"dev"}
    versions = guideline_versions(old, LOCAL, "rivers")
    assert [row["version"] for row in versions] == [2, 1] and "in part" in versions[0]["text"]
    towns = labelled_pairs(old, LOCAL, "towns")
    assert sorted(set(towns["grade"])) == [0.0, 1.0, 2.0, 3.0]
    assert "Town 5-3 — número 3 ✓" in set(towns["passage"])


def test_annotations_votes_and_decisions_are_there(old):
    mine = last_labels(old, LIN, "rivers")
    assert len(mine) == 6 and [row["note"] for row in mine if row["note"]] == ["clear enough"]
    assert agreement_of(old, LOCAL, "rivers")["shared"] == 4
    assert disputes.disputed_pairs(old, LOCAL, "rivers")["total"] == 5
    lines = history(old, LOCAL, "rivers")["lines"]
    undo(old, LOCAL, next(row["id"] for row in lines if row["text"].startswith("Deleted")))
    assert list_datasets(old, LOCAL)[0]["pairs"] + list_datasets(old, LOCAL)[1]["pairs"] == 450


def test_people_keys_and_invites_are_there(old, tmp_path):
    roles = {row["name"]: row["role"] for row in list_users(old, LOCAL)}
    assert roles == {"Ada": "admin", "Lin": "annotator", "Mai": "annotator", "Vera": "viewer"}
    assert key_user(old, api_key(tmp_path)) == LIN
    assert len(list_invites(old, LOCAL)) == 1


def test_the_finished_run_ranks_and_shows_its_results(old):
    lost, finished = lifecycle.list_runs(old, LOCAL)
    assert (finished["status"], lost["status"], lost["resumable"]) == ("finished", "lost", True)
    assert finished["metrics"]["tuned"]["queries"] == 21
    found = outcome(old, LOCAL, 1)
    assert found["results"]["queries"] == 21 and found["card"].startswith("---")
    assert cutoffs.load_cutoff(old, LOCAL, "1")["goal"] == "f1"
    ranked = rank(old, LOCAL, "1", "where does river 3 rise?", ["in the hills", "near town 1"])
    assert [row["rank"] for row in ranked] == [1, 2]


def test_the_old_home_is_backed_up_and_restored(old, tmp_path):
    copies = backup.copies_of(old, str(tmp_path / "place"))
    backup.back_up(old, LOCAL, copies)
    other = open_workspace(Settings(home=tmp_path / "other"))
    restore(other, LOCAL, copies)
    assert [row["name"] for row in lifecycle.list_runs(other, LOCAL)] == ["run 2", "run 1"]
    assert lifecycle.find_run(other, LOCAL, 1)["status"] == "finished"
    other.engine.dispose()


def test_its_lost_run_is_resumed_from_the_checkpoint(old):
    folder = RunFolder(old.runs / "00002")
    before = len(folder.events()[0])
    done = subprocess.run(
        [sys.executable, "-m", "reranker_ui.worker", str(folder.path)],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1", "RERANKER_UI_THREADS": "1"},
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert folder.status() == "finished" and folder.model.is_dir()
    steps = [event["step"] for event in folder.events()[0][before:] if event["event"] == "log"]
    assert min(steps) > 20 and max(steps) == 120
