"""Which pairs of a dataset are open to a user: wanted, not sealed, in nobody else's hands."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import func, or_, select

from reranker_ui.services.database import annotations, decisions, imported_labels, leases, pairs
from reranker_ui.services.effective import importing, pairs_with_labels
from reranker_ui.services.users import User

Where = list[sa.ColumnElement[bool]]


def sealed_for(dataset: sa.Row[Any], user: User) -> bool:
    """Whether the dataset's test pairs are withheld from `user`."""
    return user.name not in (dataset.test_annotators or [])


def offered(dataset: sa.Row[Any], user: User) -> Where:
    """Which pairs `user` may be offered at all: not those of the sealed test split."""
    if not sealed_for(dataset, user):
        return []
    return [or_(pairs.c.split.is_(None), pairs.c.split != "test")]


def came_unlabelled() -> Where:
    """Pairs that came without a label."""
    return [pairs.c.retired_at.is_(None), pairs.c.label.is_(None)]


def in_scope(dataset: sa.Row[Any], user: User, imported: bool) -> Where:
    """All pairs that `user` may be offered, labelled or not."""
    where = [pairs.c.retired_at.is_(None)] if imported else came_unlabelled()
    return [*where, pairs.c.dataset_id == dataset.id, *offered(dataset, user)]


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
        mine = sa.exists().where(
            annotations.c.pair_id == pairs.c.id, annotations.c.annotator == user.name
        )
        decided = sa.exists().where(decisions.c.pair_id == pairs.c.id)
        hidden = list(connection.scalars(importing()))
        done = or_(pairs.c.import_id.is_(None), pairs.c.import_id.not_in(hidden))
        self.for_me: Where = [~mine, ~decided, *([done] if hidden else [])]
        self.others = (
            select(func.count())
            .where(
                leases.c.pair_id == pairs.c.id,
                leases.c.annotator != user.name,
                leases.c.until > now,
            )
            .scalar_subquery()
        )

    def at(self, votes: int, *also: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Open pairs with so many votes; with `votes` fixed the queue's index gives the order."""
        return select(pairs.c.id, pairs.c.query_key).where(
            *in_scope(self.dataset, self.user, self.imported),
            pairs.c.votes == votes,
            *self.for_me,
            self.others < self.dataset.overlap - votes,
            *also,
        )

    def first(self, n: int, *also: sa.ColumnElement[bool]) -> list[tuple[int, str]]:
        """The first `n` open pairs by id: (id, query key)."""
        found: list[tuple[int, str]] = []
        for votes in range(self.dataset.overlap):
            query = self.at(votes, *also).order_by(pairs.c.id).limit(n)
            found += [(row.id, row.query_key) for row in self.connection.execute(query)]
        return sorted(found)[:n]

    def among(self, ids: Sequence[int]) -> set[int]:
        """Those of `ids` that are open."""
        found: set[int] = set()
        for votes in range(self.dataset.overlap):
            query = self.at(votes, pairs.c.id.in_(ids))
            found.update(row.id for row in self.connection.execute(query))
        return found

    def gone(self, have: list[int]) -> list[int]:
        """Those of `have` that want no label any more."""
        if not have:
            return []
        still = self.among(have)
        return [pair for pair in have if pair not in still]


def disputed_ids(dataset: sa.Row[Any]) -> sa.Select[Any]:
    """Select the ids of disputed pairs, looking only at pairs that can be disputed."""
    inside = [pairs.c.dataset_id == dataset.id, pairs.c.retired_at.is_(None)]
    can = sa.union_all(
        select(pairs.c.id).where(*inside, pairs.c.votes >= 2),
        select(imported_labels.c.pair_id).join(pairs).where(*inside, pairs.c.votes == 0),
    ).subquery()
    told = pairs_with_labels(dataset.id, pairs.c.id, only=cast(Any, select(can.c.id))).subquery()
    return select(pairs.c.id).join(told, told.c.id == pairs.c.id).where(told.c.state == "disputed")
