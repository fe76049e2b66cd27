"""Backups: what is there is brought back whole, and nothing covers work that is not in it."""

import gzip
import json
import signal
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.operating import backup, backup_schedule, snapshots, storage
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import metadata
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings, Space
from tests.support.server import Server
from tests.support.serving import PASSWORD, asking, call

LIN = User("Lin", "annotator")


def fill(workspace, tmp_path, rows=30):
    lines = [f"query {n // 3},passage {n},{n % 2}" for n in range(rows)]
    file = tmp_path / "pairs.csv"
    file.write_text("query,passage,label\n" + "\n".join(lines))
    import_file(workspace, LOCAL, file, "mine")
    add_user(workspace, LOCAL, "Lin", "annotator", PASSWORD)
    annotate(workspace, LIN, 1, 1.0, "c" * 20)


def rows_of(engine):
    with engine.connect() as connection:
        return {
            table.name: connection.execute(
                sa.select(table).order_by(*table.primary_key.columns)
            ).fetchall()
            for table in metadata.sorted_tables
        }


def another(tmp_path, name="other", **more):
    return open_workspace(Settings(home=tmp_path / name, database_url=None, **more))


@pytest.mark.both_databases
def test_everything_comes_back_in_either_database(workspace, tmp_path, database):
    fill(workspace, tmp_path)
    copies = backup.copies_of(workspace, str(tmp_path / "place"))
    manifest = backup.back_up(workspace, LOCAL, copies)
    assert manifest["counts"]["pairs"] == 30 and manifest["counts"]["users"] == 1
    other = another(tmp_path)
    restore(other, LOCAL, backup.copies_of(other, str(tmp_path / "place")))
    before, after = rows_of(workspace.engine), rows_of(other.engine)
    assert after.pop("journal")[:-1] == before.pop("journal")
    assert after == before
    # And the way back, from SQLite into what the workspace has.
    annotate(other, LIN, 2, 0.0, "d" * 20)
    there = backup.copies_of(other, str(tmp_path / "place"))
    backup.back_up(other, LOCAL, there)
    restore(workspace, LOCAL, copies, replace=True)
    assert len(rows_of(workspace.engine)["annotations"]) == 2
    annotate(workspace, LIN, 3, 1.0, "e" * 20)  # new rows get numbers that are free
    fill_again = tmp_path / "more.csv"
    fill_again.write_text("query,passage,label\nnew,new,1\n")
    import_file(workspace, LOCAL, fill_again, "more")
    assert {one["name"] for one in list_datasets(workspace, LOCAL)} == {"mine", "more"}


def test_an_empty_or_another_database_covers_nothing(workspace, tmp_path):
    place = str(tmp_path / "place")
    copies = backup.copies_of(workspace, place)
    with pytest.raises(Refused, match="empty"):
        backup.back_up(workspace, LOCAL, copies)
    fill(workspace, tmp_path)
    first = backup.back_up(workspace, LOCAL, copies)
    other = another(tmp_path)
    add_user(other, LOCAL, "Ada", "admin", PASSWORD)
    for n in range(60):  # further on than what lies there
        add_user(other, LOCAL, f"Ada {n}", "viewer")
    with pytest.raises(Refused, match="another database"):
        backup.back_up(other, LOCAL, backup.copies_of(other, place))
    with pytest.raises(Refused, match="--replace"):
        restore(other, LOCAL, backup.copies_of(other, place))
    assert [manifest["name"] for manifest in copies.newest_first()] == [first["name"]]


def test_a_database_behind_its_backups_does_not_cover_them(workspace, tmp_path):
    fill(workspace, tmp_path)
    copies = backup.copies_of(workspace, str(tmp_path / "place"))
    old = backup.back_up(workspace, LOCAL, copies)
    other = another(tmp_path)
    there = backup.copies_of(other, str(tmp_path / "place"))
    annotate(workspace, LIN, 2, 0.0, "d" * 20)
    new = backup.back_up(workspace, LOCAL, copies)
    restore(other, LOCAL, there, old["name"])
    assert len(rows_of(other.engine)["annotations"]) == 1
    assert backup.back_up(other, LOCAL, there)["generation"] > new["generation"]
    with pytest.raises(Refused, match="newer than this database"):
        backup.back_up(workspace, LOCAL, copies)


