"""The model card of a finished run: its data, its training and its ranking metrics."""

import html
import json
from typing import Any

import yaml

from reranker_ui.core.evaluation.metrics import METRIC_TITLES, Metrics
from reranker_ui.core.training.card_facts import SIDECAR, facts_of
from reranker_ui.core.values.run_folder import RunFolder

RANKERS = {
    "combined": "this model as the run serves it, combined with cosine and BM25 where that helps",
    "tuned": "this model",
    "base": "base model",
    "cosine": "cosine",
    "bm25": "BM25",
}
FOLDED = 100  # rows of a training log beyond which it is collapsed

CARD = """\
---
{front}---

# Reranker fine-tuned on {dataset}

A cross-encoder that predicts the probability that a passage is relevant to a query.
Fine-tuned from {base} with Reranker UI.

## Model Details

- **Model Type:** Cross Encoder
- **Base model:** {base}{revision}
- **Base requested / used:** {requested} / {used}
- **Maximum Sequence Length:** {max_length} tokens
- **Number of Output Labels:** 1 label
- **Score activation:** {activation}; scores are probabilities, 0 to 1

## How well it ranks

On the test split: {queries} queries with at least one relevant and one other candidate.
nDCG@10 has linear gain on the grade; average precision is pooled over all {test:,} labelled pairs.

{table}
{fresh}
On the dev pairs evaluated during training:

{dev_table}

## Use

```python
from sentence_transformers import CrossEncoder

model = CrossEncoder("path/to/this/folder")
query, passages = "your query", ["a passage", "another one"]
print(model.predict([(query, passage) for passage in passages]))  # probabilities, 0 to 1
print(model.rank(query, passages))  # best first
```

Query and passage together are cut at {max_length} tokens.
{reader}
## Training Details

### Training Dataset

* Dataset: `{dataset}`, labels from 0 to {top:g}
* Pairs: {train:,} train, {dev:,} dev, {test:,} test
* Size: {size:,} training samples
* HMAC-SHA-256 of texts and labels, with the key of the installation: `{hash}`
* Statistics over all training samples, labels as 0 to 1:

{columns}
{samples}* Loss: `{loss}` with these parameters:
  ```json
{parameters}
  ```

### Training Hyperparameters

#### Non-Default Hyperparameters

{non_default}

#### Optimizer and loss

{how}

#### Recipe

```json
{recipe}
```

### Training Logs

{logs}
{lineage}
### Framework Versions

{libraries}
"""

READER = """
These are the scores of the cross-encoder. `combined_reader.py` in this folder gives those that the
run serves, as `combined.json` describes them:

```python
from combined_reader import CombinedReranker  # run it in this folder

ranker = CombinedReranker(".")
print(ranker.scores([(query, passage) for passage in passages]))  # probabilities, 0 to 1
```
"""


def write_card(folder: RunFolder, *facts: Any) -> None:
    """Write README.md and the same facts as JSON, reranker_ui.json, into the model's folder.

    `facts` are the arguments of `facts_of` after the folder. Training texts are included only
    where the recipe allows it.
    """
    facts_as_json = facts_of(folder, *facts)
    (folder.model / SIDECAR).write_text(json.dumps(facts_as_json, ensure_ascii=False, indent=1))
    (folder.model / "README.md").write_text(card(facts_as_json))


def card(facts: dict[str, Any]) -> str:
    """The README.md of a model with these facts."""
    lineage, metrics, base = facts["lineage"], facts["metrics"], facts["base_model"]
    how = {**facts["optimizer"], "time": f"{facts['seconds']:.0f} s"}
    revision = facts["revision"]
    return CARD.format(
        front=yaml.safe_dump(front_matter(facts), sort_keys=False, allow_unicode=True),
        base=f"[{base}](https://huggingface.co/{base})" if "/" in base else base,
        revision=f" <!-- at revision {revision} -->" if revision else "",
        requested=facts["base_asked"],
        used=facts["base"],
        activation=facts["activation"],
        dataset=lineage["dataset"],
        queries=metrics["tuned"]["queries"],
        table=_table(metrics),
        dev_table=_table(facts["dev"]),
        reader=READER if "combined" in metrics else "",
        fresh="" if facts["base_ranks"] else _FRESH,
        max_length=facts["max_length"],
        top=lineage["scale"]["max"],
        size=facts["learned_from"],
        hash=lineage.get("hash", "unknown"),
        columns=_columns(facts["columns"]),
        samples=_samples(facts["samples"]),
        loss=facts["loss"]["class"],
        parameters=_indented(json.dumps(facts["loss"]["parameters"], indent=4)),
        non_default=_list(facts["non_default"]) or "None.",
        how="\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in how.items()),
        recipe=json.dumps(facts["recipe"], indent=1),
        logs=_logs(facts),
        lineage=_lineage(facts),
        libraries="\n".join(f"- {name}: {value}" for name, value in facts["libraries"].items()),
        **lineage["counts"],
    )


