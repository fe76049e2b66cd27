"""The target of an import: a new dataset, or one that it adds to or replaces."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.edits import retire
from reranker_ui.services.labels.datasets import find_dataset, scale, scale_columns
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import datasets, imports, pairs
from reranker_ui.services.store.workspace import Workspace

Into = Literal["new", "add", "replace"]


class OffScale(Refused):
    """Refused because labels of a file are not on `scale`, that of the dataset."""

    def __init__(self, sentence: str, scale: Scale) -> None:
        super().__init__(sentence)
        self.scale = scale


class RunningImport(NamedTuple):
    """A running import: its pairs are written into `dataset_id`.

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


def check_new(connection: sa.Connection, name: str) -> None:
    """Refused if there is a dataset of this name."""
    if connection.scalar(select(datasets.c.id).where(datasets.c.name == name)) is not None:
        raise Refused(
            f"A dataset called {name} already exists. Add to it (--into add), replace its pairs"
            " (--into replace), or choose another name."
        )


def begin_import(
    workspace: Workspace, user: User, name: str, result: Mapping[str, Any], source: str,
    into: Into | None,
) -> RunningImport:  # fmt: skip
    """Register an import. Its pairs are invisible until it ends. Refused where it may not start."""
    require(user, "admin")
    with workspace.writing() as connection:
        row = find_target(connection, name, into)
        if row is None:
            first = scale_columns(Scale.from_json(result["scale"]))
            dataset_id = new_dataset(connection, user, {"name": name, **first})
            return RunningImport(
                note_import(connection, user, dataset_id, source), dataset_id, True
            )
        check_alone(connection, row)
        check_scale(row, result)
        if into != "replace":
            return RunningImport(note_import(connection, user, row.id, source), row.id, False)
        # A name that no dataset can have: the pairs lie there, unseen, until they take the place.
        named = {"name": f"{name}:{time.time_ns()}", **scale_columns(scale(row))}
        staging_dataset = new_dataset(connection, user, named)
        return RunningImport(
            note_import(connection, user, staging_dataset, source), staging_dataset, False, row.id
        )


def find_target(connection: sa.Connection, name: str, into: Into | None) -> sa.Row[Any] | None:
    """The row of the dataset that an import joins, None for a new one."""
    if into == "new":
        check_new(connection, name)
        return None
    if into in ("add", "replace"):
        return find_dataset(connection, name)
    return connection.execute(select(datasets).where(datasets.c.name == name)).first()


def replace_pairs(connection: sa.Connection, running: RunningImport, now: float) -> int:
    """Retire the pairs that an import replaces and move its own there; returns how many went."""
    if running.replaces is None:
        return 0
    row = connection.execute(select(datasets).where(datasets.c.id == running.replaces)).first()
    if row is None:
        raise Refused("The dataset to replace has been deleted. Import the file as a new dataset.")
    check_alone(connection, row)
    replaced = retire(connection, sa.and_(pairs.c.dataset_id == row.id, is_visible()), now)
    for table, owner in ((pairs, pairs.c.dataset_id), (imports, imports.c.dataset_id)):
        moved = table.update().where(owner == running.dataset_id)
        connection.execute(moved.values(dataset_id=row.id))
    connection.execute(datasets.delete().where(datasets.c.id == running.dataset_id))
    return replaced


def new_dataset(connection: sa.Connection, user: User, values: dict[str, Any]) -> int:
    """Add a dataset with these values; returns its id."""
    now = time.time()
    by = {"created_by": user.name, "created_at": now, "updated_at": now}
    return _new_id(connection, datasets.insert().values(**values, **by))


def note_import(connection: sa.Connection, user: User, dataset_id: int, source: str) -> int:
    """Note that an import into a dataset runs; returns its id."""
    insert = imports.insert().values(
        dataset_id=dataset_id, source=source, state="importing",
        created_by=user.name, created_at=time.time(),
    )  # fmt: skip
    return _new_id(connection, insert)


def check_alone(connection: sa.Connection, row: sa.Row[Any]) -> None:
    """Refused while an import into this dataset runs."""
    # Pairs of an import that may still be cancelled must not count as known to another.
    other_imports = select(imports.c.id).where(
        imports.c.dataset_id == row.id, imports.c.state != "done"
    )
    if connection.scalar(other_imports.limit(1)) is not None:
        raise Refused(
            f"Another import into {row.name} is running. Wait until it has ended, then store this"
            " one again."
        )


def on_scale_of(workspace: Workspace, name: str, options: ReadOptions | None) -> ReadOptions:
    """The options with the scale of an existing dataset where no scale was chosen.

    Labels outside of it are then rejected by line.
    """
    options = options or ReadOptions()
    with workspace.reading() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == name)).first()
    chosen = options.scale or options.max_grade or options.grade_names or options.lowest_is_best
    if row is None or chosen or options.min_grade is not None:
        return options
    return replace(
        options, scale=row.scale, max_grade=row.max_grade, min_grade=row.min_grade,
        relevant_from=options.relevant_from or row.relevant_from,
    )  # fmt: skip


def check_scale(row: sa.Row[Any], result: Mapping[str, Any]) -> None:
    """Refused where labels of a reading do not fit the dataset of this row."""
    stored, read, labels = scale(row), Scale.from_json(result["scale"]), result["found"]
    if labels is None or (read.kind in ("binary", stored.kind) and all(map(stored.holds, labels))):
        return
    if stored.kind == read.kind:
        advice = (
            "choose that scale for the file, so that labels outside of it are rejected, or change"
            " the scale of the dataset first (in its settings, or"
            f" dataset {row.name} --max-grade {read.max:g})"
        )
    else:
        advice = f"choose that scale (--scale {stored.kind})"
    raise OffScale(
        f"{row.name} uses {stored}, and the file has {read}. Import it as a separate dataset, or"
        f" {advice}.",
        stored,
    )


def _new_id(connection: sa.Connection, insert: sa.Insert) -> int:
    (new_id,) = connection.execute(insert).inserted_primary_key or (0,)
    return int(new_id)
