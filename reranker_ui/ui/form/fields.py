"""The fields of a recipe as the form shows them: what is drawn for each, and its value in it."""

from typing import Any

import gradio as gr

from reranker_ui.core.values.recipe import PRESETS, Recipe

Field = tuple[str, str, list[Any] | None]  # name in the recipe, label, choices (None: a text)
ON_OFF = [("off", "False"), ("on", "True")]
LOSSES = [
    ("binary cross-entropy", "bce"),
    ("squared error on scores", "mse"),
    ("cross-entropy over grades", "cross_entropy"),
    ("other passages as negatives (MNRL)", "mnrl"),
    ("LambdaLoss, over lists", "lambda"),
    ("ListNet, over lists", "listnet"),
    ("RankNet, over lists", "ranknet"),
    ("margin to the negative (MarginMSE)", "margin_mse"),
]
BEST = [
    ("auto: average precision", "auto"),
    ("nDCG@10", "ndcg@10"),
    ("MRR@10", "mrr@10"),
    ("MAP", "map"),
    ("average precision", "average_precision"),
    ("last weights", "last"),
]
MAIN: list[Field] = [
    ("epochs", "Epochs", None),
    ("batch_size", "Batch size, pairs", None),
    ("learning_rate", "Learning rate", None),
    ("max_length", "Max length, tokens", None),
    ("seed", "Seed", None),
    ("warm_start", "Warm start", ["auto", "on", "off"]),
    ("precision", "Precision", ["auto", "fp32", "bf16", "fp16"]),
]
MORE: dict[str, list[Field]] = {
    "Loss": [
        ("loss", "Loss", LOSSES),
        ("pos_weight", "pos_weight, or auto", None),
    ],
    "Steps": [
        ("max_steps", "Max steps", None),
        ("warmup", "Warmup: share or steps", None),
        ("schedule", "Schedule", ["linear", "cosine", "constant"]),
        ("weight_decay", "Weight decay", None),
        ("passes", "Chained runs, pairs each", None),
    ],
    "Weights": [
        ("revision", "Revision of the base", None),
        ("train_embeddings", "Train token embeddings", ON_OFF),
        ("dropout", "Dropout", ON_OFF),
        ("warm_start_pairs", "Warm start, pairs", None),
        ("warm_start_learning_rate", "Warm start rate", None),
    ],
    "Evaluation on dev": [
        ("eval_every", "Evaluate every, steps", None),
        ("early_stopping", "Early-stopping patience", None),
        ("best_by", "Best checkpoint by", BEST),
    ],
    "Hard negatives": [
        ("negatives", "Found by", ["none", "bm25", "encoder"]),
        ("negatives_per_query", "For each query", None),
        ("negatives_margin", "Margin below positive", None),
        ("negatives_random", "Share drawn at random", None),
    ],
    "Card": [
        ("card_texts", "Examples in model card", ON_OFF),
    ],
}


def draw(fields: list[Field]) -> dict[str, Any]:
    """Draw `fields` two abreast; returns their components by name, with the quick recipe in."""
    values = shown(PRESETS["quick"])
    found: dict[str, Any] = {}
    with gr.Row(elem_classes="rr-run-grid"):
        for name, label, choices in fields:
            common = {"label": label, "min_width": 0, "elem_id": f"rr-run-{name}"}
            if choices is None:
                found[name] = gr.Textbox(values[name], **common)
            else:
                found[name] = gr.Dropdown(choices, value=values[name], **common)
    return found


def draw_more() -> dict[str, Any]:
    """Draw the fields of MORE under their titles."""
    found: dict[str, Any] = {}
    for title, fields in MORE.items():
        gr.HTML(f"<h3>{title}</h3>", elem_classes="rr-run-group", padding=False)
        found |= draw(fields)
    return found


def shown(recipe: Recipe) -> dict[str, str]:
    """Each field of a recipe as the form holds it: a text that `services.recipes` reads back."""
    return {name: _shown(value) for name, value in recipe if name not in ("name", "base")}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
