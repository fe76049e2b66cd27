"""Which checkpoints and weight files are complete."""

import zipfile
from pathlib import Path

from reranker_ui.core.values.json_files import parse_object, read_object

# The trainer writes its state last, and would start a fresh optimizer where that is missing.
_PARTS = ("optimizer.pt", "scheduler.pt")


def newest_checkpoint(checkpoints: Path) -> Path | None:
    """The newest complete `checkpoint-STEP` in a folder; None where there is none."""
    steps = {
        int(path.name.rpartition("-")[2]): path
        for path in checkpoints.glob("checkpoint-*")
        if path.name.rpartition("-")[2].isdecimal() and _is_complete(path)
    }
    return steps[max(steps)] if steps else None


def weights_are_complete(file: Path) -> bool:
    """Whether a safetensors file is as long as its header says; reads the header only."""
    try:
        return _end_of_tensors(file) == file.stat().st_size
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _is_complete(checkpoint: Path) -> bool:
    state = read_object(checkpoint / "trainer_state.json") or {}
    step = int(checkpoint.name.rpartition("-")[2])
    if state.get("global_step") != step or not isinstance(state.get("log_history", []), list):
        return False  # the trainer would begin at another step, or fail
    if not all((checkpoint / name).is_file() for name in _PARTS):
        return False
    # What torch saves is a zip, whose end is written last; a pickle is not one.
    if not all(zipfile.is_zipfile(file) for file in checkpoint.glob("*.pt*")):
        return False
    return weights_are_complete(checkpoint / "model.safetensors")


def _end_of_tensors(file: Path) -> int:
    # The file begins with 8 bytes of the header's length; then comes the header, as JSON.
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = parse_object(opened.read(min(length, file.stat().st_size)))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return 8 + length + max(ends, default=0)
