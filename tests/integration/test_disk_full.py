"""A full disk: one sentence everywhere, nothing half-written, and work continues afterwards."""

import errno
import os
import shutil
from contextlib import contextmanager

import pytest

from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.core.values import filesystems
from reranker_ui.core.values.filesystems import DISK_FULL, DiskFull, as_refused, is_disk_full
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.recent_labels import last_labels
from reranker_ui.services.datasets.export import export_dataset
from reranker_ui.services.datasets.pages import ids_of_pairs, page_of_pairs
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.operating import backup, overview
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.ui.component import _refusal
from tests.support.old_home import api_key, unpack
from tests.support.small_disk import small_disk

LIN = User("Lin", "annotator")
ROOM = 24_000_000  # bytes of the disk of the test


@contextmanager
def filled(folder):
    """The disk of `folder` without a byte left, as long as the context lasts."""
    with (folder / "filler").open("wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            if not file.write(bytes(4096)):
                raise OSError(errno.ENOSPC, "full")
    try:
        yield
    finally:
        (folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A small disk with the home of version 0.1 on it; only root can mount one."""
    folder = tmp_path / "disk"
    with small_disk(folder, ROOM) as mounted:
        if not mounted:
            pytest.skip("only root can mount a small disk")
        monkeypatch.setenv("RERANKER_UI_HOME", str(unpack(folder)))
        monkeypatch.setattr(filesystems, "RESERVE", 0)
        yield folder


@pytest.fixture
def workspace(disk):
    """The home on the small disk, open."""
    space = open_workspace()
    yield space
    space.engine.dispose()


def open_pairs(workspace):
    return [row["id"] for row in last_labels(workspace, LIN, "rivers")]


def test_labels_are_refused_as_a_fault_that_passes_and_none_is_lost(disk, workspace):
    pair, *others = open_pairs(workspace)
    with filled(disk):
        refused = None
        for number in range(200):  # the journal of the database may have a little room left
            try:
                annotate(workspace, LIN, pair, float(number % 2), f"client-{number:013d}-full")
                confirmed = float(number % 2)
            except DiskFull as error:
                refused = error
                break
        assert str(refused) == DISK_FULL
        assert _refusal("annotate", refused) == {"refused": DISK_FULL, "fault": True}
        assert list_datasets(workspace, LOCAL)  # reading works on
        assert "stay in this browser" in overview.overview(workspace, LIN, None)["disk"]["sentence"]
    kept = {row["id"]: row["label"] for row in last_labels(workspace, LIN, "rivers")}
    assert number == 0 or kept[pair] == confirmed
    annotate(workspace, LIN, others[0], 1.0, "client-after-the-full-disk")
    workspace.memory.clear()


def test_an_api_key_opens_what_only_reads(disk, workspace):
    from reranker_ui.services.people.api_keys import key_user

    with filled(disk):
        assert key_user(workspace, api_key(disk)) == LIN


def table(path, rows, words=12):
    lines = [f"query {n // 4},passage {n} {'word ' * words},{n % 2}" for n in range(rows)]
    path.write_text("query,passage,label\n" + "\n".join(lines))
    return path


def test_an_import_that_cannot_fit_is_refused_beforehand(disk, workspace, tmp_path):
    large = table(tmp_path / "large.csv", 90_000)
    with pytest.raises(DiskFull, match=r"Only \d+ MB is free on the disk, and .* needs about"):
        import_file(workspace, LOCAL, large, "large")
    assert {row["name"] for row in list_datasets(workspace, LOCAL)} == {"rivers", "towns"}
    assert not list((workspace.home / "uploads").iterdir())


def test_an_import_that_meets_a_full_disk_leaves_nothing(disk, workspace, tmp_path, monkeypatch):
    from reranker_ui.services.imports import read_state, storing

    for module in (storing, read_state):
        monkeypatch.setattr(module, "check_space", lambda *_arguments: None)
    with pytest.raises(DiskFull) as caught:
        import_file(workspace, LOCAL, table(tmp_path / "large.csv", 60_000), "large")
    assert str(caught.value) == DISK_FULL
    assert import_file(workspace, LOCAL, table(tmp_path / "few.csv", 40), "few")["kept"] == 40
    names = {row["name"] for row in list_datasets(workspace, LOCAL)}
    assert names == {"rivers", "towns", "few"}


@pytest.mark.parametrize("form", ["csv", "jsonl", "datasets", "beir"])
def test_an_export_leaves_nothing_half_written(disk, workspace, form, monkeypatch):
    from reranker_ui.services.datasets import export

    (disk / "out").mkdir()
    with filled(disk):
        with pytest.raises(DiskFull, match="the export needs about"):
            export_dataset(workspace, LOCAL, "rivers", form, disk / "out" / "rivers.zip")
        monkeypatch.setattr(export, "check_space", lambda *_arguments: None)
        with pytest.raises(Exception) as caught:
            export_dataset(workspace, LOCAL, "rivers", form, disk / "out" / "rivers.zip")
        assert str(as_refused(caught.value)) == DISK_FULL, caught.value
    assert not list((disk / "out").iterdir())


def test_a_backup_is_refused_and_leaves_nothing(disk, workspace, monkeypatch):
    copies = backup.copies_of(workspace, str(disk / "place"))
    copies.newest_first()
    monkeypatch.setattr(backup, "check_space", lambda *_arguments: None)
    with filled(disk), pytest.raises(DiskFull, match="The disk is full"):
        backup.back_up(workspace, LOCAL, copies)
    assert not list((disk / "place").iterdir()) and not list(workspace.home.glob(".backup-*"))
    assert backup.back_up(workspace, LOCAL, copies)["counts"]["pairs"] == 451


def test_a_search_says_that_the_disk_is_full(disk, workspace):
    for search in ({"search": "river"}, {"search": "river", "split": "train"}):
        found = page_of_pairs(workspace, LOCAL, "rivers", **search)["pairs"]
        assert found
        with filled(disk):
            for act in (page_of_pairs, ids_of_pairs):
                try:  # a failed search may leave room for the next
                    act(workspace, LOCAL, "rivers", **search)
                except Exception as error:
                    assert str(as_refused(error)) == DISK_FULL, error
        assert page_of_pairs(workspace, LOCAL, "rivers", **search)["pairs"] == found


def test_an_index_of_words_leaves_nothing_half_written(disk, workspace):
    passages = [f"passage {number} of a river" for number in range(2_000)]
    with filled(disk), pytest.raises(OSError, match="No space left"):
        Index.build(passages, disk / "words" / "index")
    assert not list((disk / "words").iterdir())


def test_deleting_a_run_frees_a_full_disk(disk, workspace):
    with filled(disk):
        lifecycle.delete(workspace, LOCAL, 2)
    assert [row["id"] for row in lifecycle.list_runs(workspace, LOCAL)] == [1]
    assert not list(workspace.runs.glob("*00002*"))


def test_the_verbs_end_with_that_sentence(disk, command, tmp_path):
    few = table(tmp_path / "few.csv", 40)
    with filled(disk):
        code, _, errors = command("import", str(few), "--dataset", "few")
        assert code == 1 and errors.startswith(("The disk is full.", "Only ")), errors
        target = disk / "rivers.csv"
        code, _, errors = command(
            "export", "--dataset", "rivers", "--format", "csv", "--output", str(target)
        )
        assert code == 1 and errors.startswith(("The disk is full.", "Only ")), errors
        code, _, errors = command("users", "add", "Zoe", "--role", "viewer")
        assert code in (0, 1) and "Traceback" not in errors, errors
    assert not target.exists()


def test_state_that_cannot_be_saved_keeps_what_was_there(tmp_path, monkeypatch):
    save(tmp_path / "state.json", {"a": 1})
    real = os.replace

    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pathlib.Path.write_text", full)
    monkeypatch.setattr("os.replace", real)
    with pytest.raises(OSError, match="No space left"):
        save(tmp_path / "state.json", {"a": 2})
    assert read_object(tmp_path / "state.json") == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
        DiskFull(),
    ],
)
def test_a_full_disk_is_known_by_its_errors(error):
    assert is_disk_full(error) and str(as_refused(error)) == DISK_FULL
    wrapped = ValueError("while writing")
    wrapped.__cause__ = error
    assert is_disk_full(wrapped)


def test_other_errors_are_no_full_disk():
    assert not is_disk_full(OSError(errno.EACCES, "denied")) and as_refused(KeyError("a")) is None


def test_everyone_is_warned_of_a_disk_that_is_nearly_full(tmp_path, monkeypatch):
    from reranker_ui.settings import Settings

    workspace = open_workspace(Settings(home=tmp_path / "home", database_url=None))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=150_000_000))
    warned = overview.overview(workspace, LIN, None)["disk"]
    assert warned["free"] == 150_000_000
    assert warned["sentence"].startswith("Only 150 MB is free on the server's disk.")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=10**10))
    workspace.memory.clear()
    assert overview.overview(workspace, LIN, None)["disk"] is None
    workspace.engine.dispose()
