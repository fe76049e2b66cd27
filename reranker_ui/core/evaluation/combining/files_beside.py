"""What a copy of a run's model has beside it, so that it scores elsewhere as the run does."""

import json
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.encoder_files import Files, encoder_files
from reranker_ui.core.bases.multilingual import FOLDER
from reranker_ui.core.models.model_folder import is_whole
from reranker_ui.core.values.json_files import read_object

READER = Path(__file__).resolve().parents[4] / "assets" / "combined_reader.py"
COMBINED, ENCODER = "combined.json", "encoder"
OF_ENCODER = ("cosine", "probe")  # parts of a combination that read embeddings
# Patterns of the names of all files that a copy may have beside it.
BESIDE = (COMBINED, READER.name, f"{ENCODER}/*", f"{FOLDER}/*")


def files_beside(combined: Path, encoder: Path | None = None) -> Files:
    """The files of a run with `combined` as its combined.json, by their names in the copy.

    Its combined.json, which names no folder of this machine, READER, and the files of `encoder` in
    a folder of its own. Empty without a combined.json: the model then ranks alone.
    """
    if not combined.is_file():
        return {}
    values = read_object(combined) or {}
    files: Files = {COMBINED: _portable(combined, values), READER.name: READER}
    if encoder:
        folder = encoder_folder(values)
        files |= {f"{folder}/{name}": file for name, file in encoder_files(encoder).items()}
    return files


def encoder_folder(values: dict[str, Any]) -> str:
    """The folder of the encoder in a copy, as READER looks for it; `values`: of combined.json."""
    return ENCODER if names_folder(values) else str(values["encoder_on_hub"]).rpartition("/")[2]


def names_folder(values: dict[str, Any]) -> bool:
    """Whether the encoder that a combined.json names is a folder of this machine."""
    return Path(str(values.get("encoder"))).is_absolute()


def needs_encoder(values: dict[str, Any]) -> bool:
    """Whether a combined.json with these values gives a weight to parts that read embeddings."""
    weights = values.get("weights")
    return isinstance(weights, dict) and any(map(weights.get, OF_ENCODER))


def local_encoder(combined: Path, values: dict[str, Any]) -> Path | None:
    """The folder with the encoder of a run where `values`, of its combined.json, name a folder.

    A run that was restored from a backup has its encoder beside that file.
    """
    if not (needs_encoder(values) and names_folder(values)):
        return None
    beside = combined.with_name(ENCODER)
    return beside if is_whole(beside) else Path(values["encoder"])


def _portable(combined: Path, values: dict[str, Any]) -> Path | bytes:
    if not names_folder(values):
        return combined
    named = dict.fromkeys(("encoder", "encoder_on_hub"), ENCODER)
    return json.dumps(values | named, ensure_ascii=False, indent=1).encode()
