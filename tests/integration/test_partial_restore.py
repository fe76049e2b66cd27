"""A backup with one bad part: all sound parts come back, and the rest is named."""

import gzip
import hashlib
import json
import shutil
import sqlite3
import zipfile

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.operating import backup
from reranker_ui.services.operating.restore import restore, restore_runs
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import Settings


@pytest.fixture
def place(old, tmp_path):
    """The folder of one backup of that home."""
    backup.back_up(old, LOCAL, copies_at(old, tmp_path / "place"))
    return tmp_path / "place"


@pytest.fixture
def empty(tmp_path):
    """Another home, with nothing in it."""
    workspace = open_workspace(Settings(home=tmp_path / "empty", database_url=None))
    yield workspace
    workspace.engine.dispose()


def copies_at(workspace, place):
    return backup.copies_of(workspace, str(place))


def flip(file, at=None):
    data = bytearray(file.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    file.write_bytes(data)


def statuses(workspace):
    return {row["id"]: row["status"] for row in lifecycle.list_runs(workspace, LOCAL)}


def test_the_sound_run_comes_back_and_the_bad_one_is_named(old, place, empty):
    (bad,) = place.glob("run-00001-*")
    flip(bad)
    manifest = restore(empty, LOCAL, copies_at(empty, place))
    assert manifest["left_out"] == {"1": f"Its copy {bad.name} is damaged."}
    assert manifest["restored"] == ["2"] and (empty.runs / "00002" / "recipe.json").is_file()
    rows = {row["id"]: row for row in lifecycle.list_runs(empty, LOCAL)}
    assert rows[1]["damage"].startswith("Its folder is missing.") and rows[2]["damage"] is None
    # The next backup keeps the last copy of the run that is missing, and a repaired one is used.
    again = backup.back_up(empty, LOCAL, copies_at(empty, place))
    assert again["runs"]["1"]["file"] == bad.name
    flip(bad)
    done = restore_runs(empty, LOCAL, copies_at(empty, place))
    assert (done.restored, done.left_out) == (["1"], {}) and statuses(empty)[1] == "finished"


def test_a_run_comes_from_an_older_copy_where_the_newest_is_bad(old, place, empty):
    (first,) = place.glob("run-00001-*")
    old.runs.joinpath("00001", "pushed.json").write_text('{"repo": "a/b"}')  # packed again
    lifecycle.delete(old, LOCAL, 2)
    backup.back_up(old, LOCAL, copies_at(old, place))
    (newer,) = set(place.glob("run-00001-*")) - {first}
    newer.unlink()
    manifest = restore(empty, LOCAL, copies_at(empty, place))
    assert (manifest["left_out"], manifest["older"]) == ({}, {"1": first.name})
    assert statuses(empty) == {1: "finished"} and not (empty.runs / "00002").exists()


def test_the_command_line_says_what_was_left_out(old, place, tmp_path, command):
    for bad in place.glob("run-00001-*"):
        flip(bad)
    home = {"RERANKER_UI_HOME": str(tmp_path / "third")}
    code, out, errors = command("restore", "--from", str(place), "--json", **home)
    assert code == 1 and errors.startswith("Run 1 was not restored. Its copy run-00001-")
    assert json.loads(out)["restored"] == ["2"]
    code, out, errors = command("runs", **home)
    assert code == 0 and "Its folder is missing." in out, errors


def test_only_damaged_runs_are_brought_back_and_their_files_are_kept(old, place):
    (old.runs / "00001" / "recipe.json").write_text("{")
    written = (old.runs / "00002" / "events.jsonl").stat().st_mtime_ns
    done = restore_runs(old, LOCAL, copies_at(old, place))
    assert done.restored == ["1"] and statuses(old) == {1: "finished", 2: "lost"}
    assert (old.runs / "00002" / "events.jsonl").stat().st_mtime_ns == written
    (kept,) = old.runs.glob(".before-00001-*")
    assert (kept / "recipe.json").read_text() == "{"


def test_a_run_that_was_pushed_since_its_copy_is_not_damaged(old, place):
    pushed = old.runs / "00001" / "push"
    pushed.mkdir()
    (pushed / "result.json").write_text('{"repo": "a/b"}')
    backup.back_up(old, LOCAL, copies_at(old, place))
    (pushed / "result.json").write_text('{"repo": "a/c"}')
    assert restore_runs(old, LOCAL, copies_at(old, place)).restored == []
    assert json.loads((pushed / "result.json").read_text()) == {"repo": "a/c"}


def cut_the_model(folder):
    file = folder / "model" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])


def flip_an_event(folder):
    flip(folder / "events.jsonl", at=-100)


def flip_a_split(folder):
    flip(folder / "train.parquet")


def lose_the_tokenizer(folder):
    (folder / "model" / "tokenizer.json").unlink()


@pytest.mark.parametrize("damage", [cut_the_model, flip_an_event, flip_a_split, lose_the_tokenizer])
def test_a_run_with_any_damaged_file_is_brought_back(old, place, damage):
    damage(old.runs / "00001")
    done = restore_runs(old, LOCAL, copies_at(old, place))
    assert done.restored == ["1"] and statuses(old) == {1: "finished", 2: "lost"}


def test_a_run_that_was_resumed_since_its_copy_stays(old, place):
    RunFolder(old.runs / "00002").emit("queued")
    old.runs.joinpath("00002", "test.parquet").unlink()
    assert restore_runs(old, LOCAL, copies_at(old, place)).restored == []


