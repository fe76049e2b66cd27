"""The records of a run that leave the machine name no folder of it, nor of an earlier one."""

import json

from reranker_ui.core.training.portable_records import portable_records
from reranker_ui.core.values.run_folder import RunFolder

BEFORE = "/srv/Thư mục/home/runs/00003"


def test_a_run_whose_home_was_moved_names_neither_place(tmp_path):
    folder = RunFolder(tmp_path / "home" / "runs" / "00003")
    folder.path.mkdir(parents=True)
    base = str(tmp_path / "home" / "runs" / "00001" / "model")
    folder.recipe_file.write_text(json.dumps({"base": base, "epochs": 2}))
    folder.lineage_file.write_text('{"dataset": "caves"}')
    folder.emit("started", base_asked="/srv/enc", base_used="/srv/enc")
    folder.emit("checkpoint", path=f"{BEFORE}/checkpoints/checkpoint-4")
    folder.emit("notice", message=f"{BEFORE.rpartition('/')[0]}/00002 is a run.", path=7)
    with folder.events_file.open("a") as events:
        events.write(f"garbled {base}\n")
    folder.log_file.write_text(base)
    (folder.path / "train.parquet").write_bytes(b"pairs")
    files = portable_records(folder)
    assert set(files) == {"train.parquet", "recipe.json", "lineage.json", "events.jsonl"}
    assert files["train.parquet"] == folder.path / "train.parquet"
    assert json.loads(files["recipe.json"]) == {"base": "runs/00001/model", "epochs": 2}
    *lines, garbled = files["events.jsonl"].decode().splitlines()
    started, checkpoint, notice = map(json.loads, lines)
    assert (started["base_asked"], started["base_used"]) == ("enc", "enc")
    assert checkpoint["path"] == "checkpoints/checkpoint-4"
    assert notice["message"] == "runs/00002 is a run."
    assert garbled == "garbled runs/00001/model"
