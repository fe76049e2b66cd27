"""The facts of a finished run, saved with its model for the card and for later runs."""

import json
import platform
import re
from array import array
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.evaluation.metrics import Metrics
from reranker_ui.core.training.phase import CLASSES, PhaseSpec, warmup_steps
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder

SIDECAR = "reranker_ui.json"
LIBRARIES = {
    "sentence-transformers": "Sentence Transformers",
    "transformers": "Transformers",
    "torch": "PyTorch",
    "accelerate": "Accelerate",
    "datasets": "Datasets",
    "tokenizers": "Tokenizers",
}
# Defaults of CrossEncoderTrainingArguments.
DEFAULTS = {
    "per_device_train_batch_size": 8,
    "learning_rate": 5e-5,
    "weight_decay": 0.0,
    "num_train_epochs": 3.0,
    "max_steps": None,
    "lr_scheduler_type": "linear",
    "warmup_steps": 0,
    "seed": 42,
    "bf16": False,
    "fp16": False,
    "load_best_model_at_end": False,
}
ROWS = 50  # rows of a run's training log, about, besides those with an evaluation
SAMPLES = 3
REVISION = re.compile("[0-9a-f]{40}")


def facts_of(
    folder: RunFolder,
    recipe: Recipe,
    base: ResolvedBase,
    spec: PhaseSpec,
    machine: Machine,
    metrics: dict[str, Metrics],
    dev: Metrics,
    seconds: float,
) -> dict[str, Any]:
    """All facts of a run, for its model card and its model's sidecar file."""
    title, earlier, events = base_title(base), earlier_of(base.path), folder.events()[0]
    first = earlier[0] if earlier else {}
    return {
        "base": title,
        "base_asked": first.get("base_asked", _name(recipe.base, title)),
        "base_model": first.get("base_model", title),
        "revision": first.get("revision", _revision(recipe, base)),
        "base_ranks": base.has_ranking_head,
        "recipe": recipe.model_dump(mode="json") | {"base": title},
        "max_length": recipe.max_length,
        "lineage": folder.lineage(),
        "columns": columns(spec),
        "learned_from": len(spec.queries),
        "loss": {"class": CLASSES[spec.loss], "parameters": loss_parameters(spec)},
        "non_default": non_default(spec, machine),
        "optimizer": optimizer(spec, machine),
        "log": log_rows(events),
        "activation": "Sigmoid",
        "metrics": metrics,
        "dev": _dev(events) | {"tuned": dev},
        "seconds": round(seconds, 1),
        "libraries": {"Python": platform.python_version()}
        | {title: version(name) for name, title in LIBRARIES.items()},
        "samples": _samples(spec) if recipe.card_texts else [],
        "earlier": earlier,
    }


def base_title(base: ResolvedBase) -> str:
    """The base's Hub id; for a folder only its name, as a path reveals details of the machine."""
    if base.path != Path(base.used).expanduser():
        return base.used
    run = base.path.parent.name
    return f"run {int(run)}" if run.isdecimal() else base.path.name


def _name(base: str, title: str) -> str:
    return title if Path(base).expanduser().is_dir() else base


def _revision(recipe: Recipe, base: ResolvedBase) -> str | None:
    # A model in the Hub's cache is in a folder named after its commit.
    return base.path.name if REVISION.fullmatch(base.path.name) else recipe.revision


def earlier_of(base: Path) -> list[dict[str, Any]]:
    """The facts of the runs that trained a model, oldest first."""
    sidecar = base / SIDECAR
    if not sidecar.is_file():
        return []
    facts = json.loads(sidecar.read_text())
    return [*facts.pop("earlier", []), facts | {"samples": []}]


