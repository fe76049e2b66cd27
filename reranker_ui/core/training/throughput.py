"""Measures the training speed of a recipe on this machine for a few seconds."""

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.training.phase import PhaseSpec, phase_spec
from reranker_ui.core.training.rows.row_columns import LABELS, characters_of, count_of, picked
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.machine import Machine, this_machine
from reranker_ui.core.values.recipe import Recipe

SECONDS = 3.0
LEAST_STEPS, MOST_STEPS = 2, 200
SAMPLE = 600  # pairs
MOST_ROWS = 20_000  # drawn by chance where there are more
FEW_STEPS = 30  # for a run that measures before it begins


def measure(
    request: dict[str, Any], threads: int | None = None, preferred: str = "auto"
) -> dict[str, Any]:
    """Train for SECONDS and return the speed.

    The request is {recipe, pairs: columns of COLUMNS by name, scale, cache: the folder of base
    models}. The result is {pairs_per_second, precision, and in bytes memory: the peak of this
    process, checkpoint: the size of one, weights}. The trained weights are discarded.
    `threads` and `preferred` are as in `training.train`.
    """
    recipe, pairs = Recipe.model_validate(request["recipe"]), pd.DataFrame(request["pairs"])
    spec = phase_spec(recipe, pairs, Scale.from_json(request["scale"]))
    base = resolve_base(recipe.base, Path(request["cache"]), recipe.revision, pairs_of(pairs))
    machine = this_machine(recipe.precision, threads, preferred)
    result = _train(base.path, spec, recipe.max_length, machine.device, machine.precision)
    return result | {"precision": machine.precision}


def speed_of(spec: PhaseSpec, base: Path, max_length: int, machine: Machine) -> float:
    """Training pairs a second of the model in `base` on `spec`, measured in this process."""
    measured = _train(base, spec, max_length, machine.device, machine.precision, FEW_STEPS)
    return float(measured["pairs_per_second"])


def _train(
    base: Path,
    spec: PhaseSpec,
    max_length: int,
    device: str,
    precision: str,
    max_steps: int = MOST_STEPS,
) -> dict[str, Any]:
    import torch

    from reranker_ui.core.training.fitting import open_model, prepare
    from reranker_ui.core.training.losses import loss_of
    from reranker_ui.core.training.run_events import checkpoint_bytes

    model = open_model(base, max_length, spec.seed).to(device)
    prepare(model, spec)
    loss = loss_of(model, spec)
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=1e-9, fused=True)
    kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
    done, began = 0, 0.0
    for number, (texts, labels) in enumerate(_batches(spec)):
        if number == 1:  # the first step also initializes caches
            began = time.monotonic()
        with torch.autocast(device, kinds.get(precision), enabled=precision in kinds):
            value = loss(texts, labels)
        value.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        done = number
        long = time.monotonic() - began > SECONDS
        if number >= LEAST_STEPS and (long or number >= max_steps):
            break
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "pairs_per_second": done * spec.batch_pairs / max(time.monotonic() - began, 1e-6),
        "memory": torch.cuda.max_memory_allocated() if device == "cuda" else memory,
        "checkpoint": checkpoint_bytes(model),
        "weights": sum(p.numel() * p.element_size() for p in model.parameters()),
    }


def _batches(spec: PhaseSpec) -> Any:
    # Batches as in the trainer, repeated: the loss's inputs, and the labels.
    import torch

    from reranker_ui.core.training.rows.length_batches import length_grouped

    columns: dict[str, Any] = dict(spec.columns)
    count = count_of(columns)
    if count > MOST_ROWS:
        places = np.random.default_rng(spec.seed).choice(count, MOST_ROWS, replace=False)
        columns = picked(columns, places)
    lengths = characters_of(columns)
    label = next((name for name in LABELS if name in columns), None)
    labels = columns.pop(label) if label else None
    for round_ in range(MOST_STEPS):
        for batch in length_grouped(lengths, spec.row_batch, spec.seed + round_):
            texts = [[column[place] for place in batch] for column in columns.values()]
            chosen = [labels[place] for place in batch] if labels else None
            if chosen is None:
                yield texts, None
            elif isinstance(chosen[0], list):
                yield texts, [torch.tensor(values) for values in chosen]
            else:
                yield texts, torch.tensor(chosen)
