"""What many pages that only watch ask: made once for all of them, and never stale for long."""

import gradio as gr
import pytest
from gradio.queueing import Queue

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.datasets.edits import delete_pairs
from reranker_ui.services.operating import overview
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN, LINH, MAI, seed

PLAN = {"warm_start_steps": 0, "train_steps": 9}


@pytest.fixture
def train(workspace, nowhere, tiny_model):
    """Start a run whose events the test writes itself; its folder."""
    recipe = recipe_from(base=str(tiny_model), warm_start="off", precision="fp32", max_length=32)
    labelled_dataset(workspace)
    return lambda: RunFolder(lifecycle.start(workspace, ADMIN, "caves", recipe)["folder"])


def test_a_dataset_of_another_process_can_be_opened_at_once(workspace):
    def listed(dataset):
        return [row["name"] for row in overview.overview(workspace, LINH, dataset)["datasets"]]

    seed(workspace, "caves")
    assert listed("caves") == ["caves"]
    other = open_workspace(workspace.settings)  # as a command line, or a second server
    seed(other, "rivers")
    other.engine.dispose()
    assert listed("rivers") == ["rivers", "caves"]


def test_the_current_dataset_stays_when_its_last_pair_is_deleted(workspace):
    def listed(dataset):
        rows = overview.overview(workspace, LINH, dataset)["datasets"]
        return [(row["name"], row["pairs"]) for row in rows]

    seed(workspace, "rivers", 2)
    ids = seed(workspace, "caves", 2)
    delete_pairs(workspace, ADMIN, "caves", ids)
    assert listed("caves") == [("caves", 0), ("rivers", 2)]
    assert listed("rivers") == listed(None) == [("rivers", 2)]


def test_what_is_shared_is_made_once_until_a_write_or_its_time(workspace):
    made = []

    def count(seconds=60.0):
        return workspace.shared("key", lambda: made.append(1) or len(made), seconds)

    assert [count(), count()] == [1, 1]
    with workspace.writing():
        assert count() == 1
    assert [count(0.0), count(), count()] == [2, 3, 3]
    assert workspace.shared("other", lambda: "else") == "else"


@pytest.mark.both_databases
def test_a_label_counts_at_once_in_every_header(workspace):
    ids = seed(workspace)

    def waiting(user):
        return overview.overview(workspace, user, "caves")["datasets"][0]["waiting"]

    before = waiting(MAI)
    assert waiting(LINH) == before
    annotate(workspace, MAI, ids[0], 1, "a")
    assert waiting(MAI) == waiting(LINH) == before - 1
    assert waiting(User("Vic", "viewer")) == 0  # nothing waits for who does not label


def test_the_mark_of_the_runs_changes_with_their_status_and_not_with_a_step(workspace, train):
    def mark():
        return lifecycle.current(workspace, MAI)["mark"]

    nothing = mark()
    folder = train()
    queued = mark()
    folder.emit("started", plan=PLAN)
    running = mark()
    folder.emit("log", step=1, max_steps=9, loss=0.7)
    assert mark() == running
    folder.emit("cancelled")
    assert len({nothing, queued, running, mark()}) == 4


def test_a_page_without_a_choice_follows_what_runs_or_waits_else_the_newest(workspace, train):
    def followed():
        workspace.memory.clear()
        return lifecycle.follow(workspace, ADMIN, None)["run"]

    assert followed() is None
    first, second = train(), train()
    assert followed()["id"] == first.number  # the next to run
    second.emit("started", plan=PLAN)
    assert followed()["id"] == second.number
    second.emit("cancelled")
    assert followed()["id"] == first.number
    first.emit("started", plan=PLAN)
    assert followed()["id"] == first.number
    first.emit("cancelled")
    assert followed()["id"] == second.number  # the newest


def test_gradio_still_waits_as_long_as_asked():
    # layout.serve sets it; by itself the queue wakes a thousand times a second.
    assert hasattr(Queue(False, 1, 1, None, gr.Blocks()), "sleep_when_free")
