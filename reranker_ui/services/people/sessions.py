"""Sessions: sign in with a password, look up the user of a cookie, sign out."""

import time

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people.tokens import digest, new_token, password_fits
from reranker_ui.services.store.access import User
from reranker_ui.services.store.people_tables import sessions, users
from reranker_ui.services.store.workspace import Workspace

SESSION_SECONDS = 30 * 24 * 3600.0  # seconds


def sign_in(workspace: Workspace, name: str, password: str) -> str:
    """The token of a new session; Refused for a wrong name or password.

    The message does not reveal which of the two is wrong, and both take equally long.
    """
    condition = (users.c.name == " ".join(name.split())) & users.c.removed_at.is_(None)
    with workspace.reading() as connection:
        row = connection.execute(sa.select(users.c.id, users.c.password).where(condition)).first()
    if not password_fits(password, row and row.password) or row is None:
        raise Refused("Wrong name or password. Try again.")
    return open_session(workspace, row.id)


def open_session(workspace: Workspace, user_id: int) -> str:
    """Create a session of a user and return its token; deletes all expired sessions."""
    token, now = new_token(), time.time()
    with workspace.writing() as connection:
        connection.execute(sessions.delete().where(sessions.c.expires_at < now))
        values = {"token_hash": digest(token), "user_id": user_id}
        connection.execute(
            sessions.insert().values(**values, created_at=now, expires_at=now + SESSION_SECONDS)
        )
    return token


def session_user(workspace: Workspace, token: str) -> User | None:
    """The user of a session token, with the current role."""
    query = (
        sa.select(users.c.name, users.c.role)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.token_hash == digest(token), sessions.c.expires_at > time.time())
        .where(users.c.removed_at.is_(None))
    )
    with workspace.reading() as connection:
        row = connection.execute(query).first()
    return User(row.name, row.role) if row else None


def sign_out(workspace: Workspace, token: str) -> None:
    """End the session of this token."""
    with workspace.writing() as connection:
        connection.execute(sessions.delete().where(sessions.c.token_hash == digest(token)))
