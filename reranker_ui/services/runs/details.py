"""What users edit of a run: its name, its note, and whether it is archived."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.dataset_details import refuse_unreadable
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.rows import ALONE, Run, number_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace, record

LONGEST_NAME, LONGEST_NOTE = 80, 4_000  # characters


def edit_run(
    workspace: Workspace,
    user: User,
    run: int | str,
    name: str | None = None,
    note: str | None = None,
) -> Run:
    """Rename a run or set its note; None keeps the current value. Returns the run.

    Refused: an empty, long or taken name, one that is or contains another run's number, a long
    note.
    """
    require(user, "admin")
    row = find_run(workspace, user, run)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = _checked_name(name, row)
    if note is not None:
        changes["note"] = _checked_note(note)
    fields: dict[str, Any] = {**row}
    changes = {key: value for key, value in changes.items() if value != fields[key]}
    if changes:
        with workspace.writing() as connection:
            _refuse_taken(connection, changes.get("name"))
            connection.execute(runs.update().where(runs.c.id == row["id"]).values(changes))
            before = {key: fields[key] for key in changes}
            subject = f"run:{row['id']}"
            record(
                connection, user, "run.edit", subject, at=time.time(), before=before, after=changes
            )
    return find_run(workspace, user, row["id"])


def archive_runs(
    workspace: Workspace, user: User, chosen: Sequence[int | str], archived: bool = True
) -> list[Run]:
    """Archive runs, or take them back; returns them.

    An archived run keeps its files. It is in no list and no menu unless it is asked for.
    """
    require(user, "admin")
    rows = [find_run(workspace, user, run) for run in chosen]
    changed = [row["id"] for row in rows if row["archived"] != archived]
    now = time.time()
    with workspace.writing() as connection:
        values = {"archived_at": now if archived else None}
        connection.execute(runs.update().where(runs.c.id.in_(changed)).values(values))
        for number in changed:
            what = "run.archive" if archived else "run.unarchive"
            record(connection, user, what, f"run:{number}", at=now)
    return [find_run(workspace, user, row["id"]) for row in rows]


def _checked_name(name: str, row: Run) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("The name of a run cannot be empty.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The name has {len(name)} characters; the limit is {LONGEST_NAME}.")
    if number_of(name) not in (None, row["id"]) or name.isdecimal() or "/" in name:
        raise Refused(
            f'"{name}" would be read as another run or a model. Choose a name with other words.'
        )
    refuse_unreadable(name)
    if name in _RANKERS or name.endswith(ALONE):
        raise Refused(f'"{name}" would be read as the name of a ranker. Choose another name.')
    return name


_RANKERS = ("base", "bm25", "cosine", *EMBEDDED)


def _checked_note(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Refused(f"The note has {len(note):,} characters; the limit is {LONGEST_NOTE:,}.")
    return note


def _refuse_taken(connection: sa.Connection, name: str | None) -> None:
    if name and connection.scalar(sa.select(runs.c.id).where(runs.c.name == name)):
        raise Refused(f'Another run is called "{name}". Choose another name.')
