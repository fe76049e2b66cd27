"""The verb users: who may sign in, their roles, passwords and invites."""

import argparse
import getpass
import sys
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.people import accounts, api_keys, invites
from reranker_ui.services.store.access import LOCAL, ROLES
from reranker_ui.services.store.workspace import open_workspace

Rows = list[dict[str, Any]]


def add(verbs: Verbs) -> None:
    """Add the verb with its subcommands."""
    verb = verbs.add_parser("users", help="manage accounts, roles and invites")
    does = verb.add_subparsers(required=True, metavar="DO")
    adding = does.add_parser("add", help="add an account; asks for the password")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.set_defaults(run=_add, show=lambda account: f"{account['name']} is {account['role']}.")
    listing = does.add_parser("list", help="list accounts")
    listing.set_defaults(run=_list, show=_lines)
    role = does.add_parser("role", help="change a role")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", choices=ROLES)
    role.set_defaults(run=_role, show=str)
    password = does.add_parser("password", help="set a password; ends that person's sessions")
    password.add_argument("name", metavar="NAME")
    password.set_defaults(run=_password, show=_keys_left)
    password.add_argument(
        "--end-keys", action="store_true", help="revoke the person's API keys too"
    )
    keys = does.add_parser("end-keys", help="revoke all API keys of a person")
    keys.add_argument("name", metavar="NAME")
    keys.set_defaults(run=_end_keys, show=lambda ended: f"API keys revoked: {ended['ended']}.")
    remove = does.add_parser("remove", help="remove an account; its labels stay")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove, show=str)
    link = does.add_parser("invite", help="create an invite link")
    link.add_argument("--role", default="annotator", choices=ROLES)
    link.add_argument(
        "--places", type=int, default=1, metavar="N", help="number of people who can use it"
    )
    link.add_argument("--days", type=float, default=7, metavar="N", help="days until it expires")
    link.set_defaults(run=_invite, show=_link)
    for subcommand in does.choices.values():
        subcommand.add_argument("--json", action="store_true", default=argparse.SUPPRESS,
                         help="one JSON value on standard output")  # fmt: skip


def _add(arguments: argparse.Namespace) -> tuple[dict[str, Any], int]:
    workspace = open_workspace()
    name = accounts.check_name(arguments.name)
    return accounts.add_user(workspace, LOCAL, name, arguments.role, _prompt_for_password()), 0


def _list(_arguments: argparse.Namespace) -> tuple[list[accounts.Person], int]:
    return accounts.list_users(open_workspace(), LOCAL), 0


def _role(arguments: argparse.Namespace) -> tuple[None, int]:
    accounts.set_role(open_workspace(), LOCAL, arguments.name, arguments.role)
    return None, 0


def _password(arguments: argparse.Namespace) -> tuple[accounts.KeysLeft, int]:
    workspace, name, end_keys = open_workspace(), arguments.name, arguments.end_keys
    return accounts.set_password(
        workspace, LOCAL, name, _prompt_for_password(), end_keys=end_keys
    ), 0


def _end_keys(arguments: argparse.Namespace) -> tuple[dict[str, int], int]:
    return {"ended": api_keys.end_keys(open_workspace(), LOCAL, arguments.name)}, 0


def _keys_left(left: dict[str, int]) -> str:
    if not left["keys"]:
        return "The password is set, and all sessions have ended."
    return f"The password is set. API keys that still work: {left['keys']}; end-keys revokes them."


def _remove(arguments: argparse.Namespace) -> tuple[None, int]:
    accounts.remove_user(open_workspace(), LOCAL, arguments.name)
    return None, 0


def _invite(arguments: argparse.Namespace) -> tuple[dict[str, Any], int]:
    created = invites.invite(
        open_workspace(), LOCAL, arguments.role, arguments.places, arguments.days
    )
    return {**created, "path": f"/invite?token={created['token']}"}, 0


def _prompt_for_password() -> str:
    """The password, prompted twice, or the first line of a pipe; arguments are visible to all."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Repeat password: ") != password:
        raise Refused("The passwords differ. Nothing was changed.")
    return password


def _lines(rows: Rows) -> str:
    lines = [f"{row['name']:<24}  {row['role']:<10}  {row['how']}" for row in rows]
    return "\n".join(lines) or "No accounts yet: python -m reranker_ui users add NAME --role admin"


def _link(created: dict[str, Any]) -> str:
    return f"Append this to the address of the page:\n{created['path']}"
