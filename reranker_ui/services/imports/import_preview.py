"""What storing a reading would change, counted before anything is written."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

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
from reranker_ui.services.labels.effective_labels import seen
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, datasets, pairs
from reranker_ui.services.store.workspace import Workspace

_BATCH = 5000


def import_preview(
    workspace: Workspace, user: User, token: str, dataset_name: str, into: Into
) -> dict[str, Any]:
    """What storing a finished reading in this dataset would do.

    Returns `{"there": pairs of the dataset of this name or None, "human_labels": annotations of
    them, "refused": sentence or None, "scale": of the dataset where the labels do not fit it,
    "summary": as the import will report, added, new_labels, already_there, replaced}`; the counts
    are missing where it is refused.
    """
    require(user, "admin")
    with workspace.reading() as connection:
        row = connection.execute(select(datasets).where(datasets.c.name == dataset_name)).first()
        found = {"there": None, "human_labels": 0, "refused": None}
        if row is not None:
            found |= _contents(connection, row.id)
        try:
            counts = _counts(workspace, connection, token, dataset_name, into)
        except OffScale as refused:
            return {**found, "refused": str(refused), "scale": refused.scale.as_json()}
        except Refused as refused:
            return {**found, "refused": str(refused)}
    return {**found, **counts, "summary": import_sentence(counts)}


def _contents(connection: sa.Connection, dataset_id: int) -> dict[str, Any]:
    conditions = pairs.c.dataset_id == dataset_id, seen()
    labelled = select(func.count()).select_from(annotations.join(pairs)).where(
        *conditions, annotations.c.label.is_not(None)
    )  # fmt: skip
    return {
        "there": connection.scalar(select(func.count()).select_from(pairs).where(*conditions)),
        "human_labels": connection.scalar(labelled),
    }


def _counts(
    workspace: Workspace, connection: sa.Connection, token: str, name: str, into: Into
) -> dict[str, int]:
    check_name(name)
    result = reading_in(folder_of(workspace, token)).state().result or {}
    if "report" not in result:
        raise Refused("The file is not read yet. Wait until its report is shown.")
    target = find_target(connection, name, into)
    if target is not None:
        check_alone(connection, target)
        check_scale(target, result)
    whole = {"added": result["report"]["distinct"], "new_labels": 0, "already_there": 0}
    if target is None or into != "add":
        replaced = _contents(connection, target.id)["there"] if target is not None else 0
        return {**whole, "replaced": replaced}
    stage = Stage(reading_in(folder_of(workspace, token)).path / "stage.db")
    counts: Counter[str] = Counter(dict.fromkeys(whole, 0))
    last = 0
    try:
        while batch := stage.pairs_after(last, _BATCH):
            found = difference(connection, target.id, scale(target), batch, stage.votes_of(batch))
            counts.update({key: found.counts[key] for key in whole})
            last = batch[-1].id
    finally:
        stage.close()
    return {**counts, "replaced": 0}
