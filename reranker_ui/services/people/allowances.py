"""Rate limits: in memory for one server, in the database where there may be several."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from reranker_ui.core.values.rate_limits import Bucket
from reranker_ui.services.people.tokens import digest
from reranker_ui.services.store.people_tables import allowances
from reranker_ui.services.store.workspace import Workspace

_SWEEP = 60.0  # seconds between two removals of rows that say nothing any more


def bucket(workspace: Workspace, name: str, rate: float, burst: float) -> "Bucket | SharedBucket":
    """A token bucket for each key, shared by all servers that use the workspace's database."""
    if workspace.engine.dialect.name == "postgresql":
        return SharedBucket(workspace, name, rate, burst)
    return Bucket(rate, burst)


class SharedBucket:
    """As `core.values.rate_limits.Bucket`, kept in PostgreSQL.

    It keeps one number for each key: the time at which the bucket is full again
    (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), by the database's clock.
    """

    def __init__(self, workspace: Workspace, name: str, rate: float, burst: float) -> None:
        self._engine = workspace.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._name, self._step, self._most = name, 1 / rate, burst / rate
        self._swept = 0.0

    def take(self, key: str) -> float:
        """Take one token. Returns 0, or the seconds until one is available.

        Unavailable where the database cannot be reached.
        """
        name, now = digest(f"{self._name} {key}"), _now()
        # A time so far ahead was written before the clock was set back.
        kept = sa.case((allowances.c.full_at > now + self._most, now), else_=allowances.c.full_at)
        full_at = sa.func.greatest(kept, now) + self._step
        token_row = (
            postgresql.insert(allowances)
            .values(key=name, full_at=now + self._step)
            .on_conflict_do_update(
                index_elements=[allowances.c.key],
                set_={"full_at": full_at},
                where=full_at - now <= self._most,
            )
            .returning(allowances.c.full_at)
        )
        left = sa.select(allowances.c.full_at - now).where(allowances.c.key == name)
        with self._engine.connect() as connection:
            self._sweep(connection)
            if connection.scalar(token_row) is not None:
                return 0.0
            return max(0.001, (connection.scalar(left) or 0.0) + self._step - self._most)

    def _sweep(self, connection: sa.Connection) -> None:
        if time.monotonic() > self._swept + _SWEEP:
            self._swept = time.monotonic()
            connection.execute(allowances.delete().where(allowances.c.full_at < _now()))


def _now() -> Any:
    """The database's clock: those of the servers differ."""
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
