"""Datasets on the Hub: `hf:ORG/NAME[:CONFIG]`, streamed into local files."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.options import Limits, Tick
from reranker_ui.core.values.refused import Refused

PREFIX = "hf:"
_NAME = r"(?!\.)[\w.-]+"  # a name that begins with a dot would be a path
_ID = re.compile(rf"hf:({_NAME}/{_NAME}|{_NAME})(?::({_NAME}))?")


def is_hub_id(name: str) -> bool:
    """Whether this names a dataset on the Hub."""
    return name.startswith(PREFIX)


def download(dataset: str, folder: Path, limits: Limits, tick: Tick) -> Path:
    """Write the dataset's rows below `folder`; returns the path to read: a file or a BEIR folder.

    All splits are downloaded, their names in the column split. A dataset with the configurations
    corpus and queries (and qrels as default) becomes a BEIR folder. Dataset code is never run.
    """
    match = _ID.fullmatch(dataset)
    if not match:
        raise Refused(f"{dataset} is not a dataset id. Use hf:ORG/NAME or hf:ORG/NAME:CONFIG.")
    name, config = match.groups()
    target = folder / "hub"
    if (target / "done").exists():
        return target / "beir" if (target / "beir").exists() else target / "rows.jsonl"
    target.mkdir(exist_ok=True)
    try:
        import datasets

        configs = datasets.get_dataset_config_names(name)
        if config is None and {"corpus", "queries"} <= set(configs):
            path = _beir(name, configs, target / "beir", limits, tick)
        else:
            parts = datasets.load_dataset(name, config, streaming=True)
            path = target / "rows.jsonl"
            rows = ((split, row) for split, part in parts.items() for row in part)
            _write(path, rows, limits, tick)
    except Refused:
        raise
    except Exception as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")[:200]
        raise Refused(
            f"The dataset {name} cannot be downloaded from the Hub: {why}."
            " Check its id and configuration, and that this machine can reach the Hub."
        ) from error
    (target / "done").touch()
    return path


def _beir(name: str, configs: list[str], folder: Path, limits: Limits, tick: Tick) -> Path:
    import datasets

    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for part in ("corpus", "queries"):
        loaded = datasets.load_dataset(name, part, streaming=True)
        rows = ((None, row) for split in loaded.values() for row in split)
        _write(folder / f"{part}.jsonl", rows, limits, tick)
    judged = next((config for config in ("qrels", "default") if config in configs), None)
    for split, rows in datasets.load_dataset(name, judged, streaming=True).items():
        with (folder / "qrels" / f"{split}.tsv").open("w") as out:
            out.write("query-id\tcorpus-id\tscore\n")
            for row in rows:
                out.write(f"{row['query-id']}\t{row['corpus-id']}\t{row['score']}\n")
                tick(0)
    return folder


def _write(
    path: Path, rows: Iterable[tuple[str | None, Mapping[str, Any]]], limits: Limits, tick: Tick
) -> None:
    size = 0
    with path.open("w", encoding="utf-8") as out:
        for number, (split, row) in enumerate(rows, 1):
            record = {**row, "split": split} if split else dict(row)
            size += out.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
            tick(0)
            if number > limits.rows or size > limits.decoded_bytes:
                limit = f"{limits.rows:,} rows or {limits.decoded_bytes:,} bytes"
                raise Refused(f"Row {number:,}: the dataset is larger than {limit}, the limit.")
