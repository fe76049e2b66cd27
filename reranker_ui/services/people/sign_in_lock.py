"""Locks sign-in after failures, counted in the database so that a restart does not reset them."""

import time

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.tokens import digest
from reranker_ui.services.store.people_tables import failures
from reranker_ui.services.store.workspace import Workspace

WINDOW = 15 * 60.0  # seconds
SKEW = 60.0  # seconds that another attempt may appear to be in the future
# Failures within WINDOW that lock sign-in: of a name from one address, of the address, of the name
# from anywhere.
MOST = (5, 30, 50)


class Locked(Refused):
    """Too many failures: the password was not checked."""


def begin(workspace: Workspace, host: str, name: str) -> list[int]:
    """Count an attempt as failed before it is made, so that concurrent attempts count too.

    Returns the ids of its rows, for `passed`. Locked where `name` may not try from `host` now.
    """
    check(workspace, host, name)
    now = time.time()
    with workspace.writing() as connection:
        _check(connection, host, name, now)
        # Failures in the future were counted before the clock was set back.
        expired = ~failures.c.at.between(now - WINDOW, now + SKEW)
        connection.execute(failures.delete().where(expired))
        rows = [{"key": key, "at": now} for key in _keys(host, name)]
        return list(connection.scalars(failures.insert().values(rows).returning(failures.c.id)))


def check(workspace: Workspace, host: str, name: str) -> None:
    """Locked where `name` may not try from `host` now."""
    with workspace.reading() as connection:
        _check(connection, host, name, time.time())


def passed(workspace: Workspace, host: str, name: str, counted: list[int]) -> None:
    """Delete the `counted` attempt, and the failures of `name` from `host`.

    Other failures of the address and of the name are kept.
    """
    deleted = failures.c.id.in_(counted) | (failures.c.key == _keys(host, name)[0])
    with workspace.writing() as connection:
        connection.execute(failures.delete().where(deleted))


def _check(connection: sa.Connection, host: str, name: str, now: float) -> None:
    for key, limit in zip(_keys(host, name), MOST, strict=True):
        query = (
            sa.select(failures.c.at)
            .where(failures.c.key == key, failures.c.at.between(now - WINDOW, now + SKEW))
            .order_by(failures.c.at.desc())
            .limit(1)
            .offset(limit - 1)
        )
        earliest = connection.scalar(query)
        if earliest is not None:
            minutes = (earliest + WINDOW - now) // 60 + 1
            raise Locked(f"Too many wrong passwords. Try again in {minutes:.0f} min.")


def _keys(host: str, name: str) -> tuple[str, str, str]:
    name = " ".join(name.split()).casefold()
    return digest(f"both {host} {name}"), digest(f"host {host}"), digest(f"name {name}")
