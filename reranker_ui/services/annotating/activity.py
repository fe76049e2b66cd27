"""What each annotator of a dataset has done: how much, how fast, and how like the others."""

import time
from collections import defaultdict
from statistics import median
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import func, select

from reranker_ui.core.evaluation.agreement_report import MajorityAgreement
from reranker_ui.services.annotating.agreement import agreement_in_detail
from reranker_ui.services.annotating.gold import GoldReport, gold_report
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import annotations, pairs
from reranker_ui.services.store.workspace import Workspace

DAYS = 14
_DAY = 86_400
_FAST, _ENOUGH = 1.0, 20  # seconds a label and labels: who is faster does not read
_MOST = 200_000  # labels of the last days that are looked at


class AnnotatorActivity(TypedDict):
    """What an annotator has done. Times in Unix seconds; `gold`: for admins.

    `days`: labels on each of the last days, the newest last; `seconds`: median a label over these
    days; `fast`: whether that is too fast for reading.
    """

    name: str
    labels: int
    cannot_tell: int
    skips: int
    first: float
    last: float
    days: list[int]
    seconds: float | None
    fast: bool
    gold: GoldReport | None
    majority: MajorityAgreement | None


class Activity(TypedDict):
    """What each annotator has done. `days`: when each of the last DAYS days began."""

    days: list[float]
    annotators: list[AnnotatorActivity]
    at: float


def annotators(workspace: Workspace, user: User, dataset_name: str, midnight: float) -> Activity:
    """A report on every annotator, the busiest first, for admins and adjudicators.

    midnight: when today began where the asker is, Unix seconds.
    """
    require(user, "annotator")
    agreed = agreement_in_detail(workspace, user, dataset_name)["majority"]
    since = midnight - (DAYS - 1) * _DAY
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        totals = connection.execute(_totals(dataset)).all()
        days, seconds = _recent(connection, dataset, since)
        # How many are right says something about labels that others may not see.
        gold = gold_report(connection, dataset) if user.role == "admin" else {}
    return {
        "days": [since + day * _DAY for day in range(DAYS)],
        "annotators": [
            {
                "name": row.annotator,
                "labels": row.labels,
                "cannot_tell": row.cannot_tell,
                "skips": row.given - row.labels - row.cannot_tell,
                "first": row.first,
                "last": row.last,
                "days": [days[row.annotator, day] for day in range(DAYS)],
                "seconds": median(seconds[row.annotator]) if seconds[row.annotator] else None,
                "fast": _is_fast(seconds[row.annotator]),
                "gold": gold.get(row.annotator),
                "majority": agreed.get(row.annotator),
            }
            for row in totals
        ],
        "at": time.time(),
    }


def _is_fast(seconds: list[float]) -> bool:
    return len(seconds) >= _ENOUGH and median(seconds) < _FAST


def _totals(dataset: sa.Row[Any]) -> sa.Select[Any]:
    labels = func.count(annotations.c.label).label("labels")
    return (
        select(
            annotations.c.annotator,
            labels,
            func.count().label("given"),
            func.sum(annotations.c.cannot_tell).label("cannot_tell"),
            func.min(annotations.c.created_at).label("first"),
            func.max(annotations.c.updated_at).label("last"),
        )
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(pairs.c.dataset_id == dataset.id, pairs.c.retired_at.is_(None))
        .group_by(annotations.c.annotator)
        .order_by(labels.desc(), annotations.c.annotator)
    )


def _recent(
    connection: sa.Connection, dataset: sa.Row[Any], since: float
) -> tuple[dict[tuple[str, int], int], dict[str, list[float]]]:
    """Labels by annotator and day from `since` on, and how many seconds each took."""
    query = (
        select(annotations.c.annotator, annotations.c.updated_at, annotations.c.seconds)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(
            pairs.c.dataset_id == dataset.id,
            pairs.c.retired_at.is_(None),
            annotations.c.label.is_not(None),
            annotations.c.updated_at >= since,
        )
        .order_by(annotations.c.updated_at.desc())
    )
    days: dict[tuple[str, int], int] = defaultdict(int)
    seconds: dict[str, list[float]] = defaultdict(list)
    for name, at, elapsed in connection.execute(query.limit(_MOST)):
        days[name, min(DAYS - 1, int((at - since) // _DAY))] += 1
        if elapsed is not None:
            seconds[name].append(elapsed)
    return days, seconds
