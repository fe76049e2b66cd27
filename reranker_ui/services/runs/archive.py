"""A run as one zip: its model, or the whole run for use elsewhere, streamed as it is read."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from reranker_ui.core.bases.encoder_files import Files
from reranker_ui.core.evaluation.combining.files_beside import files_beside
from reranker_ui.core.training.portable_records import portable_records
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.runs.export_model import encoder_beside_model
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
    unknown run, `model` where it has left none or its encoder is gone, `run` to an annotator from
    whom labels of its dataset are kept.
    """
    require(user, "viewer")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if part == "run":
        _may_see(workspace, user, row["id"])
    if part == "model" and not folder.model.is_dir():
        raise Refused(f"{row['name']} has no model to download: {row['sentence'].rstrip('.')}.")
    if not folder.path.is_dir():
        raise Refused(f"The folder of {row['name']} was deleted. Choose another run.")
    name = "".join(letter if letter.isalnum() else "-" for letter in row["name"])
    files = files_in(folder.model)
    if part == "run":
        files = {f"{folder.model.name}/{file}": path for file, path in files.items()}
        files |= portable_records(folder)
    return f"{name}.zip", zipped(files | _beside(workspace, folder, part), name)


def _beside(workspace: Workspace, folder: RunFolder, part: Part) -> Files:
    try:
        encoder = encoder_beside_model(workspace, folder)
    except Refused:
        if part == "model":
            raise
        encoder = None
    return files_beside(folder.combined_file, encoder)


def _may_see(workspace: Workspace, user: User, run: int) -> None:
    # The frozen pairs, the scores of the test split and the outcome hold labels with their texts.
    with workspace.reading() as connection:
        sees_all = visibility_of_run(connection, user, run).everything
    if not sees_all:
        raise Refused(
            "A whole run contains labels that are hidden from annotators: the sealed test split,"
            " and other annotators' labels. An admin can download it; you can download the model."
        )


def files_in(root: Path) -> Files:
    """The files in the folder `root` by their names in it, without what only a worker needs."""
    files = {str(file.relative_to(root)): file for file in sorted(root.rglob("*"))}
    return {
        name: file
        for name, file in files.items()
        if file.is_file() and not file.is_symlink() and Path(name).parts[0] not in LEFT_OUT
    }


def zipped(files: Files, folder: str) -> Iterator[bytes]:
    """The bytes of a zip of `files`, by their names in the one folder that it unpacks to."""
    buffer = _Sink()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = _entry(content, f"{folder}/{name}")
            with (
                _opened(content) as source,
                archive.open(entry, "w", force_zip64=True) as target,
            ):
                while data := source.read(CHUNK):
                    target.write(data)
                    yield buffer.take()
    yield buffer.take()


def _entry(content: Path | bytes, name: str) -> zipfile.ZipInfo:
    if isinstance(content, bytes):
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o644 << 16
    else:
        entry = zipfile.ZipInfo.from_file(content, name, strict_timestamps=False)
    dense = Path(name).suffix in DENSE
    entry.compress_type = zipfile.ZIP_STORED if dense else zipfile.ZIP_DEFLATED
    return entry


def _opened(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


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
