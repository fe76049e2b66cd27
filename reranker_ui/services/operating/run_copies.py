"""The runs in a backup: each run's folder as one zip, packed once and brought back whole."""

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.event_log import TERMINAL
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.operating.snapshots import sha256_of
from reranker_ui.services.operating.storage import Place
from reranker_ui.services.runs.archive import zipped
from reranker_ui.services.runs.listing import folder_of
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

Packed = dict[str, dict[str, str]]  # number of the run: file, sha256, state


def state_of(folder: RunFolder) -> str | None:
    """What tells whether a run must be packed again; None for a folder that is not there.

    A run that goes on counts as begun: its recipe and its data come back, and it starts anew.
    """
    if not folder.recipe_file.is_file():
        return None
    if folder.status() not in TERMINAL:
        return "begun"
    marks = (folder.pushed_file, folder.outcome_file, folder.cutoff_file)
    more = "-".join(sha256_of(mark)[:8] if mark.exists() else "0" for mark in marks)
    return f"{folder.events_file.stat().st_size}.{more}"


def states(workspace: Workspace) -> dict[str, str]:
    """The state of each run, by number: what a backup would take with it now."""
    with workspace.reading() as connection:
        numbers = connection.scalars(sa.select(runs.c.id).order_by(runs.c.id)).all()
    found = {str(number): state_of(folder_of(workspace, number)) for number in numbers}
    return {number: state for number, state in found.items() if state}


def pack(
    workspace: Workspace, aside: Path, last: Packed, held: set[str]
) -> tuple[Packed, dict[str, Path]]:
    """All runs as the book tells of them, and the files that must be written for it.

    last: what the newest book tells. held: the files that the place has.
    """
    told: Packed = {}
    fresh: dict[str, Path] = {}
    for number, state in states(workspace).items():
        before = last.get(number)
        if before and before["state"] == state and before["file"] in held:
            told[number] = before
            continue
        file = aside / f"run-{int(number):05d}.zip"
        with file.open("wb") as target:
            for part in zipped(folder_of(workspace, int(number)).path, f"{int(number):05d}"):
                target.write(part)
        sha256 = sha256_of(file)
        name = f"run-{int(number):05d}-{sha256[:12]}.zip"
        told[number] = {"file": name, "sha256": sha256, "state": state}
        if name not in held:
            fresh[name] = file
    return told, fresh


def unpack(workspace: Workspace, place: Place, told: Packed) -> None:
    """Bring back the runs whose folders are not here; Refused where a copy is not whole."""
    for number, packed in told.items():
        folder = folder_of(workspace, int(number)).path
        if folder.exists():
            continue
        with place.read(packed["file"]) as file:
            if not file.is_file() or sha256_of(file) != packed["sha256"]:
                raise Refused(f"The copy of run {number} is not what was written.")
            _extract(file, workspace.runs, f"{int(number):05d}/")


def _extract(file: Path, runs_folder: Path, inside: str) -> None:
    with zipfile.ZipFile(file) as archive:
        names: list[Any] = archive.namelist()
        if any(not name.startswith(inside) or ".." in Path(name).parts for name in names):
            raise Refused(f"{file.name} holds more than one run.")
        # Aside first: half a folder would count as one that is there.
        with tempfile.TemporaryDirectory(dir=runs_folder, prefix=".restored-") as aside:
            archive.extractall(aside)
            (Path(aside) / inside).rename(runs_folder / inside)
