"""Which pairs of a dataset are open to a user: too few labels, not sealed, not reserved."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, or_, select

from reranker_ui.services.labels.effective_labels import importing, pairs_with_labels
from reranker_ui.services.labels.visibility import Visibility, sealed_for
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import (
    annotations,
    decisions,
    imported_labels,
    leases,
    pairs,
)

LEASE_SECONDS = 300.0
SKEW = 60.0  # seconds that the time of another request or server may be ahead
_CHUNK = 500  # ids a statement is given
Where = list[sa.ColumnElement[bool]]


def offered(dataset: sa.Row[Any], user: User) -> Where:
    """Which pairs `user` may be offered at all: not those of the sealed test split."""
    return [not_test()] if sealed_for(dataset, user) else []


def leased(now: float) -> sa.ColumnElement[bool]:
    """Leases that hold at `now`: a longer one was given before the clock was set back."""
    return leases.c.until.between(now, now + LEASE_SECONDS + SKEW)


def not_test() -> sa.ColumnElement[bool]:
    """Pairs outside the test split."""
    return or_(pairs.c.split.is_(None), pairs.c.split != "test")


def imported_unlabelled() -> Where:
    """Pairs that were imported without a label."""
    return [pairs.c.retired_at.is_(None), pairs.c.label.is_(None)]


def in_scope(dataset: sa.Row[Any], user: User, imported: bool) -> Where:
    """All pairs that `user` may be offered, labelled or not, by the queue's index."""
    return [pairs.c.dataset_id == dataset.id, *kind(imported), *offered(dataset, user)]


def found_otherwise(dataset: sa.Row[Any], user: User, imported: bool) -> Where:
    """The same for pairs that another condition finds: "+ 0" keeps the planner from walking
    the whole dataset, or all that has no label, instead."""
    label = [] if imported else [(pairs.c.label + 0).is_(None)]
    return [
        pairs.c.dataset_id + 0 == dataset.id,
        pairs.c.retired_at.is_(None),
        *label,
        *offered(dataset, user),
    ]


def kind(imported: bool) -> Where:
    """Pairs that were imported without a label, or all pairs."""
    return [pairs.c.retired_at.is_(None)] if imported else imported_unlabelled()


def leases_of_others(user: User, now: float) -> Where:
    """Leases of a pair of the outer query that keep it from `user` at `now`."""
    return [leases.c.pair_id == pairs.c.id, leases.c.annotator != user.name, leased(now)]


class OpenPairs:
    """The pairs that are open to one user now, asked for in several orders."""

    def __init__(
        self,
        connection: sa.Connection,
        dataset: sa.Row[Any],
        user: User,
        now: float,
        imported: bool,
    ) -> None:
        self.connection, self.dataset, self.user = connection, dataset, user
        self.imported = imported
        self.drawn: dict[int, str] = {}  # how a pair was chosen, where not in turn
        self.uncertain: list[int] = []  # pairs that may be open, the least certain by cosine first
        answered = sa.exists().where(
            annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name
        )
        decided = sa.exists().where(decisions.c.pair_id == pairs.c.id)
        hidden = list(connection.scalars(importing()))
        done = or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(hidden))
        self.for_me: Where = [~answered, ~decided, *([done] if hidden else [])]
        reserved = select(func.count()).where(*leases_of_others(user, now))
        self.others = reserved.scalar_subquery()

    def at(self, votes: int, *also: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Open pairs with this number of votes; where it is fixed, the index gives the order.

        It holds all that is asked for. With one more column SQLite might walk another index.
        """
        return select(pairs.c.id).where(
            *in_scope(self.dataset, self.user, self.imported),
            pairs.c.votes == votes,
            *self.for_me,
            self.others < self.dataset.overlap - votes,
            *also,
        )

    def first(self, n: int, *also: sa.ColumnElement[bool]) -> list[int]:
        """The first `n` open pairs by id."""
        chosen: list[int] = []
        for votes in range(self.dataset.overlap):
            query = self.at(votes, *also).order_by(pairs.c.id).limit(n)
            chosen += self.connection.scalars(query)
        return sorted(chosen)[:n]

    def among(self, rows: sa.ColumnElement[bool], n: int) -> list[tuple[int, str]]:
        """At most `n` open pairs of those picked by `rows`, an indexed condition, by id."""
        query = select(pairs.c.id, pairs.c.query_key).where(rows, *self.wanted())
        return sorted((row.id, row.query_key) for row in self.connection.execute(query.limit(n)))

    def wanted(self) -> Where:
        """Whether a pair that another condition finds is open."""
        return [
            *found_otherwise(self.dataset, self.user, self.imported),
            *self.for_me,
            self.others + pairs.c.votes < self.dataset.overlap,
        ]

    def closed(self, have: list[int], again: bool = False) -> list[int]:
        """Those of `have` that need no label any more; `again`: that may not be labelled at all."""
        if not have:
            return []
        may = found_otherwise(self.dataset, self.user, True) if again else self.wanted()
        still = set(self.connection.scalars(select(pairs.c.id).where(pairs.c.id.in_(have), *may)))
        return [pair for pair in have if pair not in still]


def disputed_ids(connection: sa.Connection, view: Visibility) -> list[int]:
    """The ids of a dataset's pairs that `view` shows to be disputed, the most votes first."""
    if view.blind:
        return []
    # Only pairs whose labels differ at all are looked at closely.
    votes = (
        select(annotations.c.pair_id)
        .join(pairs, pairs.c.id == annotations.c.pair_id)
        .where(pairs.c.dataset_id == view.dataset_id, pairs.c.retired_at.is_(None))
        .where(pairs.c.votes >= 2, *view.shown())
        .group_by(annotations.c.pair_id)
        .having(func.min(annotations.c.label) < func.max(annotations.c.label))
    )
    values = (
        select(imported_labels.c.pair_id)
        .distinct()
        .join(pairs, pairs.c.id == imported_labels.c.pair_id)
        .where(
            pairs.c.dataset_id + 0 == view.dataset_id,
            pairs.c.retired_at.is_(None),
            pairs.c.votes + 0 == 0,
            *view.shown(),
        )
    )
    may_be = [*connection.scalars(votes), *connection.scalars(values)]
    disputed: list[tuple[int, int]] = []
    for start in range(0, len(may_be), _CHUNK):
        only = may_be[start : start + _CHUNK]
        labelled = pairs_with_labels(view, pairs.c.votes, pairs.c.id, only=only).subquery()
        query = select(labelled.c.votes, labelled.c.id).where(labelled.c.state == "disputed")
        disputed += [(-row.votes, row.id) for row in connection.execute(query)]
    return [pair for _, pair in sorted(disputed)]
