"""The recipe: all settings of a run, as one validated value."""

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

DEFAULT_BASE = "cross-encoder/ms-marco-MiniLM-L6-v2"
EMBEDDED_BASE = "embedded"  # E5, or MiniLM where E5 is not on the machine
EMBEDDED_ENGLISH = "embedded-en"
EMBEDDED_MULTILINGUAL = "embedded-multilingual"
EMBEDDED = (EMBEDDED_BASE, EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is much faster
_LONGEST_YAML, _MOST_EVENTS, _DEEPEST = 200_000, 20_000, 20
Auto = Literal["auto"]
Budget = Literal["quick", "quality", "thorough"]
Loss = Literal["bce", "mse", "cross_entropy", "mnrl", "lambda", "listnet", "ranknet", "margin_mse"]
BestBy = Literal["auto", "ndcg@10", "mrr@10", "map", "average_precision", "last"]


class Recipe(BaseModel):
    """The settings that turn a base model into a reranker. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "quick"
    base: str = DEFAULT_BASE
    revision: str | None = None  # of the base on the Hub; None for its newest
    loss: Loss = "bce"
    warm_start: Literal["auto", "on", "off"] = "auto"
    pos_weight: Annotated[float, Field(ge=0.1, le=100)] | Auto = "auto"
    budget: Budget = "quick"  # the time from which the worker derives what is auto
    epochs: Annotated[float, Field(gt=0, le=1000)] | Auto = "auto"
    max_steps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None  # in place of epochs
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32  # in pairs
    learning_rate: Annotated[float, Field(gt=0, le=1)] | Auto = "auto"
    warmup: Annotated[float, Field(ge=0, le=10_000_000)] = (
        0.1  # a share of all steps; from 1, steps
    )
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    max_length: Annotated[int, Field(ge=8, le=8192)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 42
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    train_embeddings: bool = False
    dropout: bool = False
    eval_every: Annotated[int, Field(ge=1)] | None = None  # steps; None for ten times a run
    early_stopping: Annotated[int, Field(ge=0, le=1000)] = 0  # evaluations without a gain; 0: off
    best_by: BestBy = "auto"  # the dev metric that decides which weights are kept
    negatives: Literal["none", "bm25", "encoder"] = "none"  # by what more negatives are found
    negatives_per_query: Annotated[int, Field(ge=1, le=100)] = 4
    negatives_margin: Annotated[float, Field(ge=0, lt=1)] = 0.05  # below the query's best positive
    negatives_random: Annotated[float, Field(ge=0, le=1)] = 0.25  # the share drawn by chance
    passes: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=50)
    ] = (0,)  # runs one after the other, each continuing the last, on so many pairs; 0 for all
    card_texts: bool = False  # whether the model's card quotes training texts
    warm_start_pairs: Annotated[int, Field(ge=1, le=1_000_000)] | Auto = "auto"
    warm_start_learning_rate: Annotated[float, Field(gt=0, le=1)] | Auto = "auto"

    @field_validator("passes", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, int):
            return (value,)
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("revision", "max_steps", "eval_every", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if isinstance(value, str) and value.strip() in ("", "none") else value


# What the five published rerankers have in common; fit() trained all weights, with dropout, and
# kept the last. The optimizer is the one their cards print.
CARD = {
    "warm_start": "auto",
    "warm_start_pairs": 4200,
    "pos_weight": 1.0,
    "epochs": 1.0,
    "batch_size": 16,
    "learning_rate": 5e-5,
    "warmup": 0.0,
    "weight_decay": 0.0,
    "max_length": 512,
    "precision": "fp32",
    "train_embeddings": True,
    "dropout": True,
    "best_by": "last",
}
# What CrossEncoder.fit() used by default, whatever the card printed.
FIT = {"learning_rate": 2e-5, "warmup": 10_000.0, "weight_decay": 0.01}
L6 = "c5ee24cb16019beea0893ab7796b1df96625c6b8"
PUBLISHED: dict[str, dict[str, Any]] = {
    "vietnamese-food": {
        "revision": "ce0834f22110de6d9222af7a7a03628121708969",
        "max_length": 224,
        "passes": (0,) * 6,
    },
    "chinese-questions": {"revision": L6, "batch_size": 8, "passes": (2000, 0, 0)},
    "russian-web": {"revision": L6, "epochs": 30.0, "precision": "fp16"},
    "english-arguments": {
        "base": "cross-encoder/ms-marco-MiniLM-L12-v2",
        "revision": "7b0235231ca2674cb8ca8f022859a6eba2b1c968",
        "epochs": 3.0,
    },
    "finance": {"revision": L6, "epochs": 3.0},
}
AS_RUN = "-fit"  # what the name of a published recipe ends in where its optimizer is fit()'s

PRESETS: dict[str, Recipe] = {
    "quick": Recipe(),
    "quality": Recipe(name="quality", budget="quality"),
    "thorough": Recipe(name="thorough", budget="thorough"),
} | {
    name + end: Recipe.model_validate(CARD | facts | more | {"name": name + end})
    for end, more in (("", {}), (AS_RUN, FIT))
    for name, facts in PUBLISHED.items()
}


def parse_yaml(text: str) -> Any:
    """The value in the YAML that a user gave; ValueError where it cannot be read.

    Also for a text that is too long or nested too deeply, and for aliases, as the value can be far
    larger than the text.
    """
    if len(text) > _LONGEST_YAML:
        raise ValueError(f"it has more than {_LONGEST_YAML:,} characters")
    depth = 0
    try:
        for count, event in enumerate(yaml.parse(text, _LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if count > _MOST_EVENTS or depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
                raise ValueError("it has too many values, or aliases, or is nested too deeply")
        return _LOADER(text).get_single_data()
    except (yaml.YAMLError, LookupError, AttributeError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
