"""Where an import goes: the name of a dataset, a new one or one that is there, and its scale."""

import re
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import Kind, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import datasets, imports
from reranker_ui.services.store.workspace import Workspace

_NAME = re.compile(r"(?!-|\.{1,2}$)[^\s/\\:][^/\\:\x00-\x1f]{0,79}")


def check_name(name: str) -> None:
    """Refused unless `name` can be a dataset's name."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise Refused(
            "A dataset needs a name of 1 to 80 characters without slashes, colons or line breaks,"
            " which does not begin with a hyphen and is more than one or two dots."
        )


def begin_import(
    workspace: Workspace, user: User, name: str, scale: dict[str, Any], source: str
) -> tuple[int, bool]:
    now = time.time()
    with workspace.writing() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
        if row is None:
            dataset = datasets.insert().values(
                name=name, scale=scale["kind"], max_grade=scale["max"],
                min_grade=scale["min"], relevant_from=scale["relevant_from"],
                created_by=user.name, created_at=now, updated_at=now,
            )  # fmt: skip
            dataset_id = _new_id(connection, dataset)
        else:
            dataset_id = row.id
            _check_alone(connection, row)
            _check_scale(row, scale)
        begun = imports.insert().values(
            dataset_id=dataset_id, source=source, state="importing",
            created_by=user.name, created_at=now,
        )  # fmt: skip
        return _new_id(connection, begun), row is None


def _check_alone(connection: sa.Connection, row: sa.Row[Any]) -> None:
    # Pairs of an import that may still be cancelled must not count as known to another.
    others = select(imports.c.id).where(imports.c.dataset_id == row.id, imports.c.state != "done")
    if connection.scalar(others.limit(1)) is not None:
        raise Refused(
            f"Another import into {row.name} is running. Wait until it has ended, then store this"
            " one again."
        )


def _check_scale(row: sa.Row[Any], scale: dict[str, Any]) -> None:
    kind: Kind = row.scale
    if scale["kind"] == "binary" or (kind == scale["kind"] == "graded"):  # grades widen their scale
        return
    have, bring = Scale(kind, row.max_grade), Scale(scale["kind"], scale["max"])
    if have.kind != bring.kind:
        mend = f"choose that scale (--scale {kind})"
    elif bring.max > have.max:
        mend = "bring its labels to that scale first"
    else:
        return
    raise Refused(
        f"{row.name} takes {have}, and the file brings {bring}. Import it as a dataset of its"
        f" own, or {mend}."
    )


def _new_id(connection: sa.Connection, insert: sa.Insert) -> int:
    (new_id,) = connection.execute(insert).inserted_primary_key or (0,)
    return int(new_id)
