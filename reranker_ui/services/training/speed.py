"""How fast a recipe would train here: from a measurement in a process of its own, remembered."""

import hashlib
import json
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.settings import worker_environment

SAMPLE = 600  # pairs measured with
PATIENCE = 90.0  # seconds that a measurement may take, imports and base model included
FRESH = 30 * 24 * 3600.0  # seconds that a measurement counts
KEPT = 200
ASKED = ("base", "revision", "loss", "batch_size", "max_length", "precision", "train_embeddings")


def known(workspace: Workspace, recipe: Recipe, train: pd.DataFrame) -> dict[str, Any] | None:
    """What was measured for this recipe on texts of this length, None where nothing was.

    {pairs_per_second, memory, checkpoint, weights (bytes), precision}.
    """
    try:
        file = _folder(workspace, recipe, train) / "result.json"
        fresh = time.time() - file.stat().st_mtime < FRESH
        return dict(json.loads(file.read_text())) if fresh else None
    except (OSError, ValueError):
        return None


def begin(
    workspace: Workspace, recipe: Recipe, resolved: Recipe, train: pd.DataFrame, scale: Scale
) -> bool:
    """Start to measure unless that goes on already; whether there is something to wait for.

    `resolved` is the recipe with its base as a folder on this machine.
    """
    folder = _folder(workspace, recipe, train)
    request = folder / "request.json"
    if request.exists() and time.time() - request.stat().st_mtime < PATIENCE:
        return not (folder / "failed.txt").exists()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    train.sample(min(SAMPLE, len(train)), random_state=0).to_parquet(folder / "pairs.parquet")
    asked = {
        "recipe": resolved.model_dump(mode="json"),
        "scale": scale.as_json(),
        "cache": str(workspace.cache),
    }
    request.write_text(json.dumps(asked))
    _tidy(folder.parent)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "reranker_ui.jobs.measure", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=worker_environment(),
        start_new_session=True,
    )
    threading.Thread(target=_reap, args=(process,), daemon=True).start()
    return True


def wait(workspace: Workspace, recipe: Recipe, train: pd.DataFrame) -> dict[str, Any] | None:
    """Block until the measurement that was begun has ended; what it told, None if it failed."""
    folder, until = _folder(workspace, recipe, train), time.monotonic() + PATIENCE
    while time.monotonic() < until and not (folder / "failed.txt").exists():
        if found := known(workspace, recipe, train):
            return found
        time.sleep(0.2)
    return None


def _reap(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _folder(workspace: Workspace, recipe: Recipe, train: pd.DataFrame) -> Path:
    lengths = (train["query"].str.len() + train["passage"].str.len()).mean()
    asked = [*(getattr(recipe, name) for name in ASKED), float(f"{lengths:.1g}")]
    asked.append(workspace.settings.precision)
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]
    return workspace.cache / "speeds" / digest


def _tidy(folder: Path) -> None:
    old = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime)[:-KEPT]
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