def test_a_damaged_snapshot_is_passed_over_for_the_one_before(workspace, tmp_path):
    fill(workspace, tmp_path)
    place = tmp_path / "place"
    copies = backup.copies_of(workspace, str(place))
    backup.back_up(workspace, LOCAL, copies)
    annotate(workspace, LIN, 2, 0.0, "d" * 20)
    newest = backup.back_up(workspace, LOCAL, copies)
    packed = place / newest["file"]
    packed.write_bytes(packed.read_bytes()[:-100])
    other = another(tmp_path)
    manifest = restore(other, LOCAL, backup.copies_of(other, str(place)))
    assert manifest["generation"] < newest["generation"]
    for file in place.glob("*.gz"):
        file.write_bytes(gzip.compress(b"no database"))
    with pytest.raises(Refused, match="No snapshot"):
        restore(other, LOCAL, backup.copies_of(other, str(place)), replace=True)
    assert len(rows_of(other.engine)["annotations"]) == 1


def test_old_snapshots_go_and_the_newest_stays(workspace, tmp_path, monkeypatch):
    fill(workspace, tmp_path)
    monkeypatch.setattr(backup, "NEWEST", 1)
    copies = backup.copies_of(workspace, str(tmp_path / "place"))
    now, real = time.time(), time.time
    for hours in (24 * 60, 24 * 40, 30.5, 30.4, 30.3, 0.5, 0.4, 0):
        monkeypatch.setattr(time, "time", lambda at=now - hours * 3600: at)
        add_user(workspace, LOCAL, f"Ada {hours}".replace(".", " "), "viewer")
        backup.back_up(workspace, LOCAL, copies)
    monkeypatch.setattr(time, "time", real)
    ages = [round((now - manifest["at"]) / 3600, 1) for manifest in copies.newest_first()]
    assert ages[:3] == [0, 0.4, 0.5] and len(ages) in (4, 5) and max(ages) < 31
    assert len(list((tmp_path / "place").iterdir())) == 2 * len(ages)


def test_a_wrong_clock_takes_no_backup_of_the_last_days(workspace, tmp_path, monkeypatch):
    fill(workspace, tmp_path)
    copies, now = backup.copies_of(workspace, str(tmp_path / "place")), time.time()
    made = []
    for day in (0, 0, -1, 365, 0):
        monkeypatch.setattr(time, "time", lambda at=now + day * 86_400: at)
        add_user(workspace, LOCAL, f"Ada {len(made)}", "viewer")
        made.append(backup.back_up(workspace, LOCAL, copies)["name"])
    assert [manifest["name"] for manifest in copies.newest_first()] == made[::-1]
    assert sorted(made) != made and len(list((tmp_path / "place").iterdir())) == 10


def test_the_newest_backup_is_known_after_the_clock_was_set_back(workspace, tmp_path, monkeypatch):
    fill(workspace, tmp_path)
    place, now = tmp_path / "place", time.time()
    copies = backup.copies_of(workspace, str(place))
    backup.back_up(workspace, LOCAL, copies)
    monkeypatch.setattr(time, "time", lambda: now - 86_400)
    add_user(workspace, LOCAL, "Ada", "viewer")
    newest = backup.back_up(workspace, LOCAL, copies)
    (place / newest["name"]).write_text("{")
    with pytest.raises(Refused, match=f"{newest['name']} .* is newer than all"):
        backup_schedule.restore_if_lost(another(tmp_path, backup=str(place)))


def test_a_clock_that_jumps_during_a_backup_delays_no_later_one(workspace, tmp_path, monkeypatch):
    fill(workspace, tmp_path)
    workspace.settings.backup = str(tmp_path / "place")
    keeper, times = backup_schedule.BackupThread(workspace), iter(range(0, 10**12, 10**7))
    monkeypatch.setattr(time, "time", lambda: 1.8e9 + next(times))
    assert keeper.turn() < 60 and keeper.at


def test_a_place_that_cannot_be_read_stops_the_start(workspace, tmp_path):
    (tmp_path / "file").write_text("no folder")
    workspace.settings.backup = str(tmp_path / "file")
    with pytest.raises(Refused, match="cannot be reached"):
        backup_schedule.restore_if_lost(workspace)


