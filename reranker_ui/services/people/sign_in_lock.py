"""The lock of the door: failed sign-ins are counted in the database, so a restart opens nothing."""

import time

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.tokens import digest
from reranker_ui.services.store.database import failures
from reranker_ui.services.store.workspace import Workspace

WINDOW = 15 * 60.0  # seconds
SKEW = 60.0  # seconds that another try may seem to lie ahead
# Failures within WINDOW that shut the door: for a name from one address, for the address, for the
# name from anywhere.
MOST = (5, 30, 50)


class Locked(Refused):
    """Too many failures: the password was not looked at."""


def begin(workspace: Workspace, host: str, name: str) -> list[int]:
    """Count a try as failed before it is made, so that tries at once count too.

    Returns the ids of its rows, for `passed`. Locked where `name` may not try from `host` now.
    """
    check(workspace, host, name)
    now = time.time()
    with workspace.writing() as connection:
        _check(connection, host, name, now)
        # Those of the future were counted before the clock was set back.
        lapsed = ~failures.c.at.between(now - WINDOW, now + SKEW)
        connection.execute(failures.delete().where(lapsed))
        rows = [{"key": key, "at": now} for key in _keys(host, name)]
        return list(connection.scalars(failures.insert().values(rows).returning(failures.c.id)))


def check(workspace: Workspace, host: str, name: str) -> None:
    """Locked where `name` may not try from `host` now."""
    with workspace.reading() as connection:
        _check(connection, host, name, time.time())


def passed(workspace: Workspace, host: str, name: str, counted: list[int]) -> None:
    """Forget that this try was `counted`, and the failures of `name` from `host`.

    Other failures of the address and of the name stay.
    """
    mine = failures.c.id.in_(counted) | (failures.c.key == _keys(host, name)[0])
    with workspace.writing() as connection:
        connection.execute(failures.delete().where(mine))


def _check(connection: sa.Connection, host: str, name: str, now: float) -> None:
    for key, most in zip(_keys(host, name), MOST, strict=True):
        query = (
            sa.select(failures.c.at)
            .where(failures.c.key == key, failures.c.at.between(now - WINDOW, now + SKEW))
            .order_by(failures.c.at.desc())
            .limit(1)
            .offset(most - 1)
        )
        earliest = connection.scalar(query)
        if earliest is not None:
            minutes = (earliest + WINDOW - now) // 60 + 1
            raise Locked(f"Too many wrong passwords. Try again in {minutes:.0f} min.")


def _keys(host: str, name: str) -> tuple[str, str, str]:
    name = " ".join(name.split()).casefold()
    return digest(f"both {host} {name}"), digest(f"host {host}"), digest(f"name {name}")
