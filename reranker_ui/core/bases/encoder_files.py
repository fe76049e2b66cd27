"""The files of an encoder that a copy of it needs, without names of folders of this machine."""

import json
import shutil
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeAlias

from reranker_ui.core.bases.multilingual import NOTE
from reranker_ui.core.models.hub.models import MODEL_FILES
from reranker_ui.core.models.model_folder import module_folders
from reranker_ui.core.values.json_files import read_object

# By name in a copy: a file of this machine, or the content.
Files: TypeAlias = dict[str, Path | bytes]
LEFT_OUT = ("trainer_state.json", "*_results.json", NOTE)  # notes about the folder
LOADED_FROM = ("_name_or_path", "name_or_path", "tokenizer_file")  # folders, by older versions


def encoder_files(encoder: Path) -> Files:
    """The files of the encoder in the folder `encoder`, by their names in it.

    Other files in the folder, such as checkpoints and weights in other formats, are left out.
    """
    parts = [file for part in module_folders(encoder) for file in part.rglob("*")]
    files = sorted(file for file in [*encoder.iterdir(), *parts] if _is_needed(file))
    return {str(file.relative_to(encoder)): _without_folders(file) for file in files}


def write_files(files: Files, target: Path) -> None:
    """Write `files` into the folder `target`."""
    for name, content in files.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            shutil.copyfile(content, file)


def _is_needed(file: Path) -> bool:
    if file.name.startswith(".") or any(fnmatch(file.name, name) for name in LEFT_OUT):
        return False
    return file.is_file() and any(fnmatch(file.name, pattern) for pattern in MODEL_FILES)


def _without_folders(file: Path) -> Path | bytes:
    settings = (read_object(file) or {}) if file.name.endswith("config.json") else {}
    if settings.keys().isdisjoint(LOADED_FROM):
        return file
    kept = {name: value for name, value in settings.items() if name not in LOADED_FROM}
    return json.dumps(kept, ensure_ascii=False, indent=1).encode()
