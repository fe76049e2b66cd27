"""The annotation settings of a dataset: order, overlap, blind labelling and visibility."""

import time
from typing import Any, TypedDict, get_args

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.model_scores import ScoringRun, runs_that_score
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.guidelines import Order, TestPairs
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, datasets, pairs
from reranker_ui.services.store.people_tables import users
from reranker_ui.services.store.workspace import Workspace, record

ORDERS = get_args(Order)
_MOST_OVERLAP = 9


class LabellingSettings(TypedDict):
    """How a dataset is labelled; annotators None: everyone may label.

    `runs` (those of this dataset first) and `people` can be chosen.
    """

    order: Order
    run: int | None
    overlap: int
    blind: bool
    adjudicators: list[str]
    test_annotators: list[str]
    annotators: list[str] | None
    runs: list[ScoringRun]
    people: list[str]


class OfferedTestPairs(TypedDict):
    """Whether test pairs are offered to the user."""

    test_pairs: TestPairs


def stream_settings(workspace: Workspace, user: User, dataset_name: str) -> LabellingSettings:
    """The settings of a dataset's stream, and what there is to choose from."""
    require(user, "admin")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        people = _people(connection, dataset, user)
    runs = runs_that_score(workspace, user)
    return {
        "order": dataset.ordering,
        "run": dataset.order_run,
        "overlap": dataset.overlap,
        "blind": bool(dataset.blind),
        "adjudicators": dataset.adjudicators or [],
        "test_annotators": dataset.test_annotators or [],
        "annotators": dataset.annotators,
        "runs": sorted(runs, key=lambda run: run["dataset"] != dataset_name),
        "people": people,
    }


def set_stream(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    *,
    overlap: int | None = None,
    order: str | None = None,
    run: int | None = None,
    blind: bool | None = None,
    adjudicators: list[str] | None = None,
    test_annotators: list[str] | None = None,
    annotators: list[str] | None = None,
) -> None:
    """Change how a dataset is labelled; None leaves a setting as it is.

    order: one of ORDERS; "uncertain" goes by the scores of `run`, which must have a model, or by
    cosine without one.
    adjudicators, test_annotators, annotators: names; an admin may do all of it anyway. No
    annotators: everyone may label.
    """
    require(user, "admin")
    if overlap is not None and not 1 <= overlap <= _MOST_OVERLAP:
        raise Refused(f"A pair can need 1 to {_MOST_OVERLAP} labels, not {overlap}.")
    _check_order(workspace, user, order, run)
    changes = {
        "overlap": overlap,
        "ordering": order,
        "blind": None if blind is None else int(blind),
        "adjudicators": _names(adjudicators),
        "test_annotators": _names(test_annotators),
    }
    after: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    if order == "uncertain":
        after["order_run"] = run
    if annotators is not None:
        after["annotators"] = _names(annotators) or None
    with workspace.writing() as connection:
        dataset = find_dataset(connection, dataset_name)
        before = {name: getattr(dataset, name) for name in after}
        after = {name: value for name, value in after.items() if value != before[name]}
        if not after:
            return
        before = {name: before[name] for name in after}
        connection.execute(datasets.update().where(datasets.c.id == dataset.id).values(**after))
        subject, now = f"dataset:{dataset.id}", time.time()
        record(connection, user, "set stream", subject, at=now, before=before, after=after)


def offer_test_pairs(
    workspace: Workspace, user: User, dataset_name: str, offer: bool
) -> OfferedTestPairs:
    """Offer the dataset's test pairs to `user`, an admin, or seal them again."""
    require(user, "admin")
    with workspace.reading() as connection:
        named = find_dataset(connection, dataset_name).test_annotators or []
    other_names = [name for name in named if name != user.name]
    names = [*other_names, user.name] if offer else other_names
    set_stream(workspace, user, dataset_name, test_annotators=names)
    return {"test_pairs": "offered" if offer else "sealed"}


def _check_order(workspace: Workspace, user: User, order: str | None, run: int | None) -> None:
    if order is not None and order not in ORDERS:
        raise Refused(f"{order} is not an order. Choose one of {', '.join(ORDERS)}.")
    if order != "uncertain" or run is None:
        return
    if run not in {scoring["id"] for scoring in runs_that_score(workspace, user)}:
        raise Refused(f"Run {run} has no model to score with. Choose another run.")


def _names(names: list[str] | None) -> list[str] | None:
    if names is None:
        return None
    return sorted({" ".join(str(name).split()) for name in names} - {""})


def _people(connection: sa.Connection, dataset: sa.Row[Any], user: User) -> list[str]:
    """People who may label, have labelled the dataset, or are named in its settings."""
    signed = select(users.c.name).where(users.c.role != "viewer", users.c.removed_at.is_(None))
    labelled = (
        select(annotations.c.annotator)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(pairs.c.dataset_id == dataset.id)
        .distinct()
    )
    lists = (dataset.adjudicators, dataset.test_annotators, dataset.annotators)
    named = [name for names in lists for name in names or []]
    people = {*connection.scalars(signed), *connection.scalars(labelled), *named, user.name}
    return sorted(people, key=str.casefold)
