"""What in the frozen pairs of a run spoils its result: leakage, one label only, the language."""

from collections.abc import Mapping
from typing import Literal, TypedDict

import numpy as np
import pandas as pd

from reranker_ui.core.bases.base_models import ResolvedBase
from reranker_ui.core.bases.coverage import can_read, reads_well
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.quality.checks import label_findings
from reranker_ui.core.evaluation.quality.readability import MULTILINGUAL
from reranker_ui.core.evaluation.quality.table import Table
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.splits import SPLITS

MOST_SHARED = 0.5  # of the relevant passages of the test split that train knows too


class PlanFinding(TypedDict):
    """What is wrong with the pairs of a run, and how to fix it."""

    key: str
    severity: Literal["blocks", "look"]
    fact: str
    mend: str


def findings_of(
    splits: Mapping[str, pd.DataFrame], scale: Scale, base: ResolvedBase | None
) -> list[PlanFinding]:
    """What a person should know of the pairs of a run before and after it, serious ones first.

    The splits have the columns query_key, query, passage, grade. Where `base` is not known, the
    language is not checked.
    """
    findings = [
        *_blocking(splits, scale),
        _shared_passages(splits, scale),
        _language(splits["train"], base) if base else None,
    ]
    return sorted(
        (finding for finding in findings if finding),
        key=lambda finding: finding["severity"] != "blocks",
    )


def _blocking(splits: Mapping[str, pd.DataFrame], scale: Scale) -> list[PlanFinding]:
    frame = pd.concat([splits[name].assign(side=at) for at, name in enumerate(SPLITS)])
    keys = frame["query_key"]
    passages = pd.util.hash_array(frame["passage"].to_numpy(dtype=object))
    table = Table(
        ids=np.arange(len(frame)),
        query=np.array([int(key[16:], 16) for key in keys], dtype=np.uint64),
        near=np.array([int(key[:16], 16) for key in keys], dtype=np.uint64),
        passage=passages,
        folded=passages,
        grade=frame["grade"].to_numpy(dtype=float),
        split=frame["side"].to_numpy(),
        disputed=np.zeros(len(frame), dtype=bool),
        scale=scale,
    )
    blocking = [finding for finding in label_findings(table) if finding.severity == "blocks"]
    return [_finding(finding.key, "blocks", finding.fact, finding.fix) for finding in blocking]


def _shared_passages(splits: Mapping[str, pd.DataFrame], scale: Scale) -> PlanFinding | None:
    train, test = (_relevant(splits[name], scale) for name in ("train", "test"))
    shared = len(test & train)
    if not shared or shared < MOST_SHARED * len(test):
        return None
    return _finding(
        "passage_sides",
        "look",
        f"{shared:,} of {len(test):,} relevant passages of the test split are also relevant in"
        " train",
        "The model may have learned these passages, whatever is asked, so the result may be too"
        " good. This is expected where all queries share a short list of answers.",
    )


def _relevant(frame: pd.DataFrame, scale: Scale) -> set[str]:
    return set(frame.loc[scale.relevant(frame["grade"]), "passage"])


def _language(train: pd.DataFrame, base: ResolvedBase) -> PlanFinding | None:
    tokenizer, pairs = base.path / "tokenizer.json", pairs_of(train)
    if not tokenizer.is_file() or reads_well(tokenizer, pairs):
        return None
    severity: Literal["blocks", "look"] = "look" if can_read(tokenizer, pairs) else "blocks"
    return _finding(
        "language",
        severity,
        "The base model does not read the language of these texts well",
        f"Its tokenizer splits words into many pieces or confuses them. A multilingual base model"
        f" learns more from the same labels, such as {MULTILINGUAL}.",
    )


def _finding(key: str, severity: Literal["blocks", "look"], fact: str, fix: str) -> PlanFinding:
    return {"key": key, "severity": severity, "fact": fact, "mend": fix}