@pytest.mark.parametrize("left", [0, 100])
def test_books_that_cannot_be_read_are_no_empty_place(workspace, tmp_path, left):
    fill(workspace, tmp_path)
    a_finished_run(workspace)
    place = tmp_path / "place"
    copies = backup.copies_of(workspace, str(place))
    first = backup.back_up(workspace, LOCAL, copies)
    (run,) = place.glob("run-*")
    whole = (place / first["name"]).read_text()
    (place / first["name"]).write_text(whole[:left])
    other = another(tmp_path, backup=str(place))
    with pytest.raises(Refused, match="none can be read"):
        backup_schedule.restore_if_lost(other)
    add_user(other, LOCAL, "Ada", "admin", PASSWORD)
    theirs = backup.copies_of(other)
    with pytest.raises(Refused, match="none can be read"):
        backup.back_up(other, LOCAL, theirs)
    assert run.exists() and len(list(place.iterdir())) == 3
    # As long as one manifest is unread, the runs that only it may tell of stay.
    (place / "db-0.json").write_text(whole)
    (place / "run-of-the-unread.zip").write_text("kept")
    with pytest.raises(Refused, match="newer than all"):
        backup_schedule.restore_if_lost(another(tmp_path / "third", backup=str(place)))
    annotate(workspace, LIN, 2, 0.0, "d" * 20)
    again = backup.copies_of(workspace, str(place))
    backup.back_up(workspace, LOCAL, again)
    assert (place / "run-of-the-unread.zip").exists()
    (place / first["name"]).write_text(whole)  # read again once it can be
    annotate(workspace, LIN, 3, 0.0, "e" * 20)
    backup.back_up(workspace, LOCAL, again)
    assert not (place / "run-of-the-unread.zip").exists() and run.exists()


def test_a_snapshot_is_taken_when_something_changed_and_only_then(workspace, tmp_path):
    workspace.settings.backup = str(tmp_path / "place")
    keeper = backup_schedule.BackupThread(workspace)
    keeper.turn()
    assert not (tmp_path / "place").exists() or not list((tmp_path / "place").iterdir())
    fill(workspace, tmp_path)
    keeper.turn()
    keeper.turn()
    assert len(keeper.copies.newest_first()) == 1
    annotate(workspace, LIN, 2, 0.0, "d" * 20)
    keeper.turn()
    assert len(keeper.copies.newest_first()) == 2
    assert keeper.state()["fault"] is None and time.time() - keeper.state()["at"] < 20
    (tmp_path / "place").rename(tmp_path / "gone")
    (tmp_path / "place").write_text("in the way")
    annotate(workspace, LIN, 3, 0.0, "f" * 20)
    keeper.turn()
    assert "cannot be" in keeper.state()["fault"] and keeper.state()["waiting"]


class Hub:
    """As much of HfApi as backups need; it records what is asked."""

    def __init__(self, private=True):
        self.files, self.private, self.asked = {}, private, []

    def create_repo(self, name, **more):
        self.asked.append(("create_repo", name, more))

    def repo_info(self, _name, repo_type):
        return SimpleNamespace(private=self.private)

    def list_repo_files(self, _name, repo_type):
        return [".gitattributes", *self.files]

    def create_commit(self, _name, operations, **_more):
        for one in operations:
            if type(one).__name__ == "CommitOperationDelete":
                del self.files[one.path_in_repo]
            else:
                self.files[one.path_in_repo] = Path(one.path_or_fileobj).read_bytes()
        self.asked.append(("create_commit", len(operations)))

    def get_paths_info(self, _name, paths, repo_type):
        return [SimpleNamespace(path=p, size=len(self.files[p]), lfs=None) for p in paths]

    def hf_hub_download(self, _name, name, repo_type, local_dir):
        path = Path(local_dir) / name
        path.write_bytes(self.files[name])
        return str(path)


def test_a_private_dataset_on_the_hub_keeps_backups(workspace, tmp_path, monkeypatch):
    import huggingface_hub

    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda token=None: hub)
    fill(workspace, tmp_path)
    address = "hf://datasets/ada/reranker-backup"
    backup.back_up(workspace, LOCAL, backup.copies_of(workspace, address))
    assert hub.asked[0] == (
        "create_repo", "ada/reranker-backup",
        {"repo_type": "dataset", "private": True, "exist_ok": True},
    )  # fmt: skip
    assert [one for one in hub.asked if one[0] == "create_commit"] == [("create_commit", 2)]
    other = another(tmp_path)
    restore(other, LOCAL, backup.copies_of(other, address))
    assert len(rows_of(other.engine)["pairs"]) == 30
    hub.private = False
    with pytest.raises(Refused, match="is public"):
        backup.back_up(workspace, LOCAL, backup.copies_of(workspace, address))


@pytest.mark.parametrize("address", ["hf://datasets/x", "hf://datasets/../x", "s3://bucket/x"])
def test_what_is_no_place(address):
    with pytest.raises(Refused):
        storage.place_of(address)


