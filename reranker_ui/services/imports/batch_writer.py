"""Writing one batch of staged pairs into a dataset, within a transaction."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.services.imports.stage import Staged, Vote
from reranker_ui.services.store.database import decisions, imported_labels, pairs

_COPIED = ("pair_key", "query_key", "passage_key", "query", "passage", "label", "line", "split",
           "extra")  # fmt: skip
_SAME = ("dataset_id", "import_id", "source", "created_at")
_SETTLED = "The imported file names this label beside votes that differ."
Votes = dict[int, list[Vote]]


class _Known(NamedTuple):
    """A pair that is there: its id, and (annotator, value) of what was imported with it."""

    id: int
    given: set[tuple[str | None, float]]

    def values(self) -> set[float]:
        """The values, whoever gave them."""
        return {value for _, value in self.given}

    def learns(self, vote: Vote) -> bool:
        """Whether the vote is new here; it is known from now on."""
        value, _, who = vote
        if (who, value) in self.given or (who is None and value in self.values()):
            return False
        self.given.add((who, value))
        return True


class Writer:
    """Writes one batch of staged pairs within a transaction."""

    def __init__(
        self, connection: sa.Connection, dataset_id: int, import_id: int, source: str, who: str,
        now: float, scale: Scale = GRADES,
    ) -> None:  # fmt: skip
        self.connection, self.dataset_id, self.import_id = connection, dataset_id, import_id
        self.source, self.who, self.now = source, who, now
        self.scale = scale
        self.settled: list[dict[str, Any]] = []  # decisions on pairs that were there, to be made

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
            "positives": sum(self._is_positive(pair, votes) for pair in labelled),
            "conflicts": sum(pair.conflict for pair in labelled),
        }
        for pair in batch:
            if pair.pair_key in there:
                for name, n in self._add(pair, there[pair.pair_key], votes).items():
                    counts[name] += n
        return counts

    def _is_positive(self, pair: Staged, votes: Votes) -> bool:
        values = {pair.label} if pair.settled else _values(pair, votes)
        return any(self.scale.relevant(value) for value in values)

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

    def _there(self, keys: Sequence[str]) -> dict[str, _Known]:
        """The pairs of the dataset with these keys: id, and who gave which imported value."""
        rows = self.connection.execute(
            select(pairs.c.pair_key, pairs.c.id, pairs.c.label,
                   imported_labels.c.annotator, imported_labels.c.value)
            .select_from(pairs.outerjoin(imported_labels))
            .where(pairs.c.dataset_id == self.dataset_id, pairs.c.pair_key.in_(keys))
        )  # fmt: skip
        there: dict[str, _Known] = {}
        for key, pair_id, label, who, value in rows:
            known = there.setdefault(key, _Known(pair_id, set()))
            known.given.update(
                vote for vote in ((None, label), (who, value)) if vote[1] is not None
            )
        return there

    def _add(self, pair: Staged, known: _Known, votes: Votes) -> dict[str, int]:
        """Add new imported votes to a pair that is there, values where nobody stands for them."""
        have = known.values()
        if pair.settled and pair.label is not None:
            self.settled.append({"pair": known.id, "grade": pair.label})
        told = [
            self._value(known.id, *vote) for vote in votes.get(pair.id, ()) if known.learns(vote)
        ]
        if pair.label is not None and known.learns(bare := (pair.label, pair.line, None)):
            told.append(self._value(known.id, *bare))
        if told:
            self.connection.execute(imported_labels.insert(), told)
        return {
            "kept": int(not have and bool(told)),
            "positives": int(not have and self._is_positive(pair, votes)),
            "conflicts": int(not pair.settled and len(have) <= 1 and len(known.values()) > 1),
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