_FRESH = "\nThe base model has no ranking head, so it ranks at random.\n"


def front_matter(facts: dict[str, Any]) -> dict[str, Any]:
    """The metadata for the Hub; sizes and losses of all runs that trained the model, in order."""
    tags = ["sentence-transformers", "cross-encoder", "reranker", "generated_from_trainer"]
    for run in [*facts["earlier"], facts]:
        size = run.get("learned_from", run["lineage"]["counts"]["train"])
        tags += [
            f"dataset_size:{size}",
            *([f"loss:{run['loss']['class']}"] if "loss" in run else []),
        ]
    front: dict[str, Any] = {"tags": [*dict.fromkeys(tags), "reranker-ui"]}
    if "/" in facts["base_model"]:
        front["base_model"] = facts["base_model"]
    return front | {"pipeline_tag": "text-ranking", "library_name": "sentence-transformers"}


def _table(metrics: dict[str, Metrics]) -> str:
    titles = METRIC_TITLES.values()
    rows = [f"| | {' | '.join(titles)} |", "|---|" + "---:|" * len(titles)]
    for ranker, title in RANKERS.items():
        if ranker in metrics:
            cells = [_cell(metrics[ranker][metric]) for metric in METRIC_TITLES]
            rows.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _columns(columns: dict[str, dict[str, Any]]) -> str:
    names = list(columns)
    details = []
    for name in names:
        unit = "" if name == "label" else " characters"
        parts = [f"<li>{part}: {columns[name][part]}{unit}</li>" for part in ("min", "mean", "max")]
        details.append(f"<ul>{''.join(parts)}</ul>")
    lines = [
        ["", *names],
        [":--", *(":--" for _ in names)],
        ["type", *(columns[name]["type"] for name in names)],
        ["details", *details],
    ]
    return "\n".join(f"  | {' | '.join(line)} |" for line in lines)


def _samples(samples: list[list[Any]]) -> str:
    if not samples:
        return ""
    rows = ["* Samples:", "", "  | query | passage | label |", "  |:--|:--|:--|"]
    for query, passage, label in samples:
        rows.append(f"  | {_quoted(query)} | {_quoted(passage)} | <code>{label}</code> |")
    return "\n".join([*rows, "", ""])


def _quoted(text: str) -> str:
    return f"<code>{html.escape(' '.join(text.split())).replace('|', '&#124;')}</code>"


def _logs(facts: dict[str, Any]) -> str:
    rows = [row for run in [*facts["earlier"], facts] for row in run.get("log", [])]
    if not rows:
        return "No step was logged."
    lines = [
        "| Epoch | Step | Training Loss | dev nDCG@10 |",
        "|:-----:|:----:|:-------------:|:---:|",
    ]
    lines += [
        f"| {epoch:.4f} | {step} | {loss} | {_cell(ndcg)} |" for epoch, step, loss, ndcg in rows
    ]
    table = "\n".join(lines)
    if len(rows) <= FOLDED:
        return table + "\n"
    return f"<details><summary>{len(rows)} rows</summary>\n\n{table}\n\n</details>\n"


def _lineage(facts: dict[str, Any]) -> str:
    if not facts["earlier"]:
        return ""
    steps = [f"1. {_origin(run)}" for run in [*facts["earlier"], facts]]
    return (
        "\nThe steps restart with each run that trained this model:\n\n" + "\n".join(steps) + "\n"
    )


def _origin(run: dict[str, Any]) -> str:
    size = run.get("learned_from", run["lineage"]["counts"]["train"])
    return f"{size:,} pairs of `{run['lineage']['dataset']}`, from {run['base']}"


def _list(values: dict[str, Any]) -> str:
    return "\n".join(f"- `{name}`: {value}" for name, value in values.items())


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
