"""The label of a pair that counts, in SQL.

It is the decision, else the majority of the votes, else the imported label. A tie of votes, or
imported labels that differ, is disputed; a vote without a label is a skip.
"""

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import and_, case, func, or_, select

from reranker_ui.services.labels.visibility import HIDDEN, Visibility
from reranker_ui.services.store.database import (
    annotations,
    decisions,
    imported_labels,
    imports,
    pairs,
)

State = Literal[
    "decided", "left out", "annotated", "imported", "disputed", "unlabelled", "hidden"
]  # of a pair's label


def importing() -> sa.Select[Any]:
    """Ids of imports that are not done: what they wrote is not seen yet."""
    return select(imports.c.id).where(imports.c.state != "done")


def is_visible() -> sa.ColumnElement[bool]:
    """Whether a pair exists for people: not retired, and its import is done."""
    return and_(
        pairs.c.retired_at.is_(None),
        or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(importing())),
    )


def touched() -> sa.ColumnElement[bool]:
    """Whether the effective label may differ from the imported one."""
    return or_(
        pairs.c.votes > 0,
        pairs.c.id.in_(select(decisions.c.pair_id)),
        pairs.c.id.in_(select(imported_labels.c.pair_id)),
    )


def pairs_with_labels(
    view: Visibility,
    *columns: Any,
    only: Sequence[int] | None = None,
    where: sa.ColumnElement[bool] | None = None,
) -> sa.Select[Any]:
    """Select `columns` and `effective` (float or NULL) and `state` of a dataset's seen pairs.

    Where `view` hides a pair's labels, its effective label is the person's own, and its state
    hidden if only others labelled it. `only`: these ids. `where`: of `pairs`, for both sides of
    the joins.
    """
    conditions = [pairs.c.dataset_id == view.dataset_id]
    if only is not None:
        conditions.append(pairs.c.id.in_(only))
    if where is not None:
        conditions.append(where)
    votes, values = _votes(conditions), _values(conditions)
    conflict = or_(values.c.low != values.c.high, pairs.c.label != values.c.low)
    imported = func.coalesce(pairs.c.label, values.c.low)
    decided = decisions.c.pair_id.is_not(None)
    state = case(
        (and_(decided, decisions.c.label.is_(None)), "left out"),
        (decided, "decided"),
        (votes.c.ways > 1, "disputed"),
        (votes.c.ways == 1, "annotated"),
        (conflict, "disputed"),
        (imported.is_not(None), "imported"),
        else_="unlabelled",
    )
    effective = case(
        (decided, decisions.c.label),
        (votes.c.ways > 1, sa.null()),
        (votes.c.ways == 1, votes.c.label),
        (conflict, sa.null()),
        else_=imported,
    )
    joined = (
        pairs.outerjoin(decisions, decisions.c.pair_id == pairs.c.id)
        .outerjoin(votes, votes.c.pair_id == pairs.c.id)
        .outerjoin(values, values.c.pair_id == pairs.c.id)
    )
    if not view.everything:
        own = annotations.alias("own")
        joined = joined.outerjoin(
            own, and_(own.c.pair_id == pairs.c.id, own.c.annotator == view.user)
        )
        hidden, has_label = view.hidden(), or_(decided, votes.c.ways > 0, imported.is_not(None))
        state = case(
            (sa.not_(hidden), state),
            (own.c.label.is_not(None), "annotated"),
            (has_label, HIDDEN),
            else_="unlabelled",
        )
        effective = case((hidden, own.c.label), else_=effective)
    shown = select(*columns, effective.label("effective"), state.label("state"))
    return shown.select_from(joined).where(*conditions, is_visible())


def last_labelled(view: Visibility) -> sa.Select[Any]:
    """When an annotator last gave a label that `view` shows; NULL for never."""
    conditions = [
        pairs.c.dataset_id == view.dataset_id,
        pairs.c.retired_at.is_(None),
        *view.shown(),
    ]
    return select(func.max(annotations.c.updated_at)).join(pairs).where(*conditions)


def imported_label(view: Visibility) -> sa.ColumnElement[Any]:
    """The imported label of a pair as `label`; NULL where `view` hides it."""
    if view.everything:
        return pairs.c.label
    return case((view.hidden(), sa.null()), else_=pairs.c.label).label("label")


def _votes(conditions: list[sa.ColumnElement[bool]]) -> sa.CTE:
    """Per pair with votes: how many labels share the top, and the (lowest) one."""
    tally = (
        select(annotations.c.pair_id, annotations.c.label, func.count().label("n"))
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(*conditions, annotations.c.label.is_not(None))
        .group_by(annotations.c.pair_id, annotations.c.label)
    ).cte()
    top = select(tally.c.pair_id, func.max(tally.c.n).label("n")).group_by(tally.c.pair_id).cte()
    return _computed_once(
        select(
            tally.c.pair_id,
            func.count().label("ways"),
            func.min(tally.c.label).label("label"),
        )
        .join(top, and_(top.c.pair_id == tally.c.pair_id, top.c.n == tally.c.n))
        .group_by(tally.c.pair_id)
    )


def _values(conditions: list[sa.ColumnElement[bool]]) -> sa.CTE:
    """Per pair with further imported values: the lowest and the highest."""
    return _computed_once(
        select(
            imported_labels.c.pair_id,
            func.min(imported_labels.c.value).label("low"),
            func.max(imported_labels.c.value).label("high"),
        )
        .join(pairs, pairs.c.id == imported_labels.c.pair_id)
        .where(
            *conditions,
            or_(
                imported_labels.c.import_id.is_(None),
                imported_labels.c.import_id.not_in(importing()),
            ),
        )
        .group_by(imported_labels.c.pair_id)
    )


def _computed_once(rows: sa.Select[Any]) -> sa.CTE:
    # Before PostgreSQL has statistics of new rows it expects one, and would compute them for each.
    return rows.cte().prefix_with("MATERIALIZED", dialect="postgresql")
