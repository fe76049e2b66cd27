"""Users who sign in with Hugging Face, identified by `sub`, which never changes; names may."""

from typing import Any

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.accounts import check_name, write_account
from reranker_ui.services.people.invites import join_by_invite
from reranker_ui.services.store.access import User
from reranker_ui.services.store.people_tables import users
from reranker_ui.services.store.workspace import Workspace

_SYSTEM = User("Hugging Face sign-in", "admin")


def hub_user(
    workspace: Workspace,
    subject: str,
    name: str,
    *,
    creator: str | None,
    newcomers: str,
    invite: str | None = None,
) -> int:
    """The id of the user with this `subject`; the first sign-in adds the user.

    The Space's `creator` is its admin. Others join by an invite, or with the role `newcomers`
    where that is not "none". Refused: anyone else, and who was removed until an admin adds the
    name again.
    """
    with workspace.writing() as connection:
        row = connection.execute(sa.select(users).where(users.c.subject == subject)).first()
        if row is not None:
            return _existing_account(connection, row, subject == creator)
        free = _free_name(connection, check_name(name))
        if creator and subject == creator:
            return write_account(connection, _SYSTEM, free, "admin", subject=subject)
        if invite:
            return join_by_invite(connection, invite, free, subject=subject)
        if newcomers == "none":
            raise Refused(
                f"{name} has no access to this Space. Ask its owner for an invite link, then open"
                " that link."
            )
        return write_account(connection, _SYSTEM, free, newcomers, subject=subject)


def _existing_account(connection: sa.Connection, row: sa.Row[Any], creator: bool) -> int:
    if row.removed_at is None:
        return int(row.id)
    if creator:
        return write_account(connection, _SYSTEM, row.name, "admin", again=True)
    raise Refused(f"{row.name} was removed from this Space. An admin can add the name again.")


def _free_name(connection: sa.Connection, name: str) -> str:
    # A name keeps the labels of its first owner, even after that user was removed.
    used_names = {used.casefold() for used in connection.execute(sa.select(users.c.name)).scalars()}
    numbered = (f"{name[:36]} {number}" for number in range(2, 1000))
    return next(
        candidate for candidate in (name, *numbered) if candidate.casefold() not in used_names
    )
