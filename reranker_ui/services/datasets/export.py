"""Exporting a dataset: one row a pair, or the shapes that other tools read."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.formats.exports import form_of, lost_in, write
from reranker_ui.core.formats.writing import Row, Target
from reranker_ui.core.values.filesystems import check_space
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.effective_labels import pairs_with_labels
from reranker_ui.services.labels.further_columns import column_names
from reranker_ui.services.labels.visibility import Visibility, visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, imported_labels, pairs
from reranker_ui.services.store.workspace import Workspace, record

_BATCH = 1000


class Exported(TypedDict):
    """A dataset that was written. `path`: a file or an address; `lost`: sentences about losses."""

    dataset: str
    format: str
    path: str
    pairs: int
    lost: list[str]


def export_dataset(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    form: str,
    output: Path,
    *,
    safe_for_excel: bool = True,
) -> Exported:
    """Write every pair of a dataset to `output` in a format of FORMATS.

    Returns `{"dataset", "format", "path", "pairs", "lost"}`; lost: sentences on what the format
    cannot carry of this dataset. The file is written aside and moved. Refused where it cannot carry
    a single pair.
    """
    require(user, "viewer")
    form = form_of(form)
    output = output.expanduser().resolve()
    if not output.parent.is_dir():
        raise Refused(f"There is no folder {output.parent}.")
    if output.is_dir():
        raise Refused(f"{output} is an existing folder. Choose another path.")
    # The suffix stays at the end: some formats write a folder, or a ZIP where it says so.
    draft = output.with_name(f".part-{output.name}")
    try:
        with workspace.reading() as connection:
            dataset = find_dataset(connection, dataset_name)
            view = visibility_of(dataset, user)
            if not view.everything:
                raise Refused(
                    "An export contains labels that are hidden from annotators: the sealed test"
                    " split, and other annotators' labels. An admin can export it."
                )
            size = _size(connection, dataset.id)
            check_space(output.parent, size, "the export")
            further = column_names(workspace, connection, dataset)
            target = Target(draft, lost_in(form), safe_for_excel, scale(dataset), further)
            count = write(form, rows_of(connection, view), target)
        if size and not count:
            why = " ".join(target.lost.sentences()) or (
                "It needs queries that have both a relevant and an irrelevant passage."
            )
            raise Refused(f"The format {form} can hold no pair of {dataset_name}. {why}")
        draft.replace(output)
    finally:
        remove(draft)
    with workspace.writing() as connection:
        details = {"format": form, "pairs": count}
        record(connection, user, "export", f"dataset:{dataset.id}", at=time.time(), after=details)
    return {"dataset": dataset_name, "format": form, "path": str(output), "pairs": count,
            "lost": target.lost.sentences()}  # fmt: skip


def _size(connection: sa.Connection, dataset_id: int) -> int:
    # Texts, each with its labels; a format may write a text more than once for a moment.
    characters = func.length(pairs.c.query) + func.length(pairs.c.passage) + 100
    total = select(func.sum(characters)).where(pairs.c.dataset_id == dataset_id)
    return 2 * int(connection.scalar(total) or 0)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def rows_of(connection: sa.Connection, view: Visibility) -> Iterator[Row]:
    """The pairs in order of query and id, each with every label that it was given."""
    ordered = (
        select(pairs.c.id)
        .where(pairs.c.dataset_id == view.dataset_id)
        .order_by(pairs.c.query_key, pairs.c.id)
    )
    ids = connection.execution_options(yield_per=_BATCH).execute(ordered).scalars()
    for batch in ids.partitions(_BATCH):
        query = pairs_with_labels(
            view,
            *(pairs.c.id, pairs.c.query, pairs.c.passage, pairs.c.split, pairs.c.source),
            pairs.c.extra,
            only=batch,
        )
        votes = _votes(connection, batch)
        rows = connection.execute(query.order_by(pairs.c.query_key, pairs.c.id)).mappings()
        for row in rows:
            yield Row(
                row["query"], row["passage"], row["effective"], row["split"], row["source"],
                row["state"], votes.get(row["id"], []), row["extra"],
            )  # fmt: skip


def _votes(connection: sa.Connection, ids: Any) -> dict[int, list[tuple[str, float]]]:
    votes: dict[int, list[tuple[str, float]]] = {}
    for table, annotator, label in (
        (annotations, annotations.c.annotator, annotations.c.label),
        (imported_labels, imported_labels.c.annotator, imported_labels.c.value),
    ):
        query = select(table.c.pair_id, annotator, label).where(
            table.c.pair_id.in_(ids), label.is_not(None)
        )
        for pair_id, name, value in connection.execute(query.order_by(table.c.id)):
            votes.setdefault(pair_id, []).append((name or "", value))
    return votes
