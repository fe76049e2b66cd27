"""Writing for the library `datasets`: the output of `save_to_disk`, and a dataset on the Hub."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.binary.parquet import ParquetPart
from reranker_ui.core.formats.writing import Row, Target
from reranker_ui.core.values.splits import SPLITS

_CALLED = {"train": "train", "dev": "validation", "test": "test"}  # split names on the Hub


def write_saved(rows: Iterable[Row], target: Target) -> int:
    """A folder for `datasets.load_from_disk`; a ZIP of it where the path ends in .zip."""
    with tempfile.TemporaryDirectory(dir=target.path.parent) as workdir:
        parts, saved = Path(workdir) / "parts", Path(workdir) / "saved"
        parts.mkdir()
        count = write_parts(rows, target, parts)
        _save(parts, saved, Path(workdir) / "cache")
        if target.path.suffix == ".zip":
            _zip(saved, target.path)
        else:
            shutil.move(saved, target.path)
    return count


def write_parts(rows: Iterable[Row], target: Target, folder: Path) -> int:
    """One Parquet file per split in `folder`, with the split names of the Hub."""
    parts: dict[str, ParquetPart] = {}
    with ExitStack() as stack:
        for row in rows:
            split = _CALLED[row.split or SPLITS[0]]
            if split not in parts:
                part = ParquetPart(folder / f"{split}.parquet", target)
                parts[split] = stack.enter_context(part)
            parts[split].add(row)
    return sum(part.count for part in parts.values())


def push(parts: Path, repo: str, public: bool, token: str | None) -> None:
    """Upload the files of `write_parts` to the Hub as the dataset `repo`; raises Hub errors."""
    _loaded(parts, parts / "cache").push_to_hub(repo, private=not public, token=token)


def _save(parts: Path, saved: Path, cache: Path) -> None:
    _loaded(parts, cache).save_to_disk(str(saved))


def _loaded(parts: Path, cache: Path) -> Any:
    import datasets  # takes a second, so only imported when needed

    datasets.disable_progress_bars()
    return datasets.DatasetDict(
        {
            path.stem: datasets.Dataset.from_parquet(str(path), cache_dir=str(cache))
            for path in sorted(parts.glob("*.parquet"))
        }
    )


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
