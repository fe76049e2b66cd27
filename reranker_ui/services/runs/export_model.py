"""A run's model in a folder, and what a copy of it needs to score as the run does."""

import shutil
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.bases.trimmed_encoder import write_trimmed_encoder
from reranker_ui.core.bases.trimmed_vocabulary import write_trimmed
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.combining.combined_ranker import files_beside
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.recipe import EMBEDDED_MULTILINGUAL
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

READABLE = 0o044  # by accounts of other servers; safetensors writes for this one only
OF_ENCODER = ("cosine", "probe")  # parts of a combination that read embeddings


def export_model(
    workspace: Workspace, user: User, run: int | str, target: Path, trim: bool = False
) -> dict[str, Any]:
    """Write the model of `run` to the new folder `target`, with what `beside_model` names.

    `trim`: leave out the tokens that the run's texts never use, of the encoder beside it too.
    Returns `folder`, `bytes`, and, trimmed, what `write_trimmed` returns, with `encoder_difference`
    of `write_trimmed_encoder` where there is one. Refused: a folder that is there, a run without a
    model, what those two refuse. `target` is written whole or not at all.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    folder = folder_of(workspace, row["id"])
    if not folder.model.is_dir():
        raise Refused(f"{row['name']} has no model to export: {row['sentence'].rstrip('.')}.")
    if target.exists():
        raise Refused(f"{target} already exists. Choose a new folder.")
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        beside = beside_model(workspace, folder, folder.model)
        parity = _write(folder, beside, draft, trim)
        for file in filter(Path.is_file, draft.rglob("*")):
            file.chmod(file.stat().st_mode | READABLE)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    return {"folder": str(target), "bytes": size, **parity}


def _write(folder: RunFolder, beside: list[Path], draft: Path, trim: bool) -> dict[str, Any]:
    # What a trimmed copy kept, and how far its scores differ.
    parity: dict[str, Any] = {}
    pairs: list[Pair] = []
    if trim:
        pairs = [*(pair for split in SPLITS for pair in pairs_of(folder.pairs(split)))]
        pairs += folder.texts()
        parity = write_trimmed(folder.model, draft, pairs)
    else:
        shutil.copytree(folder.model, draft)
    for entry in beside:
        if not entry.is_dir():
            shutil.copy(entry, draft)
        elif trim:
            parity["encoder_difference"] = write_trimmed_encoder(entry, draft / entry.name, pairs)
        else:
            shutil.copytree(entry, draft / entry.name)
    return parity


def beside_model(workspace: Workspace, folder: RunFolder, root: Path) -> list[Path]:
    """Files and folders to put beside a copy of `root`: the run, or its model.

    combined.json, its reader, and the folder of the encoder where the Hub has no equal one. Empty
    where the run's model ranks alone.
    """
    encoder = encoder_beside_model(workspace, folder)
    return [*files_beside(folder.combined_file, root), *([encoder] if encoder else [])]


def encoder_beside_model(workspace: Workspace, folder: RunFolder) -> Path | None:
    """The folder of the encoder that a copy of the run's model needs; None where the Hub has it.

    The weights of the embedded E5 were packed in 4 bits. Those on the Hub give other cosines, and
    a combination would turn them into other scores.
    """
    combined = read_object(folder.combined_file) or {}
    weights = combined.get("weights") or {}
    if combined.get("encoder") != EMBEDDED_MULTILINGUAL or not any(map(weights.get, OF_ENCODER)):
        return None
    try:
        return resolve_encoder(EMBEDDED_MULTILINGUAL, workspace.cache)
    except Refused:  # its packages do not exist for this system
        return None
