"""The training speed of a recipe on this machine, measured once in a child process."""

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pandas as pd

from reranker_ui.core.training.throughput import SAMPLE
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.store.jobs import start
from reranker_ui.services.store.workspace import Workspace

RETRY_AFTER = 90.0  # seconds after which a measurement that failed is tried again
MAX_AGE = 30 * 24 * 3600.0  # seconds that a measurement counts
MOST_MEASUREMENTS = 200
INPUTS = ("base", "revision", "loss", "batch_size", "max_length", "precision", "train_embeddings")


def measured_speed(
    workspace: Workspace, recipe: Recipe, train: pd.DataFrame
) -> dict[str, Any] | None:
    """What was measured for this recipe on texts of this length, None if nothing was.

    {pairs_per_second, memory, checkpoint, weights (bytes), precision}.
    """
    job = _job(workspace, recipe, train)
    result: dict[str, Any] | None = job.state().result
    return result if result and _age(job.result_file) < MAX_AGE else None


def begin(
    workspace: Workspace, recipe: Recipe, resolved: Recipe, train: pd.DataFrame, scale: Scale
) -> bool:
    """Start to measure unless that is running; whether there is a result to wait for.

    `resolved` is the recipe with its base as a folder on this machine.
    """
    job = _job(workspace, recipe, train)
    if job.state().name == "failed" and _age(job.request_file) < RETRY_AFTER:
        return False
    sample = train.sample(min(SAMPLE, len(train)), random_state=0)
    request = {
        "recipe": resolved.model_dump(mode="json"),
        "pairs": sample.to_dict("list"),
        "scale": scale.as_json(),
        "cache": str(workspace.cache),
        "home": str(workspace.home),
    }
    start(job, "reranker_ui.jobs.measure", request)
    _tidy(job.path.parent)
    return True


def wait(workspace: Workspace, recipe: Recipe, train: pd.DataFrame) -> dict[str, Any] | None:
    """Block until the measurement has ended; returns its result, None if it failed."""
    _job(workspace, recipe, train).wait()
    return measured_speed(workspace, recipe, train)


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime


def _job(workspace: Workspace, recipe: Recipe, train: pd.DataFrame) -> JobFolder:
    lengths = (train["query"].str.len() + train["passage"].str.len()).mean()
    inputs = [*(getattr(recipe, name) for name in INPUTS), float(f"{lengths:.1g}")]
    inputs.append(workspace.settings.precision)
    digest = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:24]
    return JobFolder(workspace.cache / "speeds" / digest, "The measurement")


def _tidy(folder: Path) -> None:
    old = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST_MEASUREMENTS]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
