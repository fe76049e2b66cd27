"""Facts about a model from its files, without loading it."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from reranker_ui.core.values.json_files import read_object


def is_whole(folder: Path) -> bool:
    """Whether `folder` contains a model with safetensors weights, the only kind loaded."""
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def has_ranking_head(folder: Path) -> bool:
    """Whether the model in `folder` was saved with a head that scores pairs."""
    made_by = _json(folder / "config_sentence_transformers.json").get("model_type")
    return made_by == "CrossEncoder" or _is_classifier(folder)


def number_of_scores(folder: Path) -> int:
    """The number of scores per pair of the model in `folder`; 1 without a head."""
    labels = _json(folder / "config.json").get("id2label")
    return len(labels) if isinstance(labels, dict) and _is_classifier(folder) else 1


def token_limit(folder: Path) -> int | None:
    """The maximum number of tokens of a pair that the model in `folder` can read."""
    limits = [
        _json(folder / "config.json").get("max_position_embeddings"),
        _json(folder / "tokenizer_config.json").get("model_max_length"),
    ]
    return min((int(limit) for limit in limits if isinstance(limit, int | float)), default=None)


def layers_of(folder: Path) -> int:
    """Layers of the model in `folder`; 0 where its config has no number."""
    return int(_json(folder / "config.json").get("num_hidden_layers") or 0)


def needs_code(folder: Path) -> bool:
    """Whether the model in `folder` runs code of its own: a module, or an unknown architecture."""
    if any(not kind.startswith("sentence_transformers.") for kind in module_types(folder)):
        return True
    config = _json(folder / "config.json")
    if "auto_map" not in config:
        return False
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    return config.get("model_type") not in CONFIG_MAPPING_NAMES


def module_types(folder: Path) -> list[str]:
    """The classes that a model of sentence-transformers is made of; empty where it names none."""
    return [str(module.get("type")) for module in _modules(folder)]


def module_folders(folder: Path) -> list[Path]:
    """The folders in `folder` with modules of its model of sentence-transformers."""
    names = {str(module.get("path") or "") for module in _modules(folder)}
    paths = [folder / name for name in sorted(names) if name and ".." not in Path(name).parts]
    return [path for path in paths if path.is_relative_to(folder) and path.is_dir()]


def _modules(folder: Path) -> list[dict[str, Any]]:
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        return [module for module in modules if isinstance(module, dict)]
    except (OSError, ValueError, TypeError):  # loading reports a damaged file
        return []


def _is_classifier(folder: Path) -> bool:
    kinds = _json(folder / "config.json").get("architectures")
    kinds = kinds if isinstance(kinds, list) else []
    return any(str(kind).endswith("ForSequenceClassification") for kind in kinds)


def _json(file: Path) -> dict[str, Any]:
    return read_object(file) or {}  # loading the model reports a damaged file


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, cached until the file changes."""
    return _sha256(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _sha256(file: Path, _changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
