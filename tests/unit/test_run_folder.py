"""The run folder: inputs frozen, events in whole lines, status, checkpoints, the queue."""

import os
import pickle
import signal
import threading

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.values.event_log import status_of
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import STARTING, RunFolder
from tests.support.checkpoint import checkpoint


@pytest.fixture
def folder(tmp_path):
    return new_folder(tmp_path, 7)


def new_folder(home, number):
    folder = RunFolder(home / "runs" / f"{number:05d}")
    row = {"pair_id": 1, "query_key": "k", "query": "q", "passage": "p", "grade": 1.0}
    folder.write_inputs(
        Recipe(), {split: pd.DataFrame([row]) for split in ("train", "dev", "test")}, {"a": "ä"}
    )
    return folder


def grow_old(folder):
    then = folder.path.stat().st_mtime - STARTING - 1
    for path in (folder.path, folder.alive_file):
        if path.exists():
            os.utime(path, (then, then))


def test_inputs_come_back_as_they_were_frozen(folder, tmp_path):
    assert folder.recipe() == Recipe()
    assert folder.lineage() == {"a": "ä"}
    assert folder.pairs("dev").to_dict("records")[0]["grade"] == 1.0
    assert (folder.number, folder.home) == (7, tmp_path)


def test_a_base_that_is_a_folder_is_frozen_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "my-model").mkdir()
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(columns=["pair_id", "query_key", "query", "passage", "grade"])
    folder = RunFolder(tmp_path / "runs" / "00001")
    folder.write_inputs(Recipe(base="my-model"), dict.fromkeys(("train", "dev", "test"), frame), {})
    assert folder.recipe().base == str(tmp_path / "my-model")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6), st.floats(0, 1))
def test_a_reader_sees_whole_events_only_wherever_the_file_is_cut(tmp_path_factory, texts, share):
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    for text in texts:
        folder.emit("notice", message=text)
    whole = folder.events_file.read_bytes() if texts else b""
    cut = round(share * len(whole))
    folder.events_file.write_bytes(whole[:cut])
    first, byte = folder.events()
    folder.events_file.write_bytes(whole)
    rest, _ = folder.events(byte)
    assert [event["message"] for event in first + rest] == texts


def test_half_a_line_that_a_crash_left_harms_no_other(folder):
    folder.emit("queued")
    with folder.events_file.open("ab") as file:
        file.write(b'{"event": "log", "ti')
    assert [event["event"] for event in folder.events()[0]] == ["queued"]
    folder.emit("failed", error="The disk is full.")
    assert [event["event"] for event in folder.events()[0]] == ["queued", "failed"]


def test_an_event_is_written_whole_or_not_at_all(folder):
    import resource

    folder.emit("queued")
    size, (soft, hard) = (
        folder.events_file.stat().st_size,
        resource.getrlimit(resource.RLIMIT_FSIZE),
    )
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
    try:
        with pytest.raises(OSError, match="No space"):
            folder.emit("notice", message="x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert folder.events_file.stat().st_size == size


def test_events_of_many_threads_never_mix(folder):
    def write(number):
        for _ in range(50):
            folder.emit("notice", message=str(number) * 3000)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.events()[0]) == 200


@pytest.mark.parametrize(
    ("events", "alive", "status"),
    [
        ([], True, "queued"),
        (["queued"], True, "queued"),
        (["queued", "started", "log"], True, "running"),
        (["queued", "started", "log"], False, "lost"),
        (["queued"], False, "lost"),
        (["queued", "started", "finished"], True, "finished"),
        (["queued", "cancelled"], False, "cancelled"),
        (["queued", "started", "failed"], False, "failed"),
        (["queued", "started", "stopped", "queued"], True, "queued"),
        (["queued", "started", "stopped", "queued", "started"], True, "running"),
        (["queued", "started", "stopped", "queued"], False, "lost"),
    ],
)
def test_status_follows_from_events_and_life(events, alive, status):
    assert status_of(iter(events), alive) == status


def test_a_worker_lives_while_it_holds_its_lock(folder):
    assert not folder.alive()
    with folder.lock():
        assert folder.alive()
    assert not folder.alive()


def test_those_who_look_do_not_take_each_other_for_the_worker(folder):
    import fcntl

    folder.alive_file.touch()
    with folder.alive_file.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not folder.alive()


def test_a_run_is_queued_while_its_worker_may_yet_come_and_then_lost(folder):
    assert folder.status() == "queued"
    grow_old(folder)
    assert folder.status() == "lost"


def test_a_run_is_lost_as_soon_as_its_worker_is_gone(folder):
    with folder.lock():
        assert folder.status() == "queued"
    assert folder.status() == "lost"


def test_cancel_wins_over_keep(folder):
    assert folder.stop_requested() is None
    folder.request_stop("keep")
    assert folder.stop_requested() == "keep"
    folder.request_stop("cancel")
    folder.request_stop("keep")
    assert folder.stop_requested() == "cancel"


def test_only_earlier_runs_that_live_or_are_about_to_are_ahead(tmp_path):
    first, second, third = (new_folder(tmp_path, number) for number in (1, 2, 10))
    assert second.has_run_ahead() and not first.has_run_ahead()
    grow_old(first)
    assert not second.has_run_ahead() and third.has_run_ahead()
    second.emit("failed", error="", traceback="")
    assert not third.has_run_ahead()
    with first.lock():
        assert third.has_run_ahead()
    grow_old(first)
    (tmp_path / "runs" / ".deleted-00001").mkdir()
    assert not third.has_run_ahead()


def test_a_run_waits_for_its_parent_s_model_and_holds_up_no_other(tmp_path):
    parent, child, other = (new_folder(tmp_path, number) for number in (1, 2, 3))
    child.lineage_file.write_text('{"parent_run": 1}')
    parent.emit("queued")
    for one in (parent, child, other):
        grow_old(one)
    assert parent.status() == "lost" and child.waits_for_its_parent()
    with child.lock():
        assert not other.has_run_ahead()
    parent.model.mkdir()
    assert not child.waits_for_its_parent() and not parent.waits_for_its_parent()
    with child.lock():
        assert other.has_run_ahead()
    parent.model.rmdir()
    parent.emit("cancelled")
    assert not child.waits_for_its_parent()


def test_the_last_whole_checkpoint_is_the_one_to_go_on_from(folder):
    assert folder.last_checkpoint() is None
    whole = checkpoint(folder, 20)
    checkpoint(folder, 9)
    checkpoint(folder, 30, without="trainer_state.json")
    checkpoint(folder, 40, without="optimizer.pt")
    checkpoint(folder, 50, cut=3)
    (checkpoint(folder, 60) / "trainer_state.json").write_text('{"half')
    for step, name in ((70, "optimizer.pt"), (80, "rng_state.pth")):
        file = checkpoint(folder, step) / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    (checkpoint(folder, 90) / "scheduler.pt").write_bytes(pickle.dumps({"a": "pickle"}))
    assert folder.last_checkpoint() == whole
