"""A run's folder in a private bucket of the Hub: sent before its job, brought back from it."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder

NAME = "reranker-ui-runs"  # of the bucket
FOLDER, BASE, CODE = "folder", "base", "code.zip"  # in the bucket, below the run's prefix
# What stays on either side.
LOCAL_FILES = ("worker.alive", "job.json", "hub_job.json", "stop", "push", "cutoff.json", "ranks")
INPUTS = (
    *("recipe.json", "lineage.json", "executor.json", "texts.parquet"),
    *("train.parquet", "dev.parquet", "test.parquet"),
)
REPLACED_FOLDERS = ("checkpoints", "model")  # what a worker has removed there is removed here
LIVE = ("events.jsonl", "worker.log")
Found: TypeAlias = dict[str, Any]  # files in the bucket by their names in the folder


class RunBucket:
    """The files of one run below `prefix` in the bucket `bucket`; `api` is a HfApi."""

    def __init__(self, api: Any, bucket: str, prefix: str) -> None:
        self.api, self.bucket, self.prefix = api, bucket, prefix

    @property
    def namespace(self) -> str:
        """The account or organization that owns the bucket."""
        return self.bucket.partition("/")[0]

    def send(self, folder: RunFolder, code: bytes) -> None:
        """Create the bucket and send what a worker needs: folder, base, code.

        Refused where the bucket is public.
        """
        self.api.create_bucket(self.bucket, private=True, exist_ok=True)
        if not self.api.bucket_info(self.bucket).private:
            raise Refused(
                f"The bucket {self.bucket} is public, and a run holds your texts and labels. Make"
                " it private on the Hub, then resume the run."
            )
        files = [
            (path, f"{FOLDER}/{path.relative_to(folder.path)}")
            for path in _files(folder.path)
            if path.relative_to(folder.path).parts[0] not in LOCAL_FILES
        ]
        base = Path(folder.recipe().base)
        if base.is_dir():
            files += [(path, f"{BASE}/{path.relative_to(base)}") for path in _files(base)]
        add: list[tuple[Path | bytes, str]] = [
            (content, f"{self.prefix}/{name}") for content, name in files
        ]
        self.api.batch_bucket_files(self.bucket, add=[*add, (code, f"{self.prefix}/{CODE}")])

    def request_stop(self, how: str) -> None:
        """Put the stop request where the job looks for it."""
        self.api.batch_bucket_files(
            self.bucket, add=[(how.encode(), f"{self.prefix}/{FOLDER}/stop")]
        )

    def bring_events(self, folder: RunFolder, hashes: dict[str, str]) -> dict[str, str]:
        """Bring events and log, if they changed since `hashes`; returns the hashes of both."""
        paths = [f"{self.prefix}/{FOLDER}/{name}" for name in LIVE]
        files = self._named(self.api.get_bucket_paths_info(self.bucket, paths))
        changed = {name: file for name, file in files.items() if hashes.get(name) != file.xet_hash}
        self._bring(folder, changed)
        return {name: file.xet_hash for name, file in files.items()}

    def bring_all(self, folder: RunFolder) -> None:
        """Bring everything that the worker wrote; the events come last."""
        tree = self.api.list_bucket_tree(self.bucket, f"{self.prefix}/{FOLDER}", recursive=True)
        files = self._named(file for file in tree if file.type == "file")
        written = {
            name: file
            for name, file in files.items()
            if name not in INPUTS and Path(name).parts[0] not in LOCAL_FILES
        }
        self._bring(folder, {name: file for name, file in written.items() if name not in LIVE})
        for part in REPLACED_FOLDERS:
            _remove_others(folder.path / part, [folder.path / name for name in files])
        self._bring(folder, {name: file for name, file in written.items() if name in LIVE})

    def remove(self) -> None:
        """Delete the run's files from the bucket."""
        tree = self.api.list_bucket_tree(self.bucket, self.prefix, recursive=True)
        if paths := [file.path for file in tree if file.type == "file"]:
            self.api.batch_bucket_files(self.bucket, delete=paths)

    def _named(self, files: Any) -> Found:
        names = {file.path.removeprefix(f"{self.prefix}/{FOLDER}/"): file for file in files}
        return {name: file for name, file in names.items() if _lies_below(name)}

    def _bring(self, folder: RunFolder, files: Found) -> None:
        if not files:
            return
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.path) as draft:
            coming = [(file, Path(draft) / name) for name, file in files.items()]
            self.api.download_bucket_files(self.bucket, coming)
            for name in files:
                target = folder.path / name
                target.parent.mkdir(parents=True, exist_ok=True)
                (Path(draft) / name).replace(target)  # whole, or as it was


def _lies_below(name: str) -> bool:
    return ".." not in Path(name).parts and not Path(name).is_absolute()


def _files(folder: Path) -> list[Path]:
    hidden = [path for path in folder.iterdir() if path.name.startswith(".")]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(parent) for parent in hidden)
    ]


def _remove_others(folder: Path, wanted: Sequence[Path]) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if any(kept_path.is_relative_to(path) for kept_path in wanted):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
