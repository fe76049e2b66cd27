"""Users and their roles."""

from dataclasses import dataclass
from typing import Literal

from reranker_ui.core.values.refused import Refused

Role = Literal["viewer", "annotator", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "annotator", "admin")


@dataclass(frozen=True)
class User:
    """A person or a program: `role` is one of ROLES, each including the rights of the previous.

    `local`: on this machine itself, by the command line or the page without sign-in.
    """

    name: str
    role: Role
    local: bool = False


LOCAL = User("local user", "admin", local=True)
VISITOR = User("visitor", "viewer")  # everyone who comes to a demo


def require(user: User, role: str) -> None:
    """Refuse unless `user` has at least `role`."""
    order: tuple[str, ...] = ROLES
    if order.index(user.role) < order.index(role):
        raise Refused(f"This needs the role {role}, and {user.name} is {user.role}.")
