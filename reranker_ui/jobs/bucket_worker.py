"""The worker of a run on a machine that reaches its folder only through a mounted bucket.

`python -m reranker_ui.jobs.bucket_worker MOUNT NUMBER`. A mounted bucket supports neither locks nor
appending, and stores a file when it is closed (https://github.com/huggingface/hf-mount). So the run
trains in a local folder, and changes are copied to the mount every few seconds.
"""

import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from reranker_ui.core.values.execution.signals import hold, release
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.local import LocalExecutor
from reranker_ui.executors.run_bucket import BASE, FOLDER, LOCAL_FILES
from reranker_ui.settings import Settings, worker_environment

Mark: TypeAlias = tuple[int, int]
EVERY = 2.0  # seconds between two copies
TRIES = 5  # of the last copy


def main(arguments: Sequence[str]) -> int:
    """Train, and copy the folder back; returns 0 unless the run failed or was not copied."""
    mount, number = Path(arguments[0]), arguments[1]
    folder = RunFolder(Settings().home_folder() / "runs" / number)
    shutil.copytree(mount / FOLDER, folder.path, dirs_exist_ok=True)
    (folder.path / "stop").unlink(missing_ok=True)
    _bring_base(mount / BASE, Path(folder.recipe().base))
    signal.signal(signal.SIGTERM, lambda *_: folder.request_stop("keep"))
    release(signal.SIGTERM)
    copy = Copy(folder, mount / FOLDER)
    LocalExecutor(worker_environment()).submit(folder)
    while folder.alive():
        _obey(mount / FOLDER / "stop", folder)
        with suppress(OSError):  # tried again in a moment
            copy.send()
        time.sleep(EVERY)
    return 0 if _sent(copy) and folder.status() in ("finished", "stopped", "cancelled") else 1


class Copy:
    """The files of `folder` in `target`: only what has changed is written again."""

    def __init__(self, folder: RunFolder, target: Path) -> None:
        self.folder, self.target = folder, target
        self.sent = self._marks()

    def send(self) -> None:
        """Copy what has changed; the events last, as they were before the other files."""
        events = self.folder.events_file
        written, lines = _mark(events), events.read_bytes() if events.exists() else b""
        marks = self._marks()
        for name in set(self.sent) - set(marks) - {events.name}:
            (self.target / name).unlink(missing_ok=True)
            del self.sent[name]
        for name, mark in marks.items():
            if self.sent.get(name) != mark:
                (self.target / name).parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # a file of a moment
                    shutil.copyfile(self.folder.path / name, self.target / name)
                self.sent[name] = mark
        if written and self.sent.get(events.name) != written:
            (self.target / events.name).write_bytes(lines)
            self.sent[events.name] = written

    def _marks(self) -> dict[str, Mark]:
        """A mark of each file but the events, by its name in the folder."""
        marks = {}
        for path in self.folder.path.rglob("*"):
            name = path.relative_to(self.folder.path)
            is_copied = name.parts[0] not in (*LOCAL_FILES, self.folder.events_file.name)
            if is_copied and path.is_file() and (mark := _mark(path)):
                marks[str(name)] = mark
        return marks


def _mark(file: Path) -> Mark | None:
    """Changes with the content of a file; None where it is missing."""
    with suppress(FileNotFoundError):
        stat = file.stat()
        return stat.st_mtime_ns, stat.st_size
    return None


def _bring_base(sent: Path, base: Path) -> None:
    # The recipe names the base by its path on the machine that it comes from.
    if sent.is_dir() and not base.exists():
        shutil.copytree(sent, base)


def _obey(stop: Path, folder: RunFolder) -> None:
    with suppress(OSError):
        how = stop.read_text().strip()
        if how in ("keep", "cancel") and folder.stop_requested() != how:
            folder.request_stop("cancel" if how == "cancel" else "keep")


def _sent(copy: Copy) -> bool:
    for attempt in range(TRIES):
        try:
            copy.send()
            return True
        except OSError as error:
            print(f"The run's files cannot be copied to the bucket: {error}", file=sys.stderr)
            time.sleep(EVERY * attempt)
    return False


if __name__ == "__main__":
    hold(signal.SIGTERM)  # until the run's folder is here
    sys.exit(main(sys.argv[1:]))
