"""Checkpoints of a run: whether one was written to its end."""

import json
from pathlib import Path


def is_whole(checkpoint: Path) -> bool:
    """Whether the folder `checkpoint` holds all that training continues from, and all of it."""
    # The trainer writes its state last, and goes on with a fresh optimizer where that is missing.
    names = ("trainer_state.json", "optimizer.pt", "scheduler.pt", "model.safetensors")
    if not all((checkpoint / name).is_file() for name in names):
        return False
    try:
        json.loads((checkpoint / names[0]).read_text())
        return _safetensors_end(checkpoint / names[-1]) == (checkpoint / names[-1]).stat().st_size
    except (OSError, ValueError):
        return False


def _safetensors_end(file: Path) -> int:
    # Where the last tensor ends, by the header: 8 bytes of its length, then JSON.
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return 8 + length + max(ends, default=0)
