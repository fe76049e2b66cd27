"""Helpers for loading models from local folders."""

import logging
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused

SAFE = {"use_safetensors": True}  # pickles can run code, and are never read
SAFETENSORS = "model.safetensors"
_SHARD = re.compile(r"pytorch_model-.*\.bin")
_IS_SAFETENSORS = re.compile(r"[^/\\]+\.safetensors")


@contextmanager
def damage_refused(model: str, advice: str) -> Iterator[None]:
    """Raise Refused, naming `model`, where its files cannot be loaded; `advice` says what to do.

    The libraries raise all kinds of errors for truncated and garbled files.
    """
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0][:200].rstrip(". ") or type(error).__name__
        raise Refused(
            f"{model} cannot be loaded, so its files may be damaged: {reason}. {advice}"
        ) from error


def finite(logits: Sequence[float], model: str, advice: str) -> list[float]:
    """The logits; Refused where one is not finite, a sign of damaged weights."""
    if not all(map(math.isfinite, logits)):
        raise Refused(
            f"{model} gives scores that are not numbers: its weights are damaged. {advice}"
        )
    return list(logits)


def folder_at(path: Path | str) -> Path:
    """The folder of a model; FileNotFoundError for a name, which would be downloaded.

    Refused: a folder where the libraries would read weights that are not safetensors.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"No model folder at {folder}.")
    if (weights := next(_other_weights(folder), None)) is not None:
        raise Refused(
            f"{folder.name} keeps weights in {weights[:100]}, which may be a pickle and run code."
            " Only safetensors are loaded: save the model as safetensors first."
        )
    return folder


def _other_weights(folder: Path) -> Iterator[str]:
    """Names of files beside safetensors that transformers or sentence-transformers would load."""
    for file in folder.rglob("*.bin"):
        # Modules of sentence-transformers read this one where model.safetensors is missing.
        only_pickle = file.name == "pytorch_model.bin" and not file.with_name(SAFETENSORS).is_file()
        shard = _SHARD.fullmatch(file.name) and not any(file.parent.glob("model*.safetensors"))
        if only_pickle or shard or file.name == "adapter_model.bin":
            yield file.name
    for index in folder.rglob("*.safetensors.index.json"):
        weights = (read_object(index) or {}).get("weight_map")
        named = weights.values() if isinstance(weights, dict) else ()
        yield from (str(name) for name in named if not _IS_SAFETENSORS.fullmatch(str(name)))


def quiet() -> None:
    """Silence the libraries' warnings: the page reports a missing ranking head itself."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def bytes_of(model: Any) -> int:
    """Memory of a torch model's weights, in bytes."""
    return sum(weight.numel() * weight.element_size() for weight in model.parameters())
