"""The pairs behind a finding of the quality report, kept beside it."""

import re
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from reranker_ui.core.evaluation.quality.redaction import WITHOUT_LABELS
from reranker_ui.core.evaluation.quality.report import QualityReport
from reranker_ui.core.values.json_files import save
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.visibility import Visibility
from reranker_ui.services.store.workspace import Workspace

_KEY = re.compile(r"[a-z_]{1,40}")


def rows_behind(workspace: Workspace, dataset: sa.Row[Any], view: Visibility, finding: str) -> Any:
    """Ids, in order, of the pairs behind a finding, given as "KEY" or "KEY of BASE"."""
    key, _, base = finding.partition(" of ")
    if not view.everything and key not in WITHOUT_LABELS:
        raise Refused("This finding comes from labels that are hidden from annotators.")
    folder = report_folder(workspace, dataset, base or workspace.settings.default_base)
    path = folder / f"rows-{key}.npy"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise Refused("This finding no longer exists. Check the dataset again.")
    return np.load(path, mmap_mode="r")


def report_folder(workspace: Workspace, dataset: sa.Row[Any], base: str) -> Path:
    """Where the report on a dataset as `base` reads it lies."""
    # The time tells a dataset from an earlier one whose id it got.
    name = f"{dataset.id}-{round(dataset.created_at * 1000)}"
    return workspace.cache / "quality" / name / blake2b(base.encode(), digest_size=8).hexdigest()


def keep_report(folder: Path, report: QualityReport, rows: dict[str, Any]) -> None:
    """Write a report and the ids behind its findings; the report last, as it leads to them."""
    for key, ids in rows.items():
        draft = folder / f"rows-{key}.part.npy"
        np.save(draft, np.sort(ids))
        draft.replace(folder / f"rows-{key}.npy")
    save(folder / "result.json", report)
