"""Counts of a dataset's pairs by what a person may know of their labels."""

from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import case, func, select

from reranker_ui.core.values.splits import SPLITS
from reranker_ui.services.labels.effective_labels import (
    imported_label,
    importing,
    is_visible,
    pairs_with_labels,
    touched,
)
from reranker_ui.services.labels.visibility import HIDDEN, Visibility
from reranker_ui.services.store.database import annotations, decisions, pairs

# Pairs of a dataset by what the user may know of their labels. `labelled_splits`: labelled pairs by
# split; `hidden`: labelled by others whose labels the user may not know, and counted nowhere else.
LabelCounts = TypedDict(
    "LabelCounts",
    {
        "pairs": int,
        "labelled": int,
        "positives": int,
        "labelled_splits": dict[str, int],
        "unlabelled": int,
        "disputed": int,
        "left out": int,
        "hidden": int,
    },
)


def count_labels(connection: sa.Connection, row: sa.Row[Any], view: Visibility) -> LabelCounts:
    """The counts of the dataset's row for `view`."""
    touched_pairs = pairs_with_labels(view, pairs.c.split, where=touched()).subquery()
    tally = _counted(touched_pairs, connection, row.relevant_from)
    # What nobody touched has its imported label, and counting it needs no more than an index.
    state = case(
        (pairs.c.label.is_(None), "unlabelled"),
        *([] if view.everything else [(view.hidden(), HIDDEN)]),
        else_="imported",
    )
    untouched = select(
        state.label("state"), imported_label(view).label("effective"), pairs.c.split
    ).where(*visible_pairs(connection, view.dataset_id), sa.not_(touched()))
    tally += _counted(untouched.subquery(), connection, row.relevant_from)

    def of_state(wanted: str) -> int:
        return sum(n for state, *_, n in tally if state == wanted)

    states = ("unlabelled", "disputed", "left out", HIDDEN)
    labelled = [(split, n) for state, _, split, n in tally if state not in states]
    return {
        "pairs": sum(n for *_, n in tally),
        "labelled": sum(n for _, n in labelled),
        "positives": sum(n for _, positive, _, n in tally if positive),
        "labelled_splits": {
            name: sum(n for split, n in labelled if (split or SPLITS[0]) == name) for name in SPLITS
        },
        "unlabelled": of_state("unlabelled"),
        "disputed": of_state("disputed"),
        "left out": of_state("left out"),
        "hidden": of_state(HIDDEN),
    }


def _counted(
    labels: sa.Subquery, connection: sa.Connection, relevant_from: float | None
) -> list[Any]:
    # A literal: PostgreSQL takes two bound numbers for two different expressions.
    positive = labels.c.effective > sa.literal_column("0")
    if relevant_from is not None:
        positive = labels.c.effective >= sa.literal_column(repr(float(relevant_from)))
    groups = labels.c.state, positive, labels.c.split
    return list(connection.execute(select(*groups, func.count()).group_by(*groups)))


def labelled_by_people(connection: sa.Connection, view: Visibility) -> int:
    # Whether a hidden decision gives a label or leaves the pair out is hidden, too.
    has_label = (
        (annotations, annotations.c.label.is_not(None)),
        (decisions, sa.or_(decisions.c.label.is_not(None), view.hidden())),
    )
    by = [
        select(table.c.pair_id)
        .join(pairs, pairs.c.id == table.c.pair_id)
        .where(*visible_pairs(connection, view.dataset_id), with_label)
        for table, with_label in has_label
    ]
    return count(connection, select(func.count()).select_from(sa.union(*by).subquery()))


def visible_pairs(connection: sa.Connection, dataset_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The dataset's seen pairs; where no import runs, an index alone tells them."""
    of_dataset = pairs.c.dataset_id == dataset_id
    if connection.scalar(importing().limit(1)):
        return of_dataset, is_visible()
    return of_dataset, pairs.c.retired_at.is_(None)


def count(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return int(connection.scalar(query) or 0)
