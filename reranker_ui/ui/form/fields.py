"""The fields of a recipe as the form shows them: label, one line of help, choices, and values."""

from dataclasses import dataclass
from typing import Any, TypedDict

from reranker_ui.core.evaluation.metrics import METRIC_TITLES
from reranker_ui.core.values.recipe import Recipe

Choices = tuple[tuple[str, str], ...]  # value, word
ON_OFF: Choices = (("False", "off"), ("True", "on"))
LOSSES: Choices = (
    ("bce", "binary cross-entropy"),
    ("mse", "squared error on scores"),
    ("cross_entropy", "cross-entropy over grades"),
    ("mnrl", "other passages as negatives (MNRL)"),
    ("lambda", "LambdaLoss, over lists"),
    ("listnet", "ListNet, over lists"),
    ("ranknet", "RankNet, over lists"),
    ("margin_mse", "margin to the negative (MarginMSE)"),
)
BEST: Choices = (
    ("auto", "auto: average precision"),
    *METRIC_TITLES.items(),
    ("last", "last weights"),
)


class RecipeField(TypedDict):
    """A field of the form; `choices`: value and word of each, None for a text."""

    name: str
    label: str
    help: str
    choices: Choices | None


class FieldGroup(TypedDict):
    """Fields below a title; the first group has none."""

    title: str
    fields: list[RecipeField]


@dataclass(frozen=True)
class Field:
    """A field of the recipe. Without choices it is a text."""

    name: str
    label: str
    help: str
    choices: Choices | None = None

    def as_json(self) -> RecipeField:
        """The field as plain values."""
        return {"name": self.name, "label": self.label, "help": self.help, "choices": self.choices}


def _same(*values: str) -> Choices:
    return tuple((value, value) for value in values)


MAIN = (
    Field(
        "budget",
        "Time budget",
        "Decides what is auto: epochs, learning rate, warm start pairs.",
        (
            ("quick", "quick: about 4 minutes"),
            ("quality", "quality: about 20 minutes"),
            ("thorough", "thorough: about an hour"),
        ),
    ),
    Field("epochs", "Epochs", "Times the training pairs are read; 1 to 4 is usual. Or auto."),
    Field("batch_size", "Batch size", "Pairs in one step; less needs less memory."),
    Field("learning_rate", "Learning rate", "Step size; 2e-5 to 1e-4 is usual. Or auto."),
    Field("max_length", "Max length", "Tokens of query and passage; the rest is cut."),
    Field("seed", "Seed", "The same seed and sizes give the same run."),
    Field(
        "warm_start",
        "Warm start",
        "Learn from texts without labels first.",
        _same("auto", "on", "off"),
    ),
    Field(
        "precision",
        "Precision",
        "bf16 and fp16 are faster where supported.",
        _same("auto", "fp32", "bf16", "fp16"),
    ),
)
MORE: dict[str, tuple[Field, ...]] = {
    "Loss": (
        Field("loss", "Loss", "From single pairs, or from whole lists.", LOSSES),
        Field("pos_weight", "Positive weight", "How much more a relevant pair counts, or auto."),
    ),
    "Steps": (
        Field("max_steps", "Max steps", "Instead of epochs; empty for none."),
        Field("warmup", "Warmup", "A fraction of all steps below 1, else steps."),
        Field(
            "schedule",
            "Schedule",
            "How the learning rate falls.",
            _same("linear", "cosine", "constant"),
        ),
        Field("weight_decay", "Weight decay", "Pulls weights towards 0; 0 turns it off."),
        Field("passes", "Chained runs", "Pairs of each run: 2000,0,0; 0 is all."),
    ),
    "Weights": (
        Field("revision", "Base revision", "Commit or tag on the Hub; empty for the newest."),
        Field("train_embeddings", "Train token embeddings", "Slower; helps rare words.", ON_OFF),
        Field("dropout", "Dropout", "Random zeros against overfitting.", ON_OFF),
        Field("warm_start_pairs", "Warm start pairs", "Texts that the warm start reads, or auto."),
        Field("warm_start_learning_rate", "Warm start rate", "Its learning rate, or auto."),
    ),
    "Evaluation on dev": (
        Field("eval_every", "Evaluate every", "Steps; empty for ten times a run."),
        Field("early_stopping", "Early-stopping patience", "Evaluations without a gain; 0 is off."),
        Field("best_by", "Best checkpoint by", "The dev metric that selects the weights.", BEST),
    ),
    "Hard negatives": (
        Field(
            "negatives",
            "Found by",
            "Adds unlabelled passages as negatives.",
            _same("none", "bm25", "encoder"),
        ),
        Field("negatives_per_query", "Per query", "Negatives added for each query."),
        Field("negatives_margin", "Margin", "Below the score of the best positive."),
        Field("negatives_random", "Random share", "Share that is drawn at random."),
    ),
    "Model card": (
        Field("card_texts", "Show training examples", "Quotes texts of the dataset.", ON_OFF),
    ),
}
NAMES = tuple(field.name for group in (MAIN, *MORE.values()) for field in group)


def described() -> list[FieldGroup]:
    """The groups of fields for the page."""
    groups = {"": MAIN, **MORE}
    return [
        {"title": title, "fields": [field.as_json() for field in fields]}
        for title, fields in groups.items()
    ]


def shown(recipe: Recipe) -> dict[str, str]:
    """Each field of a recipe as the form holds it: a text that `services.recipes` reads back."""
    return {name: _shown(getattr(recipe, name)) for name in NAMES}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
