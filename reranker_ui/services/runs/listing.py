"""Runs as lists and rows: everything that only reads."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused, excerpt
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.execution.run_jobs import refresh
from reranker_ui.services.runs.rows import Run, folder_of, number_of, row_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace

CONTRACT = ("id", "name", "status", "metrics", "counts", "folder", "damage")


def list_runs(workspace: Workspace, user: User) -> list[Run]:
    """All runs, newest first. The keys of CONTRACT are the ones other programs rely on."""
    require(user, "viewer")
    refresh(workspace)
    with workspace.reading() as connection:
        rows = connection.execute(_ROWS.order_by(runs.c.id.desc())).mappings().all()
    return [row_of(workspace, dict(row)) for row in rows]


def chain_of(workspace: Workspace, user: User, row: Run) -> list[Run]:
    """The runs of the chain of a run, the last one first; the run alone where it has none."""
    require(user, "viewer")
    if row["chain"] is None:
        return [row]
    return [run for run in list_runs(workspace, user) if run["chain"] == row["chain"]]


def contract_of(run: Run) -> dict[str, Any]:
    """The fields of a run that other programs rely on."""
    fields: dict[str, Any] = {**run}
    return {name: fields[name] for name in CONTRACT}


class UnknownRun(Refused):
    """No run has this number or name."""


class RunHandle(NamedTuple):
    """A run's number, name and folder."""

    id: int
    name: str
    folder: RunFolder


def find_run(workspace: Workspace, user: User, run: int | str) -> Run:
    """The run with this number or name, or called "run NUMBER"; Refused if there is none."""
    require(user, "viewer")
    refresh(workspace)
    return row_of(workspace, _stored(workspace, run))


def find_handle(workspace: Workspace, user: User, run: int | str) -> RunHandle:
    """As `find_run`, without reading the run's folder."""
    require(user, "viewer")
    row = _stored(workspace, run)
    return RunHandle(row["id"], row["name"], folder_of(workspace, row["id"]))


def _stored(workspace: Workspace, run: int | str) -> dict[str, Any]:
    text = str(run).strip()
    number = number_of(text)
    choice = runs.c.name == text if number is None else runs.c.id == number
    with workspace.reading() as connection:
        row = connection.execute(_ROWS.where(choice)).mappings().first()
    if row is None:
        raise UnknownRun(
            f'There is no run "{excerpt(text)}". The verb runs and the Train tab list them.'
        )
    return dict(row)


_parents = runs.alias("parents")
_ROWS = sa.select(runs, _parents.c.name.label("parent_name")).select_from(
    runs.outerjoin(_parents, _parents.c.id == runs.c.parent_run_id)
)
