"""The header of the page: the user, the datasets, the current run, backups and disk."""

import logging
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.filesystems import LOW, disk_warning
from reranker_ui.core.values.machine import free_disk
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.labelling_progress import waiting
from reranker_ui.services.imports.importer import load_starter
from reranker_ui.services.imports.read_state import sweep_readings
from reranker_ui.services.imports.sweep import sweep_imports
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.operating import backup_schedule
from reranker_ui.services.operating.backup_schedule import BackupState
from reranker_ui.services.ranking.demo import shown_to
from reranker_ui.services.runs.watching import RunPulse
from reranker_ui.services.store.access import LOCAL, Role, User, require
from reranker_ui.services.store.database import datasets, pairs
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle

log = logging.getLogger(__name__)


def begin(workspace: Workspace) -> None:
    """Run once at the start of a server: clean up imports, and load the bundled sample."""
    sweep_imports(workspace)
    sweep_readings(workspace)
    try:
        load_starter(workspace, LOCAL)
    except Refused as refused:
        log.warning("The bundled sample is left out: %s", refused)


class SignedIn(TypedDict):
    """The user."""

    name: str
    role: Role


class CountedDataset(TypedDict):
    """A dataset that has pairs."""

    name: str
    pairs: int


class HeaderDataset(CountedDataset):
    """A dataset; `waiting`: pairs that wait for the user's labels, None where not counted."""

    waiting: int | None


class DiskWarning(TypedDict):
    """A warning of a disk that is nearly full; `free` in bytes."""

    free: int
    sentence: str


class Overview(TypedDict):
    """The data of the header."""

    user: SignedIn
    datasets: list[HeaderDataset]
    run: RunPulse
    backup: BackupState | None
    disk: DiskWarning | None


def overview(workspace: Workspace, user: User, dataset: str | None) -> Overview:
    """The data of the header, cheap enough to be polled every two seconds.

    The pairs that wait are counted for `dataset`, the current one.
    """
    require(user, "viewer")

    def left(name: str) -> int | None:
        return _waiting(workspace, user, name) if name == dataset else None

    datasets = workspace.shared("datasets", lambda: _datasets(workspace))
    if dataset and all(row["name"] != dataset for row in datasets):
        datasets = _datasets(workspace)  # another process may have just created it
    # One without pairs is being imported; the current one may have lost its last pair just now.
    datasets = [row for row in datasets if row["pairs"] or row["name"] == dataset]
    if demo := shown_to(workspace, user):
        datasets = [listed for listed in datasets if listed["name"] == demo.dataset]
    return {
        "user": {"name": user.name, "role": user.role},
        "datasets": [{**row, "waiting": left(row["name"])} for row in datasets],
        "run": lifecycle.shared_current(workspace, user),
        "backup": backup_schedule.state(workspace, user),
        "disk": workspace.shared("disk", lambda: _disk(workspace)),
    }


def _disk(workspace: Workspace) -> DiskWarning | None:
    free = free_disk(workspace.home)
    return {"free": free, "sentence": disk_warning(free)} if free < LOW else None


def _waiting(workspace: Workspace, user: User, dataset: str) -> int:
    return workspace.shared(("waiting", user, dataset), lambda: waiting(workspace, user, dataset))


def _datasets(workspace: Workspace) -> list[CountedDataset]:
    with workspace.reading() as connection:
        rows = connection.execute(
            select(datasets.c.name, datasets.c.id, datasets.c.updated_at).order_by(
                datasets.c.updated_at.desc(), datasets.c.id.desc()
            )
        ).all()
        counted = [(name, _pairs(workspace, connection, *key)) for name, *key in rows]
    return [{"name": name, "pairs": n} for name, n in counted]


def _pairs(
    workspace: Workspace, connection: sa.Connection, dataset_id: int, updated_at: float
) -> int:
    # Counting scans the dataset, so the count is cached until the dataset changes.
    query = select(func.count()).where(pairs.c.dataset_id == dataset_id, is_visible())
    return workspace.memory.get(
        ("pairs", dataset_id), lambda: int(connection.scalar(query) or 0), updated_at
    )
