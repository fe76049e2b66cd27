"""A run as one zip: its model, or the whole run without its checkpoints, streamed as it is read."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.runs.export_model import beside_model
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

Part = Literal["model", "run"]
CHUNK = 1 << 20
LEFT_OUT = ("checkpoints", "model.new", "worker.alive", "stop", ".train.arrow")
DENSE = (".safetensors", ".onnx", ".bin", ".parquet", ".pt")  # deflating them is time for nothing


def run_archive(
    workspace: Workspace, user: User, run: int | str, part: Part = "model"
) -> tuple[str, Iterator[bytes]]:
    """The file name of a zip and its bytes, made while they are read: nothing is written here.

    part: `model` holds the model's files and card, `run` the recipe, the frozen pairs, the events
    and the model too. Both unpack into one folder named after the run, and hold combined.json with
    its reader and encoder where the run combines its model with cosine and BM25. Refused: an
    unknown run, `model` where it has left none, `run` to an annotator from whom labels of its
    dataset are kept.
    """
    require(user, "viewer")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if part == "run":
        _may_see(workspace, user, row["id"])
    if part == "model" and not folder.model.is_dir():
        raise Refused(f"{row['name']} has no model to download: {row['sentence'].rstrip('.')}.")
    root = folder.model if part == "model" else folder.path
    if not root.is_dir():
        raise Refused(f"The folder of {row['name']} was deleted. Choose another run.")
    name = "".join(letter if letter.isalnum() else "-" for letter in row["name"])
    return f"{name}.zip", zipped(root, name, beside_model(workspace, folder, root))


def _may_see(workspace: Workspace, user: User, run: int) -> None:
    # The frozen pairs, the scores of the test split and the outcome hold labels with their texts.
    with workspace.reading() as connection:
        sees_all = visibility_of_run(connection, user, run).everything
    if not sees_all:
        raise Refused(
            "A whole run contains labels that are hidden from annotators: the sealed test split,"
            " and other annotators' labels. An admin can download it; you can download the model."
        )


def zipped(root: Path, name: str, more: Sequence[Path] = ()) -> Iterator[bytes]:
    """The bytes of a zip of `root` and the files and folders `more`, all in a folder `name`."""
    buffer = _Sink()
    members = [(file, str(file.relative_to(root))) for file in _files(root)]
    members += [
        (file, str(file.relative_to(path.parent)))
        for path in more
        for file in (_files(path) if path.is_dir() else [path])
    ]
    with zipfile.ZipFile(buffer, "w") as archive:
        for file, member in members:
            kind = zipfile.ZIP_STORED if file.suffix in DENSE else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo.from_file(file, f"{name}/{member}", strict_timestamps=False)
            entry.compress_type = kind
            with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while data := source.read(CHUNK):
                    target.write(data)
                    yield buffer.take()
    yield buffer.take()


def _files(root: Path) -> list[Path]:
    files = (file for file in sorted(root.rglob("*")) if file.is_file() and not file.is_symlink())
    return [file for file in files if file.relative_to(root).parts[0] not in LEFT_OUT]


class _Sink:
    # Where the zip is written: it cannot be read back or sought, so nothing needs to be kept.
    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        data, self._data = bytes(self._data), bytearray()
        return data
