"""Helpers for loading models from local folders."""

import logging
import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from filelock import FileLock

from reranker_ui.core.values.filesystems import check_space, note_use
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused

SAFE = {"use_safetensors": True}  # pickles can run code, and are never read
SAFETENSORS = "model.safetensors"
MAPPED = 6  # copies of weights in the folder; one that is deleted stays mapped where it is in use
_SHARD = re.compile(r"pytorch_model-.*\.bin")
_IS_SAFETENSORS = re.compile(r"[^/\\]+\.safetensors")

log = logging.getLogger(__name__)


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


def share_weights(model: Any, path: Path, copies: Path) -> None:
    """Let the torch `model`, loaded from the folder `path`, read its weights from a mapped file.

    Processes that map the same file share its memory. It is in a folder in `copies`, written on
    first use. The values stay the same, bit by bit. On a GPU, and where the copy cannot be
    written, the model keeps its own.
    """
    from safetensors import SafetensorError

    # A model's own file cannot be mapped: a run may write it again in place, and reading a mapped
    # page that was cut off kills the process.
    if any(weight.device.type != "cpu" for weight in model.parameters()):
        return
    file = copies / _key(path) / SAFETENSORS
    try:
        copies.mkdir(parents=True, exist_ok=True)
        with FileLock(copies / "copying.lock"):  # else each of the processes would write its own
            weights = _copied(model, file)
            note_use(file.parent, MAPPED)
    except (OSError, SafetensorError, Refused) as error:
        log.warning("The weights of %s are not shared by processes: %s", path.name, error)
        return
    model.load_state_dict(weights, assign=True)


def _copied(model: Any, file: Path) -> dict[str, Any]:
    """The mapped weights of `file`, which is written if it does not have those of `model`."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    own = model.state_dict()
    try:
        if _equal(own, mapped := load_file(file)):
            return mapped
    except (OSError, SafetensorError):  # missing or damaged
        pass
    _write(own, file)
    return load_file(file)


def _write(weights: dict[str, Any], file: Path) -> None:
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    size = sum(weight.numel() * weight.element_size() for weight in weights.values())
    check_space(file.parent, size, "a copy of the weights")
    # Whole or not at all: another process may map it at any time, and keeps what it has mapped.
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".new-") as draft:
        # Cloned, since weights that are one tensor under two names cannot be saved as such.
        copies = {name: weight.detach().clone().contiguous() for name, weight in weights.items()}
        save_file(copies, Path(draft) / file.name, {"format": "pt"})
        (Path(draft) / file.name).replace(file)


def _equal(own: dict[str, Any], other: dict[str, Any]) -> bool:
    import torch

    return own.keys() == other.keys() and all(
        weight.dtype == other[name].dtype and torch.equal(weight, other[name])
        for name, weight in own.items()
    )


def _key(path: Path) -> str:
    """A name that changes with the place of the model and with its weights."""
    files = sorted(path.rglob("*.safetensors"))
    facts = [(file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return blake2b(f"{path.resolve()} {facts}".encode(), digest_size=12).hexdigest()
