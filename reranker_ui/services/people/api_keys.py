"""API keys: a program acts as the user who created its key. `Authorization: Bearer rr_...`"""

import time
from contextlib import suppress
from typing import TypedDict, cast

import sqlalchemy as sa

from reranker_ui.core.values.filesystems import DiskFull
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.accounts import find
from reranker_ui.services.people.tokens import digest, new_token
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import as_dict
from reranker_ui.services.store.people_tables import api_keys, users
from reranker_ui.services.store.workspace import Workspace, record

PREFIX = "rr_"
MOST_KEYS = 100  # of one person
_MINUTE = 60.0


class ApiKey(TypedDict):
    """A key as its owner sees it; `start`: its first characters. Times in Unix seconds."""

    id: int
    name: str
    start: str
    created_at: float
    used_at: float | None


class NewKey(TypedDict):
    """A key that was just created. It is shown only once."""

    key: str
    name: str


def make_key(workspace: Workspace, user: User, name: str) -> NewKey:
    """Create a key for the user. Refused where they have MOST_KEYS."""
    require(user, "viewer")
    name = " ".join(name.split())[:60] or "key"
    token, now = new_token(PREFIX), time.time()
    with workspace.writing() as connection:
        owner_id = find(connection, user.name).id
        key_count = sa.select(sa.func.count()).where(api_keys.c.user_id == owner_id)
        if (connection.scalar(key_count) or 0) >= MOST_KEYS:
            raise Refused(f"A person can have {MOST_KEYS} API keys. End one that is not used.")
        values = {
            "token_hash": digest(token),
            "user_id": owner_id,
            "name": name,
            "start": token[:7],
        }
        connection.execute(api_keys.insert().values(**values, created_at=now))
        record(connection, user, "key.make", f"user:{owner_id}", at=now, after={"name": name})
    return {"key": token, "name": name}


def list_keys(workspace: Workspace, user: User, owner: str | None = None) -> list[ApiKey]:
    """The keys of `owner`, the user if None. Only admins may list those of others."""
    owner = _owner(user, owner)
    shown = [api_keys.c[name] for name in ApiKey.__annotations__]
    query = sa.select(*shown).join(users).where(users.c.name == owner).order_by(api_keys.c.id)
    with workspace.reading() as connection:
        return [cast(ApiKey, as_dict(row)) for row in connection.execute(query).mappings()]


def end_key(workspace: Workspace, user: User, key_id: int) -> None:
    """Revoke a key: the user's own, or anyone's as an admin."""
    require(user, "viewer")
    with workspace.writing() as connection:
        owner_of_key = sa.select(api_keys.c.user_id).join(users).where(api_keys.c.id == key_id)
        if user.role != "admin":
            owner_of_key = owner_of_key.where(users.c.name == user.name)
        owner = connection.scalar(owner_of_key)
        if owner is None:
            raise Refused("This key is already revoked.")
        connection.execute(api_keys.delete().where(api_keys.c.id == key_id))
        record(connection, user, "key.end", f"user:{owner}", at=time.time())


def end_keys(workspace: Workspace, user: User, owner: str | None = None) -> int:
    """Revoke all keys of a user: one's own, or anyone's as an admin. Returns their number."""
    owner = _owner(user, owner)
    with workspace.writing() as connection:
        number = find(connection, owner).id
        ended = connection.execute(api_keys.delete().where(api_keys.c.user_id == number)).rowcount
        after = {"keys": ended}
        record(connection, user, "key.end", f"user:{number}", at=time.time(), after=after)
    return ended


def _owner(user: User, owner: str | None) -> str:
    require(user, "viewer")
    if owner not in (None, user.name):
        require(user, "admin")
    return owner or user.name


def key_user(workspace: Workspace, token: str) -> User | None:
    """The owner of a key; None for an unknown key."""
    if not token.startswith(PREFIX):
        return None
    query = (
        sa.select(api_keys.c.id, api_keys.c.used_at, users.c.name, users.c.role)
        .join(users, users.c.id == api_keys.c.user_id)
        .where(api_keys.c.token_hash == digest(token), users.c.removed_at.is_(None))
    )
    with workspace.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    now = time.time()
    if abs(now - (row.used_at or 0)) > _MINUTE:  # no write for each request of a busy program
        # On a full disk the key still works for reading.
        with suppress(DiskFull), workspace.writing() as connection:
            used = api_keys.update().where(api_keys.c.id == row.id).values(used_at=now)
            connection.execute(used)
    return User(row.name, row.role)
