"""A checkpoint as the trainer writes it, of one weight, whole or with something missing."""

import json
import zipfile


def checkpoint(folder, step, without=None, cut=0):
    """Write `checkpoint-STEP` into the folder of a run; `cut`: bytes that its weights lack."""
    path = folder.checkpoints / f"checkpoint-{step}"
    path.mkdir(parents=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    weights = len(header).to_bytes(8, "little") + header + bytes(8)
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        with zipfile.ZipFile(path / name, "w") as archive:
            archive.writestr("data.pkl", bytes(100))
    (path / "model.safetensors").write_bytes(weights[: len(weights) - cut])
    if without:
        (path / without).unlink()
    return path
