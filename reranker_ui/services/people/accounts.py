"""User accounts: add, list, change the role, set the password, remove."""

import re
import time
from typing import Any, TypedDict

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import sign_in_lock
from reranker_ui.services.people.tokens import hash_password, password_fits
from reranker_ui.services.store.access import LOCAL, ROLES, Role, User, require
from reranker_ui.services.store.people_tables import api_keys, sessions, users
from reranker_ui.services.store.workspace import Workspace, record

NAME = re.compile(r"[^\W_][\w .@'-]{0,39}")


class Person(TypedDict):
    """Someone who may sign in. `how`: password, Hugging Face or not yet; `keys`: API keys held."""

    name: str
    role: Role
    how: str
    since: float
    keys: int


class KeysLeft(TypedDict):
    """How many API keys of the user are still valid."""

    keys: int


def check_name(name: str) -> str:
    """The name with normalized white space; Refused where it is not valid."""
    trimmed = " ".join(name.split())
    if not NAME.fullmatch(trimmed) or trimmed == LOCAL.name:
        raise Refused(
            f"{trimmed[:40] or 'An empty name'} is not a valid user name."
            " Use 1 to 40 letters, digits, spaces and . @ ' -, starting with a letter or digit."
        )
    return trimmed


def check_role(role: str) -> Role:
    """The role; Refused where it does not exist."""
    for valid_role in ROLES:
        if role == valid_role:
            return valid_role
    raise Refused(f"There is no role {role[:40]}. Choose one of {', '.join(ROLES)}.")


def add_user(
    workspace: Workspace, user: User, name: str, role: str, password: str | None = None
) -> dict[str, Any]:
    """Add a user, or restore a removed one. Returns `{"name", "role"}`.

    Without a password the user cannot sign in yet. Refused: a name that is taken.
    """
    require(user, "admin")
    name, role = check_name(name), check_role(role)
    hashed = None if password is None else hash_password(password)
    with workspace.writing() as connection:
        write_account(connection, user, name, role, again=True, password=hashed)
    return {"name": name, "role": role}


def list_users(workspace: Workspace, user: User) -> list[Person]:
    """Everyone who may sign in."""
    require(user, "admin")
    keys = sa.select(sa.func.count()).where(api_keys.c.user_id == users.c.id).scalar_subquery()
    active = users.c.removed_at.is_(None)
    query = sa.select(users, keys.label("keys")).where(active).order_by(users.c.id)
    with workspace.reading() as connection:
        rows = connection.execute(query).all()
    return [
        {
            "name": row.name,
            "role": row.role,
            "how": "Hugging Face" if row.subject else "password" if row.password else "not yet",
            "since": row.created_at,
            "keys": row.keys,
        }
        for row in rows
    ]


def set_role(workspace: Workspace, user: User, name: str, role: str) -> None:
    """Change a user's role immediately. Refused for the last admin."""
    require(user, "admin")
    check_role(role)
    with workspace.writing() as connection:
        row = find(connection, name)
        if role != "admin":
            _check_not_last_admin(connection, row)
        connection.execute(users.update().where(users.c.id == row.id).values(role=role))
        record(
            connection, user, "user.role", f"user:{row.id}", at=time.time(),
            before={"name": row.name, "role": row.role}, after={"role": role},
        )  # fmt: skip


def set_password(
    workspace: Workspace,
    user: User,
    name: str,
    password: str,
    present: str | None = None,
    end_keys: bool = False,
) -> KeysLeft:
    """Set a password and end all sessions of the user; `end_keys`: revoke the API keys too.

    Admins may do this for anyone, other users only for themselves with the `present` password,
    which is locked after as many failures as a sign-in.
    """
    require(user, "viewer")
    if user.role != "admin" or present is not None:
        _check_own_password(workspace, user, name, present or "")
    hashed = hash_password(password)
    with workspace.writing() as connection:
        row = find(connection, name)
        connection.execute(users.update().where(users.c.id == row.id).values(password=hashed))
        sign_out_everywhere(connection, row.id)
        of_user = api_keys.c.user_id == row.id
        if end_keys:
            connection.execute(api_keys.delete().where(of_user))
        record(connection, user, "user.password", f"user:{row.id}", at=time.time())
        left = connection.scalar(sa.select(sa.func.count()).select_from(api_keys).where(of_user))
    return {"keys": int(left or 0)}


