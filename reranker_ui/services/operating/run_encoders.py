"""Encoders in folders of this machine, in the copies of the runs that rank with them."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.encoder_files import Files, encoder_files
from reranker_ui.core.evaluation.combining.files_beside import ENCODER, local_encoder
from reranker_ui.core.models.model_folder import is_whole
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.run_folder import RunFolder


def files_of_encoder(folder: RunFolder) -> Files:
    """The files of a run's encoder by their names in its copy.

    Empty where the run needs none, or one of the Hub, and where the encoder's folder is gone or
    cannot be read: no encoder keeps a run from being backed up.
    """
    encoder = _encoder_of(folder)
    if encoder is None or not is_whole(encoder):
        return {}
    try:
        files = encoder_files(encoder)
    except OSError:
        return {}
    if not all(isinstance(file, bytes) or os.access(file, os.R_OK) for file in files.values()):
        return {}
    return {f"{ENCODER}/{name}": file for name, file in files.items()}


def ranks_by_folder(folder: RunFolder) -> bool:
    """Whether a run ranks with an encoder that lies outside of its folder, and is there."""
    encoder = _encoder_of(folder)
    return encoder is not None and encoder.parent != folder.path and is_whole(encoder)


def _encoder_of(folder: RunFolder) -> Path | None:
    file = folder.combined_file
    try:
        written = file.stat().st_mtime_ns
    except OSError:
        return None
    return local_encoder(file, _values(file, written))


@lru_cache(maxsize=4096)  # every check for changes asks, and the file has the words of all texts
def _values(file: Path, _written: int) -> dict[str, Any]:
    values = read_object(file) or {}
    return {name: values.get(name) for name in ("encoder", "weights")}
