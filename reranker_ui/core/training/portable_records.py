"""The files of a run that are of use elsewhere, without names of folders of this machine."""

import json
from pathlib import Path

from reranker_ui.core.bases.encoder_files import Files
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.run_folder import RunFolder

RESULTS = ("sizes.json", "outcome.json", "cutoff.json")


def portable_records(folder: RunFolder) -> Files:
    """Recipe, frozen pairs, events and results of a run, by their names in its folder.

    Recipe, lineage and events name its base, and files in its home, but no folder around them.
    """
    names = [*(file.name for file in sorted(folder.path.glob("*.parquet"))), *RESULTS]
    files: Files = {name: folder.path / name for name in names if (folder.path / name).is_file()}
    folders = _folders(folder)
    for file in (folder.recipe_file, folder.lineage_file, folder.events_file):
        if file.is_file():
            files[file.name] = _without(folders, file.read_bytes())
    return files


def _folders(folder: RunFolder) -> dict[str, str]:
    # What replaces each path: in the run and in its home, also where the home was before, nothing.
    events = folder.events()[0]
    checkpoints = [Path(str(event.get("path", ""))) for event in events]
    before = [path.parents[1] for path in checkpoints if path.parent.name == "checkpoints"]
    runs = [folder.path, folder.path.resolve(), *before]
    inner = {f"{path}/": "" for path in runs} | {f"{path.parent.parent}/": "" for path in runs}
    named = [(read_object(folder.recipe_file) or {}).get("base")]
    named += [event.get(field) for event in events for field in ("base_asked", "base_used")]
    bases = [Path(base) for base in named if isinstance(base, str)]
    return inner | {str(base): base.name for base in bases if base.is_absolute()}


def _without(folders: dict[str, str], content: bytes) -> bytes:
    # On bytes, as a damaged file is copied too. JSON has letters of a path as they are or escaped.
    for path, name in folders.items():
        for is_ascii in (True, False):
            written, replaced = (json.dumps(text, ensure_ascii=is_ascii) for text in (path, name))
            content = content.replace(written[1:-1].encode(), replaced[1:-1].encode())
    return content