def remove_user(workspace: Workspace, user: User, name: str) -> None:
    """Remove a user: sessions end and keys are revoked. Their labels are kept."""
    require(user, "admin")
    with workspace.writing() as connection:
        row = find(connection, name)
        _check_not_last_admin(connection, row)
        now = time.time()
        values = {"removed_at": now, "password": None}  # the subject stays, so that it is refused
        connection.execute(users.update().where(users.c.id == row.id).values(values))
        sign_out_everywhere(connection, row.id)
        connection.execute(api_keys.delete().where(api_keys.c.user_id == row.id))
        before = {"name": row.name, "role": row.role}
        record(connection, user, "user.remove", f"user:{row.id}", at=now, before=before)


def anyone_has_a_password(workspace: Workspace) -> bool:
    """Whether an admin can sign in with a password."""
    has_password = (users.c.password.is_not(None)) & (users.c.role == "admin")
    query = sa.select(users.c.id).where(has_password, users.c.removed_at.is_(None)).limit(1)
    with workspace.reading() as connection:
        return connection.execute(query).first() is not None


def write_account(
    connection: sa.Connection, by: User, name: str, role: str, *, again: bool = False, **more: Any
) -> int:
    """Write a user's row, or with `again` restore a removed one. Returns its id; Refused if taken.

    A removed name keeps its labels and adjudication rights, so only an admin can reassign it.
    """
    now = time.time()
    row = connection.execute(sa.select(users).where(users.c.name == name)).first()
    if row is not None and row.removed_at is None:
        raise Refused(f"{name} already exists. Choose another name, or change the role.")
    if row is None and (similar := _differing_in_case(connection, name)):
        raise Refused(f"{similar} already exists, and {name} differs only in case. Choose another.")
    if row is not None and not again:
        raise Refused(
            f"{name} is the name of a removed user whose labels are kept."
            " Choose another name, or ask an admin to add you under this one."
        )
    if row is not None and row.subject and more.get("password"):
        raise Refused(
            f"{name} was removed and signs in with Hugging Face, so a password would give that user"
            " access to the same account. Choose another name, or add this one without a password."
        )
    values = {"name": name, "role": role, "created_at": now, "removed_at": None, **more}
    if row is None:
        (number,) = connection.execute(users.insert().values(values)).inserted_primary_key or (0,)
    else:
        connection.execute(users.update().where(users.c.id == row.id).values(values))
        number = row.id
    after = {"name": name, "role": role}
    record(connection, by, "user.add", f"user:{number}", at=now, after=after)
    return int(number)


def _differing_in_case(connection: sa.Connection, name: str) -> str | None:
    """A user, also a removed one, whose name reads like `name`."""
    # Folded here: SQLite's lower() knows ASCII alone.
    names = connection.execute(sa.select(users.c.name)).scalars()
    return next((other for other in names if other.casefold() == name.casefold()), None)


def find(connection: sa.Connection, name: str) -> sa.Row[Any]:
    """The row of an active user; Refused if there is none with this name."""
    condition = (users.c.name == " ".join(name.split())) & users.c.removed_at.is_(None)
    row = connection.execute(sa.select(users).where(condition)).first()
    if row is None:
        raise Refused(f"There is no user {name[:40]}. `users list` shows all users.")
    return row


def sign_out_everywhere(connection: sa.Connection, user_id: int) -> None:
    """End all sessions of a user."""
    connection.execute(sessions.delete().where(sessions.c.user_id == user_id))


def _check_own_password(workspace: Workspace, user: User, name: str, present: str) -> None:
    if name != user.name:
        raise Refused(f"This needs the role admin, and {user.name} is {user.role}.")
    with workspace.reading() as connection:
        hashed = find(connection, name).password
    place = f"the current password of {name}"  # locked separately from sign-ins of an address
    counted = sign_in_lock.begin(workspace, place, name)
    if not password_fits(present, hashed):
        raise Refused("This is not the current password. Nothing was changed.")
    sign_in_lock.passed(workspace, place, name, counted)


def _check_not_last_admin(connection: sa.Connection, row: sa.Row[Any]) -> None:
    admins = (users.c.role == "admin") & users.c.removed_at.is_(None) & (users.c.id != row.id)
    other_admins = connection.scalar(sa.select(sa.func.count()).select_from(users).where(admins))
    if row.role == "admin" and not other_admins:
        raise Refused(f"{row.name} is the last admin. Make someone else admin first.")
