"""Writing one batch of staged pairs into a dataset, within a transaction."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.database import decisions, imported_labels, pairs
from reranker_ui.services.staging import Staged, Vote

_COPIED = ("pair_key", "query_key", "passage_key", "query", "passage", "label", "line", "split",
           "extra")  # fmt: skip
_SAME = ("dataset_id", "import_id", "source", "created_at")
_SETTLED = "The imported file names this label beside votes that differ."
Votes = dict[int, list[Vote]]


class Writer:
    """Writes one batch of staged pairs within a transaction."""

    def __init__(
        self, connection: sa.Connection, dataset_id: int, import_id: int, source: str, who: str,
        now: float,
    ) -> None:  # fmt: skip
        self.connection, self.dataset_id, self.import_id = connection, dataset_id, import_id
        self.source, self.who, self.now = source, who, now

    def write(self, batch: Sequence[Staged], votes: Votes) -> None:
        """Store pairs of which the dataset has none yet."""
        self._insert(batch)
        voted = [pair for pair in batch if pair.votes]
        if voted:
            self._write_votes(voted, votes)

    def append(self, batch: Sequence[Staged], votes: Votes) -> dict[str, int]:
        """Store what is new in pairs that may be there; returns kept, positives and conflicts."""
        there = self._there([pair.pair_key for pair in batch])
        new = [pair for pair in batch if pair.pair_key not in there]
        if new:
            self.write(new, votes)
        labelled = [pair for pair in new if pair.label is not None]
        counts = {
            "kept": len(labelled),
            "positives": sum(_is_positive(pair, votes) for pair in labelled),
            "conflicts": sum(pair.conflict for pair in labelled),
        }
        for pair in batch:
            if pair.pair_key in there:
                for name, n in self._add(pair, there[pair.pair_key], votes).items():
                    counts[name] += n
        return counts

    def _insert(self, new: Sequence[Staged]) -> None:
        # Past SQLAlchemy's handling of each value, which takes longer than the database.
        names = (*_COPIED, *_SAME)
        sql = pairs.insert().compile(dialect=self.connection.dialect, column_keys=names)
        same = (self.dataset_id, self.import_id, self.source, self.now)
        told = [pair[1 : 1 + len(_COPIED)] + same for pair in new]
        rows: Any
        if order := sql.positiontup:
            rows = list(map(itemgetter(*map(names.index, order)), told))
        else:
            rows = [dict(zip(names, row, strict=True)) for row in told]
        self.connection.exec_driver_sql(str(sql), rows)

    def _there(self, keys: Sequence[str]) -> dict[str, tuple[int, set[float]]]:
        """The pairs of the dataset with these keys: id and imported values."""
        rows = self.connection.execute(
            select(pairs.c.pair_key, pairs.c.id, pairs.c.label, imported_labels.c.value)
            .select_from(pairs.outerjoin(imported_labels))
            .where(pairs.c.dataset_id == self.dataset_id, pairs.c.pair_key.in_(keys))
        )
        there: dict[str, tuple[int, set[float]]] = {}
        for key, pair_id, label, value in rows:
            there.setdefault(key, (pair_id, set()))[1].update({label, value} - {None})
        return there

    def _add(self, pair: Staged, known: tuple[int, set[float]], votes: Votes) -> dict[str, int]:
        """Add new imported values to a pair that is there."""
        pair_id, have = known
        values = _values(pair, votes) - have
        if not values:
            return {}
        given = {value: (line, who) for value, line, who in votes.get(pair.id, ())}
        told = [(value, *given.get(value, (pair.line, None))) for value in values]
        self.connection.execute(
            imported_labels.insert(), [self._value(pair_id, *vote) for vote in told]
        )
        return {
            "kept": int(not have),
            "positives": int(not have and any(value > 0 for value in values)),
            "conflicts": int(len(have) <= 1 and len(have | values) > 1),
        }

    def _write_votes(self, voted: Sequence[Staged], votes: Votes) -> None:
        keys = [pair.pair_key for pair in voted]
        mine = pairs.c.dataset_id == self.dataset_id, pairs.c.pair_key.in_(keys)
        stored = self.connection.execute(select(pairs.c.pair_key, pairs.c.id).where(*mine))
        ids = {key: pair_id for key, pair_id in stored}  # noqa: C416
        given = [(ids[pair.pair_key], vote) for pair in voted for vote in votes[pair.id]]
        self.connection.execute(
            imported_labels.insert(), [self._value(pair_id, *vote) for pair_id, vote in given]
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


def _values(pair: Staged, votes: Votes) -> set[float]:
    return {value for value, *_ in votes.get(pair.id, ())} | ({pair.label} - {None})  # type: ignore[operator]


def _is_positive(pair: Staged, votes: Votes) -> bool:
    return any(value > 0 for value in ({pair.label} if pair.settled else _values(pair, votes)))  # type: ignore[operator]
