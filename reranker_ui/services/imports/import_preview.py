"""What storing a reading would change, counted before anything is written."""

from collections import Counter
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.values.labels import ScaleJson
from reranker_ui.core.values.pairs import import_sentence
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.imports.known_pairs import difference
from reranker_ui.services.imports.read_state import folder_of, reading_in
from reranker_ui.services.imports.stage import Stage
from reranker_ui.services.imports.target import (
    Into,
    OffScale,
    check_alone,
    check_scale,
    find_target,
)
from reranker_ui.services.labels.dataset_details import check_name
from reranker_ui.services.labels.datasets import scale
from reranker_ui.services.labels.effective_labels import is_visible
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, datasets, pairs
from reranker_ui.services.store.workspace import Workspace

_BATCH = 5000


class Contents(TypedDict):
    """The pairs and human labels in the dataset of the chosen name; None if it does not exist."""

    existing_pairs: int | None
    human_labels: int


class ImportCounts(TypedDict):
    """How many pairs an import would add or replace, and what is known already."""

    added: int
    new_labels: int
    already_there: int
    replaced: int


class RefusedImport(Contents):
    """An import that is refused. `scale`: of the dataset, where the labels do not fit it."""

    refused: str
    scale: ScaleJson | None


class PossibleImport(Contents, ImportCounts):
    """What an import would change; `summary` as it will report it."""

    refused: None
    summary: str


ImportPreview = RefusedImport | PossibleImport


def import_preview(
    workspace: Workspace, user: User, token: str, dataset_name: str, into: Into
) -> ImportPreview:
    """What storing a finished reading in this dataset would do."""
    require(user, "admin")
    with workspace.reading() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == dataset_name)).first()
        contents: Contents = {"existing_pairs": None, "human_labels": 0}
        if row is not None:
            contents = _contents(connection, row.id)
        try:
            counts = _counts(workspace, connection, token, dataset_name, into)
        except OffScale as refused:
            return {**contents, "refused": str(refused), "scale": refused.scale.as_json()}
        except Refused as refused:
            return {**contents, "refused": str(refused), "scale": None}
    return {**contents, **counts, "refused": None, "summary": import_sentence(counts)}


def _contents(connection: sa.Connection, dataset_id: int) -> Contents:
    conditions = pairs.c.dataset_id == dataset_id, is_visible()
    labelled = select(func.count()).select_from(annotations.join(pairs)).where(
        *conditions, annotations.c.label.is_not(None)
    )  # fmt: skip
    return {
        "existing_pairs": connection.scalar(
            select(func.count()).select_from(pairs).where(*conditions)
        ),
        "human_labels": connection.scalar(labelled) or 0,
    }


def _counts(
    workspace: Workspace, connection: sa.Connection, token: str, name: str, into: Into
) -> ImportCounts:
    check_name(name)
    result = reading_in(folder_of(workspace, token)).state().result or {}
    if "report" not in result:
        raise Refused("The file is not read yet. Wait until its report is shown.")
    target = find_target(connection, name, into)
    if target is not None:
        check_alone(connection, target)
        check_scale(target, result)
    if target is None or into != "add":
        replaced = _contents(connection, target.id)["existing_pairs"] if target is not None else 0
        return {"added": result["report"]["distinct"], "new_labels": 0, "already_there": 0,
                "replaced": replaced or 0}  # fmt: skip
    stage = Stage(reading_in(folder_of(workspace, token)).path / "stage.db")
    counts: Counter[str] = Counter()
    last = 0
    try:
        while batch := stage.pairs_after(last, _BATCH):
            changes = difference(connection, target.id, scale(target), batch, stage.votes_of(batch))
            counts.update(changes.counts)
            last = batch[-1].id
    finally:
        stage.close()
    return {"added": counts["added"], "new_labels": counts["new_labels"],
            "already_there": counts["already_there"], "replaced": 0}  # fmt: skip
