"""Invites: a link with which people create an account with a given role, until it is used up."""

import time
from typing import Any, TypedDict, cast

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.accounts import check_name, check_role, write_account
from reranker_ui.services.people.tokens import digest, hash_password, new_token
from reranker_ui.services.store.access import Role, User, require
from reranker_ui.services.store.database import as_dict
from reranker_ui.services.store.people_tables import invites
from reranker_ui.services.store.workspace import Workspace, record

INVALID = "This invite has been used or has expired. Ask for a new one."


class Invite(TypedDict):
    """An open invite for `places` more people, until `expires_at` (Unix seconds)."""

    id: int
    role: Role
    places: int
    created_by: str
    expires_at: float


class NewInvite(TypedDict):
    """An invite that was just created. Its token is shown once."""

    token: str
    role: Role
    places: int
    expires_at: float


def invite(
    workspace: Workspace, user: User, role: str = "annotator", places: int = 1, days: float = 7
) -> NewInvite:
    """Create an invite."""
    require(user, "admin")
    if not 1 <= places <= 1000 or not 0 < days <= 90:
        raise Refused("An invite is for 1 to 1,000 people and lasts up to 90 days.")
    token, now = new_token(), time.time()
    created: NewInvite = {
        "token": token, "role": check_role(role), "places": places,
        "expires_at": now + days * 86400,
    }  # fmt: skip
    values = {name: value for name, value in created.items() if name != "token"}
    with workspace.writing() as connection:
        connection.execute(invites.delete().where(invites.c.expires_at < now))
        connection.execute(
            invites.insert().values(
                **values, token_hash=digest(token), created_by=user.name, created_at=now
            )
        )
        record(connection, user, "invite.make", "invites", at=now, after=values)
    return created


def list_invites(workspace: Workspace, user: User) -> list[Invite]:
    """The open invites, the oldest first."""
    require(user, "admin")
    shown = [invites.c[name] for name in Invite.__annotations__]
    query = sa.select(*shown).where(invites.c.expires_at > time.time(), invites.c.places > 0)
    with workspace.reading() as connection:
        rows = connection.execute(query.order_by(invites.c.id)).mappings()
        return [cast(Invite, as_dict(row)) for row in rows]


def withdraw(workspace: Workspace, user: User, invite_id: int) -> None:
    """Revoke an open invite."""
    require(user, "admin")
    with workspace.writing() as connection:
        connection.execute(invites.delete().where(invites.c.id == invite_id))
        record(connection, user, "invite.withdraw", "invites", at=time.time())


def invited_as(workspace: Workspace, token: str) -> str:
    """The role of an invite; Refused where it is used up, expired or unknown."""
    with workspace.reading() as connection:
        return str(_open(connection, token).role)


def accept(workspace: Workspace, token: str, name: str, password: str) -> int:
    """Create an account by an invite, with a name and a password. Returns the user's id."""
    name, hashed = check_name(name), None
    invited_as(workspace, token)  # before the expensive hash
    hashed = hash_password(password)
    with workspace.writing() as connection:
        return join_by_invite(connection, token, name, password=hashed)


def join_by_invite(connection: sa.Connection, token: str, name: str, **more: Any) -> int:
    """Use a place of an invite and add the user, in the caller's transaction."""
    row = _open(connection, token)
    use_place = invites.update().where(invites.c.id == row.id, invites.c.places > 0)
    if not connection.execute(use_place.values(places=invites.c.places - 1)).rowcount:
        raise Refused(INVALID)
    return write_account(connection, User(row.created_by, "admin"), name, row.role, **more)


def _open(connection: sa.Connection, token: str) -> sa.Row[Any]:
    condition = (invites.c.token_hash == digest(token)) & (invites.c.places > 0)
    fresh = invites.c.expires_at > time.time()
    row = connection.execute(sa.select(invites).where(condition, fresh)).first()
    if row is None:
        raise Refused(INVALID)
    return row
