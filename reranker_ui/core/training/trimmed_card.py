"""The card of a copy of a model whose vocabulary was trimmed."""

import json
from typing import Any

from reranker_ui.core.bases.encoder_files import Files
from reranker_ui.core.training.card_facts import SIDECAR
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.run_folder import RunFolder

CARD = "README.md"
BEFORE = "\n## Training Details\n"

SECTION = """
## Trimmed vocabulary

This copy has {tokens:,} of the model's {of:,} tokens: those in the {pairs:,} pairs of the run's
train, dev and test splits{dataset}, special tokens, and single characters. On {compared:,} of
these pairs its logits differ by {difference:.2g} at most from the whole model's{cosines}.
A text with other words is read in smaller pieces and can get another score.
"""


def trimmed_card(folder: RunFolder, trimmed: dict[str, Any]) -> Files:
    """README.md and reranker_ui.json of a trimmed copy of the run's model; none that it lacks.

    `trimmed`: `tokens` kept `of` all, for the texts of `pairs`; `difference` of logits, and perhaps
    `encoder_difference` of cosines, on `compared` of them.
    """
    files: Files = {}
    if (facts := read_object(folder.model / SIDECAR)) is not None:
        text = json.dumps(facts | {"trimmed": trimmed}, ensure_ascii=False, indent=1)
        files[SIDECAR] = text.encode()
    if (file := folder.model / CARD).is_file():
        start, before, rest = file.read_text("utf-8", "replace").partition(BEFORE)
        section = SECTION.format(
            **trimmed, dataset=_dataset(folder), cosines=_cosines(trimmed.get("encoder_difference"))
        )
        files[CARD] = f"{start}{section}{before}{rest}".encode()
    return files


def _dataset(folder: RunFolder) -> str:
    name = folder.lineage_if_readable().get("dataset")
    return f" of `{name}`" if name else ""


def _cosines(difference: float | None) -> str:
    return "" if difference is None else f", and its cosines by {difference:.2g}"
