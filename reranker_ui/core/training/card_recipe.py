"""A recipe from a model card: the hyperparameters that sentence-transformers lists in a README."""

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from reranker_ui.core.training.phase import CLASSES
from reranker_ui.core.values.json_files import parse_object
from reranker_ui.core.values.recipe import AS_RUN, CARD, DEFAULT_BASE, FIT, Recipe, parse_yaml
from reranker_ui.core.values.refused import Refused, excerpt

LOSSES = {name: loss for loss, name in CLASSES.items()} | {"MultipleNegativesRankingLoss": "mnrl"}
SCHEDULES = {
    "linear": "linear",
    "cosine": "cosine",
    "constant": "constant",
    "constant_with_warmup": "constant",
}
# Hyperparameters without a recipe field -> their default, and what is done instead.
UNSUPPORTED = {
    "adafactor": ("False", "AdamW is used"),
    "dataloader_drop_last": ("False", "the last, smaller batch is used too"),
    "deepspeed": ("None", "one process trains"),
    "fsdp": ("[]", "one process trains"),
    "gradient_checkpointing": ("False", "activations are kept in memory"),
    "label_smoothing_factor": ("0.0", "labels are not smoothed"),
    "neftune_noise_alpha": ("None", "no noise is added"),
    "prompts": ("None", "texts are read without a prompt"),
    "learning_rate_mapping": ("{}", "all weights have the same learning rate"),
    "torch_compile": ("False", "the model is not compiled"),
    "tf32": ("None", "the precision setting decides"),
    "full_determinism": ("False", "only the seed is set"),
}
# Arguments that transformers 5 removed and that an older card may set.
REMOVED = {
    "group_by_length": ("False", "batches always have similar lengths here"),
    "use_ipex": ("False", "plain PyTorch is used"),
    "jit_mode_eval": ("False", "plain PyTorch is used"),
    "no_cuda": ("False", "a GPU is used where there is one"),
    "use_mps_device": ("False", "a GPU is used where there is one"),
    "past_index": ("-1", "it has no meaning for a cross-encoder"),
    "torchdynamo": ("None", "the model is not compiled"),
}
ADAMW = ("adamw_torch", "adamw_torch_fused", "adamw_hf")
# Bounded, so that a text of many beginnings does not take their number times its length.
_BASE = re.compile(r"\*\*Base model:\*\* *\[([^\]\n]{1,200})\]\([^)\n]{0,500}\)(.*)")
_PARAMETERS = re.compile(r"(?s)with these parameters:\s{0,9}```json\s{0,9}(\{.{0,999}?\})\s*```")
FIXED = {"adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "max_grad_norm": 1.0}


@dataclass(frozen=True)
class CardRecipe:
    """The recipe of a card. `as_run` is what `CrossEncoder.fit()` used by default, None where the
    card was not written by fit(); `notices` name the lines that are not supported here."""

    printed: Recipe
    as_run: Recipe | None
    notices: list[str]
    facts: dict[str, Any] = field(default_factory=dict)

    def variant(self, name: str) -> Recipe:
        """The recipe `printed` or `fit`; the same where the card was not written by fit()."""
        return self.as_run if name == "fit" and self.as_run else self.printed


def read_card(text: str, name: str = "from-card") -> CardRecipe:
    """The recipe in a model card. Refused: a text that is not a model card."""
    front = _front(text)
    listed = re.findall(r"^- `(\w+)`: ?(.*)$", text, re.MULTILINE)
    arguments = {argument: value for argument, value in listed if value.strip() != "None"}
    base, revision = _base(text, front)
    if base is None and not arguments:
        raise Refused(
            "This is not a model card of sentence-transformers: it has no base model and no "
            "hyperparameters. Paste the whole README.md of a model."
        )
    notices: list[str] = []
    values = CARD | {"name": name, "base": base or DEFAULT_BASE, "revision": revision}
    if base is None:
        notices.append(f"The card names no base model, so {DEFAULT_BASE} is used.")
    try:
        values |= _hyperparameters(arguments, notices) | _length(text)
        values |= _loss(text, front, notices) | _passes(text, front)
        _note_unsupported(arguments, notices)
        printed = Recipe.model_validate(values)
        as_run = Recipe.model_validate(values | FIT | {"name": name + AS_RUN})
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(
            f"The card's {'.'.join(map(str, first['loc'][:1]))} is {excerpt(first['input'])}, "
            f"which cannot be used: {first['msg']}."
        ) from error
    except (ValueError, TypeError, OverflowError) as error:  # a ValidationError is a ValueError too
        raise Refused(
            "A hyperparameter of the card is not a number, or a very long one. Check its values."
        ) from error
    trained = as_run if made_by_fit(text, arguments) else None
    facts = {"dataset_sizes": _sizes(front), "runs_seen": len(log_rows(text))}
    return CardRecipe(printed, trained, notices, facts)


def made_by_fit(text: str, arguments: dict[str, str]) -> bool:
    """Whether a card was written by the old `CrossEncoder.fit()`, by its column names, one batch
    size for training and evaluation, and no evaluation. It listed arguments it did not use."""
    columns = all(f"<code>{column}</code>" in text for column in ("sentence_0", "sentence_1"))
    train, evaluation = (arguments.get(f"per_device_{of}_batch_size") for of in ("train", "eval"))
    return columns and train == evaluation and arguments.get("eval_strategy", "no") == "no"


def _front(text: str) -> dict[str, Any]:
    match = re.match(r"\s*---\n(.*?)\n---", text, re.DOTALL)
    try:
        values = parse_yaml(match.group(1)) if match else {}
    except ValueError:
        values = {}
    return values if isinstance(values, dict) else {}


def _base(text: str, front: dict[str, Any]) -> tuple[str | None, str | None]:
    line = _BASE.search(text)
    named = front.get("base_model")
    named = named[0] if isinstance(named, list) and named else named
    revision = re.search(r"at revision ([0-9a-f]{7,40})", line.group(2)) if line else None
    base = str(named) if named else line.group(1) if line else None
    return base, revision.group(1) if revision else None


def _hyperparameters(listed: dict[str, str], notices: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field_name, names in {
        "epochs": ("num_train_epochs",),
        "learning_rate": ("learning_rate",),
        "weight_decay": ("weight_decay",),
        "seed": ("seed",),
        "batch_size": ("per_device_train_batch_size", "per_gpu_train_batch_size"),
    }.items():
        value = next(
            (listed[name] for name in names if listed.get(name) not in (None, "None")), None
        )
        if value is not None:
            values[field_name] = value
    values.setdefault("epochs", 3.0)  # the trainer's default, which no card lists
    steps = int(float(listed.get("max_steps") or -1))
    if steps > 0:
        values["max_steps"] = steps
    values |= _accumulated(listed, values, notices) | _schedule(listed, notices)
    if listed.get("fp16") == "True" or listed.get("bf16") == "True":
        values["precision"] = "fp16" if listed.get("fp16") == "True" else "bf16"
    if listed.get("load_best_model_at_end") == "True":
        values["best_by"] = "auto"
    return values


def _accumulated(
    listed: dict[str, str], values: dict[str, Any], notices: list[str]
) -> dict[str, Any]:
    times = int(listed.get("gradient_accumulation_steps") or 1)
    if times == 1:
        return {}
    size = int(values.get("batch_size", 8)) * times
    notices.append(f"Gradients of {times} batches were summed; here one batch is of {size} pairs.")
    return {"batch_size": size}


def _schedule(listed: dict[str, str], notices: list[str]) -> dict[str, Any]:
    kind = listed.get("lr_scheduler_type", "linear").replace("SchedulerType.", "").lower()
    if kind not in SCHEDULES:
        notices.append(f"The schedule {kind} is not supported, so a linear one is used.")
    ratio, steps = float(listed.get("warmup_ratio") or 0), float(listed.get("warmup_steps") or 0)
    return {"schedule": SCHEDULES.get(kind, "linear"), "warmup": steps or ratio}


def _length(text: str) -> dict[str, Any]:
    match = re.search(r"\*\*Maximum Sequence Length:\*\* *([\d,]{1,12})", text)
    return {"max_length": int(match.group(1).replace(",", ""))} if match else {}


def _loss(text: str, front: dict[str, Any], notices: list[str]) -> dict[str, Any]:
    tags = [tag[5:] for tag in _tags(front) if tag.startswith("loss:")]
    match = re.search(r"^\* Loss: \[<code>(\w+)</code>\]", text, re.MULTILINE)
    named = match.group(1) if match else tags[-1] if tags else "BinaryCrossEntropyLoss"
    if named not in LOSSES:
        notices.append(f"The loss {named} is not supported, so binary cross-entropy is used.")
    weight = _loss_parameters(text).get("pos_weight")
    return {"loss": LOSSES.get(named, "bce"), "pos_weight": float(weight or 1.0)}


def _loss_parameters(text: str) -> dict[str, Any]:
    match = _PARAMETERS.search(text)
    try:
        return parse_object(match.group(1)) if match else {}
    except ValueError:
        return {}


def _passes(text: str, front: dict[str, Any]) -> dict[str, Any]:
    """Chained runs of one process: the log's step restarts, and each dataset size has one tag."""
    sizes = _sizes(front)
    return {"passes": (*sizes[:-1], *(0,) * max(1, len(log_rows(text))))}


def log_rows(text: str) -> list[list[tuple[float, int, float]]]:
    """The training log of a card: (epoch, step, loss), one list per run."""
    runs: list[list[tuple[float, int, float]]] = []
    for epoch, step, loss in re.findall(
        r"^\| *\**([\d.]+)\** *\| *\**(\d{1,12})\** *\| *\**([\d.]+)\** *\|", text, re.MULTILINE
    ):
        if not runs or int(step) <= runs[-1][-1][1]:
            runs.append([])
        runs[-1].append((float(epoch), int(step), float(loss)))
    return runs


def _sizes(front: dict[str, Any]) -> list[int]:
    return [int(tag[13:]) for tag in _tags(front) if re.fullmatch(r"dataset_size:\d{1,12}", tag)]


def _tags(front: dict[str, Any]) -> list[str]:
    tags = front.get("tags")
    return list(map(str, tags)) if isinstance(tags, list) else []


def _note_unsupported(listed: dict[str, str], notices: list[str]) -> None:
    for table, why in (
        (UNSUPPORTED, "is not supported here"),
        (REMOVED, "was removed from transformers"),
    ):
        for name, (usual, instead) in table.items():
            if listed.get(name, usual) not in (usual, "None", "", usual.lower()):
                notices.append(f"{name}: {listed[name]} {why}; {instead}.")
    optimizer = listed.get("optim", ADAMW[0]).replace("OptimizerNames.", "").lower()
    if optimizer not in ADAMW:
        notices.append(f"optim: {optimizer} is not supported here; AdamW is used.")
    for name, fixed in FIXED.items():
        if listed.get(name) and float(listed[name]) != fixed:
            notices.append(f"{name}: {listed[name]} is not supported here; it is {fixed:g}.")
    if listed.get("batch_sampler", "batch_sampler") != "batch_sampler":
        notices.append(
            f"batch_sampler: {listed['batch_sampler']} is not supported; it depends on the loss."
        )
