"""Backup locations: a folder, such as a mounted bucket, or a private dataset on the Hub."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from reranker_ui.core.models.hub.models import HUB_ID
from reranker_ui.core.values.filesystems import DISK_FULL, DiskFull, is_disk_full
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating.manifest import SUFFIX
from reranker_ui.services.operating.snapshots import sha256_of
from reranker_ui.services.store.permissions import make_private_file, restrict

HUB = "hf://datasets/"
BACKUP_PREFIXES = ("db-", "run-", ".")  # prefixes of the files of backups, and of unfinished ones


class Place(Protocol):
    """A flat set of files with names that are never reused."""

    title: str

    def names(self) -> list[str]:
        """The names of the files; Refused where the location cannot be read."""

    def write(self, files: Mapping[str, Path], obsolete: Sequence[str]) -> None:
        """Write `files`, those with SUFFIX last, and verify them; then delete `obsolete`."""

    def read(self, name: str) -> AbstractContextManager[Path]:
        """The file, valid while the context is active."""

    def lies_beside(self, folder: Path) -> bool:
        """Whether it is on the same disk as `folder`."""


def place_of(location: str, token: str | None = None) -> "FolderPlace | HubPlace":
    """The place for a location: `hf://datasets/ORG/NAME`, otherwise a folder."""
    if not location.startswith(HUB):
        if "://" in location:
            raise Refused(f"{location} is not a backup location. Use a folder or {HUB}ORG/NAME.")
        return FolderPlace(Path(location).expanduser())
    name = location.removeprefix(HUB).strip("/")
    if not HUB_ID.fullmatch(name) or "/" not in name:
        raise Refused(f"{location} is not a dataset on the Hub. Use {HUB}ORG/NAME.")
    return HubPlace(name, token)


class FolderPlace:
    """A folder on another disk. Files are written completely, and read back to verify them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.title = folder, str(folder)

    def names(self) -> list[str]:
        """The names of the files; none where the folder does not exist yet."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = sorted(path.name for path in self.folder.iterdir() if path.is_file())
        except OSError as error:
            raise Refused(_unread(self.title, error)) from error
        self._restrict(names)
        return names

    def write(self, files: Mapping[str, Path], obsolete: Sequence[str]) -> None:
        """Write to a temporary name, read back, then rename."""
        try:
            for name in sorted(files, key=lambda name: name.endswith(SUFFIX)):
                self._write(name, files[name])
            for name in obsolete:
                (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            if is_disk_full(error):
                raise DiskFull(f"{self.title}: {DISK_FULL}") from error
            raise Refused(f"{self.title} cannot be written: {error.strerror or error}.") from error

    def _write(self, name: str, file: Path) -> None:
        draft = self.folder / f".{name}.part"
        try:
            make_private_file(draft)
            shutil.copyfile(file, draft)
            if sha256_of(draft) != sha256_of(file):
                raise Refused(f"{self.title} does not store files correctly.")
            draft.replace(self.folder / name)
        finally:
            draft.unlink(missing_ok=True)

    def _restrict(self, names: Sequence[str]) -> None:
        # Backups contain labels and password hashes. A folder with other files is shared.
        backup_files = [name for name in names if name.startswith(BACKUP_PREFIXES)]
        for name in backup_files:
            restrict(self.folder / name)
        if len(backup_files) == len(names):
            restrict(self.folder)

    @contextmanager
    def read(self, name: str) -> Iterator[Path]:
        """The file itself."""
        yield self.folder / name

    def lies_beside(self, folder: Path) -> bool:
        """Whether both are on one disk."""
        return self.folder.stat().st_dev == folder.stat().st_dev


class HubPlace:
    """A private dataset repository; one commit for each backup."""

    def __init__(self, name: str, token: str | None) -> None:
        from huggingface_hub import HfApi

        self.name, self.title = name, f"{HUB}{name}"
        self.api: Any = HfApi(token=token)
        self._checked = False

    def names(self) -> list[str]:
        """The names of the files."""
        with self._hub_errors_refused():
            self._check()
            files = self.api.list_repo_files(self.name, repo_type="dataset")
            return sorted(name for name in files if "/" not in name and name[0] != ".")

    def write(self, files: Mapping[str, Path], obsolete: Sequence[str]) -> None:
        """Write one commit, and check it against what the Hub received."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        with self._hub_errors_refused():
            self._check()
            adding = [CommitOperationAdd(name, str(path)) for name, path in files.items()]
            removing = [CommitOperationDelete(name) for name in obsolete]
            self.api.create_commit(
                self.name, [*adding, *removing], repo_type="dataset", commit_message="Backup"
            )
            sent = self.api.get_paths_info(self.name, list(files), repo_type="dataset")
        received_files = {file.path: file for file in sent}
        for name, path in files.items():
            received = received_files.get(name)
            large = getattr(received, "lfs", None)
            same = large.sha256 == sha256_of(path) if large else True
            if received is None or received.size != path.stat().st_size or not same:
                raise Refused(f"{self.title} does not contain {name} as it was sent.")

    @contextmanager
    def read(self, name: str) -> Iterator[Path]:
        """The file, downloaded."""
        with tempfile.TemporaryDirectory() as draft:
            with self._hub_errors_refused():
                fetched = self.api.hf_hub_download(
                    self.name, name, repo_type="dataset", local_dir=draft
                )
            yield Path(fetched)

    def lies_beside(self, _folder: Path) -> bool:
        """Never."""
        return False

    def _check(self) -> None:
        # Labels and password hashes must never go to a public repository.
        if self._checked:
            return
        self.api.create_repo(self.name, repo_type="dataset", private=True, exist_ok=True)
        if not self.api.repo_info(self.name, repo_type="dataset").private:
            raise Refused(f"{self.title} is public. Make it private: backups contain user data.")
        self._checked = True

    @contextmanager
    def _hub_errors_refused(self) -> Iterator[None]:
        from httpx2 import HTTPError
        from huggingface_hub.errors import HfHubHTTPError

        try:
            yield
        except (HfHubHTTPError, HTTPError, OSError) as error:
            raise Refused(_unread(self.title, error)) from error


def _unread(title: str, error: Exception) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0][:200]
    reason = (getattr(error, "strerror", None) or first).rstrip(". ")
    return f"The backups at {title} cannot be reached: {reason}."
