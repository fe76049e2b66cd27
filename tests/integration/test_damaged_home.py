"""A damaged database or model ends with a sentence; other accounts cannot read a home."""

import json
import os
import shutil
import stat

import pytest
import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.datasets.history import history
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.operating import backup, backup_schedule
from reranker_ui.services.operating.health import pulse
from reranker_ui.services.operating.restore import restore
from reranker_ui.services.ranking.compare import rank
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import journal
from reranker_ui.services.store.faults import DamagedDatabase, fault_of
from reranker_ui.services.store.workspace import open_workspace, workspace_to_restore
from reranker_ui.services.training import lifecycle
from reranker_ui.settings import Settings
from tests.support.old_home import unpack


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The home of version 0.1, in force through the environment."""
    folder = unpack(tmp_path)
    monkeypatch.setenv("RERANKER_UI_HOME", str(folder))
    return folder


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def emptied(file):
    os.truncate(file, 0)


def garbage(file):
    file.write_bytes(bytes(range(256)) * 500)


def garbled_pages(file):
    data = bytearray(file.read_bytes())
    data[20 * 4096 : 60 * 4096] = b"\xa5" * (40 * 4096)
    file.write_bytes(data)


DAMAGES = [cut, emptied, garbage, garbled_pages]


def opened_and_read():
    workspace = open_workspace()
    try:
        return list_datasets(workspace, LOCAL)
    finally:
        workspace.engine.dispose()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_names_the_newest_backup_and_is_restored(home, damage):
    workspace = open_workspace()
    backup.back_up(workspace, LOCAL, backup.copies_of(workspace))
    workspace.engine.dispose()
    (manifest,) = (home / "backups").glob("db-*.json")
    damage(home / "reranker-ui.db")
    with pytest.raises(DamagedDatabase, match="restore --replace") as caught:
        opened_and_read()
    assert manifest.name in str(caught.value)
    workspace = workspace_to_restore()
    copies = backup.copies_of(workspace)
    if damage is not emptied:  # an empty file holds nothing to keep
        with pytest.raises(Refused, match="--replace"):
            restore(workspace, LOCAL, copies)
    restore(workspace, LOCAL, copies, replace=True)
    workspace.engine.dispose()
    assert {row["name"] for row in opened_and_read()} == {"rivers", "towns"}
    assert bool(list(home.glob("reranker-ui.db.before-*"))) == (damage is not emptied)


def test_a_file_in_the_place_of_a_folder_is_named(home):
    (home / "reranker-ui.db").rename(home / "other.db")
    (home / "reranker-ui.db").mkdir()
    with pytest.raises(Refused, match="must be a file"):
        open_workspace()
    shutil.rmtree(home / "runs")
    (home / "runs").write_text("")
    with pytest.raises(Refused, match="runs must be a folder"):
        open_workspace()


def test_without_a_backup_the_sentence_says_so(home):
    cut(home / "reranker-ui.db")
    with pytest.raises(DamagedDatabase, match="There is no backup at"):
        opened_and_read()


@pytest.mark.parametrize("verb", [["runs"], ["serve"], ["backup"], ["users", "list"],
                                  ["export", "--dataset", "rivers", "--format", "csv",
                                   "--output", "out.csv"]])  # fmt: skip
def test_each_verb_ends_with_that_sentence(home, command, tmp_path, verb):
    garbage(home / "reranker-ui.db")
    code, _, errors = command(*verb, RERANKER_UI_SERVER_PORT="7999")
    assert code == 1 and "is damaged: file is not a database" in errors, errors
    assert "Traceback" not in errors and "There is no backup" in errors


def test_the_restore_verb_opens_a_damaged_home(home, command):
    assert command("backup")[0] == 0
    cut(home / "reranker-ui.db")
    code, out, errors = command("restore", "--replace", "--json")
    assert code == 0, errors
    assert json.loads(out)["counts"]["pairs"] == 451
    assert command("runs")[0] == 0


def test_damage_while_the_page_is_served_is_a_fault_worth_sending_again(home):
    from reranker_ui.ui.component import _refusal

    workspace = open_workspace()
    workspace.engine.dispose()
    garbage(home / "reranker-ui.db")
    with pytest.raises(Unavailable) as caught:
        list_datasets(workspace, LOCAL)
    answer = _refusal("all_datasets", caught.value)
    assert answer["fault"] and "is damaged" in answer["refused"]
    assert pulse(workspace)["database"] == "failing"
    workspace.settings.backup = str(home / "elsewhere")
    keeper = backup_schedule.BackupThread(workspace)
    keeper.turn()
    assert "is damaged" in keeper.state()["fault"]


def test_garbled_records_of_changes_hide_no_others(home):
    workspace = open_workspace()
    whole = history(workspace, LOCAL, "rivers")["lines"]
    with workspace.writing() as connection:
        first, second = connection.scalars(
            sa.select(journal.c.id).where(journal.c.what == "annotate").limit(2)
        )
        of = journal.update().where
        connection.execute(of(journal.c.id == first).values(subject="pair:4K4"))
        connection.execute(of(journal.c.id == second).values(after={"lobel": 1}))
    lines = history(workspace, LOCAL, "rivers")["lines"]
    assert len(lines) >= len(whole) - 1
    assert [line["text"] for line in lines].count("A change whose record is damaged") == 1
    workspace.engine.dispose()


def test_text_that_is_not_utf_8_is_damage():
    with pytest.raises(UnicodeDecodeError) as caught:
        b"J\x9fON".decode()
    assert isinstance(fault_of(caught.value, Settings()), DamagedDatabase)


def cut_weights(model):
    cut(model / "model.safetensors")


def garbled_header(model):
    file = model / "model.safetensors"
    file.write_bytes(b"\xff" * 200 + file.read_bytes()[200:])


def weights_that_are_not_numbers(model):
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(model / "model.safetensors")
    weights["classifier.weight"][:] = torch.nan
    save_file(weights, model / "model.safetensors", {"format": "pt"})


def garbled_config(model):
    (model / "config.json").write_text('{"id2label": 3, "architectures": 7')


def garbled_tokenizer(model):
    (model / "tokenizer.json").write_text("{")


def without_weights(model):
    (model / "model.safetensors").unlink()


@pytest.mark.parametrize(
    "damage",
    [cut_weights, garbled_header, weights_that_are_not_numbers, garbled_config,
     garbled_tokenizer, without_weights],
)  # fmt: skip
def test_a_damaged_model_is_a_sentence_that_says_what_to_do(home, damage):
    workspace = open_workspace()
    damage(home / "runs" / "00001" / "model")
    with pytest.raises(Refused, match=r"The model of run 1 .* restore --runs"):
        rank(workspace, LOCAL, "1", "where does river 1 rise?", ["in the hills", "near town 1"])
    assert lifecycle.find_run(workspace, LOCAL, 1)["status"] == "finished"
    workspace.engine.dispose()


def test_a_base_that_is_damaged_fails_its_run_with_a_sentence(home, tmp_path):
    from reranker_ui.core.values.run_folder import RunFolder
    from reranker_ui.jobs.train import _work

    cut(tmp_path / "base" / "model.safetensors")
    shutil.rmtree(home / "runs" / "00002" / "checkpoints")
    folder = RunFolder(home / "runs" / "00002")
    assert _work(folder) == 1
    assert "cannot be loaded, so its files may be damaged" in folder.events()[0][-1]["error"]


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_old_home_is_closed_to_other_accounts(home):
    assert rights(home) == 0o755 and rights(home / "reranker-ui.db") == 0o644
    workspace = open_workspace()
    lifecycle.delete(workspace, LOCAL, 2)
    assert rights(home) == 0o700
    assert [rights(path) for path in sorted(home.glob("reranker-ui.db*"))] == [0o600] * 3
    (home / "backups").mkdir(mode=0o755)
    (home / "backups" / "run-00009-of-before.zip").write_text("as 0.1 left it")
    backup.back_up(workspace, LOCAL, backup.copies_of(workspace))
    assert rights(home / "backups") == 0o700
    assert {rights(path) for path in (home / "backups").iterdir()} == {0o600}
    restore(workspace, LOCAL, backup.copies_of(workspace), replace=True)
    list_datasets(workspace, LOCAL)
    assert {rights(path) for path in home.glob("reranker-ui.db*")} == {0o600}
    workspace.engine.dispose()


def test_a_new_home_and_a_new_place_are_closed_too(tmp_path):
    workspace = open_workspace(Settings(home=tmp_path / "new", database_url=None))
    assert rights(tmp_path / "new") == 0o700
    assert rights(tmp_path / "new" / "reranker-ui.db") == 0o600
    assert backup.copies_of(workspace, str(tmp_path / "place")).newest_first() == []
    assert rights(tmp_path / "place") == 0o700
    workspace.engine.dispose()


def test_a_folder_for_everyone_keeps_its_rights(tmp_path):
    tmp_path.chmod(0o1777)
    workspace = open_workspace(Settings(home=tmp_path, database_url=None))
    assert rights(tmp_path) == 0o1777 and rights(tmp_path / "reranker-ui.db") == 0o600
    workspace.engine.dispose()


def test_a_place_with_other_files_keeps_its_rights(home):
    place = home / "shared"
    place.mkdir()
    place.chmod(0o755)
    (place / "letter.txt").write_text("not ours")
    workspace = open_workspace()
    backup.back_up(workspace, LOCAL, backup.copies_of(workspace, str(place)))
    assert rights(place) == 0o755 and rights(next(place.glob("db-*.gz"))) == 0o600
    workspace.engine.dispose()
