"""Writing one batch of staged pairs into a dataset, within a transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.services.database import imported_labels, pairs

_COPIED = ("pair_key", "query_key", "passage_key", "query", "passage", "label", "line", "split",
           "extra")  # fmt: skip


class Writer:
    """Writes one batch of staged pairs within a transaction."""

    def __init__(
        self, connection: sa.Connection, dataset_id: int, import_id: int, source: str, now: float
    ) -> None:
        self.connection, self.dataset_id, self.import_id = connection, dataset_id, import_id
        self.source, self.now = source, now

    def write(self, batch: Sequence[dict[str, Any]], grown: bool) -> dict[str, int]:
        """Store a batch; returns kept, positives and conflicts."""
        there = self._there([pair["pair_key"] for pair in batch]) if grown else {}
        new = [pair for pair in batch if pair["pair_key"] not in there]
        again = [pair for pair in batch if pair["pair_key"] in there]
        if new:
            self._insert(new)
        self._write_votes([pair for pair in new if pair["votes"]])
        labelled = [pair for pair in new if pair["label"] is not None]
        counts = {
            "kept": len(labelled),
            "positives": sum(any(value > 0 for value in _values(pair)) for pair in labelled),
            "conflicts": sum(bool(pair["conflict"]) for pair in labelled),
        }
        for pair in again:
            for name, n in self._add(pair, there[pair["pair_key"]]).items():
                counts[name] += n
        return counts

    def _insert(self, new: Sequence[dict[str, Any]]) -> None:
        # Past SQLAlchemy's handling of each value, which takes longer than the database.
        same = {"source": self.source, "dataset_id": self.dataset_id, "import_id": self.import_id,
                "created_at": self.now}  # fmt: skip
        sql = pairs.insert().compile(dialect=self.connection.dialect, column_keys=[*_COPIED, *same])
        order: Any = sql.positiontup
        told = [{**pair, **same} for pair in new]
        rows: Any = [tuple(row[name] for name in order) for row in told] if order else told
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

    def _add(self, pair: dict[str, Any], known: tuple[int, set[float]]) -> dict[str, int]:
        """Add new imported values to a pair that is there."""
        pair_id, have = known
        told = _values(pair) - have
        if not told:
            return {}
        line_of = {value: line for value, line, _who in pair["votes"]}
        self.connection.execute(
            imported_labels.insert(),
            [self._value(pair_id, value, line_of.get(value, pair["line"]), None) for value in told],
        )
        return {
            "kept": int(not have),
            "positives": int(not have and any(value > 0 for value in told)),
            "conflicts": int(len(have) <= 1 and len(have | told) > 1),
        }

    def _write_votes(self, voted: Sequence[dict[str, Any]]) -> None:
        if not voted:
            return
        keys = [pair["pair_key"] for pair in voted]
        mine = pairs.c.dataset_id == self.dataset_id, pairs.c.pair_key.in_(keys)
        stored = self.connection.execute(select(pairs.c.pair_key, pairs.c.id).where(*mine))
        ids = {key: pair_id for key, pair_id in stored}  # noqa: C416
        self.connection.execute(
            imported_labels.insert(),
            [self._value(ids[pair["pair_key"]], *vote) for pair in voted for vote in pair["votes"]],
        )

    def _value(self, pair_id: int, value: float, line: int, who: str | None) -> dict[str, Any]:
        return {"pair_id": pair_id, "import_id": self.import_id, "value": value,
                "source": self.source, "line": line, "annotator": who}  # fmt: skip


def _values(pair: dict[str, Any]) -> set[float]:
    return {value for value, *_ in pair["votes"]} | ({pair["label"]} - {None})
