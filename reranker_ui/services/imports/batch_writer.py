"""Writing one batch of staged pairs into a dataset, within a transaction."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.services.imports.known_pairs import Votes, difference
from reranker_ui.services.imports.stage import Staged
from reranker_ui.services.store.bulk_copy import copy_rows
from reranker_ui.services.store.database import decisions, imported_labels, pairs

_COPIED = ("pair_key", "query_key", "passage_key", "query", "passage", "label", "line", "split",
           "extra")  # fmt: skip
_SAME = ("dataset_id", "import_id", "created_at")
_SETTLED = "The imported file gives this label beside differing votes."


class Writer:
    """Writes one batch of staged pairs within a transaction.

    source: of pairs that name no file of their own.
    """

    def __init__(
        self, connection: sa.Connection, dataset_id: int, import_id: int, source: str, who: str,
        now: float, scale: Scale = GRADES,
    ) -> None:  # fmt: skip
        self.connection, self.dataset_id, self.import_id = connection, dataset_id, import_id
        self.source, self.who, self.now = source, who, now
        self.scale = scale
        self.settled: list[dict[str, Any]] = []  # decisions on pairs that were there, to be made

    def write(self, batch: Sequence[Staged], votes: Votes) -> dict[str, int]:
        """Store pairs of which the dataset has none yet; returns how many were added."""
        self._insert(batch)
        voted = [pair for pair in batch if pair.votes]
        if voted:
            self._write_votes(voted, votes)
        return {"added": len(batch)}

    def append(self, batch: Sequence[Staged], votes: Votes) -> dict[str, int]:
        """Store pairs, and new votes on stored ones; returns the counts of the Difference."""
        changes = difference(self.connection, self.dataset_id, self.scale, batch, votes)
        if changes.new:
            self.write(changes.new, votes)
        if changes.votes:
            values = [self._value(pair_id, *vote) for pair_id, vote in changes.votes]
            self.connection.execute(imported_labels.insert(), values)
        self.settled += changes.settled
        return changes.counts

    def _insert(self, new: Sequence[Staged]) -> None:
        # Past SQLAlchemy's handling of each value, which takes longer than the database.
        names = (*_COPIED, "source", *_SAME)
        same = (self.dataset_id, self.import_id, self.now)
        rows = [(*pair[1 : 1 + len(_COPIED)], pair.source or self.source, *same) for pair in new]
        if self.connection.dialect.name == "postgresql":
            copy_rows(self.connection, pairs, names, rows)
            return
        sql = pairs.insert().compile(dialect=self.connection.dialect, column_keys=names)
        order = itemgetter(*map(names.index, sql.positiontup or ()))
        self.connection.exec_driver_sql(str(sql), list(map(order, rows)))

    def _write_votes(self, voted: Sequence[Staged], votes: Votes) -> None:
        keys = [pair.pair_key for pair in voted]
        stored_keys = pairs.c.dataset_id == self.dataset_id, pairs.c.pair_key.in_(keys)
        stored = self.connection.execute(select(pairs.c.pair_key, pairs.c.id).where(*stored_keys))
        ids = {key: pair_id for key, pair_id in stored}  # noqa: C416
        by_pair = [(ids[pair.pair_key], vote) for pair in voted for vote in votes[pair.id]]
        self.connection.execute(
            imported_labels.insert(), [self._value(pair_id, *vote) for pair_id, vote in by_pair]
        )
        settled = [
            {"pair_id": ids[pair.pair_key], "label": pair.label, "decided_by": self.who,
             "reason": _SETTLED, "decided_at": self.now}
            for pair in voted if pair.settled
        ]  # fmt: skip
        if settled:
            self.connection.execute(decisions.insert(), settled)

    def _value(self, pair_id: int, value: float, line: int, who: str | None) -> dict[str, Any]:
        return {"pair_id": pair_id, "import_id": self.import_id, "value": value,
                "source": self.source, "line": line, "annotator": who}  # fmt: skip


def settle(
    connection: sa.Connection, settled: Sequence[dict[str, Any]], who: str, now: float
) -> None:
    """Decide pairs as the file says, `{"pair": id, "grade"}` each, but none that is decided."""
    open_pair = select(
        pairs.c.id, sa.bindparam("grade", type_=sa.Float),
        *map(sa.literal, (who, _SETTLED)), sa.literal(now, sa.Float),
    ).where(
        pairs.c.id == sa.bindparam("pair"),
        ~sa.exists().where(decisions.c.pair_id == pairs.c.id),
    )  # fmt: skip
    names = ["pair_id", "label", "decided_by", "reason", "decided_at"]
    if settled:
        connection.execute(decisions.insert().from_select(names, open_pair), list(settled))
