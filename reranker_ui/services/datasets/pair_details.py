"""One pair in full: its texts and columns, its labels, every vote and the decision."""

from typing import Any, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.splits import Split
from reranker_ui.services.labels.datasets import find_pair
from reranker_ui.services.labels.effective_labels import State, pairs_with_labels
from reranker_ui.services.labels.further_columns import Shown
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import (
    annotations,
    as_dict,
    datasets,
    decisions,
    gold_pairs,
    imported_labels,
    pairs,
)
from reranker_ui.services.store.workspace import Workspace


class Decision(TypedDict):
    """The decision on a disputed pair; no label: the pair is left out of training."""

    label: float | None
    by: str
    reason: str
    at: float


class PairVote(TypedDict):
    """What an annotator answered. `cannot_tell`: 1 for the answer "can't tell"."""

    annotator: str
    label: float | None
    cannot_tell: int
    note: str | None
    at: float


class PairDetails(TypedDict):
    """Everything about a pair that the user may know.

    `line`: of the file `source`; `extra`: its further columns; `imported`: the labels that it came
    with; `effective`: the label that counts; `gold`: its known label, for admins.
    """

    id: int
    query: str
    passage: str
    source: str
    line: int | None
    split: Split
    extra: dict[str, Any]
    effective: float | None
    state: State
    imported: list[float]
    decision: Decision | None
    votes: list[PairVote]
    gold: float | None


def pair_details(workspace: Workspace, user: User, pair_id: int) -> PairDetails:
    """A pair in full.

    Where its labels are hidden, imported and decision are empty and the votes are the user's own.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        pair = find_pair(connection, pair_id, pairs)
        of = select(datasets).where(datasets.c.id == pair.dataset_id)
        dataset = connection.execute(of).one()
        view = visibility_of(dataset, user)
        hidden = view.hides(pair.split)
        rows = pairs_with_labels(view, pairs.c.id, only=[pair_id])
        label = connection.execute(rows).mappings().first()
        return {
            "id": pair.id,
            "query": pair.query,
            "passage": pair.passage,
            "source": pair.source,
            "line": pair.line,
            "split": pair.split,
            "extra": Shown(workspace, dataset, user).allowed_cells(pair.extra),
            "effective": label["effective"] if label else None,
            "state": label["state"] if label else "unlabelled",
            "imported": [] if hidden else _imported(connection, pair),
            "decision": None if hidden else _decision(connection, pair_id),
            "votes": _votes(connection, pair_id, user.name if hidden else None),
            "gold": _gold(connection, pair_id) if user.role == "admin" else None,
        }


def _imported(connection: sa.Connection, pair: sa.Row[Any]) -> list[float]:
    more = select(imported_labels.c.value).where(imported_labels.c.pair_id == pair.id)
    values = [pair.label, *connection.scalars(more)]
    return list(dict.fromkeys(value for value in values if value is not None))


def _decision(connection: sa.Connection, pair_id: int) -> Decision | None:
    columns = (decisions.c.label, decisions.c.decided_by.label("by"), decisions.c.reason,
               decisions.c.decided_at.label("at"))  # fmt: skip
    row = connection.execute(select(*columns).where(decisions.c.pair_id == pair_id)).mappings()
    decision = row.first()
    return cast(Decision, as_dict(decision)) if decision else None


def _votes(connection: sa.Connection, pair_id: int, only: str | None) -> list[PairVote]:
    columns = (annotations.c.annotator, annotations.c.label, annotations.c.cannot_tell,
               annotations.c.note, annotations.c.updated_at.label("at"))  # fmt: skip
    query = select(*columns).where(annotations.c.pair_id == pair_id)
    if only is not None:
        query = query.where(annotations.c.annotator == only)
    rows = connection.execute(query.order_by(annotations.c.created_at)).mappings()
    return [cast(PairVote, as_dict(row)) for row in rows]


def _gold(connection: sa.Connection, pair_id: int) -> float | None:
    gold_label = select(gold_pairs.c.label).where(gold_pairs.c.pair_id == pair_id)
    label: float | None = connection.scalar(gold_label)
    return label
