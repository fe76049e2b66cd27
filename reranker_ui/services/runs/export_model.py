"""A run's model into a folder of this machine, whole or with the tokens of its texts alone."""

import shutil
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.trimmed_vocabulary import write_trimmed
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.combining.combined_ranker import files_beside
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


def export_model(
    workspace: Workspace, user: User, run: int | str, target: Path, trim: bool = False
) -> dict[str, Any]:
    """Write the model of `run` to the new folder `target`, with combined.json where there is one.

    `trim`: leave out the tokens that the run's texts never use. Returns `folder`, `bytes`, and,
    trimmed, what `write_trimmed` returns. Refused: a folder that is there, a run without a model,
    what `write_trimmed` refuses.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if not folder.model.is_dir():
        raise Refused(f"{row['name']} has no model to export: {row['sentence'].rstrip('.')}.")
    if target.exists():
        raise Refused(f"{target} is there already. Name a new folder.")
    trimmed: dict[str, Any] = {}
    if trim:
        splits = map(folder.pairs, SPLITS)
        pairs = [pair for split in splits for pair in pairs_of(split)]
        trimmed = write_trimmed(folder.model, target, [*pairs, *folder.texts()])
    else:
        shutil.copytree(folder.model, target)
    for file in files_beside(folder.combined_file, folder.model):
        shutil.copy(file, target)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    return {"folder": str(target), "bytes": size, **trimmed}
