"""Where an import goes: a new dataset, one that it adds to, or one whose pairs it replaces."""

import re
import time
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import Kind, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.edits import retire
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.effective_labels import seen
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.workspace import Workspace

Into = Literal["new", "add", "replace"]
_NAME = re.compile(r"(?!-|\.{1,2}$)[^\s/\\:][^/\\:\x00-\x1f]{0,79}")
_SCALE = ("scale", "max_grade", "min_grade", "relevant_from")


class Begun(NamedTuple):
    """An import that has begun: its pairs are written into `dataset_id`.

    new: the dataset was made for it. replaces: the dataset whose pairs give way at the end.
    """

    import_id: int
    dataset_id: int
    new: bool
    replaces: int | None = None

    @property
    def joins(self) -> int:
        """The dataset that the pairs belong to in the end."""
        return self.dataset_id if self.replaces is None else self.replaces


def check_name(name: str) -> None:
    """Refused unless `name` can be a dataset's name."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise Refused(
            "A dataset needs a name of 1 to 80 characters without slashes, colons or line breaks,"
            " which does not begin with a hyphen and is more than one or two dots."
        )


def check_new(connection: sa.Connection, name: str) -> None:
    """Refused if there is a dataset of this name."""
    if connection.scalar(select(datasets.c.id).where(datasets.c.name == name)) is not None:
        raise Refused(
            f"There is a dataset called {name} already. Add to it (--into add), replace its pairs"
            " (--into replace), or choose another name."
        )


def begin_import(
    workspace: Workspace, user: User, name: str, scale: dict[str, Any], source: str,
    into: Into | None,
) -> Begun:  # fmt: skip
    """Note an import whose pairs stay unseen until it is done; Refused where it cannot go there."""
    with workspace.writing() as connection:
        row = find_target(connection, name, into)
        if row is None:
            first = {"scale": scale["kind"], "max_grade": scale["max"], "min_grade": scale["min"],
                     "relevant_from": scale["relevant_from"]}  # fmt: skip
            dataset_id = new_dataset(connection, user, {"name": name, **first})
            return Begun(note_import(connection, user, dataset_id, source), dataset_id, True)
        check_alone(connection, row)
        check_scale(row, scale)
        if into != "replace":
            return Begun(note_import(connection, user, row.id, source), row.id, False)
        # A name that no dataset can have: the pairs lie there, unseen, until they take the place.
        same = {column: getattr(row, column) for column in _SCALE}
        aside = new_dataset(connection, user, {"name": f"{name}:{time.time_ns()}", **same})
        return Begun(note_import(connection, user, aside, source), aside, False, row.id)


def find_target(connection: sa.Connection, name: str, into: Into | None) -> sa.Row[Any] | None:
    """The row of the dataset that an import joins, None for a new one."""
    if into == "new":
        check_new(connection, name)
        return None
    if into in ("add", "replace"):
        return find_dataset(connection, name)
    return connection.execute(select(datasets).where(datasets.c.name == name)).first()


def take_place(connection: sa.Connection, begun: Begun, now: float) -> int:
    """Retire the pairs that an import replaces and move its own there; returns how many went."""
    if begun.replaces is None:
        return 0
    row = connection.execute(select(datasets).where(datasets.c.id == begun.replaces)).first()
    if row is None:
        raise Refused("The dataset whose pairs were to be replaced was deleted meanwhile.")
    check_alone(connection, row)
    replaced = retire(connection, sa.and_(pairs.c.dataset_id == row.id, seen()), now)
    for table, mine in ((pairs, pairs.c.dataset_id), (imports, imports.c.dataset_id)):
        moved = table.update().where(mine == begun.dataset_id)
        connection.execute(moved.values(dataset_id=row.id))
    connection.execute(datasets.delete().where(datasets.c.id == begun.dataset_id))
    return replaced


def new_dataset(connection: sa.Connection, user: User, values: dict[str, Any]) -> int:
    """Add a dataset with these values; returns its id."""
    now = time.time()
    by = {"created_by": user.name, "created_at": now, "updated_at": now}
    return _new_id(connection, datasets.insert().values(**values, **by))


def note_import(connection: sa.Connection, user: User, dataset_id: int, source: str) -> int:
    """Note that an import into a dataset runs; returns its id."""
    begun = imports.insert().values(
        dataset_id=dataset_id, source=source, state="importing",
        created_by=user.name, created_at=time.time(),
    )  # fmt: skip
    return _new_id(connection, begun)


def check_alone(connection: sa.Connection, row: sa.Row[Any]) -> None:
    """Refused while an import into this dataset runs."""
    # Pairs of an import that may still be cancelled must not count as known to another.
    others = select(imports.c.id).where(imports.c.dataset_id == row.id, imports.c.state != "done")
    if connection.scalar(others.limit(1)) is not None:
        raise Refused(
            f"Another import into {row.name} is running. Wait until it has ended, then store this"
            " one again."
        )


def check_scale(row: sa.Row[Any], scale: dict[str, Any]) -> None:
    """Refused where labels on `scale` do not fit the dataset of this row."""
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
