"""The card of a finished run's model: what it is made of and how well it ranks. No texts."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reranker_ui.core.base_models import ResolvedBase
from reranker_ui.core.evaluation import Metrics
from reranker_ui.core.lesson import Lesson
from reranker_ui.core.machine import Machine
from reranker_ui.core.recipe import Recipe
from reranker_ui.core.run_folder import RunFolder

SIDECAR = "reranker_ui.json"
RANKERS = {"tuned": "this model", "base": "base model", "cosine": "cosine", "bm25": "BM25"}
COLUMNS = {"ndcg@10": "nDCG@10", "mrr@10": "MRR@10", "map": "MAP", "average_precision": "AP"}
LIBRARIES = ("sentence-transformers", "transformers", "torch")

CARD = """\
---
library_name: sentence-transformers
pipeline_tag: text-ranking
{front}tags:
- sentence-transformers
- cross-encoder
- reranker
- reranker-ui
---

# Reranker fine-tuned on {dataset}

A cross-encoder that gives a query and a passage the probability that they belong together.
Fine-tuned from {base} with Reranker UI.

## How well it ranks

On the test split: {queries} queries with at least one relevant and one other candidate.
nDCG@10 has linear gain on the grade; AP is pooled over all {test:,} labelled pairs.

{table}
{fresh}
## Use

```python
from sentence_transformers import CrossEncoder

model = CrossEncoder("path/to/this/folder")
query, passages = "your query", ["a passage", "another one"]
print(model.predict([(query, passage) for passage in passages]))  # probabilities, 0 to 1
print(model.rank(query, passages))  # best first
```

Query and passage together are cut at {max_length} tokens.

## What it was trained on

| | pairs |
|---|---|
| train | {train:,} |
| dev | {dev:,} |
| test | {test:,} |

Dataset `{dataset}`, labels from 0 to {top:g}. SHA-256 of texts and labels:
`{hash}`.

## How it was trained

{how}

Recipe:

```json
{recipe}
```
"""


def write_card(
    folder: RunFolder,
    recipe: Recipe,
    base: ResolvedBase,
    lesson: Lesson,
    machine: Machine,
    metrics: dict[str, Metrics],
    seconds: float,
) -> None:
    """Write README.md and the same facts for machines, reranker_ui.json, into the model."""
    lineage, title = folder.lineage(), base_title(base)
    facts = {
        "base": title,
        "recipe": recipe.model_dump(mode="json") | {"base": title},
        "lineage": lineage,
        "optimizer": optimizer(lesson, machine),
        "metrics": metrics,
        "seconds": round(seconds, 1),
        "libraries": {name: version(name) for name in LIBRARIES},
        "earlier": _earlier(base.path),
    }
    (folder.model / SIDECAR).write_text(json.dumps(facts, ensure_ascii=False, indent=1))
    (folder.model / "README.md").write_text(card(facts, base.has_ranking_head))


def base_title(base: ResolvedBase) -> str:
    """The base's id on the Hub; of a folder its name alone, as a path tells of a machine."""
    if base.path != Path(base.used).expanduser():
        return base.used
    run = base.path.parent.name
    return f"run {int(run)}" if run.isdecimal() else base.path.name


def optimizer(lesson: Lesson, machine: Machine) -> dict[str, Any]:
    """What really moved the weights in the phase of the labels."""
    return {
        "name": "AdamW, no decay of biases and norms, gradients cut to norm 1",
        "learning_rate": lesson.learning_rate,
        "weight_decay": lesson.weight_decay,
        "schedule": f"linear, {lesson.warmup:.0%} of the steps warmup",
        "loss": f"binary cross-entropy, pos_weight {lesson.pos_weight:.3g}",
        "epochs": lesson.epochs,
        "batch_size": lesson.batch_size,
        "steps": lesson.steps,
        "precision": machine.precision,
        "seed": lesson.seed,
    }


def card(facts: dict[str, Any], base_ranks: bool) -> str:
    """The README.md of a model with these facts."""
    lineage, metrics = facts["lineage"], facts["metrics"]
    how = {**facts["optimizer"], "time": f"{facts['seconds']:.0f} s", **facts["libraries"]}
    base = facts["base"]
    return CARD.format(
        front=f"base_model: {base}\n" if "/" in base else "",
        base=f"[{base}](https://huggingface.co/{base})" if "/" in base else base,
        dataset=lineage["dataset"],
        queries=metrics["tuned"]["queries"],
        table=_table(metrics),
        fresh=""
        if base_ranks
        else "\nThe base model has no ranking head, so it ranks at random.\n",
        max_length=facts["recipe"]["max_length"],
        top=lineage["scale"]["max"],
        hash=lineage.get("hash", "unknown"),
        how="\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in how.items()),
        recipe=json.dumps(facts["recipe"], indent=1),
        **lineage["counts"],
    )


def _table(metrics: dict[str, Metrics]) -> str:
    rows = [f"| | {' | '.join(COLUMNS.values())} |", "|---|" + "---:|" * len(COLUMNS)]
    for ranker, title in RANKERS.items():
        cells = [_cell(metrics[ranker][column]) for column in COLUMNS]
        rows.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _earlier(base: Path) -> list[dict[str, Any]]:
    # A model made from a model remembers its makers, oldest first.
    sidecar = base / SIDECAR
    if not sidecar.is_file():
        return []
    facts = json.loads(sidecar.read_text())
    return [*facts.pop("earlier", []), facts]