def test_a_damaged_run_does_not_replace_its_copy(old, place):
    (copy,) = place.glob("run-00001-*")
    (old.runs / "00001" / "lineage.json").write_text("{")
    manifest = backup.back_up(old, LOCAL, copies_at(old, place))
    assert manifest["runs"]["1"]["file"] == copy.name


def test_runs_of_another_database_are_not_brought_back(place, empty):
    with pytest.raises(Refused, match="another database"):
        restore_runs(empty, LOCAL, copies_at(empty, place))


def change_book(place, **changes):
    (file,) = place.glob("db-*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


HOSTILE = [
    {"at": "yesterday"}, {"at": 1e300}, {"runs": []}, {"runs": {"../7": {}}}, {"runs": {"1": "x"}},
    {"runs": {"1": {"file": "../../etc/passwd", "sha256": "0" * 64, "state": ""}}},
    {"file": "/etc/passwd"}, {"name": "../x.json"}, {"sha256": 7}, {"generation": "many"},
    {"counts": {}}, {"counts": None}, {"bytes": -1},
]  # fmt: skip


@pytest.mark.parametrize("changes", HOSTILE, ids=str)
def test_a_hostile_book_is_refused_and_changes_nothing(place, empty, changes):
    change_book(place, **changes)
    with pytest.raises(Refused, match="none can be read"):
        restore(empty, LOCAL, copies_at(empty, place))
    assert not list(empty.runs.iterdir()) and statuses(empty) == {}


def replaced(place, pattern, data, key=None):
    """Put `data` in the place of a file of the backup, with the digest that its manifest names."""
    (file,) = place.glob(pattern)
    file.write_bytes(data)
    (manifest,) = place.glob("db-*.json")
    content = json.loads(manifest.read_text())
    entry = content["runs"][key] if key else content
    entry["sha256"] = hashlib.sha256(data).hexdigest()
    manifest.write_text(json.dumps(content))


def zipped(entries):
    from io import BytesIO

    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"no zip", b"", zipped({}), zipped({"00002/recipe.json": "{}"}),
        zipped({"00001/../../x": "out"}), zipped({"00001/a": "a", "/etc/x": "x"}),
        zipped({"00001": "a file in its place"}),
        zipped({"00001/recipe.json": "{}" * 50})[:-40],
    ],
    ids=range(8),
)  # fmt: skip
def test_a_hostile_zip_of_a_run_is_left_out(place, empty, tmp_path, data):
    replaced(place, "run-00001-*", data, "1")
    manifest = restore(empty, LOCAL, copies_at(empty, place))
    assert set(manifest["left_out"]) == {"1"} and manifest["restored"] == ["2"]
    assert sorted(path.name for path in empty.runs.iterdir()) == ["00002"]
    assert not (tmp_path / "x").exists() and not (empty.home / "x").exists()


@pytest.mark.parametrize("data", [b"no gzip", b"", gzip.compress(b"x" * 9999)[:-9]], ids=range(3))
def test_a_hostile_database_file_is_refused(place, empty, data):
    replaced(place, "db-*.gz", data)
    with pytest.raises(Refused, match="No snapshot"):
        restore(empty, LOCAL, copies_at(empty, place))
    assert statuses(empty) == {}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TRIGGER all_admins AFTER INSERT ON journal BEGIN UPDATE users SET role='admin';"
         " END", 'trigger "all_admins"'),
        ("CREATE VIEW look AS SELECT * FROM users", 'view "look"'),
        ("CREATE TABLE theirs (a)", 'table "theirs"'),
        ("CREATE VIRTUAL TABLE words USING fts5(a)", 'table "words"'),
        ("DROP TABLE leases; CREATE VIEW leases AS SELECT 1", 'view "leases"'),
        ("ALTER TABLE users ADD COLUMN power TEXT AS ('admin')", 'table "users"'),
    ],
)  # fmt: skip
def test_triggers_views_and_foreign_tables_are_refused(place, empty, tmp_path, statement, named):
    (packed,) = place.glob("db-*.gz")
    file = tmp_path / "changed.db"
    file.write_bytes(gzip.decompress(packed.read_bytes()))
    connection = sqlite3.connect(file)
    connection.executescript(statement)
    connection.close()
    replaced(place, "db-*.gz", gzip.compress(file.read_bytes()))
    with pytest.raises(Refused, match=f"[Tt]he {named}"):
        restore(empty, LOCAL, copies_at(empty, place))
    assert statuses(empty) == {} and not list(empty.runs.iterdir())


def test_the_database_is_replaced_last(place, old, tmp_path, monkeypatch):
    """Where bringing back a run stops the restore, the database is as it was."""
    from reranker_ui.core.values.filesystems import DiskFull
    from reranker_ui.services.operating import run_copies

    def full(*_arguments):
        raise DiskFull

    before = (old.home / "reranker-ui.db").read_bytes()
    shutil.rmtree(old.runs / "00001")
    monkeypatch.setattr(run_copies, "_extract", full)
    with pytest.raises(DiskFull, match="The disk is full"):
        restore(old, LOCAL, copies_at(old, place), replace=True)
    assert (old.home / "reranker-ui.db").read_bytes() == before
    assert not list(old.home.glob("*.before-*"))
