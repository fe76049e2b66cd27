"""Removes what unfinished imports wrote, at once or at the next start."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import select

from reranker_ui.services.imports.target import RunningImport
from reranker_ui.services.labels import search_index
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.workspace import Workspace

_COMMAND = ".command.lock"
_BATCH = 1000  # pairs that go with one transaction


def sweep_imports(workspace: Workspace) -> int:
    """Remove the rows and files of imports whose process died; returns how many."""
    with workspace.reading() as connection:
        unfinished = list(connection.scalars(select(imports.c.id).where(imports.c.state != "done")))
    removed = 0
    for import_id in unfinished:
        path = lock_path(workspace, import_id)
        alive = FileLock(path, timeout=0)
        with suppress(Timeout):
            with beginning(workspace):
                alive.acquire()
            if _is_unfinished(workspace, import_id):  # it may have ended well meanwhile
                remove_import(workspace, import_id)
                removed += 1
            alive.release()
            path.unlink(missing_ok=True)
    _sweep_commands(workspace)
    return removed


@contextmanager
def import_at_work(
    workspace: Workspace, begin: Callable[[], RunningImport]
) -> Iterator[RunningImport]:
    """Runs the block for the import that `begin` notes; what it wrote goes if the block raises."""
    with beginning(workspace):
        running = begin()
        alive = FileLock(lock_path(workspace, running.import_id))
        alive.acquire()
    try:
        yield running
    except BaseException:
        remove_import(workspace, running.import_id)
        raise
    finally:
        alive.release()
        lock_path(workspace, running.import_id).unlink(missing_ok=True)


@contextmanager
def command_at_work(workspace: Workspace, token: str) -> Iterator[None]:
    """Mark the reading `token` as a command's, so that it is removed once the command ends."""
    path = workspace.home / "uploads" / f"{token}{_COMMAND}"
    with beginning(workspace):
        alive = FileLock(path, timeout=0)
        alive.acquire()
    try:
        yield
    finally:
        alive.release()
        path.unlink(missing_ok=True)


def _sweep_commands(workspace: Workspace) -> None:
    """Remove what was read by commands that were killed."""
    for path in (workspace.home / "uploads").glob(f"*{_COMMAND}"):
        process_lock = FileLock(path, timeout=0)
        with suppress(Timeout), beginning(workspace), process_lock:
            shutil.rmtree(path.with_name(path.name.removesuffix(_COMMAND)), ignore_errors=True)
            path.unlink(missing_ok=True)


def beginning(workspace: Workspace) -> FileLock:
    """A lock that keeps a registered import from the sweep until it holds its own lock."""
    return FileLock(workspace.home / "importing.lock")


def _is_unfinished(workspace: Workspace, import_id: int) -> bool:
    with workspace.reading() as connection:
        state = connection.scalar(select(imports.c.state).where(imports.c.id == import_id))
    return state not in (None, "done")


def remove_import(workspace: Workspace, import_id: int) -> None:
    """Remove an unfinished import, and its dataset where the import made it."""
    with workspace.reading() as connection:
        of_import = select(datasets).join(imports).where(imports.c.id == import_id)
        dataset = connection.execute(of_import).first()
        others = select(imports.c.id).where(
            imports.c.dataset_id == (dataset.id if dataset else None), imports.c.id != import_id
        )
        first = connection.scalar(others.limit(1)) is None
    if dataset is not None and first:  # the search index may have its pairs, whose ids come again
        search_index.drop(workspace, dataset)
    batch = select(pairs.c.id).where(pairs.c.import_id == import_id).limit(_BATCH)
    deleted = -1
    while deleted:
        with workspace.writing() as connection:
            deleted = connection.execute(pairs.delete().where(pairs.c.id.in_(batch))).rowcount
    with workspace.writing() as connection:
        dataset_id = connection.scalar(
            select(imports.c.dataset_id).where(imports.c.id == import_id)
        )
        connection.execute(imports.delete().where(imports.c.id == import_id))
        other_imports = select(imports.c.id).where(imports.c.dataset_id == dataset_id)
        empty = ~sa.exists(other_imports) & ~sa.exists(
            select(pairs.c.id).where(pairs.c.dataset_id == dataset_id)
        )
        connection.execute(datasets.delete().where(datasets.c.id == dataset_id, empty))


def lock_path(workspace: Workspace, import_id: int) -> Path:
    """The file that is locked while the import's process lives."""
    return workspace.home / "uploads" / f"import-{import_id}.lock"
