"""A run's model in a folder, and what a copy of it needs to score as the run does."""

import shutil
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.base_models import resolve_encoder
from reranker_ui.core.bases.encoder_files import write_files
from reranker_ui.core.bases.trimmed_encoder import write_trimmed_encoder
from reranker_ui.core.bases.trimmed_vocabulary import COMPARED_PAIRS, write_trimmed
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.evaluation.combining.files_beside import (
    encoder_folder,
    files_beside,
    local_encoder,
    needs_encoder,
)
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.model_folder import is_whole
from reranker_ui.core.training.trimmed_card import trimmed_card
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
MISSING = (
    "This run ranks with the encoder {}, whose folder was moved, deleted or damaged. Put it back,"
    " or download the whole run, which has the model without it."
)


def export_model(
    workspace: Workspace, user: User, run: int | str, target: Path, trim: bool = False
) -> dict[str, Any]:
    """Write the model of `run` to the new folder `target`, with what `files_beside` names.

    `trim`: leave out the tokens that the run's texts never use, of the encoder beside it too.
    Returns `folder`, `bytes`, and, trimmed, what `write_trimmed` returns, with `encoder_difference`
    of `write_trimmed_encoder` where there is one. Refused: a folder that is there, a run without a
    model, what those two and `encoder_beside_model` refuse. `target` is written completely or not
    at all.
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
        encoder = encoder_beside_model(workspace, folder)
        parity = _write(folder, encoder, draft, trim)
        for file in filter(Path.is_file, draft.rglob("*")):
            file.chmod(file.stat().st_mode | READABLE)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    return {"folder": str(target), "bytes": size, **parity}


def _write(folder: RunFolder, encoder: Path | None, draft: Path, trim: bool) -> dict[str, Any]:
    # What a trimmed copy kept, and how far its scores differ.
    if not trim:
        shutil.copytree(folder.model, draft)
        write_files(files_beside(folder.combined_file, encoder), draft)
        return {}
    pairs: list[Pair] = [*(pair for split in SPLITS for pair in pairs_of(folder.pairs(split)))]
    pairs += folder.texts()
    parity = write_trimmed(folder.model, draft, pairs)
    write_files(files_beside(folder.combined_file), draft)
    if encoder:
        target = draft / encoder_folder(read_object(folder.combined_file) or {})
        parity["encoder_difference"] = write_trimmed_encoder(encoder, target, pairs)
    counts = {"pairs": len(pairs), "compared": min(COMPARED_PAIRS, len(pairs))}
    write_files(trimmed_card(folder, parity | counts), draft)
    return parity


def encoder_beside_model(workspace: Workspace, folder: RunFolder) -> Path | None:
    """The folder of the encoder that a copy of the run's model needs; None where the Hub has it.

    The weights of the embedded E5 were packed in 4 bits. Those on the Hub give other cosines, and
    a combination would turn them into other scores. Refused: an encoder in a folder of this
    machine that was moved, deleted or damaged.
    """
    combined = read_object(folder.combined_file) or {}
    if encoder := local_encoder(folder.combined_file, combined):
        if not is_whole(encoder):
            raise Refused(MISSING.format(encoder.name))
        return encoder
    if not needs_encoder(combined) or combined.get("encoder") != EMBEDDED_MULTILINGUAL:
        return None
    try:
        return resolve_encoder(EMBEDDED_MULTILINGUAL, workspace.cache)
    except Refused:  # its packages do not exist for this system
        return None