def optimizer(spec: PhaseSpec, machine: Machine) -> dict[str, Any]:
    """The optimizer and loss of the training on labels."""
    weight = f", pos_weight {spec.pos_weight:.3g}" if spec.loss == "bce" else ""
    return {
        "name": "AdamW, no decay of biases and norms, gradients cut to norm 1",
        "learning_rate": spec.learning_rate,
        "weight_decay": spec.weight_decay,
        "schedule": f"{spec.schedule}, {warmup_steps(spec):,} of {spec.steps:,} steps warmup",
        "loss": CLASSES[spec.loss] + weight,
        "epochs": spec.epochs,
        "batch_size": spec.batch_size,
        "steps": spec.steps,
        "precision": machine.precision,
        "device": machine.device,
        "seed": spec.seed,
    }


def loss_parameters(spec: PhaseSpec) -> dict[str, Any]:
    """The parameters of the loss, with the names of sentence-transformers."""
    identity, sigmoid = (
        f"torch.nn.modules.{name}" for name in ("linear.Identity", "activation.Sigmoid")
    )
    if spec.loss == "bce":
        return {"activation_fn": identity, "pos_weight": round(spec.pos_weight, 4)}
    if spec.loss in ("mse", "margin_mse"):
        return {"activation_fn": sigmoid}
    if spec.loss == "mnrl":
        return {"activation_fn": sigmoid, "scale": 10.0, "num_negatives": 4}
    if spec.loss == "cross_entropy":
        return {"model": "adjacent categories", "grades": max(spec.columns["label"]) + 1}
    return {"activation_fn": identity}


def non_default(spec: PhaseSpec, machine: Machine) -> dict[str, Any]:
    """The trainer's arguments that differ from its defaults."""
    used = {
        "per_device_train_batch_size": spec.row_batch,
        "learning_rate": spec.learning_rate,
        "weight_decay": spec.weight_decay,
        "num_train_epochs": float(spec.epochs),
        "max_steps": spec.max_steps,
        "lr_scheduler_type": spec.schedule,
        "warmup_steps": int(spec.warmup) if spec.warmup >= 1 else spec.warmup,
        "seed": spec.seed,
        "bf16": machine.precision == "bf16",
        "fp16": machine.precision == "fp16",
        "load_best_model_at_end": spec.best_by != "last",
    }
    return {name: value for name, value in used.items() if value != DEFAULTS[name]}


def columns(spec: PhaseSpec) -> dict[str, dict[str, Any]]:
    """Lengths of the training texts in characters, and their targets, 0 to 1."""
    lengths = {
        "query": array("q", map(len, spec.queries)),
        "passage": array("q", map(len, spec.passages)),
    }
    texts = {name: _spread(values) | {"type": "string"} for name, values in lengths.items()}
    return texts | {"label": _spread(spec.targets) | {"type": "float"}}


def _spread(values: Sequence[Any]) -> dict[str, Any]:
    return {"min": min(values), "mean": round(sum(values) / len(values), 2), "max": max(values)}


def log_rows(events: list[dict[str, Any]]) -> list[list[Any]]:
    """[epoch, step, loss, nDCG@10 on dev or None] of the training on labels, by step.

    For a step that a resumed run repeated, the last values count.
    """
    logs = {event["step"]: event for event in events if _is_log(event)}
    ndcg = {
        event["step"]: event["metrics"].get("ndcg@10")
        for event in events
        if event["event"] == "evaluated" and event["when"] == "during"
    }
    steps = sorted(logs)
    shown = set(steps[:: max(1, round(len(steps) / ROWS))]) | (ndcg.keys() & logs.keys())
    shown |= set(steps[-1:])
    return [
        [logs[step]["epoch"], step, round(logs[step]["loss"], 4), ndcg.get(step)]
        for step in sorted(shown)
    ]


def _is_log(event: dict[str, Any]) -> bool:
    return event["event"] == "log" and event.get("phase") == "train"


def _dev(events: list[dict[str, Any]]) -> dict[str, Metrics]:
    return {
        event["when"]: event["metrics"]
        for event in events
        if event["event"] == "evaluated"
        and event.get("split") == "dev"
        and event["when"] in ("base", "bm25", "cosine")
    }


def _samples(spec: PhaseSpec) -> list[list[Any]]:
    rows = zip(spec.queries, spec.passages, spec.targets, strict=True)
    return [list(row) for row, _ in zip(rows, range(SAMPLES), strict=False)]
