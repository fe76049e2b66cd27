"""The search index is filled while the first import of a dataset is stored."""

import json
import os
import signal
import threading
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.filesystems import DiskFull
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.search_terms import read_search
from reranker_ui.services.annotating.added_pairs import add_pairs
from reranker_ui.services.datasets.pages import ids_of_pairs, page_of_pairs
from reranker_ui.services.imports import importer, read_state, storing, uploads
from reranker_ui.services.imports.storing import store_reading
from reranker_ui.services.labels import index_job, search_index
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.index_file import opened
from reranker_ui.services.labels.index_job import finish_index
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import imports

pytestmark = pytest.mark.both_databases
PAIRS = 60


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small batches, and an index that is filled meanwhile from a few pairs on."""
    for module, name, value in (
        (storing, "_BATCH", 10), (storing, "_LARGEST", 10), (storing, "_INDEXED", PAIRS),
        (search_index, "_BATCH", 20), (search_index, "_PAUSE", 0.01),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


def read(workspace, tmp_path, word, count=PAIRS) -> str:
    rows = [{"query": f"q{n}", "passage": f"{word} p{n}", "label": 1} for n in range(count)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    token = importer.start_reading(workspace, LOCAL, tmp_path / "a.jsonl", ReadOptions())
    importer.wait_for_reading(workspace, LOCAL, token)
    return token


def dataset_of(workspace):
    with workspace.reading() as connection:
        return find_dataset(connection, "d")


def found(workspace, word) -> list[str]:
    page = page_of_pairs(workspace, LOCAL, "d", search=word, size=1000)
    ids = ids_of_pairs(workspace, LOCAL, "d", search=word)["ids"]
    assert [pair["id"] for pair in page["pairs"]] == ids
    return [pair["passage"] for pair in page["pairs"]]


def in_index(workspace, word) -> int:
    search = read_search(word)
    return len(search_index.hits(workspace, dataset_of(workspace), search, True, None, False, 1000))


def until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_pairs_are_in_the_index_while_they_are_stored_and_found_after(
    workspace, tmp_path, monkeypatch
):
    monkeypatch.setattr(search_index, "follow_import", lambda *_asked: None)
    token = read(workspace, tmp_path, "glacier")
    following = []

    def meanwhile(through):
        if not following:
            with workspace.reading() as connection:
                running = (connection.scalar(sa.select(imports.c.id)), os.getppid())
            asked = workspace, dataset_of(workspace), running
            following.append(threading.Thread(target=search_index.fill, args=asked))
            following[0].start()
        if through >= 20:
            until(lambda: in_index(workspace, "glacier") >= through // 20 * 20)
        assert found(workspace, "glacier") == []

    store_reading(workspace, LOCAL, token, "d", on_progress=meanwhile)
    following[0].join()
    assert found(workspace, "glacier") == [f"glacier p{n}" for n in range(PAIRS)]
    assert in_index(workspace, "glacier") == PAIRS


def test_a_process_fills_it_and_a_small_or_later_import_needs_none(workspace, tmp_path):
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "glacier"), "d")
    job = search_index.filling(workspace, dataset_of(workspace))
    assert job.wait(60).result == {"filled": PAIRS}
    job.remove()
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "volcano"), "d", into="add")
    assert job.state().name == "none"
    assert len(found(workspace, "volcano")) == len(found(workspace, "glacier")) == PAIRS


@pytest.mark.parametrize("at_once", [True, False])
def test_a_killed_process_leaves_the_rest_to_the_end_of_the_import(at_once, workspace, tmp_path):
    token = read(workspace, tmp_path, "glacier")

    def kill(through):
        if at_once or through == PAIRS:
            search_index.filling(workspace, dataset_of(workspace)).kill()

    store_reading(workspace, LOCAL, token, "d", on_progress=kill)
    finish_index(workspace, "d")
    assert in_index(workspace, "glacier") == PAIRS
    assert len(found(workspace, "glacier")) == PAIRS


def test_a_cancelled_import_takes_its_index_with_it(workspace, tmp_path):
    token, seen = read(workspace, tmp_path, "glacier"), []

    def cancel(_through):
        dataset = dataset_of(workspace)
        seen.append((search_index.filling(workspace, dataset), dataset))
        assert seen[0][0].alive()
        with opened(search_index.folder(workspace, dataset)) as index:
            search_index._fill_batch(workspace, dataset, index, 1, 0, running=True)
        assert in_index(workspace, "glacier") == 10
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_reading(workspace, LOCAL, token, "d", on_progress=cancel)
    ((job, dataset),) = seen
    assert not job.alive()
    assert not search_index.folder(workspace, dataset).exists()
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "volcano"), "d")
    finish_index(workspace, "d")
    assert found(workspace, "glacier") == []
    assert len(found(workspace, "volcano")) == in_index(workspace, "volcano") == PAIRS


def test_it_ends_with_the_process_that_stores(workspace, tmp_path):
    token, filled = read(workspace, tmp_path, "glacier"), []

    def look(through):
        if through == PAIRS:
            with workspace.reading() as connection:
                running = (connection.scalar(sa.select(imports.c.id)), os.getppid() + 1)
            dataset = dataset_of(workspace)
            search_index.filling(workspace, dataset).kill()
            filled.append(search_index.fill(workspace, dataset, running))

    store_reading(workspace, LOCAL, token, "d", on_progress=look)
    assert filled == [0]


def test_of_an_import_that_was_killed_nothing_stays(workspace, tmp_path):
    many = 20_000  # as many as a process of its own needs to start another
    rows = (
        json.dumps({"query": f"q{n // 9}", "passage": f"p{n}", "label": 1}) for n in range(many)
    )
    (tmp_path / "many.jsonl").write_text("\n".join(rows))
    token = uploads.begin_upload(workspace, LOCAL, tmp_path / "many.jsonl", "many.jsonl")["token"]
    read_state.wait_for_reading(workspace, LOCAL, token)
    uploads.store_upload(workspace, LOCAL, token, "d")
    storing_process = read_state.storing_in(read_state.folder_of(workspace, token))
    indexes = workspace.cache / "search"
    until(lambda: list(indexes.glob("*/filling/request.json")))
    (folder,) = indexes.iterdir()
    job = JobFolder(folder / "filling")
    until(lambda: job.alive() and job.process())
    os.kill(storing_process.process()[0], signal.SIGKILL)
    until(lambda: not job.alive())
    assert "killed" in uploads.upload_state(workspace, LOCAL, token)["not_stored"]
    assert not list(indexes.iterdir())
    with pytest.raises(Refused, match="no dataset"):
        dataset_of(workspace)


def test_a_pair_added_after_a_cancelled_import_is_found(workspace, tmp_path):
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "glacier"), "d")
    finish_index(workspace, "d")
    token = read(workspace, tmp_path, "volcano")

    def add_and_cancel(through):
        if through == 10:
            add_pairs(workspace, LOCAL, "d", "q", ["geyser"])
        if through == 30:  # the newest pair is of the import
            assert found(workspace, "geyser") == ["geyser"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_reading(workspace, LOCAL, token, "d", into="add", on_progress=add_and_cancel)
    for number in range(PAIRS):  # more than the ids that the import had
        add_pairs(workspace, LOCAL, "d", "q", [f"lagoon {number}"])
    assert len(found(workspace, "lagoon")) == PAIRS


def test_long_texts_take_several_transactions(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(search_index, "_CHARACTERS", 1)
    monkeypatch.setattr(search_index, "_FETCHED", 7)
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "glacier"), "d")
    finish_index(workspace, "d")
    assert len(found(workspace, "glacier")) == in_index(workspace, "glacier") == PAIRS


def test_an_index_that_cannot_be_filled_fails_no_import(workspace, tmp_path, monkeypatch, caplog):
    store_reading(workspace, LOCAL, read(workspace, tmp_path, "glacier", 5), "d")

    def full(*_asked):
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(index_job, "fill", full)
        finish_index(workspace, "d")
    assert "lacks pairs of an import" in caplog.text
    assert len(found(workspace, "glacier")) == 5
