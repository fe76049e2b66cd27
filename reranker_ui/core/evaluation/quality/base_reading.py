"""How a base model would read the sampled texts of a dataset."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.bases.coverage import coverage_of, tokens_seen
from reranker_ui.core.evaluation.quality import readability
from reranker_ui.core.evaluation.quality.collected_rows import CollectedRows
from reranker_ui.core.evaluation.quality.finding import Finding
from reranker_ui.core.evaluation.quality.report import ReadByBase, SeenText
from reranker_ui.core.evaluation.quality.table import Table
from reranker_ui.core.models.model_folder import token_limit
from reranker_ui.core.values.recipe import PRESETS
from reranker_ui.core.values.refused import Refused

_EXAMPLES = 3


def read_by_base(
    table: Table, collected: CollectedRows, base: str, cache_dir: Path, max_length: int | None
) -> tuple[ReadByBase, list[Finding]]:
    """What the base makes of the sampled texts, and findings; without it, why there are none.

    Only its tokenizer is loaded. max_length: tokens of a pair; by default those of a quick run.
    """
    texts = collected.sample()
    report: ReadByBase = {"base": base, "sampled": len(texts), "notice": None,
                          "coverage": None, "lengths": None, "seen": []}  # fmt: skip
    try:
        resolved = resolve_base(base, cache_dir, texts=texts)
    except Refused as refused:
        return {**report, "notice": str(refused)}, []
    file = resolved.path / "tokenizer.json"
    if not file.is_file():
        notice = f"{resolved.used} has no tokenizer.json, so its tokens are not checked."
        return {**report, "notice": notice}, []
    limit = max_length or PRESETS["quick"].max_length
    limit = min(limit, token_limit(resolved.path) or limit)
    coverage = coverage_of(file, texts)
    sampled, lengths = np.array(collected.sampled), np.array(coverage.lengths)
    name = resolved.used.rpartition("/")[2]
    findings = readability.reading_findings(table, sampled, coverage, name, limit)
    return {
        **report,
        "base": resolved.used,
        "notice": resolved.notice,
        "coverage": {
            "unknown": coverage.unknown, "tokens_per_character": coverage.tokens_per_character,
            "merged_texts": coverage.merged_texts, "merged_words": coverage.merged_words,
        },
        "lengths": readability.histogram_of_lengths(lengths, table.grade[sampled], limit),
        "seen": _examples(resolved, texts, coverage.unknown_pairs),
    }, findings  # fmt: skip


def _examples(
    base: ResolvedBase, texts: Sequence[tuple[str, str]], unknown: Sequence[int]
) -> list[SeenText]:
    file = base.path / "tokenizer.json"
    queries = dict.fromkeys(texts[at][0] for at in unknown[:50])
    return [{"text": text, "tokens": tokens_seen(file, text)} for text in list(queries)[:_EXAMPLES]]