def test_killed_on_an_empty_disk_it_is_all_back(tmp_path, command):
    """kill -9, the disk gone, start: people, labels and the run are there as of the snapshot."""
    place = str(tmp_path / "bucket")
    environment = {"RERANKER_UI_SIGN_IN": "password", "RERANKER_UI_BACKUP": place,
                   "RERANKER_UI_BACKUP_SECONDS": "0.3"}  # fmt: skip
    home = tmp_path / "first"
    workspace = another(tmp_path, "first")
    fill(workspace, tmp_path)
    add_user(workspace, LOCAL, "admin", "admin", PASSWORD)
    run = a_finished_run(workspace)
    workspace.engine.dispose()
    first = Server(home, environment).start()
    try:
        client = asking(first, "admin")
        config = client.get("/config").json()
        saved_at = waited(lambda: call(client, "overview", {}, config).json()["ok"]["backup"]["at"])
        assert time.time() - saved_at < 60
        changed = call(client, "invite", {"role": "viewer", "places": 1}, config)
        assert "ok" in changed.json()
        waited(lambda: newest(place)["at"] > saved_at and not call(
            client, "overview", {}, config).json()["ok"]["backup"]["waiting"])  # fmt: skip
    finally:
        first.kill(signal.SIGKILL)
    empty = tmp_path / "second"
    empty.mkdir()
    second = Server(empty, environment).start()
    try:
        client = asking(second, "admin")
        config = client.get("/config").json()
        overview = call(client, "overview", {}, config).json()["ok"]
        assert [one["name"] for one in overview["datasets"]] == ["mine"]
        assert len(call(client, "people_now", {}, config).json()["ok"]["invites"]) == 1
        assert (empty / "runs" / "00001" / "model" / "config.json").read_text() == run
        call(client, "invite", {"role": "viewer", "places": 2}, config)
    finally:
        second.kill(signal.SIGTERM)
    assert newest(place)["generation"] > reported_generation(tmp_path / "second") - 1
    code, out, _ = command("restore", "--list", "--json", "--from", place,
                           RERANKER_UI_HOME=str(tmp_path / "third"))  # fmt: skip
    assert code == 0 and json.loads(out)[0]["generation"] == newest(place)["generation"]


def a_finished_run(workspace, dataset="mine") -> str:
    from reranker_ui.core.values.recipe import PRESETS
    from reranker_ui.services.runs.rows import folder_of
    from reranker_ui.services.training.create import create_run
    from reranker_ui.services.training.frozen_files import freeze

    recipe = PRESETS["quick"].model_copy(update={"base": "embedded"})
    with tempfile.TemporaryDirectory() as aside:
        data = freeze(workspace, LOCAL, dataset, Path(aside))
        number = create_run(workspace, LOCAL, dataset, recipe, data, None)
    folder = folder_of(workspace, number)
    folder.model.mkdir()
    (folder.model / "config.json").write_text('{"made": "here"}')
    folder.emit("finished")
    return '{"made": "here"}'


def newest(place):
    return backup.Copies(storage.place_of(place)).newest_first()[0]


def reported_generation(home):
    workspace = open_workspace(Settings(home=home))
    return snapshots.generation(workspace.engine)


def waited(ask, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := ask():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def test_a_space_that_keeps_nothing_says_so(workspace, monkeypatch):
    assert backup_schedule.state(workspace, LOCAL) is None
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "ada/reranker-ui")
    workspace.space = Space()
    assert "loses its disk" in backup_schedule.state(workspace, LOCAL)["fault"]
    assert backup_schedule.state(workspace, LIN)["fault"] == "Backups are failing. Ask an admin."


def test_a_copy_of_a_space_without_its_bucket_stays_shut_and_says_why(tmp_path):
    environment = {"SYSTEM": "spaces", "SPACE_ID": "bob/copy", "SPACE_HOST": "bob-copy.hf.space",
                   "OAUTH_CLIENT_ID": "id", "OAUTH_CLIENT_SECRET": "secret",
                   "RERANKER_UI_BACKUP": str(tmp_path / "data" / "backups")}  # fmt: skip
    (tmp_path / "home").mkdir()
    copy = Server(tmp_path / "home", environment).start()
    try:
        nobody = asking(copy)
        assert nobody.get("/config").status_code == 401
        page = nobody.get("/", headers={"accept": "text/html"}, follow_redirects=True).text
        assert "own disk" in page and "mount its" in page
    finally:
        copy.kill()
    assert not list((tmp_path / "data" / "backups").iterdir())
